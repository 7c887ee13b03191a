"""Checks (请核对) of a day: what was asked and answered, and what of it the vault keeps.

The journal tells which fields were checked and how, the vault what stood in them, for items with
``keep_checks``. What stood there is told masked; whoever asks for all of it is recorded, before
they have it. Nothing of it is logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.clock import local_text
from firmware_py.app.newest_first import newest_first
from firmware_py.app.ports import StoredEvent
from firmware_py.app.wire import decode_event, known_event
from firmware_py.core.commands import RecordAction
from firmware_py.core.events import DayOpened
from firmware_py.core.events_checks import CHECK_EVENTS, CheckAnswered, CheckAsked, CheckWithdrawn
from firmware_py.core.rules import Text
from firmware_py.runtime import check_words as words
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.outcomes import submitted
from firmware_py.runtime.params_checks import CheckKept, CheckList
from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import VaultMissing

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["READ_OUT", "KeptChecks"]

#: Says in the journal that somebody read what was checked; the subject is check and day.
READ_OUT = "check.read"

#: A day under a wrong date stands among the others: only a second earlier one ends the search.
_EARLIER_DAYS = 2
#: Characters of a masked value that are shown, at its end.
_SHOWN = 4


class _Field(msgspec.Struct, frozen=True):
    id: str
    label: Text
    value: str
    corrected: str | None = None


class _Kept(msgspec.Struct, frozen=True):
    """What the vault has of a check (``check_held.kept_of``)."""

    outcome: str
    title: Text | None
    fields: tuple[_Field, ...]


@dataclass(slots=True)
class _Check:
    asked: CheckAsked
    asked_ms: int
    asked_by: str
    state: str = "open"
    corrected: tuple[str, ...] = ()
    over_ms: int | None = None
    by: str = ""

    def end(self, event: CheckAnswered | CheckWithdrawn, stored: StoredEvent) -> None:
        """Take how it ended."""
        if isinstance(event, CheckAnswered):
            self.state, self.corrected = event.outcome, event.corrected
        else:
            self.state = event.reason
        self.over_ms, self.by = stored.time_ms, stored.by


class KeptChecks:
    """The methods ``check.list`` and ``check.kept``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def queries(self) -> dict[str, Query]:
        """Return the methods."""
        return {"check.list": self.of_day, "check.kept": self.kept}

    async def of_day(self, params: dict[str, Any], user: str) -> Any:
        """Return a day's checks, the oldest first: which fields and how they were answered."""
        wanted = msgspec.convert(params, CheckList)
        day = wanted.day or self._hall.state().day
        if day is None:
            return {"day": None, "checks": [], "more": 0}
        number = wanted.number.strip().upper()
        found = [
            one
            for one in await self._of_day(day)
            if number in ("", one.asked.number) and wanted.window in ("", one.asked.window)
        ]
        names = frozenset(await asyncio.to_thread(_names, self._hall.vault, day))
        shown = found[max(len(found) - wanted.limit, 0) :]
        return {
            "day": day,
            "checks": [self._told(one, kept=one.asked.check in names) for one in shown],
            "more": len(found) - len(shown),
        }

    def _told(self, one: _Check, *, kept: bool) -> dict[str, Any]:
        offset_ms = self._hall.state().wall_offset_ms
        return {
            "check": one.asked.check,
            "number": one.asked.number,
            "window": one.asked.window,
            "state": one.state,
            "fields": list(one.asked.fields),
            "corrected": list(one.corrected),
            "asked_at": local_text(offset_ms, one.asked_ms),
            "asked_by": one.asked_by,
            "over_at": local_text(offset_ms, one.over_ms) if one.over_ms is not None else "",
            "by": one.by,
            "kept": kept,
        }

    async def kept(self, params: dict[str, Any], user: str) -> Any:
        """Return what stood in a check; masked, or with ``unmask`` whole, and who read it."""
        wanted = msgspec.convert(params, CheckKept)
        hall, check = self._hall, wanted.check.strip().upper().replace("-C", "-c")
        day = wanted.day or hall.state().day or ""
        kept = await asyncio.to_thread(_read, hall.vault, day, check)
        if kept is None:
            raise QueryError(words.nothing_kept(check, day))
        if wanted.unmask:
            # Before they have it: nobody reads without having been written down.
            command = RecordAction(READ_OUT, f"{check} {day}")
            outcome = await submitted(hall, command, f"hallctl:{user}")
            if outcome.refusal is not None:
                raise QueryError(outcome.refusal)
        hide = str if wanted.unmask else _masked
        return {
            "check": check,
            "day": day,
            "outcome": kept.outcome,
            "title": kept.title,
            "masked": not wanted.unmask,
            "fields": [
                {
                    "id": one.id,
                    "label": one.label,
                    "value": hide(one.value),
                    "corrected": None if one.corrected is None else hide(one.corrected),
                }
                for one in kept.fields
            ],
        }

    # ---- the journal

    async def _of_day(self, day: str) -> list[_Check]:
        """Return the checks of a day, the oldest first; a day may have opened more than once."""
        found: dict[str, _Check] = {}
        stored = [one async for one in self._stored_of(day)]
        for one in reversed(stored):
            event = known_event(one.type, one.body)
            if isinstance(event, CheckAsked):
                found[event.check] = _Check(event, one.time_ms, one.by)
            elif isinstance(event, CheckAnswered | CheckWithdrawn) and event.check in found:
                found[event.check].end(event, one)
        return list(found.values())

    async def _stored_of(self, day: str) -> AsyncIterator[StoredEvent]:
        """Yield what happened to checks of ``day``, newest first."""
        hall, earlier = self._hall, 0
        since: list[StoredEvent] = []
        async for stored in newest_first(hall.journal.run, hall.writer.last_seq):
            if stored.type in CHECK_EVENTS:
                since.append(stored)
            elif stored.type == "day.opened":
                opened = decode_event(stored.type, stored.body)
                if not isinstance(opened, DayOpened):
                    continue
                if opened.day == day:
                    for one in since:
                        yield one
                earlier += opened.day < day
                since = []
                if earlier >= _EARLIER_DAYS:
                    return


# ---- the vault; in a thread


def _names(vault: Vault, day: str) -> list[str]:
    return vault.names(day) if vault.begun() else []


def _read(vault: Vault, day: str, check: str) -> _Kept | None:
    """Return what is kept; None for nothing. Raises ``VaultError`` for what cannot be read."""
    if not day or not vault.begun():
        return None
    try:
        return msgspec.json.decode(vault.get(day, check), type=_Kept)
    except VaultMissing:
        return None


def _masked(value: str) -> str:
    hidden = max(len(value) - _SHOWN, 0) or len(value)
    return "*" * hidden + value[hidden:]
