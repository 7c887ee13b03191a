"""A writer with print spools and printers that lose power, paper and their plug."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from firmware_py.app.paper_jobs import AnyJob, Asks, FormJob, asks_for_paper, first_for
from firmware_py.app.ports import Happened
from firmware_py.app.spool import PrinterSpool
from firmware_py.app.wire import decode_event
from tests.app.desk import Desk, MemoryJournal


@dataclass(frozen=True, slots=True)
class Slip:
    """What somebody holds in the hand."""

    number: str
    marked: bool
    #: Of a form: which copy of which version.
    copy: int = 0
    version: int = 0


def slip_of(job: AnyJob) -> Slip:
    """Return what a job looks like on paper."""
    if isinstance(job, FormJob):
        return Slip(job.number, job.again, job.copy, job.version)
    return Slip(job.number, job.again)


class Printer:
    """Prints one job when told; its paper outlives every crash of the daemon."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.asked: deque[tuple[AnyJob, Callable[[bool, bool], None]]] = deque()

    def __call__(self, job: AnyJob, done: Callable[[bool, bool], None]) -> None:
        self.asked.append((job, done))

    def begin(self) -> Callable[[bool, bool], None]:
        """Put the job on paper; it is not confirmed before the returned callable says so."""
        job, done = self.asked.popleft()
        self.slips.append(slip_of(job))
        return done

    def prints(self) -> None:
        """Print and confirm."""
        self.begin()(True, True)

    def faults(self, *, some_left: bool, on_paper: bool = False) -> None:
        """Do not confirm; ``some_left``: bytes went out, which may or may not be on paper."""
        job, done = self.asked.popleft()
        if on_paper:
            self.slips.append(slip_of(job))
        done(False, some_left)


class PrintingDesk(Desk):
    """Kiosk ``kiosk-N`` has printer ``p-N``; other origins and all forms print at the first."""

    def __init__(self, printers: int = 1, journal: MemoryJournal | None = None) -> None:
        self.printers = {f"p-{n}": Printer() for n in range(1, printers + 1)}
        self.spools: dict[str, PrinterSpool] = {}
        super().__init__(journal=journal)

    @property
    def printer(self) -> Printer:
        """The first printer."""
        return self.printers["p-1"]

    @property
    def spool(self) -> PrinterSpool:
        """The first printer's spool."""
        return self.spools["p-1"]

    def serves(self, printer: str) -> Callable[[Asks], bool]:
        """Return which paper a printer is asked for."""
        own = f"kiosk-{printer[2:]}"
        others = {f"kiosk-{p[2:]}" for p in self.printers}
        return lambda asks: asks.origin == own or (printer == "p-1" and asks.origin not in others)

    def start(self) -> None:
        super().start()
        positions = self.journal.positions()
        self.spools = {
            name: PrinterSpool(name, positions, printer, self.keep, lambda: self.writer.recorded)
            for name, printer in self.printers.items()
        }
        for printer in self.printers.values():
            printer.asked.clear()
        self.writer.positions_with = self._positions_with
        self.writer.on_recorded.append(self._take)
        after = min(spool.confirmed for spool in self.spools.values())
        self._take([
            Happened(r.seq, r.time_ms, r.type, r.by, r.command_id, decode_event(r.type, r.body),
                     r.body)
            for r in self.journal.read(after, 10_000)
        ])  # fmt: skip

    def keep(self, positions: Mapping[str, int], done: Callable[[], None] | None) -> None:
        """Record positions; a disk that fails is asked again."""
        found = dict(positions)
        self.disk.post(
            lambda journal: journal.set_positions(found),
            lambda _: done() if done is not None else None,
            lambda _: self.keep(found, done),
        )

    def _positions_with(self, happened: Sequence[Happened]) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for name, spool in self.spools.items():
            found.update(spool.position_with(first_for(happened, self.serves(name))))
        return found

    def _take(self, happened: Sequence[Happened]) -> None:
        for h in happened:
            asks = asks_for_paper(h.event)
            for name, spool in self.spools.items():
                if asks is not None and self.serves(name)(asks):
                    spool.add(h)

    def ready(self) -> PrintingDesk:
        """All printers say that they are well."""
        for spool in self.spools.values():
            spool.ready(True)
        return self
