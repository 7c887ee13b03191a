"""What a consumer keeps: every event once, in order, and which epoch wrote it.

``Ledger`` is what a consumer needs from its store; ``LinesLedger`` is a small one, a file with
one CloudEvent a line. A centre puts its database behind the same four methods, and stores the
events and their position in one transaction.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import msgspec

from firmware_py.sync.ports import EpochStart

__all__ = ["Ledger", "LinesLedger", "Stretch", "common_seq"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events ``first`` to ``last`` are stored, and ``epoch`` wrote them."""

    epoch: str
    first: int
    last: int


class Ledger(Protocol):
    """A consumer's store for one hall."""

    def stretches(self) -> Sequence[Stretch]:
        """Return what is stored, in order; empty at first."""
        ...

    def store(self, events: Sequence[tuple[str, int, bytes]]) -> None:
        """Store ``(epoch, seq, CloudEvent)`` durably before returning, all of them or none.

        What it raises is logged; the events come again.
        """
        ...

    def roll_back(self, after: int) -> None:
        """Drop every event after ``after``: the hall was restored from a backup older than it."""
        ...

    def close(self) -> None:
        """No more of it."""
        ...


def common_seq(stored: Sequence[Stretch], epochs: Sequence[EpochStart]) -> int:
    """Return up to which event the store and the hall's journal have the same history.

    An event is the same when epoch and number are: each epoch is written by one card only.
    """
    ends = {
        start.epoch: (start.first_seq, after.first_seq - 1) for start, after in pairwise(epochs)
    }
    ends[epochs[-1].epoch] = (epochs[-1].first_seq, 2**63)
    common = 0
    for stretch in stored:
        first, last = ends.get(stretch.epoch, (0, -1))
        if stretch.first < first or stretch.first > last:
            return common
        common = min(stretch.last, last)
        if common < stretch.last:
            return common
    return common


class _Line(msgspec.Struct):
    epoch: str
    seq: int


_line = msgspec.json.Decoder(_Line)


class LinesLedger:
    """One CloudEvent a line. A line that a power cut left half written is cut off at opening."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._path = path
        self._durable = durable
        self._stretches: list[Stretch] = []
        path.touch()
        self._read()
        self._file = path.open("ab", buffering=0)

    def _read(self) -> None:
        whole = 0
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                head = _line.decode(line)
                self._count(head.epoch, head.seq)
                whole += len(line)
        os.truncate(self._path, whole)

    def _count(self, epoch: str, seq: int) -> None:
        newest = self._stretches[-1] if self._stretches else None
        if newest is not None and newest.epoch == epoch and newest.last == seq - 1:
            self._stretches[-1] = Stretch(epoch, newest.first, seq)
        else:
            self._stretches.append(Stretch(epoch, seq, seq))

    def stretches(self) -> Sequence[Stretch]:
        """Return what is stored."""
        return tuple(self._stretches)

    def store(self, events: Sequence[tuple[str, int, bytes]]) -> None:
        """Append events."""
        size = self._path.stat().st_size
        rest = memoryview(b"".join(body + b"\n" for _, _, body in events))
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            self._sync()
        except OSError:
            os.truncate(self._path, size)
            raise
        for epoch, seq, _ in events:
            self._count(epoch, seq)

    def roll_back(self, after: int) -> None:
        """Cut the file behind the last event up to ``after``; what is cut is kept beside it."""
        self._file.close()
        kept = 0
        with self._path.open("rb") as file:
            for line in file:
                if _line.decode(line).seq > after:
                    break
                kept += len(line)
            file.seek(kept)
            dropped = file.read()
        if dropped:
            name = f"{self._path.name}.dropped-after-{after}"
            with self._path.with_name(name).open("ab") as aside:
                aside.write(dropped)
        os.truncate(self._path, kept)
        self._stretches.clear()
        self._read()
        self._file = self._path.open("ab", buffering=0)
        self._sync()

    def _sync(self) -> None:
        if self._durable:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()
