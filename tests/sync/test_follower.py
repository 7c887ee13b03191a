"""A Pi that follows the hub: in order, without a gap, whatever the messages between them do."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Sequence
from typing import Any

import pytest

from firmware_py.core.events import EVENTS
from firmware_py.sync.followed import Followed
from firmware_py.sync.follower import SILENT_S, Follower
from firmware_py.sync.mail import Down, Incoming, Outgoing, Up
from firmware_py.sync.ports import SyncSettings

ROOT = "hall/v1/demo"
EPOCHS = [{"epoch": "E1", "first_seq": 1}]
RESTORED = [*EPOCHS, {"epoch": "E2", "first_seq": 3}]


class Listener:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.events: list[int] = []
        self.passed_over: list[int] = []
        self.states: list[tuple[bytes, int]] = []
        self.troubles: list[str] = []
        self.hub_ms = 0

    def joined(self, state: bytes, seq: int) -> None:
        """Begin anew."""
        self.states.append((state, seq))
        self.events.clear()

    def came(self, events: Sequence[Followed]) -> int:
        """Note their numbers, up to one that is not known here."""
        unknown = [n for n, event in enumerate(events) if event.type not in EVENTS]
        taken = unknown[0] if unknown else len(events)
        self.events += [event.seq for event in events[:taken]]
        return taken

    def passed(self, events: Sequence[Followed]) -> None:
        """Note what the hall had already when it was taken."""
        self.passed_over += [event.seq for event in events]

    def clock(self, now_ms: int) -> None:
        """Note the hub's time."""
        self.hub_ms = now_ms

    def stands(self, trouble: str) -> None:
        """Note how it stands."""
        self.troubles.append(trouble)


class Line:
    """A follower whose messages the test brings and takes, in any order."""

    def __init__(self, hubs: frozenset[str] = frozenset()) -> None:
        self.told = Listener()
        beside = frozenset({"window-3", "window-4"})
        settings = SyncSettings("demo", "window-3", "1", ("window",), beside=beside, hubs=hubs)
        self.follower = Follower(settings, self.told)
        self.sent: list[Outgoing] = []
        self.follower._link.send = self._send  # type: ignore[assignment]
        self.take = self.follower._take

    def _send(self, session: int, *messages: Outgoing) -> None:
        self.sent += messages

    def asks(self) -> list[dict[str, Any]]:
        """Return the questions since the last look, with their correlation."""
        found = [
            {**json.loads(one.payload), "number": one.correlation}
            for one in self.sent
            if one.topic == f"{ROOT}/ask/window-3"
        ]
        self.sent.clear()
        return found

    def message(self, topic: str, payload: bytes, **more: Any) -> None:
        """Bring a message of the broker's."""
        self.take(
            Incoming(1, f"{ROOT}/{topic}", payload, len(payload), False, time.monotonic(), **more)
        )

    def born(self, seq: int, epochs: Sequence[Any] = EPOCHS, status: str = "online") -> None:
        """The hub says that it is there."""
        about = {"status": status, "node": "hub", "roles": ["hub"], "seq": seq, "epochs": epochs}
        self.message("node/hub", json.dumps(about).encode())

    def answers(self, number: bytes, seq: int, rest: bytes = b"", **more: Any) -> None:
        """The hub answers."""
        epoch = more.get("epochs", EPOCHS)[-1]["epoch"]
        head = {"epoch": epoch, "seq": seq, "now_ms": 5000} | more
        self.message("reply/window-3", json.dumps(head).encode() + b"\n" + rest, correlation=number)

    def event(self, seq: int, epoch: str = "E1") -> None:
        """An event comes."""
        told = {
            "epoch": epoch, "seq": seq, "type": "ticket.recalled", "by": "pad-3",
            "halltime": str(1000 + seq), "data": {"number": "A1", "window": "3", "calls": 2},
        }  # fmt: skip
        self.message("event/ticket.recalled", json.dumps(told).encode())

    def told_again(self, *seqs: int, epoch: str = "E1") -> dict[str, Any]:
        """Return events as an answer has them."""
        data = {"number": "A1", "window": "3", "calls": 2}
        return {
            "told": [
                {"epoch": epoch, "seq": seq, "time_ms": 1000 + seq, "type": "ticket.recalled",
                 "by": "pad-3", "data": data}
                for seq in seqs
            ]
        }  # fmt: skip

    def join(self, seq: int = 2) -> None:
        """Join at this event."""
        self.take(Up(1))
        self.born(seq)
        (asked,) = self.asks()
        assert asked["what"] == "state"
        self.answers(asked["number"], seq, zlib.compress(b"STATE"), epochs=EPOCHS)


