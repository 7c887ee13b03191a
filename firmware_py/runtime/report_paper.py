"""The day's report on paper: for the duty manager at the close of a day, and whenever asked for.

A report is no ticket: nobody waits for it, and it can be printed again at any time. So it has no
job in the journal. One that cannot be printed now (no paper, printer away) is tried again when the
printer is well, until the daemon ends; after that, ``hallctl report --print``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from devices.base import Status
from devices.ticket_printer.report import DayReport
from devices.ticket_printer.slip import Printed
from firmware_py.app.clock import local_text
from firmware_py.app.ports import Happened
from firmware_py.core.events import DayClosed
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules, Text
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.device_events import Result
from firmware_py.runtime.devices import Post
from firmware_py.runtime.printing import PRINTS
from firmware_py.runtime.reports import Reports
from firmware_py.settings import Settings

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["ReportPaper", "printer_for", "report_of", "report_paper_of"]

log = logging.getLogger(__name__)

#: Answers ``report.day``: a day's figures as ``app.period.whole_view`` has them, or None.
Figures = Callable[[str | None], Awaitable[Mapping[str, Any] | None]]
#: Reports' jobs are named from here on; tickets' by their number in the journal, modulo this.
FIRST_JOB = 94**3 // 2


def report_paper_of(hall: Hall) -> ReportPaper:
    """Return the reports' paper of a running hall."""
    settings, rules = hall.settings, hall.rules
    reports = Reports(
        hall.journal.run,
        hall.store.day_figures,
        lambda: hall.state().day,
        lambda: {item.id: item.category for item in rules.items.values()},
    )
    name = Text(settings.hall.name.zh, settings.hall.name.en)
    windows = [window.id for window in settings.windows]

    async def figures(day: str | None) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = await reports.day({"day": day} if day else {}, "")
        return found

    def words(found: Mapping[str, Any]) -> DayReport:
        now = local_text(hall.state().wall_offset_ms, hall.clock.now_ms(), "%Y-%m-%d %H:%M")
        return report_of(rules, name, found, now, windows)

    return ReportPaper(figures, words, hall.post, settings.day.report_printer)


def printer_for(settings: Settings, wanted: str | None) -> str:
    """Return the printer of a report that somebody asks for. Raises ``QueryError``."""
    named = (kiosk.printer for kiosk in settings.kiosks if kiosk.printer is not None)
    kiosks = (name for name in named if not settings.nodes or name in settings.devices)
    printer = wanted or settings.day.report_printer or next(kiosks, None)
    if printer is None:
        raise QueryError(
            Refusal("no_printer", "本厅没有配置小票打印机。", "This hall has no ticket printer.")
        )
    device = settings.devices.get(printer)
    if device is None or not device.enabled or not device.kind.startswith("ticket_printer."):
        raise QueryError(
            Refusal(
                "no_printer",
                f"{printer} 不是已启用的小票打印机，请用 hallctl devices 查看。",
                f"{printer} is no ticket printer in use; see hallctl devices.",
            )
        )
    return printer


def report_of(
    rules: Rules, hall: Text, figures: Mapping[str, Any], printed: str, windows: Sequence[str]
) -> DayReport:
    """Return a day's figures as words. ``printed`` is when; ``windows`` are in their order."""
    total = figures["total"]
    known = {
        "hall_zh": hall.zh,
        "hall_en": hall.en,
        "day": figures["day"],
        "printed": printed,
        **{
            name: str(figures[name])
            for name in (
                "taken",
                "called",
                "cancelled",
                "left",
                "passed_over",
                "written_off",
                "skipped",
            )
        },
        "served": str(total["served"]),
        "missed": str(total["missed"]),
        "wait": _span(figures["median_wait_s"]),
        "wait_p90": _span(figures["p90_wait_s"]),
        "wait_longest": _span(figures["longest_wait_s"] if figures["called"] else None),
        "service": _span(total["median_s"]),
        "service_p90": _span(total["p90_s"]),
        "overtime": str(total["overtime"]),
        "rated": str(total["rated"]),
        "score": _score(total),
        "bad": str(total["bad"]),
        "unanswered": str(total["unanswered"]),
        **{name: _number(figures[name]) for name in ("amber", "red", "acknowledged")},
    }
    if not figures["complete"]:
        known["note_zh"] = "此日只留有总数，没有逐次的等候和办理时间。"
        known["note_en"] = "Only sums were kept of this day."
    names = {one.id: one.name for one in rules.categories.values()}
    by_window, by_clerk = figures["by_window"], figures["by_clerk"]
    placed = [*(w for w in windows if w in by_window), *sorted(set(by_window) - set(windows))]
    categories = sorted(figures["by_category"].items(), key=lambda one: -one[1]["served"])
    return DayReport(
        known,
        {
            "windows": tuple({"window": w, **_tally(by_window[w])} for w in placed),
            "clerks": tuple({"clerk": c, **_tally(by_clerk[c])} for c in sorted(by_clerk)),
            "categories": tuple(_category(names.get(c), c) | _tally(t) for c, t in categories),
        },
    )


