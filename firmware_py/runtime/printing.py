"""Printers and their spools: which printer prints what, and when it may go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from devices.base import HealthState, Status
from devices.errors import DeviceFault
from devices.ticket_printer.form import FormSheet
from devices.ticket_printer.slip import Printed
from firmware_py.app.paper_jobs import AnyJob, Asks, FormJob, asks_for_paper
from firmware_py.app.ports import Happened
from firmware_py.app.spool import KeepPositions, Paper, PrinterSpool
from firmware_py.core.commands import Command
from firmware_py.core.commands_papers import ReprintForm
from firmware_py.core.decide_forms import find_form
from firmware_py.core.events import Event
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules, Text
from firmware_py.runtime.device_events import Outcome as Ended
from firmware_py.runtime.device_events import Result
from firmware_py.runtime.devices import Post
from firmware_py.runtime.form_paper import sheet_of
from firmware_py.runtime.printers import Printers
from firmware_py.runtime.slips import slip_of
from firmware_py.settings import Settings

__all__ = ["AskSheet", "Printing"]

log = logging.getLogger(__name__)

#: A printer in these states takes a job; whether paper came out it says itself.
PRINTS = frozenset({HealthState.OK, HealthState.WARNING, HealthState.UNKNOWN})


#: Prints on a driver; calls the second when bytes have left.
PrintOn = Callable[[Any, Callable[[], None]], Printed]
#: Asks for a job's sheet; what is given it is None when it cannot be had now.
AskSheet = Callable[[FormJob, Callable[[FormSheet | None], None]], None]


class Printing:
    """Binds kiosks and windows to printers; each printer has a spool."""

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
        #: Returns what reads the signature under a form; a printer's worker calls that.
        self.signatures: Callable[[str], Callable[[], bytes] | None] = lambda form: None
        #: Asks for a form's paper where it is known, at the hub; None where that is here.
        self.sheets: AskSheet | None = None
        self.configure(settings, rules)

    def configure(self, settings: Settings, rules: Rules) -> list[AnyJob]:
        """Follow a configuration; return what is owed by printers that nobody has now."""
        self._rules = rules
        self._hall = Text(settings.hall.name.zh, settings.hall.name.en)
        self._printers = Printers(settings)
        before, self.spools = self.spools, {}
        for printer in self._printers.all():
            if printer in before:
                self.spools[printer] = before.pop(printer)
                continue
            self.spools[printer] = PrinterSpool(
                printer, self._positions, self._paper(printer), self._keep, self._state
            )
        return [job for spool in before.values() for job in spool.owed()]

    def vet(self, command: Command) -> Refusal | None:
        """Refuse to print a form again where no printer is."""
        if not isinstance(command, ReprintForm):
            return None
        form = find_form(self._state(), command.form)
        if isinstance(form, Refusal):
            return None
        window = command.window or form.window
        if self._printers.of(Asks(window, form=True)) is not None:
            return None
        return Refusal(
            "no_form_printer",
            f"{window} 号窗口没有配置打印机，请换一个窗口（--window），"
            f"或打印 hallctl form pdf {form.form} 的文件。",
            f"Window {window} has no printer for forms; name another window, or print the file of "
            f"hallctl form pdf {form.form}.",
            {"form": form.form, "window": window},
        )

    def printer_of(self, event: Event) -> str | None:
        """Return the printer of this Pi that an event asks for paper, or None."""
        spool = self._spool_for(event)
        return None if spool is None else spool.printer

    def _spool_for(self, event: Event) -> PrinterSpool | None:
        asks = asks_for_paper(event)
        printer = self._printers.of(asks) if asks is not None else None
        return self.spools.get(printer) if printer is not None else None

    def positions_with(self, happened: Sequence[Happened]) -> Mapping[str, int]:
        """Return the positions to record in the same commit as these events."""
        first: dict[str, Happened] = {}
        for h in happened:
            if (spool := self._spool_for(h.event)) is not None:
                first.setdefault(spool.printer, h)
        found: dict[str, int] = {}
        for printer, h in first.items():
            found.update(self.spools[printer].position_with(h))
        return found

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Take what was recorded: new jobs print."""
        for h in happened:
            if (spool := self._spool_for(h.event)) is not None:
                spool.add(h)

    def opened(self, device: str, status: Status) -> None:
        """A printer was opened (again) or said how it is."""
        if device in self.spools:
            self.spools[device].ready(status.state in PRINTS)

    def again(self, device: str, health: HealthState) -> None:
        """What a printer waited for is there: it goes on, if it is well itself."""
        if device in self.spools:
            self.spools[device].ready(health in PRINTS)

    def lost(self, device: str) -> None:
        """A printer is gone."""
        if device in self.spools:
            self.spools[device].ready(False)

    def _paper(self, printer: str) -> Paper:
        def paper(job: AnyJob, done: Callable[[bool, bool], None]) -> None:
            if isinstance(job, FormJob) and self.sheets is not None:
                self.sheets(job, lambda sheet: fetched(job, sheet, done))
            else:
                put_on(job, self._laid_out(job), done)

        def fetched(
            job: AnyJob, sheet: FormSheet | None, done: Callable[[bool, bool], None]
        ) -> None:
            if sheet is None:
                # It waits, as for a printer without paper.
                done(False, False)
            else:
                put_on(job, _printed(sheet, job), done)

        def put_on(job: AnyJob, print_on: PrintOn, done: Callable[[bool, bool], None]) -> None:
            left: list[bool] = []

            def print_it(driver: Any) -> Printed:
                return print_on(driver, lambda: left.append(True))

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

    def _laid_out(self, job: AnyJob) -> PrintOn:
        """Return what prints a job on a driver, as things stand now."""
        if isinstance(job, FormJob):
            sheet = sheet_of(self._hall, self._state(), job)
            signature = self.signatures(job.number) if "signed" in sheet.marks else None

            def print_form(driver: Any, sent: Callable[[], None]) -> Printed:
                # Here, on the printer's worker: a picture waits for the disk.
                png = signature() if signature is not None else b""
                whole = replace(sheet, signature=png)
                printed: Printed = driver.print_sheet(whole, job.seq, on_sent=sent)
                return printed

            return print_form
        slip = slip_of(self._rules, self._state(), self._hall, job)
        return lambda driver, sent: driver.print_slip(slip, job.seq, on_sent=sent)


def _printed(sheet: FormSheet, job: AnyJob) -> PrintOn:
    return lambda driver, sent: driver.print_sheet(sheet, job.seq, on_sent=sent)
