"""A device out of use stays so: in the state, in a snapshot, and read from older records."""

from __future__ import annotations

from firmware_py.app.wire import decode_event, decode_state, encode, encode_state
from firmware_py.core.commands import RecordAction
from firmware_py.core.decide import decide
from firmware_py.core.evolve import evolve
from firmware_py.core.model import Disabled, State
from firmware_py.core.refusals import Refusal
from tests.core.hall import RULES


def act(state: State, action: str, subject: str, at_ms: int, by: str = "") -> None:
    decided = decide(RULES, state, RecordAction(action, subject, by), at_ms)
    assert not isinstance(decided, Refusal)
    for event in decided:
        evolve(state, decode_event("action.taken", encode(event)), at_ms)


def test_a_device_is_out_of_use_until_it_is_enabled_and_says_by_whom() -> None:
    state = State()
    act(state, "device.disable", "printer", 5_000, "hallctl:li")
    act(state, "device.restart", "printer", 6_000)
    act(state, "device.disable", "pad-1", 7_000, "hallctl:li")
    act(state, "device.enable", "pad-1", 8_000, "hallctl:wang")
    act(state, "device.enable", "never-disabled", 9_000, "hallctl:wang")
    assert state.disabled == {"printer": Disabled("hallctl:li", 5_000)}
    assert decode_state(encode_state(state)).disabled == state.disabled


def test_records_and_snapshots_from_before_are_read() -> None:
    old = decode_event("action.taken", b'{"action":"device.restart","subject":"printer"}')
    assert evolve(State(), old, 1).disabled == {}
    assert decode_state(b'{"day": "2026-03-02"}').disabled == {}
