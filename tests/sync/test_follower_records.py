"""What a Pi decided by itself is offered before anything of the hub's is taken."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from firmware_py.sync.follower import Follower
from firmware_py.sync.mail import Down, Up
from firmware_py.sync.ports import EpochStart, SyncSettings
from tests.sync.test_follower import EPOCHS, Line, Listener

SOURCE = "window-3:J"
PROMOTED = [*EPOCHS, {"epoch": "2-standby", "first_seq": 3}]


class Own:
    """Records 1, 2, ...; what each hub has of them."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.had: dict[str, int] = {}
        self.told_no: list[str] = []
        self.passed: list[int] = []
        self.stale = True

    def question(self, epoch: str) -> Mapping[str, Any] | None:
        """Offer two at once."""
        left = [n for n in range(1, self.count + 1) if n > self.had.get(epoch, 0)][:2]
        told = [{"seq": n} for n in left]
        return {"what": "records", "source": SOURCE, "told": told} if left else None

    def merged(self, epoch: str, seq: int) -> None:
        """A hub has them."""
        self.had[epoch] = seq

    def passed_over(self, seqs: Sequence[int]) -> None:
        """An older hub does not know them."""
        self.passed += seqs

    def refused(self, epoch: str, question: Mapping[str, Any], code: str) -> None:
        """A hub does not take them."""
        self.told_no.append(code)
        self.had[epoch] = question["told"][-1]["seq"]


class CutOff(Line):
    """A Pi that decided ``count`` things by itself after event 2."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.own = Own(count)
        self.told = Listener()
        settings = SyncSettings("demo", "window-3", "1", ("window",))
        self.follower = Follower(settings, self.told, self.own)
        self.follower._link.send = self._send  # type: ignore[assignment]
        self.take = self.follower._take
        self.follower.resume(2, [EpochStart("E1", 1)])
        self.take(Up(1))

    def offered(self) -> list[int]:
        """Return which records are offered now, and take the question."""
        (self.asked,) = self.asks()
        assert (self.asked["what"], self.asked["source"]) == ("records", SOURCE)
        return [one["seq"] for one in self.asked["told"]]

    def takes(self, merged: int, **more: Any) -> None:
        """The hub has them."""
        self.answers(self.asked["number"], 9, merged=merged, **more)


@pytest.fixture
def cut() -> CutOff:
    return CutOff(3)


def test_records_come_first_then_the_hall_as_it_is(cut: CutOff) -> None:
    cut.born(9)
    assert cut.offered() == [1, 2]
    cut.event(3)
    assert cut.follower.trouble == "joining"
    cut.takes(2)
    assert cut.offered() == [3]
    cut.takes(3)
    (asked,) = cut.asks()
    assert asked["what"] == "state"
    cut.event(10)
    cut.own.stale = False
    cut.answers(asked["number"], 9, zlib.compress(b"STATE"), epochs=EPOCHS)
    # Not onto the picture of before: that had decisions of our own.
    assert cut.told.states == [(b"STATE", 9)]
    assert cut.told.events == [10]
    assert cut.follower.trouble == ""


def test_what_is_pressed_waits_until_the_hub_knows_what_was_decided_here(cut: CutOff) -> None:
    cut.born(9)
    assert cut.offered() == [1, 2]
    question = {"what": "command", "id": "press-1", "name": "rate", "params": {}}
    cut.follower.ask(question, 60.0, lambda answer: None)
    assert cut.asks() == []
    cut.takes(2)
    assert cut.offered() == [3]
    cut.takes(3)
    (asked,) = cut.asks()
    cut.own.stale = False
    cut.answers(asked["number"], 9, zlib.compress(b"STATE"), epochs=EPOCHS)
    (asked,) = cut.asks()
    assert asked["id"] == "press-1"


def test_at_another_hub_it_waits_for_the_records_too(cut: CutOff) -> None:
    cut.own.stale = False
    cut.own.had["E1"] = 3
    cut.born(2)
    question = {"what": "command", "id": "press-1", "name": "rate", "params": {}}
    cut.follower.ask(question, 60.0, lambda answer: None)
    assert [one["what"] for one in cut.asks()] == ["command"]
    cut.born(2, PROMOTED)
    assert cut.offered() == [1, 2]
    cut.takes(2, epochs=PROMOTED)
    assert cut.offered() == [3]
    cut.takes(3, epochs=PROMOTED)
    (asked,) = (one for one in cut.asks() if one["what"] == "command")
    assert asked["id"] == "press-1"


def test_another_hub_is_offered_everything_and_followed_on(cut: CutOff) -> None:
    cut.own.stale = False
    cut.own.had["E1"] = 3
    cut.born(2)
    assert cut.asks() == []
    cut.born(4, PROMOTED)
    assert cut.offered() == [1, 2]
    assert cut.told.states == []


def test_an_answer_that_was_lost_is_asked_for_again(cut: CutOff) -> None:
    cut.born(9)
    assert cut.offered() == [1, 2]
    cut.take(Down(1, "gone", was_up=True))
    cut.take(Up(1))
    cut.born(9)
    assert cut.offered() == [1, 2]


@pytest.mark.parametrize(("code", "given_up"), [("busy", False), ("not_yours", True)])
def test_a_hub_that_is_busy_is_offered_again_one_that_refuses_is_not(
    cut: CutOff, code: str, given_up: bool
) -> None:
    cut.born(9)
    assert cut.offered() == [1, 2]
    refusal = {"code": code, "zh": "。", "en": "."}
    cut.answers(cut.asked["number"], 9, refusal=refusal)
    if not given_up:
        # Not at once: a busy hub is not to be kept busy.
        assert cut.asks() == []
        cut.follower._catch_up(9)
    assert cut.offered() == ([3] if given_up else [1, 2])
    assert cut.own.told_no == ([code] if given_up else [])


def test_a_restarted_pi_asks_for_what_it_missed_and_not_for_the_whole_hall() -> None:
    cut = CutOff(0)
    cut.own.stale = False
    cut.born(4)
    (asked,) = cut.asks()
    assert (asked["what"], asked["after"]) == ("events", 2)
    cut.answers(asked["number"], 4, **cut.told_again(3, 4))
    assert cut.told.events == [3, 4]
    assert cut.told.states == []
