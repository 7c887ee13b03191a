"""Printers and their spools: which printer prints what, and when it may go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from devices.base import HealthState, Status
from devices.errors import DeviceFault
from devices.ticket_printer.slip import Printed
from firmware_py.app.ports import Happened
from firmware_py.app.spool import Job, KeepPositions, Paper, PrinterSpool, asks_for_paper
from firmware_py.core.model import State
from firmware_py.core.rules import Rules, Text
from firmware_py.runtime.device_events import Outcome as Ended
from firmware_py.runtime.device_events import Result
from firmware_py.runtime.devices import Post
from firmware_py.runtime.slips import slip_of
from firmware_py.settings import Settings

__all__ = ["Printing"]

log = logging.getLogger(__name__)

#: A printer in these states takes a job; whether paper came out it says itself.
PRINTS = frozenset({HealthState.OK, HealthState.WARNING, HealthState.UNKNOWN})


class Printing:
    """Binds kiosks to printers. Tickets taken elsewhere print at the first kiosk's printer."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        state: Callable[[], State],
        positions: Mapping[str, int],
        keep: KeepPositions,
        post: Post,
    ) -> None:
        self._state = state
        self._positions = positions
        self._keep = keep
        self._post = post
        self.spools: dict[str, PrinterSpool] = {}
        self.configure(settings, rules)

    def configure(self, settings: Settings, rules: Rules) -> list[str]:
        """Follow a configuration; return the numbers owed by printers that no kiosk has now."""
        self._rules = rules
        self._hall = Text(settings.hall.name.zh, settings.hall.name.en)
        self._printer_of: dict[str, str] = {
            kiosk.id: kiosk.printer for kiosk in settings.kiosks if kiosk.printer is not None
        }
        self._default = next(iter(self._printer_of.values()), None)
        before, self.spools = self.spools, {}
        for printer in dict.fromkeys(self._printer_of.values()):
            if printer in before:
                self.spools[printer] = before.pop(printer)
                continue
            self.spools[printer] = PrinterSpool(
                printer, self._positions, self._paper(printer), self._keep, self._state
            )
        return [number for spool in before.values() for number in spool.owed()]

    def _spool_for(self, origin: str) -> PrinterSpool | None:
        printer = self._printer_of.get(origin, self._default)
        return self.spools.get(printer) if printer is not None else None

    def positions_with(self, happened: Sequence[Happened]) -> Mapping[str, int]:
        """Return the positions to record in the same commit as these events."""
        first: dict[str, Happened] = {}
        for h in happened:
            origin = asks_for_paper(h.event)
            if origin is not None and (spool := self._spool_for(origin)) is not None:
                first.setdefault(spool.printer, h)
        found: dict[str, int] = {}
        for printer, h in first.items():
            found.update(self.spools[printer].position_with(h))
        return found

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Take what was recorded: new jobs print."""
        for h in happened:
            origin = asks_for_paper(h.event)
            if origin is not None and (spool := self._spool_for(origin)) is not None:
                spool.add(h)

    def opened(self, device: str, status: Status) -> None:
        """A printer was opened (again) or said how it is."""
        if device in self.spools:
            self.spools[device].ready(status.state in PRINTS)

    def lost(self, device: str) -> None:
        """A printer is gone."""
        if device in self.spools:
            self.spools[device].ready(False)

    def _paper(self, printer: str) -> Paper:
        def paper(job: Job, done: Callable[[bool, bool], None]) -> None:
            slip = slip_of(self._rules, self._state(), self._hall, job)
            left: list[bool] = []

            def print_it(driver: Any) -> Printed:
                printed: Printed = driver.print_slip(
                    slip, job.seq, on_sent=lambda: left.append(True)
                )
                return printed

            def printed(result: Result) -> None:
                confirmed = isinstance(result.value, Printed) and result.value.confirmed
                if not confirmed:
                    why = result.error or result.outcome
                    log.warning("%s: %s is not confirmed on paper: %s", printer, job.number, why)
                # A write that failed half way may have left half a ticket on the paper; a fault
                # is found before the first byte, or after all of them.
                half = result.outcome is Ended.FAILED and not isinstance(result.error, DeviceFault)
                done(confirmed, bool(left) or half)

            self._post(printer, print_it, done=printed)

        return paper
