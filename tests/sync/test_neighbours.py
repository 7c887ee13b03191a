"""Two Pis whose programs are one version apart work together; two apart they let each other be."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections import Counter
from typing import Any, cast

import msgspec
import pytest

from firmware_py.core.wire_version import WIRE, apart
from firmware_py.sync.asks import Asks
from firmware_py.sync.mail import Down, Incoming, Outgoing, Up
from firmware_py.sync.ports import HallPort, HubPort
from firmware_py.sync.topics import Topics
from tests.app.desk import Desk
from tests.sync.test_follower import EPOCHS, Line
from tests.sync.test_node_book import Hub as Book
from tests.sync.test_records import Hub


@pytest.mark.parametrize(
    ("ours", "theirs", "step"),
    [(3, 3, ""), (3, 2, ""), (3, 4, ""), (3, 1, "older"), (3, 5, "newer"), (1, 9, "newer")],
)
def test_one_apart_is_near_enough_either_way_round(ours: int, theirs: int, step: str) -> None:
    assert apart(ours, theirs) == step


# ---- a Pi that follows


class Following(Line):
    """A Pi that follows hubs of any version."""

    def hub(self, seq: int, wire: int | None = None, **more: Any) -> None:
        """A hub says that it is there, and which version it speaks."""
        about = {"status": "online", "node": "hub", "roles": ["hub"], "seq": seq, "epochs": EPOCHS}
        said = {} if wire is None else {"wire": wire}
        self.message("node/hub", json.dumps({**about, **said, **more}).encode())

    def newer(self, seq: int, kind: str = "ticket.folded") -> None:
        """An event comes that only a newer hub has."""
        told = {
            "epoch": "E1", "seq": seq, "type": kind, "by": "pad-3", "halltime": "1000",
            "data": {"number": "A1"}, "mood": "new",
        }  # fmt: skip
        self.message(f"event/{kind}", json.dumps(told).encode())


@pytest.fixture
def line() -> Following:
    return Following()


def test_it_says_in_its_birth_and_in_each_question_which_version_it_speaks(line: Following) -> None:
    line.take(Up(1))
    (birth,) = [json.loads(one.payload) for one in line.sent if one.topic.endswith("node/window-3")]
    assert birth["wire"] == WIRE
    line.hub(2, WIRE)
    (asked,) = line.asks()
    assert asked["wire"] == WIRE


def test_a_hub_that_tells_no_version_is_of_the_first(line: Following) -> None:
    line.take(Up(1))
    line.hub(2, mood="new")
    assert line.follower.hub_wire == 1


@pytest.mark.parametrize("wire", [WIRE + 2, WIRE - 2])
def test_of_a_hub_two_versions_away_nothing_is_asked_and_it_is_said(
    line: Following, wire: int
) -> None:
    line.join(2)
    line.hub(5, wire)
    line.event(3)
    assert line.follower.trouble == "version"
    assert (line.asks(), line.told.events) == ([], [])
    answers = list[Any]()
    line.follower.ask({"what": "command", "id": "c1"}, 8.0, answers.append)
    assert line.asks() == []
    # Gone, it is not a hub that this Pi could go on without.
    line.born(5, status="offline")
    line.take(Down(1, "gone", was_up=True))
    assert line.follower.trouble == "version"


def test_brought_up_to_date_it_is_followed_and_asked_what_waited(line: Following) -> None:
    line.join(2)
    line.hub(5, WIRE + 2)
    line.follower.ask({"what": "command", "id": "c1"}, 8.0, lambda answer: None)
    line.hub(5, WIRE + 1)
    assert [one["what"] for one in line.asks()] == ["events", "command"]
    assert line.follower.trouble == ""


def test_a_hall_that_cannot_be_read_is_said_and_not_asked_for_again_and_again(
    line: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(state: bytes, seq: int) -> None:
        raise msgspec.DecodeError("Invalid enum value 'folded'")

    monkeypatch.setattr(line.told, "joined", cannot)
    line.join(2)
    assert line.follower.trouble == "version"
    line.event(3)
    assert line.asks() == []
    monkeypatch.undo()
    line.hub(3, WIRE)
    (asked,) = line.asks()
    line.answers(asked["number"], 3, zlib.compress(b"NOW"), epochs=EPOCHS)
    assert line.follower.trouble == ""


def test_after_an_event_that_it_does_not_know_the_hall_is_taken_as_a_whole(line: Following) -> None:
    line.join(2)
    line.event(3)
    line.newer(4)
    (asked,) = line.asks()
    assert asked["what"] == "state"
    # Meanwhile nothing is put onto a picture that may be wrong; what people see stays.
    line.event(5)
    line.event(6)
    assert (line.told.events, line.asks(), line.follower.trouble) == ([3], [], "")
    line.answers(asked["number"], 5, zlib.compress(b"AFTER"), epochs=EPOCHS)
    assert line.told.states[-1] == (b"AFTER", 5)
    # What the picture has already is still printed and said; what comes after it is new.
    assert line.told.passed_over == [4, 5]
    assert line.told.events == [6]
    assert line.follower.seq == 6


def test_unknown_events_one_after_the_other_are_one_question_each_time(line: Following) -> None:
    line.join(2)
    for seq in (3, 4, 5):
        line.newer(seq)
    (asked,) = line.asks()
    line.answers(asked["number"], 4, zlib.compress(b"FOUR"), epochs=EPOCHS)
    (asked,) = line.asks()
    assert asked["what"] == "state"
    line.answers(asked["number"], 5, zlib.compress(b"FIVE"), epochs=EPOCHS)
    assert (line.told.states[-1], line.asks()) == ((b"FIVE", 5), [])
    assert line.told.passed_over == [3, 4, 5]


def test_an_unknown_event_among_what_was_asked_for_is_noticed_too(line: Following) -> None:
    line.join(2)
    line.event(5)
    (asked,) = line.asks()
    told = line.told_again(3, 4)["told"]
    told[0] |= {"type": "ticket.folded"}
    line.answers(asked["number"], 5, told=told)
    (asked,) = line.asks()
    assert asked["what"] == "state"
    line.answers(asked["number"], 5, zlib.compress(b"FIVE"), epochs=EPOCHS)
    assert line.told.passed_over == [3, 4, 5]
    assert line.follower.seq == 5


def test_cut_off_before_the_answer_it_is_asked_for_again(line: Following) -> None:
    line.join(2)
    line.newer(3)
    line.asks()
    line.take(Down(1, "gone", was_up=True))
    line.take(Up(1))
    line.hub(3, WIRE)
    (asked,) = line.asks()
    assert asked["what"] == "state"
    line.answers(asked["number"], 3, zlib.compress(b"THREE"), epochs=EPOCHS)
    assert (line.told.passed_over, line.follower.trouble) == ([3], "")


# ---- a hub


class Asked:
    """A hub that a kiosk's program of any version asks."""

    def __init__(self) -> None:
        desk = Desk().open_day()
        desk.disk.run()
        self.sent: list[Outgoing] = []
        self.heard: list[tuple[str, int | None]] = []
        hub = Hub(desk.writer)
        self.asks = Asks(
            cast("HallPort", hub), cast("HubPort", hub), Topics("demo", "hub"),
            self.sent.append, Counter(), lambda node, seq: self.heard.append((node, seq)),
        )  # fmt: skip

    async def answer(self, **question: Any) -> dict[str, Any]:
        """Return the answer."""
        payload = json.dumps(question).encode()
        self.asks.take(
            Incoming(
                1, "hall/v1/demo/ask/kiosk-1", payload, len(payload), False, time.monotonic(),
                None, b"1", 30,
            ),
            "kiosk-1",
        )  # fmt: skip
        for _ in range(50):
            if self.sent:
                break
            await asyncio.sleep(0)
        answer: dict[str, Any] = json.loads(self.sent.pop().payload)
        return answer


