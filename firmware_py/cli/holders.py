"""Which programs hold a file of ``/dev`` open, from ``/proc`` alone; nothing is opened.

``/proc/locks`` (proc(5)) tells everybody who has locked the file, which this hall's programs and
pyserial's do; ``/proc/PID/fd`` tells root, and each user of his own programs, who has it open.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PROC", "Holder", "holders"]

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Holder:
    """A program: its number and its name, "" where it is not told."""

    pid: int
    program: str


def holders(path: str, proc: Path = PROC) -> tuple[Holder, ...]:
    """Return who holds ``path``; nobody when it is not there."""
    try:
        file = Path(path).stat()
    except OSError:
        return ()
    pids = _with_locks(file, proc) | _with_open_files(file, proc)
    return tuple(Holder(pid, _name(pid, proc)) for pid in sorted(pids))


def _with_locks(file: os.stat_result, proc: Path) -> set[int]:
    """Read ``1: FLOCK  ADVISORY  WRITE 1234 00:06:345 0 EOF``: process, device and inode."""
    place = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    try:
        lines = (proc / "locks").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return set()
    found = set()
    for line in lines:
        words = line.replace("-> ", "").split()
        # A lock of a process in another PID namespace has a number that is none of ours.
        if len(words) > 5 and words[5] == place and words[4].isdigit() and words[4] != "0":
            found.add(int(words[4]))
    return found


def _with_open_files(file: os.stat_result, proc: Path) -> set[int]:
    found = set()
    for process in proc.glob("[0-9]*"):
        try:
            opened = list((process / "fd").iterdir())
        except OSError:
            continue
        if any(_same(one, file) for one in opened):
            found.add(int(process.name))
    return found


def _same(descriptor: Path, file: os.stat_result) -> bool:
    try:
        other = descriptor.stat()
    except OSError:
        return False
    return (other.st_dev, other.st_ino) == (file.st_dev, file.st_ino)


def _name(pid: int, proc: Path) -> str:
    try:
        return (proc / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
