"""A complete copy of another Pi's journal: the same numbers, the same links, checked row by row.

The file is a journal like any other. Whoever wrote its last epoch decides: a promotion is one
transaction that adds an epoch of this Pi's, and the copy is its journal from then on. Until then
nothing is added but what the other journal has, word for word.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import msgspec

from firmware_py.store.batch import build, insert
from firmware_py.store.chain import epoch_link, event_hash, row_check
from firmware_py.store.checked import put_positions
from firmware_py.store.copying import put_in_place
from firmware_py.store.errors import JournalDamaged, from_os, from_sqlite
from firmware_py.store.journal import Journal
from firmware_py.store.lock import FileLock
from firmware_py.store.marker import MarkerFile, marker_path, sync_folder
from firmware_py.store.opening import open_files
from firmware_py.store.pages import Page, Wanted, joined
from firmware_py.store.problems import Problem
from firmware_py.store.records import Entry, Epoch, Head
from firmware_py.store.schema import insert_epoch
from firmware_py.store.verify import read_head, reading, verify_file
from firmware_py.store.walk import link_after, read_epochs

__all__ = ["CopiedJournal", "epochs_of", "last_seq_of", "put_aside", "take_whole"]

_EVENTS = (
    "INSERT INTO events (seq, time_ms, type, by, command_id, body, hash) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_COMMANDS = (
    "INSERT OR REPLACE INTO commands (id, command_id, time_ms, outcome, crc) VALUES (?, ?, ?, ?, ?)"
)
Fill = Callable[[sqlite3.Connection], object]

#: Outcomes that are let go at once, as in ``Journal.forget_outcomes``.
_AT_MOST = 5_000


class CopiedJournal(Journal):
    """The copy while it is open. Made by ``open_copy``; one thread at a time."""

    @classmethod
    def open_copy(cls, path: Path) -> Self:
        """Open the copy at ``path``, whoever wrote it. Raises as ``Journal.open`` does."""
        lock = FileLock(path)
        lock.take()
        try:
            return cls(path, lock, *open_files(path, None))
        except BaseException:
            lock.free()
            raise

    #: Pages that end inside a command wait for the rest of it.
    _pending: tuple[Page, ...] = ()

    def wanted(self) -> Wanted:
        """Return where the copy stands, for ``store.pages.read_page`` at the other Pi."""
        events = [row for page in self._pending for row in page.events[-1:]]
        commands = [row for page in self._pending for row in page.commands[-1:]]
        here = self._stands()
        if events:
            here = msgspec.structs.replace(here, after=events[-1][0], link=events[-1][6])
        if commands:
            number, command_id = commands[-1][:2]
            here = msgspec.structs.replace(here, command=number, command_id=command_id)
        return here

    def _stands(self) -> Wanted:
        last = self._ask("SELECT id, command_id FROM commands ORDER BY id DESC LIMIT 1")
        link = link_after(self._connection, self.last_seq)
        if link is None:
            raise JournalDamaged(self.path, Problem.of("missing", self.last_seq))
        number, command_id = last[0] if last else (0, "")
        return Wanted(self.last_seq, link.hex(), number, command_id, self.epoch)

    def take(self, page: Page) -> None:
        """Record what follows, durably: all of it or nothing.

        A page that ends inside a command waits for the rest of it. Raises ``JournalDamaged`` for a
        gap, a wrong link, a row that is not what its checksum says or an epoch of another history;
        nothing is taken then.
        """
        if not page.whole:
            self._pending = (*self._pending, page)
            return
        page, self._pending = joined((*self._pending, page)), ()
        new = self._new_epochs(page)
        head, rows = self._checked(page, new)
        commands = [self._outcome(row) for row in page.commands]
        # What a reader of the other journal knows may be ahead of what is here.
        positions = {name: min(seq, head.last_seq) for name, seq in page.positions.items()}

        def fill(connection: sqlite3.Connection) -> None:
            for epoch in new:
                insert_epoch(connection, epoch)
            connection.executemany(_EVENTS, rows)
            connection.executemany(_COMMANDS, commands)
            put_positions(connection, positions, head.last_seq)
            connection.execute(
                "DELETE FROM commands WHERE id IN "
                "(SELECT id FROM commands WHERE id < ? ORDER BY id LIMIT ?)",
                (page.first_command, _AT_MOST),
            )

        self._commit_with(new, head, fill)

    def types_after(self, seq: int) -> set[str]:
        """Return the types of the events after ``seq``."""
        rows = self._ask("SELECT DISTINCT type FROM events WHERE seq > ?", (seq,))
        return {kind for (kind,) in rows}

    def promote(self, name: str, node: str, now_ms: int, entries: Sequence[Entry] = ()) -> Epoch:
        """Begin an epoch of ``node``'s own: from the return on this journal is its own.

        One transaction, durable: a power cut leaves the copy or the new epoch, and ``entries``
        are in it. Raises ``ValueError`` for a name that was used, and the journal's errors.
        """
        if name in {epoch.epoch for epoch in self.epochs}:
            raise ValueError(f"the epoch {name} was begun before")
        old = self._head
        epoch = Epoch(name, node, now_ms, self.epoch, old.last_seq)
        # Time may begin anew, as after a restore.
        began = Head(old.commit_no + 1, old.last_seq, 0, epoch_link(old.link, epoch))
        batch = build(began, entries)
        now = batch.head
        head = Head(old.commit_no + 1, now.last_seq, now.last_time_ms, now.link)

        def fill(connection: sqlite3.Connection) -> None:
            insert_epoch(connection, epoch)
            insert(connection, batch)

        self._commit_with([epoch], head, fill)
        return epoch

    def _new_epochs(self, page: Page) -> list[Epoch]:
        told = [Epoch(*row) for row in page.epochs]
        known = list(self.epochs)
        if told[: len(known)] != known:
            raise JournalDamaged(self.path, Problem.of("other_epoch", detail=told[-1].epoch))
        new = told[len(known) :]
        if any(epoch.cut_seq < self.last_seq for epoch in new):
            raise JournalDamaged(self.path, Problem.of("other_epoch", detail=new[0].epoch))
        return new

    def _checked(self, page: Page, new: list[Epoch]) -> tuple[Head, list[tuple[object, ...]]]:
        old = self._head
        ahead, rows = list(new), list[tuple[object, ...]]()
        seq, last_ms, link = old.last_seq, old.last_time_ms, old.link
        for number, time_ms, kind, by, command_id, body, stored in page.events:
            if number != seq + 1:
                raise JournalDamaged(self.path, Problem.of("missing", seq + 1))
            while ahead and ahead[0].cut_seq <= seq:
                link, last_ms = epoch_link(link, ahead.pop(0)), 0
            words = (kind.encode(), by.encode(), command_id.encode(), body.encode())
            link = event_hash(link, number, time_ms, *words)
            if link.hex() != stored or time_ms < last_ms:
                raise JournalDamaged(self.path, Problem.of("changed", number))
            rows.append((number, time_ms, kind, by, command_id, body, link))
            seq, last_ms = number, time_ms
        while ahead and ahead[0].cut_seq <= seq:
            link, last_ms = epoch_link(link, ahead.pop(0)), 0
        # An epoch that begins behind this page comes with the page that reaches it.
        for epoch in ahead:
            new.remove(epoch)
        return Head(old.commit_no + 1, seq, last_ms, link), rows

    def _outcome(self, row: tuple[int, str, int, str, int]) -> tuple[int, str, int, bytes, int]:
        number, command_id, time_ms, outcome, crc = row
        if row_check(command_id.encode(), time_ms, outcome.encode()) != crc:
            raise JournalDamaged(self.path, Problem.of("outcome", detail=command_id))
        return number, command_id, time_ms, outcome.encode(), crc

    def _commit_with(self, new: Sequence[Epoch], head: Head, fill: Fill) -> None:
        """Commit; with a new epoch the marker goes before and comes back after.

        The marker names the epoch. Without one a journal proves itself by its chain, so a power cut
        at any moment leaves a journal that opens.
        """
        if new:
            self._marker.close()
            try:
                marker_path(self.path).unlink(missing_ok=True)
                sync_folder(self.path.parent)
            except OSError as error:
                raise from_os(error, self.path) from error
        try:
            self._commit(head, fill)
            self.epochs = (*self.epochs, *new)
        finally:
            if new:
                last = self.epochs[-1]
                self._marker = MarkerFile(marker_path(self.path), last.epoch, last.node)
                # What is recorded is recorded, with or without its witness.
                with contextlib.suppress(OSError):
                    self._marker.start(self._head.commit_no, self._head.last_seq, self._head.link)


def epochs_of(path: Path) -> list[Epoch]:
    """Return the epochs of the journal at ``path``, oldest first; none where there is no journal.

    Call it before the journal is opened. Raises the journal's errors.
    """
    if not path.exists():
        return []
    try:
        with reading(path) as connection:
            return read_epochs(connection)
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error


def last_seq_of(path: Path) -> int:
    """Return the last event of a journal, from its log too. Raises the journal's errors."""
    try:
        with reading(path) as connection:
            return read_head(connection).last_seq
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error


def take_whole(part: Path, target: Path) -> None:
    """Put a file that came as a whole in the place of the copy; nothing may lie there.

    It is checked wholly first: raises ``JournalDamaged`` for one that does not prove itself, and
    the journal's other errors.
    """
    found = verify_file(part)
    if not found.ok:
        raise JournalDamaged(part, found.problems[0])
    try:
        marker_path(target).unlink(missing_ok=True)
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        put_in_place(part, target)
    except OSError as error:
        raise from_os(error, target) from error


def put_aside(path: Path, name: str) -> Path:
    """Keep the journal at ``path``, which nobody has open, beside it as ``<path>.<name>``.

    Done again after a power cut it ends what was begun; nothing is ever overwritten or deleted.
    Returns where it lies.
    """
    aside, number = path.with_name(f"{path.name}.{name}"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.{name}-{number}")
    try:
        if path.exists():
            _into_one_file(path)
            path.rename(aside)
        marker = marker_path(path)
        if marker.exists():
            marker.replace(aside.with_name(aside.name + ".id"))
        sync_folder(path.parent)
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error
    except OSError as error:
        raise from_os(error, path) from error
    return aside


def _into_one_file(path: Path) -> None:
    """What a killed daemon left in the log belongs to the file."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
