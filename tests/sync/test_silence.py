"""A broker that says nothing: asked for a sign of life, given a moment, then away."""

from __future__ import annotations

import asyncio

import pytest

from firmware_py.sync import connection
from firmware_py.sync.connection import SIGN_S, Connection
from firmware_py.sync.mail import Address, LinkMail
from firmware_py.sync.mailbox import Mailbox


class Clock:
    """Running time as the test sets it."""

    now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(connection, "time", found)
    return found


@pytest.fixture
def line(clock: Clock) -> Connection:
    del clock
    loop = asyncio.new_event_loop()
    loop.close()
    inbox = Mailbox[LinkMail](loop, lambda mail: None)
    made = Connection(Address("127.0.0.1", 1883, "hub", keepalive_s=5), (), None, 1, inbox, 100)
    made.was_up = True
    return made


def test_it_is_away_when_it_was_asked_and_did_not_answer(line: Connection, clock: Clock) -> None:
    silent = list[float]()
    for tenth in range(120):
        clock.now_s = 1000 + tenth / 10
        if line._silent():
            silent.append(clock.now_s - 1000)
    assert silent[0] == pytest.approx(5 + SIGN_S, abs=0.2)


def test_a_process_that_was_stopped_for_a_minute_does_not_blame_the_broker(
    line: Connection, clock: Clock
) -> None:
    clock.now_s += 60
    assert not line._silent()
    clock.now_s += SIGN_S - 0.1
    assert not line._silent()
    # What was in the socket meanwhile, or the answer.
    line.turn(readable=True, writable=False)
    clock.now_s += SIGN_S
    assert not line._silent()


def test_before_it_was_there_the_library_sees_to_it(line: Connection, clock: Clock) -> None:
    line.was_up = False
    clock.now_s += 100
    assert not line._silent()
