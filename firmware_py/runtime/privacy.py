"""What a duty manager asks and orders of what is kept of people: ``privacy.*`` on the socket."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.core.commands import RecordAction
from firmware_py.core.form_code import read_code
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.outcomes import submitted
from firmware_py.runtime.params import DestroyDay, Forget
from firmware_py.store.vault import KeptDay, Vault

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["FORGOTTEN", "Privacy", "forget"]

#: Says in the journal that somebody's papers were deleted; the subject is number and day.
FORGOTTEN = "privacy.forgotten"

_NOTHING_OF_DAY = Refusal(
    "nothing_kept",
    "这一天没有保存任何资料，日期是否写错？用 hallctl privacy 查看。",
    "Nothing is kept of this day; is the date right? See hallctl privacy.",
)


class Privacy:
    """The methods ``privacy.*`` of a running hall."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def queries(self) -> dict[str, Query]:
        """Return the methods."""
        return {
            "privacy.status": self.status,
            "privacy.destroy": self.destroy,
            "privacy.forget": self.forget,
        }

    async def status(self, params: dict[str, Any], user: str) -> Any:
        """Return what is kept of which days, and when each goes; nothing of the content."""
        settings, keeping = self._hall.settings.privacy, self._hall.keeping
        days = await asyncio.to_thread(_survey, self._hall.vault)
        gone = [one.day for one in days if one.state in {"destroyed", "told"}]
        return {
            "keep_days": settings.keep_days,
            "vault": settings.vault,
            "keys": settings.keys,
            "due_before": await self._due_before(),
            "problem": keeping.problem,
            "days": [
                {**asdict(one), "goes": _goes(one.day, settings.keep_days)}
                for one in days
                if one.day not in gone
            ],
            "destroyed": {"days": len(gone), "last": gone[-1] if gone else None},
        }

    async def _due_before(self) -> str | None:
        vault, keeping = self._hall.vault, self._hall.keeping
        return await keeping.due_before() if await asyncio.to_thread(vault.begun) else None

    async def destroy(self, params: dict[str, Any], user: str) -> Any:
        """Destroy a day's key and all that it protects, now."""
        wanted = msgspec.convert(params, DestroyDay)
        kept = await asyncio.to_thread(_survey, self._hall.vault)
        if wanted.day not in {one.day for one in kept}:
            raise QueryError(_NOTHING_OF_DAY)
        by = f"hallctl:{user}"
        destroyed = await self._hall.keeping.destroy(wanted.day, by, lost=wanted.lost)
        return {"day": wanted.day, "destroyed": destroyed}

    async def forget(self, params: dict[str, Any], user: str) -> Any:
        """Delete what is kept under one ticket's or form's number, at somebody's wish."""
        wanted = msgspec.convert(params, Forget)
        day = wanted.day or self._hall.state().day
        if day is None:
            raise QueryError(_NOTHING_OF_DAY)
        removed = await asyncio.to_thread(forget, self._hall.vault, day, wanted.number)
        told = self._others(wanted.number, day)
        if not (removed or told):
            raise QueryError(
                Refusal(
                    "nothing_kept",
                    f"{day} 没有保存 {wanted.number} 的任何资料。",
                    f"Nothing is kept of {wanted.number} on {day}.",
                    {"number": wanted.number},
                )
            )
        command = RecordAction(FORGOTTEN, f"{wanted.number} {day}")
        outcome = await submitted(self._hall, command, f"hallctl:{user}")
        if outcome.refusal is not None:
            raise QueryError(outcome.refusal)
        return {"day": day, "number": wanted.number, "files": len(removed), "told": told}

    def _others(self, number: str, day: str) -> list[str]:
        """Return the Pis that may have something of it that is not here yet.

        Each deletes it when it hears of the event. Of an earlier day nobody knows its tickets any
        more, of today a number that nobody has is a slip of hand.
        """
        state, settings = self._hall.state(), self._hall.settings
        ticket = state.tickets.get(number)
        called = ticket is not None and ticket.called_ms is not None
        if day == state.day and not called:
            return []
        own = settings.hall.node
        return [name for name, node in settings.nodes.items() if node.windows and name != own]


def _survey(vault: Vault) -> list[KeptDay]:
    return vault.survey() if vault.begun() else []


def forget(vault: Vault, day: str, number: str) -> list[str]:
    """Remove every file whose name is the number or begins with it and a dash or a point.

    Of a form's number, or of its QR's code: its signatures, which lie under the ticket's.
    """
    if not vault.begun():
        return []
    form, right = read_code(number) or ("", False)
    kept, beginnings = vault.names(day), (f"{number}-", f"{number}.")
    names = [one for one in kept if one == number or one.startswith(beginnings)]
    if right:
        names += [one for one in kept if f"-{form}v" in one]
    for name in names:
        vault.remove(day, name)
    return names


def _goes(day: str, keep_days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=keep_days + 1)).isoformat()
