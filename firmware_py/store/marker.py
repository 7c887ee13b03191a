"""The marker beside the journal: a witness outside the database.

``journal.id`` says which epoch the journal beside it is of and how far it was. A database that
vanished, was emptied, swapped or rolled back (a ``-wal`` that was deleted or cut takes the newest
transactions with it, and SQLite cannot tell) is older than its marker, and that is noticed.

The marker is one disk sector of 512 bytes, text lines padded with blanks, the last a CRC-32 of
those before it. It is overwritten in place after each commit without waiting for the disk: it
survives a killed process at once and a power cut after the kernel's next write-back (30 s at
most), and it never runs ahead of what is durable. ``sync`` waits for the disk.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Marker", "MarkerFile", "marker_path", "read_marker"]

_SIZE = 512
_FIRST_LINE = "hall-journal 1"
_FIELDS = 7


def marker_path(journal: Path) -> Path:
    """Return where the marker of ``journal`` lies."""
    return journal.with_suffix(".id")


@dataclass(frozen=True, slots=True)
class Marker:
    """What a marker says; ``link`` is the head's link in hexadecimal."""

    epoch: str
    node: str
    commit_no: int
    seq: int
    link: str


def read_marker(path: Path) -> Marker | None:
    """Return what the marker says, None when its bytes are damaged.

    Raises ``FileNotFoundError`` when there is none: the callers treat the two differently.
    """
    text, _, crc = path.read_bytes().rstrip().rpartition(b"crc ")
    lines = text.decode("utf-8", "replace").splitlines()
    if crc != b"%08x" % zlib.crc32(text) or len(lines) != _FIELDS - 1 or lines[0] != _FIRST_LINE:
        return None
    epoch, node, commit_no, seq, link = (line.partition(" ")[2] for line in lines[1:])
    return Marker(epoch, node, int(commit_no), int(seq), link)


class MarkerFile:
    """The marker, open for writing. One owner: the journal."""

    def __init__(self, path: Path, epoch: str, node: str) -> None:
        self._prefix = f"{_FIRST_LINE}\nepoch {epoch}\nnode {node}\n".encode()
        self._crc = zlib.crc32(self._prefix)
        self._path = path
        self._fd = -1

    def start(self, commit_no: int, seq: int, link: bytes) -> None:
        """Put the marker in place, durably. Raises ``OSError``.

        One that is there is overwritten where it lies: on a full disk there is no room for
        another. A new one is renamed into place when it is whole.
        """
        sector = self._sector(commit_no, seq, link)
        with contextlib.suppress(FileNotFoundError):
            self._fd = os.open(self._path, os.O_RDWR)
            os.ftruncate(self._fd, _SIZE)
            os.pwrite(self._fd, sector, 0)
            os.fsync(self._fd)
            return
        fresh = self._path.with_name(self._path.name + ".new")
        self._fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        os.write(self._fd, sector)
        os.fsync(self._fd)
        fresh.replace(self._path)
        sync_folder(self._path.parent)

    def note(self, commit_no: int, seq: int, link: bytes) -> None:
        """Write how far the journal is, without waiting for the disk."""
        # The commit is durable already: a witness that cannot be written must not undo it.
        with contextlib.suppress(OSError):
            os.pwrite(self._fd, self._sector(commit_no, seq, link), 0)

    def sync(self) -> None:
        """Wait until the disk has the marker; does nothing once closed."""
        if self._fd < 0:
            return
        with contextlib.suppress(OSError):
            os.fdatasync(self._fd)

    def close(self) -> None:
        """Close; a second call does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _sector(self, commit_no: int, seq: int, link: bytes) -> bytes:
        tail = b"commit %d\nseq %d\nlink %b\n" % (commit_no, seq, link.hex().encode())
        crc = zlib.crc32(tail, self._crc)
        return (self._prefix + tail + b"crc %08x\n" % crc).ljust(_SIZE)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