class ReportPaper:
    """Prints reports. ``at_close`` is the printer of the day's close, None for none."""

    def __init__(
        self,
        figures: Figures,
        words: Callable[[Mapping[str, Any]], DayReport],
        post: Post,
        at_close: str | None,
    ) -> None:
        self._figures = figures
        self._words = words
        self._post = post
        self._at_close = at_close
        #: Days whose report waits for its printer to be well again.
        self._waiting: dict[str, list[DayReport]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._jobs = FIRST_JOB

    def recorded(self, happened: Sequence[Happened]) -> None:
        """A day that was closed is reported on paper."""
        for h in happened:
            if isinstance(h.event, DayClosed) and self._at_close is not None:
                task = asyncio.get_running_loop().create_task(self._close())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def opened(self, device: str, status: Status) -> None:
        """A printer was opened (again) or said how it is: what waits for it prints now."""
        if status.state in PRINTS:
            for report in self._waiting.pop(device, []):
                self._print(device, report)

    async def print(self, day: str | None, printer: str) -> str | None:
        """Begin to print a day's report; return the day, None when nothing is recorded of it."""
        figures = await self._figures(day)
        if figures is None:
            return None
        self._print(printer, self._words(figures))
        return str(figures["day"])

    async def stop(self) -> None:
        """End what is being counted."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _close(self) -> None:
        try:
            await self.print(None, self._at_close or "")
        except Exception:
            # The day is closed all the same; whoever misses the paper asks for it again.
            log.exception("the day's report was not printed; hallctl report --print does it")

    def _print(self, printer: str, report: DayReport) -> None:
        self._jobs += 1
        job = self._jobs

        def print_it(driver: Any) -> Printed:
            printed: Printed = driver.print_sheet(report, job)
            return printed

        def done(result: Result) -> None:
            day = report.fields["day"]
            if isinstance(result.value, Printed):
                if not result.value.confirmed:
                    log.warning("%s: nobody knows whether the report of %s came out", printer, day)
                return
            why = result.error or result.outcome
            log.warning("%s: the report of %s is not printed yet: %s", printer, day, why)
            waiting = self._waiting.setdefault(printer, [])
            if all(one.fields["day"] != day for one in waiting):
                waiting.append(report)

        self._post(printer, print_it, done=done)


def _span(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def _number(count: int | None) -> str:
    return "-" if count is None else str(count)


def _score(tally: Mapping[str, Any]) -> str:
    return f"{tally['score_sum'] / tally['rated']:.2f}" if tally["rated"] else "-"


def _tally(tally: Mapping[str, Any]) -> dict[str, str]:
    return {
        "served": str(tally["served"]),
        "missed": str(tally["missed"]),
        "service": _span(tally["median_s"]),
        "overtime": str(tally["overtime"]),
        "score": _score(tally),
        "bad": str(tally["bad"]),
    }


def _category(name: Text | None, key: str) -> dict[str, str]:
    if name is None:
        gone = ("目录中已没有", "not listed now") if not key else (key, key)
        return {"category_zh": gone[0], "category_en": gone[1]}
    return {"category_zh": name.zh, "category_en": name.en}
