"""Walking the chain: every event against the link before it."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from firmware_py.store.chain import START, epoch_link, event_hash
from firmware_py.store.problems import Problem
from firmware_py.store.records import Epoch

__all__ = ["ROWS", "Walk", "link_after", "read_epochs"]

#: A file that is damaged all over need not be listed event by event.
_ENOUGH = 100
#: A check gives way to others after so many rows.
ROWS = 1_000


def read_epochs(connection: sqlite3.Connection) -> list[Epoch]:
    """Return the epochs, oldest first."""
    rows = connection.execute(
        "SELECT epoch, node, started_ms, former_epoch, cut_seq FROM epochs ORDER BY rowid"
    )
    return [Epoch(_text(a), _text(b), c, _text(d), e) for a, b, c, d, e in rows]


def link_after(connection: sqlite3.Connection, seq: int) -> bytes | None:
    """Return the hash of event ``seq``, also when it is the anchor or 0; None without it."""
    if seq == 0:
        return START
    for table in ("events", "anchors"):
        sql = f"SELECT hash FROM {table} WHERE seq = ?"  # noqa: S608 - two fixed names
        row = connection.execute(sql, (seq,)).fetchone()
        if row is not None:
            return bytes(row[0])
    return None


@dataclass(slots=True)
class Walk:
    """A walk from the event after ``last_seq`` to the end; ``link`` is the hash before it.

    None as ``link`` takes the first event's hash as given.
    """

    epochs: Sequence[Epoch]
    last_seq: int
    link: bytes | None
    count: int = 0
    last_time_ms: int = 0
    problems: list[Problem] = field(default_factory=list)

    def run(self, connection: sqlite3.Connection, between: Callable[[], None]) -> None:
        """Walk; ``between`` is called every 1,000 events. Raises ``sqlite3.Error``."""
        # Texts come as bytes: what is hashed is bytes, and damaged text need not be UTF-8.
        cursor = connection.execute(
            "SELECT seq, time_ms, CAST(type AS BLOB), CAST(by AS BLOB), "
            "CAST(command_id AS BLOB), CAST(body AS BLOB), hash "
            "FROM events WHERE seq > ? ORDER BY seq",
            (self.last_seq,),
        )
        ahead = [epoch for epoch in self.epochs if epoch.cut_seq >= self.last_seq]
        while rows := cursor.fetchmany(ROWS):
            for row in rows:
                ahead = self._pass_epochs(ahead, row[0] - 1)
                self._step(*row)
            if len(self.problems) >= _ENOUGH:
                return
            between()
        self._pass_epochs(ahead, self.last_seq)

    def _pass_epochs(self, ahead: list[Epoch], seq: int) -> list[Epoch]:
        while ahead and ahead[0].cut_seq <= seq:
            epoch, *ahead = ahead
            self.last_time_ms = 0
            if self.link is not None:
                self.link = epoch_link(self.link, epoch)
        return ahead

    def _step(
        self,
        seq: int,
        time_ms: int,
        kind: bytes,
        by: bytes,
        command_id: bytes,
        body: bytes,
        stored: bytes,
    ) -> None:
        if seq != self.last_seq + 1:
            self.problems.append(Problem.of("missing", self.last_seq + 1))
            self.link = None
        try:
            expected = (
                stored
                if self.link is None
                else event_hash(self.link, seq, time_ms, kind, by, command_id, body)
            )
            if time_ms < self.last_time_ms:
                self.problems.append(Problem.of("time", seq))
            self.last_time_ms = time_ms
        except (TypeError, struct.error) as error:
            # A cell of another type than was written: NULL, a float, a negative time.
            self.problems.append(Problem.of("changed", seq, str(error)))
        else:
            if expected != stored:
                self.problems.append(Problem.of("changed", seq))
        self.link = stored
        self.last_seq = seq
        self.count += 1


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")
