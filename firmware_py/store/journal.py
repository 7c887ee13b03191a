"""The journal: events, outcomes, positions and snapshots in one SQLite file.

One connection, used by one thread at a time. What a command adds is one ``Entry``; entries that
wait for the disk together are one ``append``, one transaction and one wait. Content is opaque:
a body is JSON that the caller has written.

Beside ``journal.db`` lie SQLite's ``-wal`` and ``-shm``, ``journal.id`` (see ``marker``) and
``journal.lock``. Any tool may read the file meanwhile (``sqlite3 -readonly``, sqlite-utils);
nothing else may write it.

Example::

    journal = Journal.open(Path("/var/lib/hall/journal.db"), node="hub-1")
    taken = NewEvent("TicketTaken", b'{"ticket":"A001"}')
    [numbers] = journal.append([Entry("kiosk-1:17", "kiosk-1", now_ms, b'{"ok":true}', (taken,))])
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from firmware_py.store import compaction, snapshots
from firmware_py.store.backup import back_up
from firmware_py.store.batch import build, insert
from firmware_py.store.checked import (
    proven_figures,
    proven_outcomes,
    proven_positions,
    put_positions,
)
from firmware_py.store.errors import (
    CommandKnown,
    EventsGone,
    JournalDamaged,
    JournalUnreliable,
    from_os,
    from_sqlite,
)
from firmware_py.store.lock import FileLock
from firmware_py.store.log_room import widen
from firmware_py.store.marker import MarkerFile
from firmware_py.store.opening import CHECKPOINT_PAGES, open_files
from firmware_py.store.problems import Problem
from firmware_py.store.records import Entry, Epoch, Head, Recorded, Verified
from firmware_py.store.verify import read_head, verify_file

__all__ = ["Journal"]

#: The marker is one disk sector.
_NODE_BYTES = 100
_NO_POSITIONS: Mapping[str, int] = MappingProxyType({})
_NO_FIGURES: Mapping[str, bytes] = MappingProxyType({})


def _nothing() -> None:
    return None


class Journal:
    """An open journal. Made by ``open``, ended by ``close``."""

    def __init__(
        self,
        path: Path,
        lock: FileLock,
        connection: sqlite3.Connection,
        marker: MarkerFile,
        epochs: list[Epoch],
        head: Head,
    ) -> None:
        self.path = path
        self.epochs = tuple(epochs)
        self._lock = lock
        self._connection = connection
        self._marker = marker
        self._head = head
        anchor = connection.execute("SELECT coalesce(max(seq), 0) FROM anchors").fetchone()
        self._first_seq = int(anchor[0]) + 1
        #: Set by a failure after which memory and disk may differ; see ``_usable``.
        self._doubt = False
        self._failed: JournalUnreliable | None = None

    @classmethod
    def open(cls, path: Path, *, node: str) -> Self:
        """Open the journal, or create it when there is none at all (a first start).

        ``node`` is this Pi's name, at most 100 bytes of UTF-8 (else ``ValueError``). Raises
        ``JournalLocked``, ``JournalReadOnly``, ``JournalFull``, ``JournalTooNew``, and
        ``JournalDamaged`` for a file that vanished, is empty, was cut, swapped or rolled back, or
        whose newest events do not prove themselves. Nothing is ever repaired or replaced.
        """
        if not node.isprintable() or not 0 < len(node.encode()) <= _NODE_BYTES:
            raise ValueError(f"{node!r} cannot be a node's name")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise from_os(error, path) from error
        lock = FileLock(path)
        lock.take()
        try:
            return cls(path, lock, *open_files(path, node))
        except BaseException:
            lock.free()
            raise

    @property
    def epoch(self) -> str:
        """Name of this epoch: new with each creation and each restore, never used twice."""
        return self.epochs[-1].epoch

    @property
    def last_seq(self) -> int:
        """Number of the newest event, 0 before the first."""
        return self._head.last_seq

    @property
    def last_time_ms(self) -> int:
        """Time of this epoch's newest event, 0 before its first."""
        return self._head.last_time_ms

    @property
    def last_hash(self) -> bytes:
        """Return the chain's newest link."""
        return self._head.link

    @property
    def first_seq(self) -> int:
        """Number of the oldest event that was not compacted (of the next one without any)."""
        return self._first_seq

    def append(
        self, entries: Sequence[Entry], positions: Mapping[str, int] = _NO_POSITIONS
    ) -> list[range]:
        """Record entries (and positions) in one transaction, durable on return.

        Returns the numbers of each entry's events: consecutive, without a gap; an empty range for
        an entry without events. Raises ``ValueError`` for a time that runs backwards,
        ``CommandKnown`` for a command id that has its outcome already, and the journal's errors;
        after any of them nothing of the batch is remembered, and a later append works.
        """
        batch = build(self._head, entries)

        def fill(connection: sqlite3.Connection) -> None:
            insert(connection, batch)
            if positions:
                put_positions(connection, positions, batch.head.last_seq)

        self._commit(batch.head, fill)
        return batch.numbers

    def set_positions(self, positions: Mapping[str, int]) -> None:
        """Record how far consumers are, durably. A consumer may go back, to hear it again.

        Raises ``ValueError`` for a position beyond the newest event.
        """
        self._commit(
            self._next(), lambda connection: put_positions(connection, positions, self.last_seq)
        )

    def drop_position(self, consumer: str) -> None:
        """Forget a consumer that is gone for good, so that it holds back no compaction."""
        sql = "DELETE FROM positions WHERE consumer = ?"
        self._commit(self._next(), lambda connection: connection.execute(sql, (consumer,)))

    def positions(self) -> dict[str, int]:
        """Return how far each consumer is: the newest event that it has dealt with."""
        rows = self._ask("SELECT consumer, seq, crc FROM positions")
        return proven_positions(rows, self.path)

    def outcome(self, command_id: str) -> bytes | None:
        """Return the outcome that this command had, None when it is unknown or forgotten."""
        rows = self._ask(
            "SELECT command_id, time_ms, outcome, crc FROM commands WHERE command_id = ?",
            (command_id,),
        )
        return proven_outcomes(rows, self.path)[0][1] if rows else None

    def newest_outcomes(self, limit: int) -> list[tuple[str, bytes]]:
        """Return the newest command ids with their outcomes, newest first."""
        rows = self._ask(
            "SELECT command_id, time_ms, outcome, crc FROM commands ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return proven_outcomes(rows, self.path)

    def command_ids(self) -> Iterator[str]:
        """Yield the id of every command whose outcome is remembered, in no order."""
        try:
            for (command_id,) in self._connection.execute("SELECT command_id FROM commands"):
                yield command_id
        except sqlite3.Error as error:
            raise from_sqlite(error, self.path) from error

    def forget_outcomes(self, before_time_ms: int, at_most: int = 5_000) -> int:
        """Forget outcomes of commands before that time; return how many.

        At most ``at_most`` in one go (5,000 take about 30 ms): call again until it returns 0.
        """
        removed = 0

        def fill(connection: sqlite3.Connection) -> None:
            nonlocal removed
            removed = connection.execute(
                "DELETE FROM commands WHERE id IN "
                "(SELECT id FROM commands WHERE time_ms < ? ORDER BY id LIMIT ?)",
                (before_time_ms, at_most),
            ).rowcount

        self._commit(self._next(), fill)
        return removed

    def read(self, after_seq: int, limit: int) -> list[Recorded]:
        """Return at most ``limit`` events after ``after_seq``, in order, without a gap.

        Raises ``EventsGone`` when the next one was compacted, ``JournalDamaged`` for a gap.
        """
        rows = self._ask(
            "SELECT seq, time_ms, type, by, command_id, CAST(body AS BLOB), hash "
            "FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
            (after_seq, limit),
        )
        if after_seq < self.last_seq and limit > 0:
            if after_seq < self._first_seq - 1:
                raise EventsGone(self.path, self._first_seq)
            wanted = min(limit, self.last_seq - after_seq)
            if len(rows) != wanted or rows[-1][0] != after_seq + wanted:
                missing = _first_missing(after_seq, [row[0] for row in rows])
                raise JournalDamaged(self.path, Problem.of("missing", missing))
        return [Recorded(*row) for row in rows]

    def save_snapshot(self, seq: int, body: bytes) -> None:
        """Keep the state as it was after event ``seq``; only the three newest are kept."""
        self._commit(
            self._next(), lambda connection: snapshots.insert_snapshot(connection, seq, body)
        )

    def newest_snapshot(self) -> tuple[int, bytes] | None:
        """Return the newest sound snapshot; the state is it and the events after it.

        None: there is none, read from event 1 on. Raises ``JournalDamaged`` when none is sound
        and the events do not go back to 1.
        """
        try:
            return snapshots.newest_good(self._connection, self.path, self._first_seq)
        except sqlite3.Error as error:
            raise from_sqlite(error, self.path) from error

    def compact(
        self,
        *,
        before_seq: int | None = None,
        before_time_ms: int | None = None,
        figures: Mapping[str, bytes] = _NO_FIGURES,
        at_most: int = 5_000,
    ) -> int:
        """Keep ``figures`` (a day such as ``2026-11-22`` to JSON) and remove old events.

        Never removed: what a consumer has not passed, what the oldest kept snapshot needs.
        Returns how many went, at most ``at_most`` in one go (about 20 ms for 5,000): call again
        until it returns 0. A day's first figures stay. Raises ``ValueError`` without a bound.
        """
        if before_seq is None and before_time_ms is None:
            raise ValueError("compact needs before_seq or before_time_ms")
        passed = min(self.positions().values(), default=None)
        first_seq, removed = self._first_seq, 0

        def fill(connection: sqlite3.Connection) -> None:
            nonlocal removed
            cut = compaction.cut_at(
                connection, before_seq=before_seq, before_time_ms=before_time_ms, passed=passed
            )
            compaction.insert_figures(connection, figures)
            cut = min(cut, first_seq - 1 + at_most)
            if cut >= first_seq:
                removed = compaction.remove_up_to(connection, cut)

        self._commit(self._next(), fill)
        self._first_seq += removed
        return removed

    def day_figures(self) -> dict[str, bytes]:
        """Return the figures kept, by day, oldest first."""
        rows = self._ask("SELECT day, CAST(body AS BLOB), crc FROM day_figures ORDER BY day")
        return proven_figures(rows, self.path)

    def verify(self, between: Callable[[], None] = _nothing) -> Verified:
        """Check everything; see ``verify_file``. Any thread may, while the journal is open."""
        return verify_file(self.path, between)

    def backup(
        self,
        folder: Path,
        *,
        keep: int = 7,
        pages: int = 256,
        between: Callable[[], None] = _nothing,
    ) -> Path:
        """Copy the journal into ``folder``; see ``back_up``. Any thread may, while it is open."""
        return back_up(self.path, folder, keep=keep, pages=pages, between=between)

    def checkpoint(self) -> None:
        """Move the log into the database while nothing else is to do; also syncs the marker.

        Without it a commit does so every 2,000 pages of the log, which takes about 10 ms (1,000
        pages: 5 ms twice as often; 4,000: 20 ms). Raises ``JournalFull`` and the others; nothing
        is lost then.
        """
        self._ask("PRAGMA wal_checkpoint(PASSIVE)")
        self._marker.sync()

    def widen_log(self) -> bool:
        """Give the log one more piece of its usual length; False when it has it all."""
        return widen(self.path.with_name(f"{self.path.name}-wal"), CHECKPOINT_PAGES)

    def close(self) -> None:
        """Close in order; a second call does nothing."""
        self._marker.sync()
        self._marker.close()
        self._connection.close()
        self._lock.free()

    def _next(self) -> Head:
        head = self._head
        return Head(head.commit_no + 1, head.last_seq, head.last_time_ms, head.link)

    def _commit(self, head: Head, fill: Callable[[sqlite3.Connection], object]) -> None:
        """Run ``fill`` and move the head in one durable transaction, or change nothing."""
        self._usable()
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            fill(connection)
            self._move_head(head)
            connection.execute("COMMIT")
        except BaseException as error:
            self._undo()
            if isinstance(error, sqlite3.Error):
                raise self._named(error) from error
            raise
        self._head = head
        self._marker.note(head.commit_no, head.last_seq, head.link)

    def _move_head(self, head: Head) -> None:
        moved = self._connection.execute(
            "UPDATE head SET commit_no = ?, last_seq = ?, last_time_ms = ?, link = ? "
            "WHERE id = 1 AND commit_no = ?",
            (head.commit_no, head.last_seq, head.last_time_ms, head.link, self._head.commit_no),
        )
        if moved.rowcount != 1:
            detail = "another program has written"
            raise JournalDamaged(self.path, Problem.of("head", detail=detail))

    def _undo(self) -> None:
        self._doubt = True
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            self._failed = JournalUnreliable(self.path, str(error))

    def _named(self, error: sqlite3.Error) -> Exception:
        if "commands.command_id" in str(error):
            return CommandKnown(self.path, str(error))
        said = from_sqlite(error, self.path)
        if isinstance(said, JournalUnreliable):
            # After a failed sync the kernel may call lost pages clean: only a new start knows.
            self._failed = said
        return said

    def _usable(self) -> None:
        """After a failure, go on only when the disk agrees with what memory says."""
        if self._failed is not None:
            raise self._failed
        if not self._doubt:
            return
        try:
            head = read_head(self._connection)
        except sqlite3.Error as error:
            raise from_sqlite(error, self.path) from error
        if head != self._head:
            self._failed = JournalUnreliable(self.path, f"{head} on disk, {self._head} expected")
            raise self._failed
        self._doubt = False

    def _ask(self, sql: str, values: tuple[str | int, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise from_sqlite(error, self.path) from error


def _first_missing(after_seq: int, found: list[int]) -> int:
    return next(
        (seq for seq, there in enumerate(found, after_seq + 1) if there != seq),
        after_seq + 1 + len(found),
    )
