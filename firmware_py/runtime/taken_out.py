"""What another Pi has taken out of the hub's vault, or deleted there: recorded with who asked.

The hub's own answers do it, so it is the same as at the hub. What is added is for the way between:
a question that was asked again after a cut counts once, and pages go in pieces that fit a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.wrong_params import WrongParams
from firmware_py.core.commands import RecordAction
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.documents import EXPORTED
from firmware_py.runtime.outcomes import submitted
from firmware_py.runtime.params import check_params
from firmware_py.runtime.params_documents import DocumentId
from firmware_py.store.vault_errors import VaultError
from firmware_py.sync.rights_papers import PAPER_ACTS
from firmware_py.sync.session_asks import PART

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["TakenOut", "told"]

_PIECE = "document.part"
#: The newest acts whose answers are known: who lost one asks within a minute.
_MOST_ACTS = 16


class _WaitsThere(msgspec.Struct, frozen=True):
    """A document that waits at its window's Pi and is taken out there."""

    document: str


class TakenOut:
    """Lives in the event loop."""

    def __init__(self, hall: Hall, queries: Callable[[], Mapping[str, Query]]) -> None:
        self._hall = hall
        self._queries = queries
        self._acts: dict[tuple[str, str], asyncio.Future[dict[str, Any]]] = {}

    @staticmethod
    def answers(name: str) -> bool:
        """Whether it is asked here."""
        return name in PAPER_ACTS or name == _PIECE

    async def answer(self, name: str, params: dict[str, Any], by: str, act: str) -> dict[str, Any]:
        """Answer or refuse; ``by`` is the Pi and who asked at it, ``act`` the question's own id."""
        if name == _PIECE:
            return await told(self._asked(name, {**params, "most": PART}, by))
        done = self._acts.get((by, act)) if act else None
        if done is not None:
            return await asyncio.shield(done)
        future: asyncio.Future[dict[str, Any]] = self._hall.loop.create_future()
        if act:
            self._acts[by, act] = future
            while len(self._acts) > _MOST_ACTS:
                del self._acts[next(iter(self._acts))]
        try:
            answer = await told(self._asked(name, params, by))
        except BaseException:
            self._acts.pop((by, act), None)
            future.cancel()
            raise
        if not future.done():
            future.set_result(answer)
        return answer

    async def _asked(self, name: str, params: dict[str, Any], by: str) -> Any:
        if name == "document.exported":
            return await self._exported(params, by)
        check_params(name, params)
        return await self._queries()[name](params, by)

    async def _exported(self, params: dict[str, Any], by: str) -> Any:
        """Record that pages which are not here yet are taken out where they are."""
        try:
            typed = msgspec.convert(params, _WaitsThere).document
            document = msgspec.convert(typed.upper(), DocumentId)
        except msgspec.ValidationError as error:
            raise QueryError(Refusal("bad_field", "资料编号有误。", str(error))) from None
        command = RecordAction(EXPORTED, f"{document} {self._hall.state().day}")
        outcome = await submitted(self._hall, command, f"hallctl:{by}")
        if outcome.refusal is not None:
            raise QueryError(outcome.refusal)
        return {"document": document}


async def told(asked: Awaitable[Any]) -> dict[str, Any]:
    """Return what is answered to a question of another Pi, or why it is not."""
    try:
        return {"answer": await asked}
    except QueryError as error:
        return {"refusal": error.refusal}
    except WrongParams as error:
        return {"refusal": Refusal(error.code, error.zh, error.en)}
    except VaultError as error:
        return {"refusal": Refusal("failed", error.zh, error.en)}