@pytest.mark.parametrize(("wire", "code"), [(WIRE + 2, "wire_newer"), (WIRE - 2, "wire_older")])
async def test_a_hub_takes_nothing_from_a_program_two_versions_away(wire: int, code: str) -> None:
    hub = Asked()
    for what in ("state", "command", "query", "records", "journal", "pulse"):
        refusal = (await hub.answer(what=what, wire=wire, mood="new"))["refusal"]
        assert refusal["code"] == code
        assert "升级" in refusal["zh"]
        assert "Update" in refusal["en"]
    # It is there, and does not hang: that is not what is told of it.
    assert hub.heard == [("kiosk-1", None)]


async def test_a_neighbour_is_answered_whatever_else_it_tells() -> None:
    hub = Asked()
    for wire in (WIRE + 1, WIRE - 1, WIRE):
        assert "refusal" not in await hub.answer(what="pulse", wire=wire, seq=3, mood="new")
    assert "refusal" not in await hub.answer(what="pulse")


async def test_what_only_a_newer_program_has_is_refused_as_unknown_and_not_as_forbidden() -> None:
    hub = Asked()
    told = {"id": "c1", "params": {}, "wire": WIRE + 1}
    refusal = (await hub.answer(what="command", name="ticket.fold", **told))["refusal"]
    assert refusal["code"] == "unknown_command"
    refusal = (await hub.answer(what="query", name="ticket.folds", **told))["refusal"]
    assert refusal["code"] == "unknown_command"
    # What is known and not its own stays so.
    refusal = (await hub.answer(what="command", name="day.close", **told))["refusal"]
    assert refusal["code"] == "not_yours"


def test_the_hub_knows_who_speaks_what_and_says_once_who_is_too_far(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub = Book()
    hub.book.up()
    for wire in (WIRE + 1, WIRE + 2, WIRE + 2):
        about = {"status": "online", "node": "window-1", "roles": ["window"], "version": "9.1.0"}
        hub.message("window-1", json.dumps({**about, "wire": wire, "mood": "new"}).encode())
    seen = hub.seen("window-1")
    assert (seen.wire, seen.step, seen.state) == (WIRE + 2, "newer", "there")
    (said,) = [one for one in caplog.messages if "9.1.0" in one]
    assert "相差两版以上" in said
    hub.birth("window-2")
    assert (hub.seen("window-2").wire, hub.seen("window-2").step) == (1, "")
