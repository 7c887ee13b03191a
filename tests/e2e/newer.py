"""What a newer program has that this one has not; only in a process of its own.

An event type and a command that makes it (``ticket.put_by``: parked, with a slip to remind), a
field more in everything that passes between Pis, and a window that records that event too when it
is cut off. ``become_newer`` is called before anything else of the daemon is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import msgspec

from firmware_py.core import commands, decide, decide_alone, decide_merge, events, evolve
from firmware_py.core.model import State
from firmware_py.core.refusals import RecordedRefusal, Refusal
from firmware_py.core.rules import Rules
from firmware_py.sync import followed, hub_birth, lease_wire, node_birth, rights

__all__ = ["MOOD", "PUT_BY", "become_newer"]

#: The field that a newer program has everywhere.
MOOD = {"mood": "calm"}
PUT_BY = "ticket.put_by"


@dataclass(frozen=True, slots=True)
class TicketPutBy(events.TicketParked):
    """As ``TicketParked``; a slip reminds of it."""


@dataclass(frozen=True, slots=True)
class PutBy(commands.ParkTicket):
    """Park a ticket, with a slip from ``printer_of``'s kiosk to remind."""

    printer_of: str = "kiosk-1"


def put_by(rules: Rules, state: State, command: PutBy, now_ms: int) -> decide.Decision:
    """Decide as parking is decided, and print."""
    parked = commands.ParkTicket(command.number, command.reason)
    decision = decide._DECIDE[commands.ParkTicket](rules, state, parked, now_ms)
    if isinstance(decision, Refusal):
        return decision
    return [*_put_by(decision), events.ReprintRequested(command.number, command.printer_of)]


def _put_by(decision: Sequence[events.Event]) -> list[events.Event]:
    return [
        TicketPutBy(one.number, one.window, one.reason)
        if isinstance(one, events.TicketParked)
        else one
        for one in decision
    ]


def _merge(rules: Rules, state: State, command: Any, now_ms: int) -> decide.Decision:
    event = command.record.event
    if type(event) is TicketPutBy:
        as_parked = events.TicketParked(event.number, event.window, event.reason)
        record = replace(command.record, event=as_parked, type="ticket.parked")
        command = replace(command, record=record)
    return decide_merge.merge(rules, state, command, now_ms)


def _alone(decided: Callable[..., Any]) -> Callable[..., Any]:
    def decide_here(*given: Any) -> Any:
        decision = decided(*given)
        return decision if isinstance(decision, Refusal | RecordedRefusal) else _put_by(decision)

    return decide_here


def _with_mood(made: Callable[..., bytes]) -> Callable[..., bytes]:
    def more(*given: Any, **named: Any) -> bytes:
        return json.dumps({**json.loads(made(*given, **named)), **MOOD}).encode()

    return more


def _put(module: ModuleType | type, name: str, value: object) -> None:
    """Put it there before others have it from there."""
    setattr(module, name, value)


def become_newer() -> None:
    """Have what a newer program has."""
    events.EVENTS[PUT_BY] = TicketPutBy
    events.EVENT_NAMES[TicketPutBy] = PUT_BY
    evolve._FOLD[TicketPutBy] = evolve._FOLD[events.TicketParked]
    commands.COMMANDS[PUT_BY] = PutBy
    decide._DECIDE[PutBy] = put_by
    for kind, decided in list(decide._DECIDE.items()):
        if decided is decide_merge.merge:
            decide._DECIDE[kind] = _merge
    _put(decide_alone, "decide_alone", _alone(decide_alone.decide_alone))
    _put(rights, "_OF_NUMBER", rights._OF_NUMBER | {PUT_BY})
    _put(rights, "_TOLD_BY_WINDOW", rights._TOLD_BY_WINDOW | {PUT_BY})
    for module, name in (
        (node_birth, "birth_of_node"), (hub_birth, "birth_of"), (lease_wire, "told"),
        (followed.Asked, "body_to"),
    ):  # fmt: skip
        _put(module, name, _with_mood(getattr(module, name)))
    _in_state_and_events()
    _in_answers_and_records()


def _in_state_and_events() -> None:
    from firmware_py.app import wire

    encode, encode_state = wire.encode, wire.encode_state

    def event_with_mood(given: Any) -> bytes:
        body = bytes(encode(given))
        return body[:-1] + b',"mood":"calm"}' if type(given) in _CALM else body

    def state_with_mood(state: State) -> bytes:
        told = {**json.loads(encode_state(state)), **MOOD}
        for one in (*told["tickets"].values(), *told["windows"].values(), *told["lent"]):
            one.update(MOOD)
        return json.dumps(told).encode()

    _put(wire, "encode", event_with_mood)
    _put(wire, "encode_state", state_with_mood)


_CALM = (events.TicketIssued, events.TicketCalled, TicketPutBy)


def _in_answers_and_records() -> None:
    from firmware_py.app import own_records
    from firmware_py.runtime import copy_shelf
    from firmware_py.sync import asks

    head, told, answer = asks.Asks._head, own_records._told, copy_shelf.CopyShelf.answer
    _put(asks.Asks, "_head", lambda self: head(self) | MOOD)
    _put(own_records, "_told", lambda one: told(one) | MOOD)

    async def page_with_mood(self: Any, node: str, what: str, params: Any) -> dict[str, Any]:
        found = await answer(self, node, what, params)
        if "page" in found:
            found["page"] = msgspec.to_builtins(found["page"]) | MOOD
        return found | MOOD

    _put(copy_shelf.CopyShelf, "answer", page_with_mood)
