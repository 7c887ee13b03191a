"""The writer on a journal in memory whose disk moves only when the test says so."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from firmware_py.app.ports import Entry, Happened, JournalPort, Outcome, Submission
from firmware_py.app.recovery import recover, remembered_ids
from firmware_py.app.writer import HallWriter
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules
from tests.core.hall import RULES

T = TypeVar("T")
NONE: Mapping[str, int] = {}

DISK_FULL = Refusal("not_recorded", "磁盘已满。", "The disk is full.")


@dataclass(frozen=True, slots=True)
class Record:
    """An event as the journal keeps it."""

    seq: int
    time_ms: int
    type: str
    by: str
    command_id: str
    body: bytes


class MemoryJournal:
    """A ``JournalPort`` as strict as the real one; the next ``fail`` commits fail whole."""

    def __init__(self) -> None:
        self.epoch = "bench-1"
        self.first_seq = 1
        self.records: list[Record] = []
        self.outcomes: dict[str, bytes] = {}
        self.kept: dict[str, int] = {}
        self.snapshots: list[tuple[int, bytes]] = []
        self.fail = self.good = 0
        self.commits: list[list[str]] = []
        self.read_calls = 0

    @property
    def last_seq(self) -> int:
        return self.records[-1].seq if self.records else 0

    @property
    def last_time_ms(self) -> int:
        return self.records[-1].time_ms if self.records else 0

    def fail_after(self, good: int, fails: int) -> None:
        """Let ``good`` commits pass, then ``fails`` fail."""
        self.good, self.fail = good, fails

    def _may_fail(self) -> None:
        if self.good:
            self.good -= 1
        elif self.fail:
            self.fail -= 1
            raise OSError(28, "No space left on device")

    def append(self, entries: Sequence[Entry], positions: Mapping[str, int] = NONE) -> object:
        self._may_fail()
        for entry in entries:
            assert entry.command_id not in self.outcomes, "a command counted twice"
            self.outcomes[entry.command_id] = entry.outcome
            for event in entry.events:
                assert entry.time_ms >= self.last_time_ms
                record = Record(
                    self.last_seq + 1, entry.time_ms, event.type, entry.by, entry.command_id,
                    event.body,
                )  # fmt: skip
                self.records.append(record)
        self._put(positions)
        self.commits.append([entry.command_id for entry in entries])
        return None

    def _put(self, positions: Mapping[str, int]) -> None:
        for reader, seq in positions.items():
            assert seq <= self.last_seq, "a position beyond the newest event"
            self.kept[reader] = seq

    def set_positions(self, positions: Mapping[str, int]) -> None:
        self._may_fail()
        self._put(positions)

    def positions(self) -> Mapping[str, int]:
        return dict(self.kept)

    def outcome(self, command_id: str) -> bytes | None:
        self.read_calls += 1
        return self.outcomes.get(command_id)

    def command_ids(self) -> Iterable[str]:
        return list(self.outcomes)

    def read(self, after_seq: int, limit: int) -> Sequence[Record]:
        if after_seq < self.first_seq - 1:
            raise LookupError("compacted")
        return [r for r in self.records if r.seq > after_seq][:limit]

    def save_snapshot(self, seq: int, body: bytes) -> None:
        assert seq <= self.last_seq
        self.snapshots.append((seq, body))

    def newest_snapshot(self) -> tuple[int, bytes] | None:
        return max(self.snapshots, default=None)


class Disk:
    """Stands for the journal's thread: a posted call runs at ``step``, a commit so or at once."""

    def __init__(self, journal: JournalPort) -> None:
        self.journal = journal
        #: As when the disk is fast: commits are done within the call.
        self.quick = False
        self.jobs: deque[Callable[[], None]] = deque()

    def post(
        self,
        call: Callable[[JournalPort], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        def job() -> None:
            try:
                result = call(self.journal)
            except OSError as error:
                failed(error)
            else:
                done(result)

        self.jobs.append(job)

    def commit(
        self,
        call: Callable[[JournalPort], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.post(call, done, failed)
        if self.quick and len(self.jobs) == 1:
            self.step()

    def step(self) -> bool:
        """Do the oldest job; False when there is none."""
        if not self.jobs:
            return False
        self.jobs.popleft()()
        return True

    def run(self) -> None:
        """Do all jobs, and those that they make."""
        while self.step():
            pass


class Desk:
    """A writer, its journal and its disk; ``told`` is what came out, in order."""

    def __init__(
        self,
        rules: Rules = RULES,
        journal: MemoryJournal | None = None,
        soon: Callable[[Callable[[], None]], object] = lambda call: call(),
    ) -> None:
        self.soon = soon
        self.rules = rules
        self.journal = journal or MemoryJournal()
        self.now_ms = 1_000
        self.told: list[str] = []
        self.storage: list[str | None] = []
        self._numbers = count(1)
        self.start()

    def start(self) -> None:
        """Start, or start again after a crash: nothing is left but the journal."""
        self.disk = Disk(self.journal)
        self.writer = HallWriter(
            self.rules,
            recover(self.rules, self.journal),
            self.disk,
            last_seq=self.journal.last_seq,
            known=remembered_ids(self.journal),
            clock_ms=lambda: self.now_ms,
            sentence_for=lambda error: DISK_FULL,
            soon=self.soon,
        )
        self.writer.on_recorded.append(self._reacted)
        self.writer.on_storage = lambda refusal: self.storage.append(
            None if refusal is None else refusal.code
        )

    def _reacted(self, happened: Sequence[Happened]) -> None:
        self.told += [f"react {h.seq} {h.name}" for h in happened]

    def give(self, command: c.Command, command_id: str | None = None) -> list[Outcome]:
        """Submit a command; the list gets its outcome once there is one."""
        outcomes: list[Outcome] = []
        found = command_id or f"test:{next(self._numbers)}"

        def reply(outcome: Outcome) -> None:
            outcomes.append(outcome)
            self.told.append(f"reply {found}")

        self.writer.submit(Submission(found, "test", command), reply)
        return outcomes

    def done(self, command: c.Command, command_id: str | None = None) -> Outcome:
        """Submit a command and let the disk work until it is answered, once."""
        outcomes = self.give(command, command_id)
        self.disk.run()
        (outcome,) = outcomes
        return outcome

    def open_day(self) -> Desk:
        """Open the day."""
        assert self.done(c.OpenDay("2026-03-02")).refusal is None
        return self

    def take(self) -> str:
        """Take a ticket, durable."""
        return number_of(self.done(c.TakeTicket("D01", "kiosk-1")))


def number_of(outcome: Outcome) -> str:
    """Return the number that an accepted ``TakeTicket`` gave."""
    assert outcome.refusal is None, outcome.refusal.en
    (happened,) = outcome.happened
    assert isinstance(happened.event, e.TicketIssued)
    return happened.event.number
