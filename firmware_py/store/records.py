"""What goes into the journal and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.app.ports import Entry, NewEvent
from firmware_py.store.problems import Problem

__all__ = ["Entry", "Epoch", "Head", "NewEvent", "Recorded", "Verified"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as read back; ``hash`` is its link of the chain (see ``chain``)."""

    seq: int
    time_ms: int
    type: str
    by: str
    command_id: str
    body: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where the journal ends. ``link`` is what the next event's hash begins with.

    ``commit_no`` counts transactions; ``last_time_ms`` is 0 while the epoch has no event.
    """

    commit_no: int
    last_seq: int
    last_time_ms: int
    link: bytes


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch of the journal that one card wrote: all events after ``cut_seq``.

    A restored journal keeps the events up to ``cut_seq`` of ``former_epoch`` (their numbers and
    hashes stay) and goes on at ``cut_seq + 1``; the first epoch has ``""`` and 0.
    """

    epoch: str
    node: str
    started_ms: int
    former_epoch: str
    cut_seq: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What a full check found. ``count`` events were walked, ``first_seq`` to ``last_seq``."""

    epoch: str
    count: int
    first_seq: int
    last_seq: int
    last_time_ms: int
    head_hash: bytes
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def first_bad_seq(self) -> int | None:
        """The lowest event that is missing or changed, None when none is."""
        bad = [
            problem.seq
            for problem in self.problems
            if problem.seq is not None and problem.code in {"missing", "changed", "time"}
        ]
        return min(bad, default=None)
