"""Commands, events, outcomes and snapshots as JSON.

Encoders and decoders are built once: building a decoder costs far more than using it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast
from unicodedata import category

import msgspec

from firmware_py.app.ports import Happened, Outcome, StoredEvent
from firmware_py.app.wrong_params import WrongParams, explain
from firmware_py.core.commands import COMMANDS, Command, TakeTicket
from firmware_py.core.commands_carried import NAMES
from firmware_py.core.events import EVENTS, Event
from firmware_py.core.model import State
from firmware_py.core.papers import PaperTicked
from firmware_py.core.refusals import Refusal
from firmware_py.core.waiting import rebuild

__all__ = [
    "BadCommandError",
    "decode_event",
    "decode_outcome",
    "decode_state",
    "encode",
    "encode_outcome",
    "encode_state",
    "happened_of",
    "has_controls",
    "known_event",
    "parse_command",
]

_encoder = msgspec.json.Encoder()
encode = _encoder.encode
_event_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind) for name, kind in EVENTS.items()
}
_known_params = {kind: frozenset(field.name for field in fields(kind)) for kind in NAMES}
PERSON_FORM = re.compile(r"[0-9a-f]{32,64}")
MAX_TEXT = 200
MAX_VALUES = 300
#: Beyond every hall time, within what JSON carries exactly (RFC 8259, section 6).
MAX_INTEGER = 2**53
#: Controls, formats (they turn the writing's direction), lone surrogates, line separators.
NOT_TEXT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Rebuilt from the tickets, so never stored.
_DERIVED = frozenset({"queues", "waiting", "requests"})
_state_fields = tuple(f.name for f in fields(State) if f.name not in _DERIVED)
_state_decoder: msgspec.json.Decoder[State] | None = None


class BadCommandError(WrongParams):
    """A command from outside that is not one. ``code``, ``zh`` and ``en`` as in a refusal."""


def parse_command(
    name: str, params: dict[str, Any], table: Mapping[str, type[Command]] = COMMANDS
) -> Command:
    """Return the command called ``name``; raises ``BadCommandError`` with what is wrong with it."""
    kind = table.get(name)
    if kind is None:
        raise BadCommandError(
            "unknown_command", f"没有命令 {name}。", f"There is no command {name}."
        )
    for given in params:
        if given not in _known_params[kind]:
            raise BadCommandError(
                "unknown_field", f"{name} 没有参数 {given}。", f"{name} has no field {given}."
            )
    try:
        command = msgspec.convert(params, kind)
    except msgspec.ValidationError as error:
        wrong = explain(name, error)
        raise BadCommandError(wrong.code, wrong.zh, wrong.en) from None
    # What was not given is a default, and those are sound.
    for given in params:
        value = getattr(command, given)
        # Nearly everything is short, plain text: said here, it costs no call.
        if not (type(value) is str and len(value) <= MAX_TEXT and value.isprintable()):
            _check_field(name, given, value)
    if isinstance(command, TakeTicket) and command.person is not None:
        _check_person(command.person)
    return command


def _check_person(person: str) -> None:
    """Only a keyed hash is taken: an ID number must never get into the journal."""
    if not PERSON_FORM.fullmatch(person):
        raise BadCommandError(
            "bad_field",
            "person 只能是带密钥的哈希值（32 至 64 位十六进制），不能是证件号码。",
            "person is a keyed hash (32 to 64 hexadecimal digits), never an ID number.",
        )


def _check_field(name: str, field_name: str, value: object) -> None:
    """Text reaches paper and displays: bounded, and free of control characters."""
    if isinstance(value, tuple):
        if len(value) > MAX_VALUES:
            raise BadCommandError(
                "bad_field",
                f"{name} 的参数 {field_name} 个数过多。",
                f"{name}: {field_name} has too many values.",
            )
        for one in value:
            _check_field(name, field_name, one)
    elif isinstance(value, PaperTicked):
        for part in (value.paper, value.name, value.count):
            _check_field(name, field_name, part)
    elif isinstance(value, str) and (len(value) > MAX_TEXT or has_controls(value)):
        raise BadCommandError(
            "bad_field",
            f"{name} 的参数 {field_name} 过长或含有控制字符。",
            f"{name}: {field_name} is too long or has control characters.",
        )
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise BadCommandError(
            "bad_field",
            f"{name} 的参数 {field_name} 数值过大。",
            f"{name}: {field_name} is too large a number.",
        )


def has_controls(text: str) -> bool:
    """Say whether a text holds what no display or paper takes."""
    # isprintable() alone would refuse the full-width space, which people do type.
    return not text.isprintable() and any(category(one) in NOT_TEXT for one in text)


def decode_event(name: str, body: bytes) -> Event:
    """Return a stored event. Raises ``KeyError`` or ``msgspec.DecodeError``."""
    return cast("Event", _event_decoders[name].decode(body))


def known_event(name: str, body: bytes) -> Event | None:
    """Return a stored event; None for a type that only a newer program knows."""
    return decode_event(name, body) if name in _event_decoders else None


def happened_of(stored: StoredEvent) -> Happened | None:
    """Return a stored event as what happened; None for a type that only a newer program knows."""
    event = known_event(stored.type, stored.body)
    if event is None:
        return None
    seq, time_ms, by, command_id = stored.seq, stored.time_ms, stored.by, stored.command_id
    return Happened(seq, time_ms, stored.type, by, command_id, event, stored.body)


def encode_outcome(first_seq: int, count: int, refusal: Refusal | None) -> bytes:
    """Return what the journal remembers of a command: its events' numbers, or its refusal."""
    if refusal is not None:
        return encode({"refusal": refusal})
    return b'{"first":%d,"count":%d}' % (first_seq, count)


class _Remembered(msgspec.Struct):
    first: int = 0
    count: int = 0
    refusal: Refusal | None = None


_outcome_decoder = msgspec.json.Decoder(_Remembered)


def decode_outcome(body: bytes) -> tuple[int, int, Refusal | None]:
    """Return ``(first_seq, count, refusal)`` of a remembered command."""
    remembered = _outcome_decoder.decode(body)
    return remembered.first, remembered.count, remembered.refusal


def outcome_json(outcome: Outcome) -> bytes:
    """Return an accepted outcome as other programs get it; bodies are not encoded twice."""
    events = b",".join(
        [
            b'{"seq":%d,"time_ms":%d,"type":"%s","data":%s}'
            % (h.seq, h.time_ms, h.name.encode(), h.body)
            for h in outcome.happened
        ]
    )
    repeated = b"true" if outcome.repeated else b"false"
    return b'{"events":[%s],"repeated":%s}' % (events, repeated)


def event_json(happened: Happened) -> bytes:
    """Return one event as other programs get it."""
    return b'{"seq":%d,"time_ms":%d,"type":"%s","by":%s,"data":%s}' % (
        happened.seq,
        happened.time_ms,
        happened.name.encode(),
        encode(happened.by),
        happened.body,
    )


def encode_state(state: State) -> bytes:
    """Return a snapshot of the state."""
    return encode({name: getattr(state, name) for name in _state_fields})


def decode_state(body: bytes) -> State:
    """Return the state of a snapshot. Raises ``msgspec.DecodeError``."""
    global _state_decoder  # noqa: PLW0603 - built when first needed: it costs 5 ms
    if _state_decoder is None:
        _state_decoder = msgspec.json.Decoder(State)
    state = _state_decoder.decode(body)
    rebuild(state)
    return state
