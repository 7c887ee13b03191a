"""The hub's side of questions in boxes: what a window's Pi says of people, in boxes (``session``).

Among the questions of ``asks`` these two::

    {"what": "session", "params": hello}                       answered {"session": hello, "key"}
    {"what": "boxed", "id": key, "params": {"box"}}        answered {"box"}

In a box is a question of ``asks``, or one of these two that come in no other way::

    {"what": "keep", "params": {"name", "part", "parts", "data"}}     into the hub's vault
    {"what": "read", "params": {"name", "part"}}                      out of it

``data`` is base64; a part has PART bytes at most, so that a call that waits behind it waits for
milliseconds. Keys live in memory: after a restart of either side another session is made.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec

from firmware_py.sync.requests import Id
from firmware_py.sync.rights import NodePlace
from firmware_py.sync.sentences import Refused
from firmware_py.sync.session import BadSession, Between, Identity, Session, answered_session

__all__ = ["PART", "Inner", "SessionAsks"]

log = logging.getLogger(__name__)

#: Bytes of a page in one message: in base64 twice, it is below what a message may have.
PART = 96 * 1024

_encode = msgspec.json.Encoder().encode


class Inner(msgspec.Struct, frozen=True):
    """A question in a box."""

    what: Literal["command", "query", "keep", "read"]
    id: Id = ""
    name: str = ""
    params: dict[str, Any] = {}
    by: Id = ""


_inner = msgspec.json.Decoder(Inner)

#: Answers what was in a box.
Answers = Callable[[NodePlace, Inner], Awaitable[dict[str, Any]]]


class SessionAsks:
    """Lives in the event loop; what is computed with keys is done beside it."""

    def __init__(self, hall: str, hub: str, identity: Identity | None, *, private: bool) -> None:
        self._hall, self._hub = hall, hub
        self._identity = identity
        self._private = private
        #: The newest of each Pi.
        self._sessions: dict[str, Session] = {}

    async def begin(self, place: NodePlace, hello: dict[str, Any]) -> dict[str, Any]:
        """Answer a hello. Raises ``Refused``."""
        if not self._private:
            raise Refused("papers_not_private")
        between = Between(self._hall, place.node, self._hub)
        try:
            told, session = await asyncio.to_thread(
                answered_session, between, self._identity, hello
            )
        except BadSession as error:
            log.warning("no session with %s: %s", place.node, error)
            raise Refused("bad_session") from None
        self._sessions[place.node] = session
        return {"session": told}

    async def answer(
        self, place: NodePlace, key: str, params: dict[str, Any], answers: Answers
    ) -> dict[str, Any]:
        """Open a box, and answer in one. Raises ``Refused``."""
        session = self._sessions.get(place.node)
        if session is None or session.key != key:
            raise Refused("no_session")
        try:
            box = base64.b64decode(str(params.get("box", "")), validate=True)
            asked = _inner.decode(await asyncio.to_thread(session.open, box))
        except (BadSession, ValueError, RecursionError):
            # Also of base64 and of JSON.
            raise Refused("bad_session") from None
        told = _encode(await answers(place, asked))
        closed = await asyncio.to_thread(session.close, told, box)
        return {"box": base64.b64encode(closed).decode()}
