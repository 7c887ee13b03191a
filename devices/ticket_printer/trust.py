"""What a printer may be believed: how it tells a job's end, and whether it reports by itself.

Some clones answer a command when it is tried and not when it matters. One that does not give its
word while it is well and printing is believed in the next weaker way from then on, with a counter
and a sentence; ``hallctl devices test`` finds out anew.
"""

from __future__ import annotations

import logging

from devices.base import Counters, HealthState, Sentence, Status
from devices.ticket_printer.condition import SENTENCES
from devices.ticket_printer.knowledge import Known
from devices.ticket_printer.options import Options
from devices.ticket_printer.slip import How

__all__ = ["Trust"]

_log = logging.getLogger(__name__)
#: So often in a row a job's end, or a report, may be missing: one may be lost on the line.
_MISSES = 2
_OK = Status(HealthState.OK, "ok", SENTENCES["ok"])
_WEAKER = Status(
    HealthState.WARNING,
    "weaker_confirmation",
    Sentence(
        "取号小票打印机能打印，但没有按其声称的方式报告打印完成，已改用较弱的方式确认。"
        "请执行 hallctl devices test 打印自检小票；仍如此请核对型号和固件。",
        "The ticket printer prints, but did not say that a slip came out as it claimed to; it is "
        "confirmed in a weaker way now. Print a test slip (hallctl devices test); if it stays so, "
        "check its model and firmware.",
    ),
)
_SILENT_ASB = Status(
    HealthState.WARNING,
    "no_reports",
    Sentence(
        "取号小票打印机没有按其声称的方式主动上报状态，已改为每秒查询一次，打印不受影响。",
        "The ticket printer does not report its state by itself as it claimed to; it is asked "
        "every second instead. Printing goes on as before.",
    ),
)


class Trust:
    """Begins with what the options force; the rest is found out or recalled."""

    def __init__(self, name: str, options: Options, counters: Counters) -> None:
        self._name = name
        self._counters = counters
        self._forced_how = options.confirm != "auto"
        self._forced_state = options.state != "auto"
        self._options = options
        self.forget()

    def forget(self) -> None:
        """Know nothing but the options."""
        options = self._options
        self.how: How | None = None if options.confirm == "auto" else options.confirm
        self.asb: bool | None = None if options.state == "auto" else options.state == "asb"
        self.status = _OK
        self._missing_words = 0
        self._missing_reports = 0

    @property
    def wants_asb(self) -> bool:
        """Whether the printer shall report by itself, as far as is known."""
        return self.asb is not False

    def believe(self, known: Known) -> None:
        """Take what was found out at an earlier time; what is known now stands."""
        self.how = self.how or known.how
        if self.asb is None:
            self.asb = known.asb

    def known(self, printer: str) -> Known:
        """Return what was found out; what the options force was not."""
        return Known(
            printer,
            None if self._forced_how else self.how,
            None if self._forced_state else self.asb,
        )

    def found(self, how: How) -> None:
        """It was found out how the printer confirms."""
        self.how = how
        if how == "status":
            _log.warning("%s confirms no jobs: only its state after a slip is known", self._name)

    def found_asb(self, answers: bool) -> None:
        """It was found out whether the printer reports by itself."""
        self.asb = answers

    def kept_word(self) -> None:
        """The printer said that a job ended."""
        self._missing_words = 0

    def broken(self, how: How, weaker: How = "status") -> bool:
        """Count a job's end that did not come; return whether ``weaker`` is believed from now on.

        One miss is borne: a byte may be lost on the line.
        """
        if self._forced_how:
            return False
        self._missing_words += 1
        self._count("job_ends_missed")
        if self._missing_words < _MISSES:
            return False
        self._missing_words = 0
        self.how = weaker
        self.status = _WEAKER
        self._count("weaker_confirmations")
        _log.warning("%s broke its word (%s): %s from now on", self._name, how, self.how)
        return True

    def reported(self, agrees: bool) -> bool:
        """Say whether the printer's own reports are still believed.

        ``agrees``: the last one says what the printer answers when it is asked.
        """
        self._missing_reports = 0 if agrees else self._missing_reports + 1
        if agrees:
            return True
        self._count("reports_missed")
        if self._forced_state or self._missing_reports < _MISSES:
            return True
        self.asb = False
        self.status = _SILENT_ASB
        _log.warning("%s does not report its changes: it is asked from now on", self._name)
        return False

    def _count(self, name: str) -> None:
        self._counters.extra[name] = self._counters.extra.get(name, 0) + 1
