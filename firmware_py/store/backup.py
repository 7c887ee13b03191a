"""Backups: a copy of the journal in a second place, proven before it counts.

A backup is named ``journal-<epoch>-<last event>.db``: names sort by age within an epoch, and no
clock is asked, which a Pi after a power cut may not have.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware_py.store.copying import copy_part, put_in_place
from firmware_py.store.errors import (
    BackupPlaceMissing,
    JournalDamaged,
    JournalError,
    from_os,
    from_sqlite,
)
from firmware_py.store.records import Verified
from firmware_py.store.verify import read_head, reading, verify_file
from firmware_py.store.walk import read_epochs

__all__ = ["Backup", "Made", "back_up", "find_backups", "newest_backup"]

_NAME = re.compile(r"journal-(?P<epoch>[0-9A-Z]{26}|\d+-[A-Za-z0-9._-]{1,64})-(?P<seq>\d{12})\.db")


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup found; ``verified`` is the full check of it, also when it is not good."""

    path: Path
    epoch: str
    last_seq: int
    verified: Verified

    @property
    def ok(self) -> bool:
        """Whether it can be restored."""
        return self.verified.ok


@dataclass(frozen=True, slots=True)
class Made:
    """A backup as its name and date tell; ``made_s`` is the wall clock, in seconds since 1970."""

    path: Path
    last_seq: int
    made_s: float


def back_up(
    journal: Path,
    folder: Path,
    *,
    keep: int = 7,
    pages: int = 256,
    between: Callable[[], None] = _nothing,
) -> Path:
    """Copy the journal at ``journal`` into ``folder`` while it is in use; return the backup.

    Reads through a connection of its own that cannot write: the writer goes on, and any thread
    may run this. ``between`` is called after every ``pages`` pages and every 1,000 events of the
    check, so that the caller can give way. The copy is checked wholly, synced and only then named;
    the ``keep`` newest of this epoch stay, other epochs' backups are never touched.

    ``folder`` must exist: where a disk is not mounted, a backup must not land on the card that it
    is to replace. Raises ``BackupPlaceMissing`` and the journal's errors; ``JournalDamaged`` when
    the copy does not prove itself.
    """
    if not folder.is_dir():
        raise BackupPlaceMissing(folder)
    part = folder / ".journal-backup.part"
    try:
        try:
            with reading(journal) as source:
                epoch, head = read_epochs(source)[-1].epoch, read_head(source)
                copy_part(source, part, pages=pages, between=between)
            verified = verify_file(part, between)
            if not verified.ok or verified.head_hash != head.link:
                raise JournalDamaged(journal, verified.problems[0])
            target = folder / f"journal-{epoch}-{head.last_seq:012d}.db"
            put_in_place(part, target)
        finally:
            part.unlink(missing_ok=True)
    except JournalError:
        raise
    except sqlite3.Error as error:
        raise from_sqlite(error, part) from error
    except OSError as error:
        raise from_os(error, part) from error
    _prune(folder, epoch, keep)
    return target


def find_backups(folder: Path, between: Callable[[], None] = _nothing) -> list[Backup]:
    """Return the backups in ``folder``, each checked wholly; good ones first, newest first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match is not None:
            verified = verify_file(path, between)
            found.append(Backup(path, match["epoch"], int(match["seq"]), verified))
    return sorted(found, key=lambda each: (each.ok, each.epoch, each.last_seq), reverse=True)


def newest_backup(folder: Path, epoch: str) -> Made | None:
    """Return the newest backup of ``epoch``, unchecked: only one that was proven has its name."""
    newest: Made | None = None
    try:
        for path in folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match is None or match["epoch"] != epoch:
                continue
            if newest is None or int(match["seq"]) > newest.last_seq:
                newest = Made(path, int(match["seq"]), path.stat().st_mtime)
    except OSError:
        # Not mounted, or unplugged meanwhile: none that is of use.
        return None
    return newest


def _prune(folder: Path, epoch: str, keep: int) -> None:
    names = sorted(
        path
        for path in folder.iterdir()
        if (match := _NAME.fullmatch(path.name)) is not None and match["epoch"] == epoch
    )
    for path in names[: -max(keep, 1)]:
        path.unlink()
