"""What passes between Pis can be read by a program one version before and one after this one.

Each version is written down in ``vectors/wire-N.json``. When a test here fails, its sentence says
what a Pi that is not updated yet would stumble over.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from firmware_py.app.wire import decode_event, encode, encode_state
from firmware_py.core.commands import COMMANDS
from firmware_py.core.epoch import Epoch
from firmware_py.core.events import EVENTS
from firmware_py.core.model import State
from firmware_py.core.wire_version import WIRE
from firmware_py.sync.followed import Asked
from firmware_py.sync.lease_wire import Ask, Word, told
from firmware_py.sync.node_birth import birth_of_node
from firmware_py.sync.ports import SyncSettings
from tests.sync.wire_samples import (
    STRUCTS,
    beside,
    frozen,
    missing,
    present,
    troubles,
    with_more,
)


def of(wire: int) -> dict[str, Any]:
    """Return what was written down of a version."""
    found = frozen(wire)
    assert found is not None
    return found


def test_the_present_version_is_written_down() -> None:
    assert frozen(WIRE) is not None, (
        f"write version {WIRE} down: python -m tests.sync.wire_samples, then commit the file"
    )


@pytest.mark.parametrize("wire", beside())
def test_nothing_changed_that_a_neighbour_would_stumble_over(wire: int) -> None:
    found = troubles(of(wire), present())
    assert not found, "\n".join(found)


@pytest.mark.parametrize("wire", beside())
def test_events_and_the_hall_of_a_neighbour_lose_nothing_that_this_program_knows(wire: int) -> None:
    had = of(wire)
    for name, body in had["events"].items():
        newer = with_more(body, inspect.type_info(EVENTS[name]))
        event = decode_event(name, msgspec.json.encode(newer))
        assert missing(body, json.loads(encode(event)), name) == []
    newer = with_more(had["state"], inspect.type_info(State))
    state = msgspec.json.decode(msgspec.json.encode(newer), type=State)
    assert missing(had["state"], json.loads(encode_state(state)), "state") == []


@pytest.mark.parametrize("wire", beside())
def test_commands_of_a_neighbour_are_taken_as_they_are(wire: int) -> None:
    for name, params in of(wire)["commands"].items():
        command = msgspec.convert(params, COMMANDS[name])
        assert missing(params, json.loads(msgspec.json.encode(command)), name) == []


@pytest.mark.parametrize("wire", beside())
@pytest.mark.parametrize("name", STRUCTS)
def test_a_message_with_more_in_it_is_the_same_message(wire: int, name: str) -> None:
    kind, body = STRUCTS[name], of(wire)["structs"][name]
    newer = with_more(body, inspect.type_info(kind))
    assert newer != body
    read: list[Any] = [
        msgspec.json.decode(json.dumps(one).encode(), type=kind) for one in (body, newer)
    ]
    assert read[0] == read[1]


def test_what_is_new_in_a_message_has_a_default() -> None:
    # As the first program that told its version wrote it: what came later is left out.
    assert msgspec.json.decode(
        b'{"status":"online","node":"hub","roles":["hub"],"version":"0.1.0","seq":3}',
        type=STRUCTS["birth"],
    ) == STRUCTS["birth"]("online", "hub", ("hub",), "0.1.0", "", 1, 3, ())
    question: Any = msgspec.json.decode(b'{"what":"pulse","seq":118}', type=STRUCTS["question"])
    assert (question.what, question.wire, question.seq) == ("pulse", 1, 118)


# ---- what is written, literally

SETTINGS = SyncSettings("demo", "window-3", "0.3.0", ("window",), machine="pi-w3")
BIRTH = {
    "status": "online", "node": "window-3", "roles": ["window"], "version": "0.3.0",
    "host": "pi-w3", "wire": WIRE,
}  # fmt: skip
OFFLINE = {"status": "offline", "node": "window-3", "roles": ["window"]}
COMMAND = {
    "epoch": "2-standby-1", "wire": WIRE, "what": "command", "id": "window-3:17",
    "name": "window.next", "params": {"window": "3"}, "by": "pad-3",
}  # fmt: skip
LEASE_ASK = {"epoch": "2-standby-1", "round": "5f1d0c2a:7", "for_s": 10.0, "wire": WIRE}
LEASE_WORD = {
    "what": "vote", "round": "5f1d0c2a:7", "highest": "2-standby-1", "to": "standby-1",
    "epoch": "2-standby-1", "yes": True, "wire": WIRE,
}  # fmt: skip


def test_what_this_program_writes_has_all_that_its_neighbours_read() -> None:
    asked = Asked(
        b'{"what":"command","id":"window-3:17","name":"window.next","params":{"window":"3"},'
        b'"by":"pad-3"}',
        0.0,
        "command",
    )
    epoch = Epoch(2, "standby-1")
    for literal, written in (
        (BIRTH, birth_of_node(SETTINGS, "online")),
        (OFFLINE, birth_of_node(SETTINGS, "offline")),
        (COMMAND, asked.body_to("2-standby-1", WIRE)),
        (LEASE_ASK, told(Ask(epoch, "5f1d0c2a:7", 10.0))),
        (LEASE_WORD, told(Word("vote", "5f1d0c2a:7", epoch, "standby-1", epoch, yes=True))),
    ):
        assert missing(literal, json.loads(written)) == [], written


# ---- the tests themselves


def changed() -> dict[str, Any]:
    """Return what this program has, to be changed."""
    return copy.deepcopy(present())


def test_a_field_that_goes_or_is_something_else_is_told() -> None:
    had, has = {**present(), "released": True}, changed()
    del has["events"]["ticket.called"]["window"]
    has["state"]["tickets"]["x"]["calls"] = "three"
    del has["commands"]["window.next"]
    one, two, three = troubles(had, has)
    assert one.startswith("events.ticket.called.window has gone")
    assert two.startswith("commands.window.next has gone")
    assert three.startswith("state.tickets.x.calls has gone, or is something else now")
    assert "raise WIRE" in one


def test_a_new_type_or_word_asks_for_a_new_version_once_this_one_is_released() -> None:
    had, has = {**present(), "released": True}, changed()
    has["events"]["ticket.folded"] = {"number": "x"}
    has["words"]["TicketStatus"].append("folded")
    kind, word = troubles(had, has)
    assert kind.startswith("ticket.folded is new among the events: raise WIRE")
    assert "'folded', which a Pi that is not updated yet cannot read" in word
    assert troubles({**had, "released": False}, has) == []
    # A field more, with a default, asks for nothing.
    more = changed()
    more["events"]["ticket.called"]["mood"] = "x"
    assert troubles(had, more) == []