@pytest.fixture
def line() -> Line:
    return Line()


def test_it_joins_with_the_state_and_goes_on_with_the_events_after_it(line: Line) -> None:
    line.join(2)
    assert line.told.states == [(b"STATE", 2)]
    line.event(3)
    line.event(4)
    assert line.told.events == [3, 4]
    assert line.follower.trouble == ""
    assert line.told.hub_ms == 5000


def test_what_came_while_it_joined_is_not_lost_and_not_counted_twice(line: Line) -> None:
    line.take(Up(1))
    line.born(2)
    (asked,) = line.asks()
    for seq in (2, 3, 4):
        line.event(seq)
    line.answers(asked["number"], 3, zlib.compress(b"STATE"), epochs=EPOCHS)
    assert line.told.events == [4]


def test_a_late_answer_to_a_former_run_is_no_answer_to_the_first_question_of_this_one(
    line: Line,
) -> None:
    former = Line()
    former.take(Up(1))
    former.born(2)
    (old,) = former.asks()
    line.take(Up(1))
    line.born(2)
    (asked,) = line.asks()
    line.answers(old["number"], 1, zlib.compress(b"OLD"), epochs=EPOCHS)
    assert line.told.states == []
    line.answers(asked["number"], 2, zlib.compress(b"STATE"), epochs=EPOCHS)
    assert line.told.states == [(b"STATE", 2)]


def test_a_state_in_parts_is_whole_whatever_their_order(line: Line) -> None:
    line.take(Up(1))
    line.born(2)
    (asked,) = line.asks()
    packed = zlib.compress(bytes(range(256)) * 50)
    third = len(packed) // 3
    parts = [packed[:third], packed[third : 2 * third], packed[2 * third :]]
    for part in (2, 0, 0, 1):
        line.answers(asked["number"], 2, parts[part], epochs=EPOCHS, part=part, parts=3)
    assert line.told.states == [(bytes(range(256)) * 50, 2)]


def test_events_twice_late_and_out_of_order_are_handed_on_once_and_in_order(line: Line) -> None:
    line.join(2)
    for seq in (3, 3, 5, 6, 4, 5, 2, 7):
        line.event(seq)
    (asked,) = line.asks()
    assert (asked["what"], asked["after"]) == ("events", 3)
    assert line.told.events == [3, 4, 5, 6, 7]
    line.answers(asked["number"], 7, **line.told_again(4, 5, 6))
    assert line.told.events == [3, 4, 5, 6, 7]
    assert line.asks() == []


def test_a_gap_is_asked_for_once_and_filled(line: Line) -> None:
    line.join(2)
    for seq in (6, 7, 8):
        line.event(seq)
    (asked,) = line.asks()
    line.answers(asked["number"], 9, **line.told_again(3, 4, 5))
    assert line.told.events == [3, 4, 5, 6, 7, 8]
    # The hub is further than what came: that is asked for too.
    (asked,) = line.asks()
    assert asked["after"] == 8
    line.answers(asked["number"], 9, **line.told_again(9))
    assert line.told.events[-1] == 9


def test_what_lies_too_far_back_is_taken_as_a_whole(line: Line) -> None:
    line.join(2)
    line.event(900)
    (asked,) = line.asks()
    line.answers(asked["number"], 900, gone=True)
    (asked,) = line.asks()
    assert asked["what"] == "state"
    line.answers(asked["number"], 900, zlib.compress(b"NOW"), epochs=EPOCHS)
    assert line.told.states[-1] == (b"NOW", 900)


