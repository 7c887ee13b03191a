"""Messages from the broker, judged before anything believes them. Nothing here has state.

A command is a JSON object ``{"id", "epoch", "name", "params", "by"}`` at most 16 kB long and eight
levels deep, not retained, with MQTT 5's response topic, correlation data and message expiry. An
acknowledgement is ``{"epoch", "seq"}``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from firmware_py.sync.connection import LARGEST_PAYLOAD
from firmware_py.sync.mail import Incoming
from firmware_py.sync.privacy import is_clean
from firmware_py.sync.sentences import Refused
from firmware_py.sync.topics import HALL_TARGET, Topics

__all__ = ["LONGEST_EXPIRY_S", "Ack", "CommandBody", "Request", "read_ack", "read_body", "request"]

DEEPEST = 8
#: A command that waits longer belongs to another moment of the hall.
LONGEST_EXPIRY_S = 60

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{0,64}$")]
Number = Annotated[int, Meta(ge=0, le=2**53)]


class CommandBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A command as sent. ``by`` is the person or part of the client that gave it."""

    name: Annotated[str, Meta(max_length=64)]
    epoch: Annotated[str, Meta(max_length=64)]
    id: Id = ""
    params: dict[str, Any] = {}
    by: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{0,32}$")] = ""


class Ack(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How far a consumer has stored: ``seq`` and the epoch that wrote it."""

    epoch: Annotated[str, Meta(max_length=64)]
    seq: Number


@dataclass(frozen=True, slots=True)
class Request:
    """A command on which everything is right as far as can be seen from outside the hall."""

    body: CommandBody
    by: str
    respond_to: str
    correlation: bytes
    #: Monotonic time after which it must not be carried out.
    until_s: float


Shape = TypeVar("Shape")
_command = msgspec.json.Decoder(CommandBody)
_ack = msgspec.json.Decoder(Ack)


def _deeper_than(payload: bytes, limit: int) -> bool:
    depth = 0
    for byte in _STRINGS.sub(b"", payload):
        if byte in b"[{":
            depth += 1
            if depth > limit:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def read_body(
    payload: bytes,
    size: int,
    decoder: msgspec.json.Decoder[Shape],
    largest: int = LARGEST_PAYLOAD,
) -> Shape:
    """Return a payload as what ``decoder`` makes; raises ``Refused``."""
    if size > largest:
        raise Refused("too_large")
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise Refused("not_utf8") from None
    if _deeper_than(payload, DEEPEST):
        raise Refused("too_deep")
    try:
        return decoder.decode(payload)
    except RecursionError:
        raise Refused("too_deep") from None
    except msgspec.ValidationError as error:
        unknown = str(error).startswith("Object contains unknown field")
        raise Refused("unknown_field" if unknown else "bad_field", str(error)[:200]) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("not_json") from None


def request(incoming: Incoming, topics: Topics, target: str, epoch: str, now_s: float) -> Request:
    """Return the command in a message; raises ``Refused``."""
    if incoming.retained:
        raise Refused("retained")
    if incoming.respond_to is None:
        raise Refused("no_response_topic")
    client = topics.reply_client(incoming.respond_to)
    if client is None:
        raise Refused("bad_response_topic")
    if incoming.correlation is None:
        raise Refused("no_correlation")
    if incoming.expiry_s is None or incoming.expiry_s > LONGEST_EXPIRY_S:
        raise Refused("no_expiry", LONGEST_EXPIRY_S)
    if target not in {HALL_TARGET, topics.node}:
        raise Refused("wrong_target", target[:64])
    until_s = incoming.at_s + incoming.expiry_s
    if now_s > until_s:
        raise Refused("expired")
    body = read_body(incoming.payload, incoming.size, _command)
    if not body.id:
        raise Refused("no_id")
    if body.epoch != epoch:
        raise Refused("wrong_epoch", body.epoch)
    if not is_clean(incoming.payload):
        raise Refused("personal_data")
    by = f"broker:{client}:{body.by}" if body.by else f"broker:{client}"
    return Request(body, by, incoming.respond_to, incoming.correlation, until_s)


def read_ack(incoming: Incoming) -> Ack:
    """Return an acknowledgement; raises ``Refused``."""
    return read_body(incoming.payload, incoming.size, _ack)
