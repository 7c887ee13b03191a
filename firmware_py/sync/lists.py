"""Lists of people from the centre: parts of a file, taken in order, each answered if asked for.

A part is the bytes of a list's file, at most 240 kB, on ``list/{name}``, with MQTT 5's user
properties ``sha256`` (of the whole file, in hexadecimal), ``part`` and ``parts``. With a response
topic and correlation data it is answered as a command is. Nothing of a list is ever published.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from firmware_py.sync.connection import LARGEST_PART
from firmware_py.sync.envelope import epoch_of
from firmware_py.sync.mail import Incoming, Outgoing
from firmware_py.sync.ports import HallPort
from firmware_py.sync.requests import LONGEST_EXPIRY_S
from firmware_py.sync.sentences import Refused, refusal_json
from firmware_py.sync.topics import Topics

__all__ = ["Lists"]

log = logging.getLogger(__name__)

#: Parts that wait; a sender who does not wait for answers may have a whole list under way.
MOST_WAITING = 64
JSON = "application/json"
_SUM = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Lists:
    """Takes the parts of lists, one after the other. Lives in the event loop."""

    def __init__(
        self,
        hall: HallPort,
        topics: Topics,
        send: Callable[[Outgoing], None],
        refused: Counter[str],
    ) -> None:
        self._hall = hall
        self._topics = topics
        self._send = send
        self._refused = refused
        self._waiting: asyncio.Queue[tuple[Incoming, str]] = asyncio.Queue(MOST_WAITING)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take them."""
        self._task = asyncio.create_task(self._run(), name="broker-lists")

    async def stop(self) -> None:
        """End; a part that is being taken is not waited for."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def take(self, incoming: Incoming, name: str) -> None:
        """Take one message."""
        try:
            self._waiting.put_nowait((incoming, name))
        except asyncio.QueueFull:
            self._refuse(incoming, Refused("busy"))

    async def _run(self) -> None:
        while True:
            incoming, name = await self._waiting.get()
            try:
                await self._part(incoming, name)
            except Refused as refused:
                self._refuse(incoming, refused)
            except Exception:
                log.exception("a part of a list from the broker could not be handled")
                self._refuse(incoming, Refused("failed"))

    async def _part(self, incoming: Incoming, name: str) -> None:
        if incoming.retained:
            # It would come again at every connection, and stay on the broker for anybody.
            raise Refused("retained")
        if incoming.size > LARGEST_PART:
            raise Refused("part_too_large")
        told = dict(incoming.user)
        sha256, part, parts = (told.get(key, "") for key in ("sha256", "part", "parts"))
        if not (_SUM.fullmatch(sha256) and _NUMBER.fullmatch(part) and _NUMBER.fullmatch(parts)):
            raise Refused("no_part")
        reply = await self._hall.take_list(
            name[:64], sha256, int(part), int(parts), incoming.payload
        )
        result = _decode(reply)
        refusal = result.get("refusal")
        if refusal is not None:
            self._refused[f"hall:{refusal['code']}"] += 1
        self._reply(incoming, result)

    def _refuse(self, incoming: Incoming, refused: Refused) -> None:
        self._refused[refused.code] += 1
        self._reply(incoming, {"refusal": refusal_json(refused)})

    def _reply(self, incoming: Incoming, result: dict[str, Any]) -> None:
        respond_to = incoming.respond_to
        if respond_to is None or self._topics.reply_client(respond_to) is None:
            return
        seq = self._hall.last_seq
        head = {"id": "", "epoch": epoch_of(self._hall.epochs, seq), "seq": seq}
        self._send(
            Outgoing(
                respond_to,
                _encode({**head, **result}),
                content_type=JSON,
                correlation=incoming.correlation,
                expiry_s=LONGEST_EXPIRY_S,
            )
        )
