"""Journals that were put aside beside the journal: how much room they take, which may go.

``journal.db.before-EPOCH`` is a copy that was begun anew, ``journal.db.EPOCH`` a former hub's own,
``journal.db.damaged-...`` what could not be used. A damaged one is never taken away: somebody may
have to look at it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["KEEP", "KEEP_S", "KeptFile", "kept_files", "remove", "superfluous"]

#: The newest ones stay in any case, and whatever is younger than that.
KEEP, KEEP_S = 3, 30 * 86_400
#: Of a journal put aside, or not yet one.
_BESIDE = re.compile(r".*(\.id|-wal|-shm|-journal)|part|kept")
_DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """``made_s``: last written, UTC since 1970; ``size``: bytes, with what belongs to it."""

    path: Path
    size: int
    made_s: float

    @property
    def damaged(self) -> bool:
        """Whether it could not be used."""
        return _DAMAGED in self.path.name


def kept_files(journal: Path) -> list[KeptFile]:
    """Return what is kept beside ``journal``, the newest first. Raises ``OSError``."""
    found = list[KeptFile]()
    for path in journal.parent.glob(f"{journal.name}.*"):
        if _BESIDE.fullmatch(path.name[len(journal.name) + 1 :]) or not path.is_file():
            continue
        status = path.stat()
        size = status.st_size + sum(one.stat().st_size for one in _with(path))
        found.append(KeptFile(path, size, status.st_mtime))
    return sorted(found, key=lambda one: (one.made_s, one.path.name), reverse=True)


def superfluous(files: Sequence[KeptFile], needed: Collection[str], now_s: float) -> list[KeptFile]:
    """Return those of ``files``, the newest first, that may go; never one whose name is needed."""
    usable = [one for one in files if not one.damaged]
    return [
        one for one in usable[KEEP:] if one.path.name not in needed and now_s - one.made_s > KEEP_S
    ]


def remove(one: KeptFile) -> None:
    """Take it away with what belongs to it. Raises ``OSError``."""
    one.path.unlink(missing_ok=True)
    for path in _with(one.path):
        path.unlink(missing_ok=True)


def _with(path: Path) -> list[Path]:
    return [
        beside
        for end in (".id", "-wal", "-shm")
        if (beside := path.with_name(path.name + end)).is_file()
    ]
