"""What the marked people's day left to be looked at, and where something of them may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.leaks import Leak
from tests.sync.support import Heard

__all__ = ["MarkedDay", "may_hold"]


@dataclass(slots=True)
class MarkedDay:
    """What came of it."""

    folder: Path
    #: Where what may hold marks lies: what a clerk asked for on purpose.
    outside: Path
    #: What the window's clerk was shown, and what ``hallctl card`` said.
    shown: dict[str, Any] = field(default_factory=dict)
    clerks_view: str = ""
    #: Name in the vault -> what was kept, read while the day's key lived, and a day later.
    kept: dict[str, bytes] = field(default_factory=dict)
    kept_a_day_later: dict[str, bytes] = field(default_factory=dict)
    #: The day's key; day -> what reading the vault said in the end.
    key: bytes = b""
    after_the_end: dict[str, str] = field(default_factory=dict)
    #: The same of a copy of the vault's folder from before.
    copy_after_the_end: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    #: Pieces of every paper, page and picture; why scans were refused.
    pages: dict[str, bytes] = field(default_factory=dict)
    scans_refused: list[str] = field(default_factory=list)
    #: What was found on the disk right after each crash, and the files that lay there.
    leaks: list[Leak] = field(default_factory=list)
    files_at_crashes: set[str] = field(default_factory=set)
    events: list[dict[str, Any]] = field(default_factory=list)
    #: Files that the hall's processes had open for writing, and their environments.
    writing: list[str] = field(default_factory=list)
    environments: bytes = b""
    #: What a program of the hall's own user got of the memory of the daemon, of each of its
    #: children (by their command lines), and of another process (``other``).
    peeked: dict[str, str] = field(default_factory=dict)
    #: Those that may write a core file.
    may_dump: list[str] = field(default_factory=list)
    #: What was typed in the wrong place: (method, code of the refusal).
    refusals: list[tuple[str, str]] = field(default_factory=list)


def may_hold(path: Path) -> bool:
    """Say whether a file below the hall's folder may hold marks: none but the centre's lists."""
    return path.parts[:2] == ("data", "people") or path.name == "people.key"