def test_events_of_a_former_epoch_count_no_more(line: Line) -> None:
    line.join(4)
    # The hub was restored from a backup that ended at event 2.
    line.born(5, RESTORED)
    (asked,) = line.asks()
    assert asked["what"] == "state"
    line.answers(asked["number"], 5, zlib.compress(b"RESTORED"), epochs=RESTORED)
    line.event(6, "E1")
    assert line.told.events == []
    line.event(6, "E2")
    assert line.told.events == [6]


def test_a_restored_hub_with_the_same_past_is_caught_up_with(line: Line) -> None:
    line.join(2)
    line.born(4, RESTORED)
    (asked,) = line.asks()
    assert (asked["what"], asked["after"]) == ("events", 2)
    again = line.told_again(3, 4, epoch="E2")
    line.answers(asked["number"], 4, epoch="E2", **again)
    assert line.told.events == [3, 4]


def test_it_says_what_it_waits_for(line: Line) -> None:
    assert line.follower.trouble == "broker"
    line.take(Up(1))
    assert line.follower.trouble == "hub"
    line.born(2)
    assert line.follower.trouble == "joining"
    (asked,) = line.asks()
    line.answers(asked["number"], 2, zlib.compress(b"STATE"), epochs=EPOCHS)
    line.born(2, status="offline")
    line.born(2)
    line.take(Down(1, "gone", True))
    assert line.told.troubles == ["hub", "joining", "", "hub", "", "broker"]


def test_a_hub_that_hangs_is_noticed_and_its_answer_ends_it(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.join(2)
    now_s = time.monotonic() + SILENT_S + 0.1
    monkeypatch.setattr("firmware_py.sync.follower.running_s", lambda: now_s)
    line.follower._stands()
    assert line.follower.trouble == "hub"
    line.answers(b"999", 2)
    line.follower._stands()
    assert line.follower.trouble == ""


def test_a_command_is_given_again_on_a_new_connection_with_the_same_id(line: Line) -> None:
    line.join(2)
    answers: list[Any] = []
    question = {"what": "command", "id": "press-1", "name": "window.next", "params": {}}
    line.follower.ask(question, 60.0, answers.append)
    (first,) = line.asks()
    line.take(Down(1, "cut", True))
    line.take(Up(1))
    assert line.asks() == []
    line.born(2)
    (again,) = [one for one in line.asks() if one["what"] == "command"]
    assert again == first
    line.answers(again["number"], 3, events=[], repeated=True)
    line.answers(again["number"], 3, events=[], repeated=True)
    assert len(answers) == 1
    assert answers[0]["repeated"] is True


def test_a_command_before_the_hub_is_there_waits_for_it(line: Line) -> None:
    line.take(Up(1))
    line.follower.ask({"what": "command", "id": "press-1"}, 60.0, lambda answer: None)
    assert line.asks() == []
    line.born(2)
    assert {one["what"] for one in line.asks()} == {"state", "command"}


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b'{"epoch":1}', b"\xff\xfe", b'{"epoch":"E1","seq":3}']
)
def test_what_cannot_be_read_changes_nothing(line: Line, payload: bytes) -> None:
    line.join(2)
    line.message("event/ticket.recalled", payload)
    line.message("reply/window-3", payload, correlation=b"1")
    line.message("node/hub", payload)
    line.event(3)
    assert line.told.events == [3]


@pytest.mark.parametrize(
    ("topic", "node"), [("window-4", "window-4"), ("window-4", "hub"), ("stranger", "hub")]
)
@pytest.mark.parametrize("status", ["online", "offline"])
def test_another_pi_that_says_it_is_the_hub_is_not_believed(
    line: Line, topic: str, node: str, status: str
) -> None:
    line.join(2)
    said = {"status": status, "node": node, "roles": ["hub"], "seq": 90,
            "epochs": [{"epoch": "LIE", "first_seq": 1}]}  # fmt: skip
    line.message(f"node/{topic}", json.dumps(said).encode())
    assert line.asks() == []
    line.event(3)
    assert line.told.events == [3]
    assert line.follower.trouble == ""
