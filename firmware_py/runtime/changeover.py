"""The hall's parts go over to another configuration: what that may not take away, and how."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from devices.base import HealthState
from devices.led_wall.display import LedDisplay
from devices.led_wall.page import LedPage
from firmware_py.app.paper_jobs import AnyJob, FormJob, Job
from firmware_py.config.file import Configuration
from firmware_py.config.layouts import layouts_of
from firmware_py.core import commands as c
from firmware_py.core.commands_papers import ReprintForm
from firmware_py.core.decide_day import ENDED
from firmware_py.core.model import State, WindowStatus
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.printing import PRINTS
from firmware_py.runtime.report_paper import report_paper_of
from firmware_py.settings import Settings

__all__ = ["Done", "refusals_of", "show_again", "switch"]

log = logging.getLogger(__name__)


def refusals_of(new: Rules, old: Rules, state: State) -> list[Refusal]:
    """Return what rules may not take away: an item somebody came for, a window at work."""
    return [*_items_in_use(new, old, state), *_windows_in_use(new, state)]


def _items_in_use(new: Rules, old: Rules, state: State) -> Iterator[Refusal]:
    gone = old.items.keys() - new.items.keys()
    in_use: dict[str, list[str]] = {}
    for ticket in state.tickets.values() if gone else ():
        if ticket.item in gone and ticket.status not in ENDED:
            in_use.setdefault(ticket.item, []).append(ticket.number)
    for item, numbers in in_use.items():
        yield Refusal(
            "item_in_use",
            f"事项 {item} 还有人在办（{'、'.join(numbers[:5])}），办完之前不能删除。",
            f"Item {item} cannot go while somebody is here for it ({', '.join(numbers[:5])}).",
            {"item": item, "number": numbers[0]},
        )


def _windows_in_use(new: Rules, state: State) -> Iterator[Refusal]:
    for window in state.windows.values():
        busy = window.ticket is not None or window.rating_ticket is not None
        if window.id not in new.windows and (busy or window.status is not WindowStatus.CLOSED):
            yield Refusal(
                "window_in_use",
                f"{window.id} 号窗口正在使用，请先关闭窗口再删除"
                f"（hallctl window close {window.id}）。",
                f"Window {window.id} is at work; close it before it goes "
                f"(hallctl window close {window.id}).",
                {"window": window.id},
            )


@dataclass(frozen=True, slots=True)
class Done:
    """What a switch has made new."""

    walls: set[str]
    printers: set[str]
    #: What was owed by printers that nobody has now.
    owed: list[AnyJob]


def switch(hall: Hall, new: Configuration) -> Done:
    """Have the queue and all that shows, says and prints go by ``new``; in one turn of the loop.

    Devices are another matter: they change when the journal has recorded this.
    """
    settings, rules, before = new.settings, new.rules, hall.settings
    printers, reports = set(hall.printing.spools), _for_reports(before, hall.rules)
    hall.settings, hall.rules = settings, rules
    hall.writer.take_rules(rules)
    owed = hall.printing.configure(settings, rules)
    layouts, wrong = layouts_of(settings)
    for mistake in (one for found in wrong for one in found.mistakes()):
        log.error("a wall shows calls alone, its layout cannot be used: %s", mistake)
    walls = hall.walls.configure(settings, layouts)
    hall.notices.configure(settings, layouts)
    if (before.walls, before.windows, before.displays, before.devices) != (
        settings.walls,
        settings.windows,
        settings.displays,
        settings.devices,
    ):
        hall.brightness.configure(settings)
    hall.strips.configure(settings)
    hall.pads.configure(settings)
    hall.lamps.configure(settings)
    hall.voices.configure(settings, rules)
    hall.kiosk_voices.configure(settings)
    hall.inputs.configure(settings)
    hall.cards.configure()
    hall.screens.configure()
    if reports != _for_reports(settings, rules):
        # Only then: a report that waits for its printer is in the old one's hand.
        old, hall.report_paper = hall.report_paper, report_paper_of(hall)
        reactions = hall.writer.on_recorded
        reactions[reactions.index(old.recorded)] = hall.report_paper.recorded
    return Done(walls, set(hall.printing.spools) - printers, owed)


def _for_reports(settings: Settings, rules: Rules) -> tuple[object, ...]:
    return (
        settings.hall.name,
        settings.day.report_printer,
        [window.id for window in settings.windows],
        rules.items,
        rules.categories,
    )


def show_again(hall: Hall, before: Settings, done: Done) -> None:
    """Have what changed shown, and what belongs to nothing any more cleared."""
    _settle(hall, done)
    hall.walls.recovered(hall.state(), done.walls)
    for wall in done.walls:
        hall.walls.show(wall)
    hall.notices.refresh()
    hall.brightness.tick()
    _clear(hall, before)
    for window in hall.settings.windows:
        if window.strip is not None:
            hall.strips.show(window.strip)
        if window.lamp is not None:
            hall.lamps.show(window.lamp)
    hall.pads.refresh()
    spoken = {voice.device for voice in before.voices}
    for voice in hall.settings.voices:
        if voice.device not in spoken and _is_open(hall, voice.device):
            hall.voices.opened(voice.device)


def _settle(hall: Hall, done: Done) -> None:
    """Printers and kiosks may have changed: nothing is printed twice, nothing owed is lost."""
    for printer, spool in hall.printing.spools.items():
        hall.positions.keep(spool.settle(hall.papers.last), None)
        if printer in done.printers:
            spool.ready(_is_open(hall, printer))
    for number in dict.fromkeys(job.number for job in done.owed if isinstance(job, Job)):
        hall.submit_own(c.ReprintTicket(number))
    for form, window in dict.fromkeys(
        (job.number, job.window) for job in done.owed if isinstance(job, FormJob)
    ):
        hall.submit_own(ReprintForm(form, window))


def _is_open(hall: Hall, device: str) -> bool:
    return any(
        one.device == device and one.state in PRINTS and one.state is not HealthState.STARTING
        for one in hall.supervisor.health()
    )


def _bound(settings: Settings) -> dict[str, set[str]]:
    windows = settings.windows
    return {
        "display": {wall.display for wall in settings.walls}
        | {window.strip for window in windows if window.strip is not None},
        "lamp": {window.lamp for window in windows if window.lamp is not None},
    }


def _clear(hall: Hall, before: Settings) -> None:
    old, new, here = _bound(before), _bound(hall.settings), hall.settings.devices

    def blank(driver: LedDisplay) -> None:
        driver.show(LedPage())

    for display in (old["display"] - new["display"]) & here.keys():
        hall.post(display, blank, key="page")
    for lamp in (old["lamp"] - new["lamp"]) & here.keys():
        hall.post(lamp, lambda driver: driver.set("off"), key="pattern")
