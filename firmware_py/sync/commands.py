"""Commands from the broker: judged, carried out by the hall, answered."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from firmware_py.sync.envelope import epoch_of
from firmware_py.sync.mail import Incoming, Outgoing
from firmware_py.sync.outbox import SPAN, Outbox
from firmware_py.sync.ports import HallPort
from firmware_py.sync.privacy import clean_reply
from firmware_py.sync.requests import LONGEST_EXPIRY_S, Request, read_body, request
from firmware_py.sync.running import running_s
from firmware_py.sync.sentences import Refused, refusal_json
from firmware_py.sync.topics import Topics

__all__ = ["RESEND", "Commands"]

log = logging.getLogger(__name__)

#: Asks for events again; answered here, since it changes nothing in the hall.
RESEND = "resend"
#: Commands under way at once; more are refused.
AT_ONCE = 64
JSON = "application/json"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class _Resend(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Send again what comes after event ``after``."""

    after: int


class _Id(msgspec.Struct, frozen=True):
    id: str | None = None


_resend = msgspec.json.Decoder(_Resend)
_id = msgspec.json.Decoder(_Id)


class Commands:
    """Takes commands and answers them. Lives in the event loop."""

    def __init__(
        self,
        hall: HallPort,
        topics: Topics,
        outbox: Outbox,
        send: Callable[[Outgoing], None],
        refused: Counter[str],
    ) -> None:
        self._hall = hall
        self._topics = topics
        self._outbox = outbox
        self._send = send
        self._refused = refused
        self.answered = 0
        self._under_way: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Commands under way have been handed to the hall; their replies have a moment."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=1.0)
            for task in late:
                task.cancel()

    def take(self, incoming: Incoming, target: str) -> None:
        """Take one command's message."""
        epoch = self._hall.epochs[-1].epoch
        try:
            asked = request(incoming, self._topics, target, epoch, running_s())
            if asked.body.name == RESEND:
                self._reply_to(asked, {"resend": self._resend(asked)})
                return
        except Refused as refused:
            self._refuse(incoming, refused)
            return
        if len(self._under_way) >= AT_ONCE:
            self._refuse(incoming, Refused("busy"))
            return
        task = asyncio.create_task(self._carry_out(asked, incoming), name="broker-command")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _resend(self, asked: Request) -> dict[str, int]:
        wanted = read_body(_encode(asked.body.params), 0, _resend)
        if not 0 <= wanted.after <= self._hall.last_seq:
            raise Refused("ahead", wanted.after)
        after = max(wanted.after, self._hall.oldest_seq - 1)
        upto = self._outbox.again(after)
        if upto is None:
            raise Refused("busy")
        return {"after": after, "upto": upto, "last": self._hall.last_seq, "most": SPAN}

    async def _carry_out(self, asked: Request, incoming: Incoming) -> None:
        # Others' turns came first: an expired command is not carried out late.
        if running_s() > asked.until_s:
            self._refuse(incoming, Refused("expired"))
            return
        body = asked.body
        try:
            reply = await self._hall.submit(body.name, body.params, body.id, asked.by)
            result = clean_reply(_decode(reply))
        except Exception:
            log.exception("a command from the broker could not be handled")
            self._refuse(incoming, Refused("failed"))
            return
        refusal = result.get("refusal")
        if refusal is not None:
            self._refused[f"hall:{refusal['code']}"] += 1
        self._reply_to(asked, result)

    def _reply_to(self, asked: Request, result: dict[str, Any]) -> None:
        self._reply(asked.respond_to, asked.correlation, asked.body.id, result)

    def _refuse(self, incoming: Incoming, refused: Refused) -> None:
        self._refused[refused.code] += 1
        respond_to = incoming.respond_to
        if respond_to is None or self._topics.reply_client(respond_to) is None:
            return
        try:
            command_id = read_body(incoming.payload, incoming.size, _id).id
        except Refused:
            command_id = None
        result: dict[str, Any] = {"refusal": refusal_json(refused)}
        self._reply(respond_to, incoming.correlation, (command_id or "")[:64], result)

    def _reply(
        self, respond_to: str, correlation: bytes | None, command_id: str, result: dict[str, Any]
    ) -> None:
        self.answered += 1
        seq = self._hall.last_seq
        head = {"id": command_id, "epoch": epoch_of(self._hall.epochs, seq), "seq": seq}
        self._send(
            Outgoing(
                respond_to,
                _encode({**head, **result}),
                content_type=JSON,
                correlation=correlation,
                expiry_s=LONGEST_EXPIRY_S,
            )
        )
