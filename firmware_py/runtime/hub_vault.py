"""The hub's vault as a window's Pi uses it: what is of people goes there, in boxes and in parts.

One part is under way at a time, so that a key pressed meanwhile waits for one of them at most.
While the hub is not heard nothing is kept there, and whoever asks is told at once.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.core.refusals import Refusal
from firmware_py.runtime import keep_words as words
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.form_sheets import FormSheets
from firmware_py.runtime.handing_over import HandingOver
from firmware_py.store.vault_errors import VaultError
from firmware_py.sync.rights_papers import PAPER_ACTS
from firmware_py.sync.sentences import Refused, refusal_json
from firmware_py.sync.session import BadSession, Between, Handshake, Session
from firmware_py.sync.session_asks import PART

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.node_line import NodeLine

__all__ = ["HubVault", "NotKeptThere"]

log = logging.getLogger(__name__)

ANSWER_S = 8.0
#: Tries of what came in parts, one of which was lost.
_TRIES = 3
_AWAY = frozenset({"broker", "hub", "set_back"})

_encode = msgspec.json.Encoder().encode
to_plain = msgspec.to_builtins


class NotKeptThere(VaultError):
    """The hub could not keep it, and says why."""

    def __init__(self, name: str, refusal: Refusal) -> None:
        super().__init__(Path(name))
        self.zh, self.en = refusal.zh, refusal.en


class HubVault:
    """Lives in the event loop. Each call raises ``QueryError`` with why it cannot be."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._session: Session | None = None
        self._agreeing = asyncio.Lock()
        self._keeping = asyncio.Lock()
        #: Documents on their way, and forms that print here.
        self.handing = HandingOver(hall, self)
        self._sheets = FormSheets(hall, self)

    def bind(self) -> None:
        """The hall's parts are there."""
        self._hall.printing.sheets = self._sheets.ask
        self._hall.writer.on_recorded.append(self.handing.recorded)

    def back(self) -> None:
        """The hub is heard again: what waited for it goes on."""
        self.handing.back()
        self._sheets.back()

    async def stop(self) -> None:
        """Ask no more."""
        await self.handing.stop()
        await self._sheets.stop()

    @property
    def away(self) -> bool:
        """Whether the hub is not heard."""
        return self._hall.sync is None or self._hall.trouble in _AWAY

    async def keep(self, day: str, name: str, data: bytes) -> None:
        """Keep ``data`` in the hub's vault, durably; ``day`` is the hall's. Raises ``VaultError``.

        In place of nothing that is recorded.
        """
        parts = max(-(-len(data) // PART), 1)
        async with self._keeping:
            for left in range(_TRIES, 0, -1):
                try:
                    for part in range(1, parts + 1):
                        piece = base64.b64encode(data[(part - 1) * PART : part * PART]).decode()
                        told = {"name": name, "part": part, "parts": parts, "data": piece}
                        await self.ask({"what": "keep", "params": told})
                except QueryError as error:
                    if error.refusal.code == words.BAD_PART.code and left > 1:
                        continue
                    if error.refusal.code == "not_kept":
                        raise NotKeptThere(name, error.refusal) from None
                    raise
                return

    async def page(self, day: str, name: str) -> bytes:
        """Return a page that is recorded today (``day``), of whoever is in hand here."""
        data, part, parts = bytearray(), 1, 1
        while part <= parts:
            told = await self.ask({"what": "read", "params": {"name": name, "part": part}})
            data += base64.b64decode(told["data"])
            part, parts = part + 1, int(told["parts"])
        return bytes(data)

    async def query(
        self, name: str, params: Mapping[str, Any], by: str = "", within_s: float = ANSWER_S
    ) -> Any:
        """Return the hub's answer to one of ``rights_papers.PAPER_QUERIES``."""
        # One that is asked again on a new connection counts once.
        act = {"id": secrets.token_hex(8)} if name in PAPER_ACTS else {}
        asked = {"what": "query", "name": name, "params": params, "by": by, **act}
        return await self.ask(asked, within_s)

    async def typed(
        self, name: str, params: Mapping[str, Any], user: str, within_s: float = ANSWER_S
    ) -> Any:
        """Ask for somebody at ``hallctl``: who is not answered reads it in fitting words."""
        try:
            return await self.query(name, params, user, within_s)
        except QueryError as error:
            if error.refusal.code == words.AWAY.code:
                raise QueryError(words.NOT_ANSWERED) from None
            raise

    async def carry(self, command: Mapping[str, Any]) -> dict[str, Any] | None:
        """Carry a command in a box; return the reply, None when nobody answered in time."""
        try:
            return await self._boxed(command)
        except QueryError as error:
            return None if error.refusal == words.AWAY else {"refusal": to_plain(error.refusal)}

    async def ask(self, inner: Mapping[str, Any], within_s: float = ANSWER_S) -> Any:
        """Ask in a box; return what is in the answer's."""
        answer = await self._boxed(inner, within_s)
        if (refusal := answer.get("refusal")) is not None:
            raise QueryError(msgspec.convert(refusal, Refusal))
        return answer["answer"]

    async def _boxed(self, inner: Mapping[str, Any], within_s: float = ANSWER_S) -> dict[str, Any]:
        session, box, told = await self._asked(inner, within_s)
        if told.get("refusal", {}).get("code") == "no_session":
            # The hub began anew, or another one answers: another session, and once more.
            if self._session is session:
                self._session = None
            session, box, told = await self._asked(inner, within_s)
        if (refusal := told.get("refusal")) is not None:
            raise QueryError(msgspec.convert(refusal, Refusal))
        try:
            opened = await asyncio.to_thread(session.open, base64.b64decode(told["box"]), box)
        except (BadSession, ValueError, KeyError) as error:
            raise _bad_session(error) from None
        answer: dict[str, Any] = msgspec.json.decode(opened)
        return answer

    async def _asked(
        self, inner: Mapping[str, Any], within_s: float
    ) -> tuple[Session, bytes, dict[str, Any]]:
        session = await self._agreed()
        box = await asyncio.to_thread(session.close, _encode(inner))
        params = {"box": base64.b64encode(box).decode()}
        asked = {"what": "boxed", "id": session.key, "params": params}
        told = await self._question(asked, within_s)
        return session, box, told

    async def _agreed(self) -> Session:
        async with self._agreeing:
            if self._session is None:
                self._session = await self._agree()
            return self._session

    async def _agree(self) -> Session:
        line = self._line()
        between = Between(self._hall.settings.hall.id, self._hall.settings.hall.node, line.hub)
        try:
            handshake = await asyncio.to_thread(Handshake, between, line.identity)
            told = await self._question({"what": "session", "params": handshake.hello})
            if (refusal := told.get("refusal")) is not None:
                raise QueryError(msgspec.convert(refusal, Refusal))
            return await asyncio.to_thread(handshake.agreed, told["session"])
        except BadSession as error:
            raise _bad_session(error) from None

    async def _question(
        self, question: Mapping[str, Any], within_s: float = ANSWER_S
    ) -> dict[str, Any]:
        line = self._line()
        future: asyncio.Future[dict[str, Any] | None] = self._hall.loop.create_future()

        def answered(answer: dict[str, Any] | None) -> None:
            if not future.done():
                future.set_result(answer)

        line.ask(question, within_s, answered)
        answer = await future
        if answer is None:
            raise QueryError(words.AWAY)
        return answer

    def _line(self) -> NodeLine:
        if self.away:
            raise QueryError(words.AWAY)
        line: NodeLine = self._hall.sync
        if not line.hub:
            raise QueryError(words.AWAY)
        return line


def _bad_session(error: Exception) -> QueryError:
    log.warning("no session with the hub: %s", error)
    return QueryError(msgspec.convert(refusal_json(Refused("bad_session")), Refusal))
