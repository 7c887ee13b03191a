"""Restoring a backup: by command only, and nothing that was there is deleted.

The order of the steps makes a power cut at any of them safe: the new marker comes first, so a
restore that was cut off is a journal that does not fit its marker, and is refused until the
command is given again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from firmware_py.store.batch import build, insert
from firmware_py.store.chain import epoch_link
from firmware_py.store.copying import copy_part, put_in_place
from firmware_py.store.epochs import new_epoch
from firmware_py.store.errors import JournalDamaged, JournalError, from_os, from_sqlite
from firmware_py.store.lock import FileLock
from firmware_py.store.marker import MarkerFile, marker_path, sync_folder
from firmware_py.store.opening import now_ms
from firmware_py.store.records import Entry, Epoch, Head
from firmware_py.store.schema import insert_epoch
from firmware_py.store.verify import read_head, reading, verify_file
from firmware_py.store.walk import read_epochs

__all__ = ["restore"]


def restore(backup: Path, target: Path, node: str, entries: Sequence[Entry] = ()) -> Epoch:
    """Put ``backup`` in the place of the journal at ``target``, as the start of a new epoch.

    The epoch returned names the former one and the event it was cut at; the next event gets the
    number after it. ``entries`` are the first of the new epoch: with it or not at all, so a power
    cut cannot leave a journal that lacks them. What lay at ``target`` is kept beside it as
    ``*.damaged-<time>``. Raises ``JournalDamaged`` when the backup is not wholly good (nothing is
    touched then), ``JournalLocked`` while a daemon runs on ``target``, and the journal's other
    errors.
    """
    verified = verify_file(backup)
    if not verified.ok:
        raise JournalDamaged(backup, verified.problems[0])
    part = target.with_name(f".{target.name}.restoring")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            lock = FileLock(target)
            lock.take()
            stack.callback(lock.free)
            stack.callback(part.unlink, missing_ok=True)
            _give(target.with_suffix(".lock"))
            epoch, head = _prepare(backup, part, node, entries)
            _give(part)
            _set_aside(target)
            marker = MarkerFile(marker_path(target), epoch.epoch, node)
            stack.callback(marker.close)
            marker.start(head.commit_no, head.last_seq, head.link)
            _give(marker_path(target))
            # SQLite would take an old log for the new file's.
            for suffix in ("-wal", "-shm"):
                target.with_name(target.name + suffix).unlink(missing_ok=True)
            put_in_place(part, target)
    except JournalError:
        raise
    except sqlite3.Error as error:
        raise from_sqlite(error, target) from error
    except OSError as error:
        raise from_os(error, target) from error
    return epoch


def _prepare(backup: Path, part: Path, node: str, entries: Sequence[Entry]) -> tuple[Epoch, Head]:
    with reading(backup) as source:
        copy_part(source, part, pages=-1, between=lambda: None)
    connection = sqlite3.connect(part, isolation_level=None)
    try:
        former, old = read_epochs(connection)[-1], read_head(connection)
        started_ms = now_ms()
        epoch = Epoch(new_epoch(started_ms), node, started_ms, former.epoch, old.last_seq)
        # Time may begin anew: a journal from a clock years ahead would refuse every event.
        head = Head(old.commit_no + 1, old.last_seq, 0, epoch_link(old.link, epoch))
        batch = build(head, entries)
        head = batch.head
        connection.execute("BEGIN IMMEDIATE")
        insert_epoch(connection, epoch)
        insert(connection, batch)
        connection.execute(
            "UPDATE head SET commit_no = ?, last_seq = ?, last_time_ms = ?, link = ?",
            (head.commit_no, head.last_seq, head.last_time_ms, head.link),
        )
        connection.execute("COMMIT")
    finally:
        connection.close()
    return epoch, head


def _give(path: Path) -> None:
    """Give a file to whom the folder belongs: root restores, and the daemon is to write."""
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)


def _set_aside(target: Path) -> None:
    """Keep what is at ``target`` under names with the time, the journal staying where it is."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    for path in (
        target,
        target.with_name(target.name + "-wal"),
        target.with_name(target.name + "-shm"),
        marker_path(target),
    ):
        if not path.exists():
            continue
        aside, number = path.with_name(f"{path.name}.damaged-{stamp}"), 1
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
        try:
            # The marker is overwritten where it lies; the others are replaced.
            if path == marker_path(target):
                shutil.copy2(path, aside)
            else:
                os.link(path, aside)
        except OSError:
            # A file system without hard links.
            shutil.copy2(path, aside)
        _give(aside)
    sync_folder(target.parent)
