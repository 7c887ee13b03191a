"""Which day it is, for what cannot be undone: a date that leaps is believed when it has lasted.

The kernel may say that the clock is set while a time server somewhere gives a wrong year. Nobody
loses a ticket by that; but days whose keys are destroyed do not come back. So the newest date that
was believed is kept beside the vault (``today``: one or two dates, ``seen`` and ``leap``), and a
date more than two weeks after it, longer than a hall is ever closed, counts only when it still
holds two days later: by then people have seen the wrong date on every ticket. After a real pause
(a hall that was rebuilt) days go two days late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from firmware_py.store.private_files import put_whole

__all__ = ["LASTS_DAYS", "LONGEST_PAUSE_DAYS", "Seen", "look_at", "seen_in"]

LONGEST_PAUSE_DAYS = 14
LASTS_DAYS = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest date that was believed, and since which date one that leapt is looked at."""

    seen: date
    leap: date | None = None

    def then(self, today: date) -> Seen:
        """Return what is believed after a look at the clock; ``seen`` is the date to go by."""
        if (today - self.seen).days <= LONGEST_PAUSE_DAYS:
            # Backwards too: what comes later than due harms nobody.
            return Seen(today)
        if self.leap is None or today < self.leap:
            return Seen(self.seen, today)
        if (today - self.leap).days >= LASTS_DAYS:
            return Seen(today)
        return self


def seen_in(vault: Path) -> Seen | None:
    """Return what was believed last; None when nothing is known. Raises ``OSError``."""
    try:
        words = (vault / "today").read_text("ascii", "replace").split()
        return Seen(*map(date.fromisoformat, words[:2]))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def look_at(vault: Path, today: date) -> Seen:
    """Look at the clock, and remember what is believed now. Raises ``OSError``."""
    before = seen_in(vault)
    now = before.then(today) if before is not None else Seen(today)
    if now != before:
        dates = [now.seen, now.leap] if now.leap is not None else [now.seen]
        put_whole(vault / "today", (" ".join(map(str, dates)) + "\n").encode("ascii"))
    return now
