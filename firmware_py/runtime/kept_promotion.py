"""A Pi that was hub before is hub again from its own kept journal: the hub after it is lost.

It stood down when it heard of a higher epoch, and had copied nothing when that hub was gone for
good. What it then has is its journal of before: whatever was decided since is in no journal here.
So it begins as a restored backup does (``app.restoring``): behind the numbers that the lost hub may
have given, and what other Pis kept is merged as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firmware_py.app.clock import Clocks, HallClock, local_text
from firmware_py.app.recovery import UnknownEventError, recover
from firmware_py.app.restoring import Evidence, jumps_after
from firmware_py.core.events import Event
from firmware_py.core.events_aside import ActionTaken
from firmware_py.core.model import State
from firmware_py.core.opening import local_day
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules
from firmware_py.runtime.hub_note import HubNote, Kept
from firmware_py.store.copied import take_whole
from firmware_py.store.copying import copy_part
from firmware_py.store.errors import JournalError
from firmware_py.store.history import history_of
from firmware_py.store.marker import marker_path
from firmware_py.store.verify import reading

__all__ = [
    "HallNow", "KeptPast", "drop_taken", "events_after", "newest_kept", "past_of", "take_kept",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptPast:
    """The journal that a promotion would go on from; ``until`` is local time, "" if not known."""

    file: str
    upto: int
    until: str


@dataclass(frozen=True, slots=True)
class HallNow:
    """Hall time now; ``known`` says whether the time since the kept journal's end is."""

    now_ms: int
    known: bool

    @classmethod
    def of(cls, clocks: Clocks, timezone: str, heard_ms: int | None, state: State) -> HallNow:
        """Return it as the lost hub told it (``heard_ms``), else as this Pi's clock says."""
        if heard_ms is not None and heard_ms >= state.now_ms:
            return cls(heard_ms, known=True)
        clock = HallClock(clocks, timezone)
        clock.resume("", state.now_ms, state.wall_offset_ms)
        return cls(clock.now_ms(), clock.elapsed_known)


def newest_kept(journal: Path, note: HubNote) -> Kept | None:
    """Return the newest journal of this Pi's own time as hub that is still there."""
    there = (one for one in reversed(note.kept) if journal.with_name(one.file).is_file())
    return next(there, None)


def past_of(journal: Path, kept: Kept, rules: Rules) -> KeptPast:
    """Return up to when it goes; without a time where it cannot be read to its end."""
    try:
        with history_of(journal.with_name(kept.file)) as history:
            state = recover(rules, history)
    except (JournalError, UnknownEventError):
        return KeptPast(kept.file, kept.last, "")
    until = local_text(state.wall_offset_ms, state.now_ms, "%Y-%m-%d %H:%M")
    return KeptPast(kept.file, kept.last, until)


def take_kept(journal: Path, kept: Kept) -> None:
    """Put a copy of it in the journal's place, where nothing lies; the kept file stays.

    Raises the journal's errors. Cut off after this, the Pi still follows: the copy's last epoch is
    below the one that it heard of.
    """
    part = journal.with_name(journal.name + ".kept")
    try:
        with reading(journal.with_name(kept.file)) as source:
            copy_part(source, part, pages=-1, between=lambda: None)
        take_whole(part, journal)
    finally:
        part.unlink(missing_ok=True)


def drop_taken(journal: Path) -> None:
    """Take away what ``take_kept`` put there: it could not be gone on with."""
    for path in (journal, journal.with_name(journal.name + "-wal"), marker_path(journal)):
        path.unlink(missing_ok=True)


def events_after(rules: Rules, state: State, kept: Kept, now: HallNow) -> list[Event]:
    """Return what follows the promotion: numbers go on behind what may be on papers.

    ``state`` is the kept journal's and is brought forward by these events.
    """
    today = local_day(state, now.now_ms) if now.known else None
    elapsed_ms = now.now_ms - state.now_ms if now.known else None
    jumps = jumps_after(rules, state, (), Evidence(today, elapsed_ms), now.now_ms)
    restored = ActionTaken("journal.restore", kept.file)
    return [restored, *([] if isinstance(jumps, Refusal) else jumps)]
