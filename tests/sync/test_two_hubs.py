"""Of two hubs the one in the higher epoch counts, whatever is retained and in what order."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from firmware_py.bench.stage import free_port
from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.sync.first_look import first_look
from firmware_py.sync.heard import HighestEpoch
from firmware_py.sync.mail import Up
from firmware_py.sync.ports import EpochStart, SyncSettings
from tests.sync.support import Ear, Mosquitto, until
from tests.sync.test_follower import Line

FIRST = [{"epoch": "E1", "first_seq": 1}]
SECOND = [*FIRST, {"epoch": "2-standby", "first_seq": 5}]
THIRD = [*SECOND, {"epoch": "3-hub", "first_seq": 9}]


def birth(
    line: Line, node: str, seq: int, epochs: list[dict[str, Any]], status: str = "online"
) -> None:
    about = {"status": status, "node": node, "roles": ["hub"], "seq": seq, "epochs": epochs}
    line.message(f"node/{node}", json.dumps(about).encode())


@pytest.fixture
def line() -> Line:
    return Line()


def test_a_promoted_hub_is_joined_and_the_former_one_heard_no_more(line: Line) -> None:
    line.join(6)
    birth(line, "standby", 8, SECOND)
    (asked,) = line.asks()
    # Event 6 was written by the former hub after the copy ended: the hall is taken anew.
    assert (asked["what"], asked["epoch"]) == ("state", "2-standby")
    line.born(7)
    assert line.asks() == []
    assert line.follower.hub is not None
    assert line.follower.hub.node == "standby"
    # An answer of the former hub that comes late is nobody's.
    line.answers(asked["number"], 7, b"", epoch="E1", epochs=FIRST)
    assert line.told.states[-1][1] == 6


def test_what_was_retained_first_or_last_makes_no_difference(line: Line) -> None:
    line.take(Up(1))
    for node, epochs in (("standby", SECOND), ("hub", FIRST)):
        birth(line, node, 7, epochs)
    assert {one["epoch"] for one in line.asks()} == {"2-standby"}
    birth(line, "hub", 9, THIRD)
    birth(line, "standby", 12, SECOND)
    assert line.follower.hub is not None
    assert line.follower.hub.node == "hub"


def test_a_promoted_hub_that_is_away_is_waited_for(line: Line) -> None:
    line.join(3)
    birth(line, "standby", 0, SECOND, status="offline")
    assert line.follower.trouble == "hub"
    line.born(4)
    assert line.follower.trouble == "hub"
    birth(line, "standby", 6, SECOND)
    assert line.follower.trouble != "hub"


def test_nobody_is_followed_who_is_no_hub_of_this_hall_whatever_it_calls_itself() -> None:
    line = Line(frozenset({"hub", "standby"}))
    line.take(Up(1))
    # Whoever has a certificate may speak for itself: the centre's, a Pi's that nobody knows here.
    for node in ("centre", "window-9"):
        epochs = [*FIRST, {"epoch": f"99-{node}", "first_seq": 2}]
        birth(line, node, 5, epochs)
        birth(line, node, 5, epochs, status="offline")
    assert line.follower.trouble == "hub"
    assert line.follower.highest.known == NO_EPOCH
    birth(line, "standby", 7, SECOND)
    assert line.follower.hub is not None
    assert line.follower.hub.node == "standby"


def test_an_event_of_a_lower_epoch_changes_nothing(line: Line) -> None:
    line.join(4)
    birth(line, "standby", 4, SECOND)
    line.event(5, "E1")
    assert line.told.events == []
    line.event(5, "2-standby")
    assert line.told.events == [5]


def test_epochs_are_compared_by_their_count_then_by_name() -> None:
    heard = HighestEpoch.of([EpochStart("E1", 1)])
    assert heard.known == NO_EPOCH
    assert heard.hears("hub", FIRST)
    assert heard.hears("standby", SECOND)
    assert not heard.hears("hub", [*FIRST, {"epoch": "2-hub", "first_seq": 5}])
    # Before it was told, a birth without epochs may have been the hub's; not after.
    assert not heard.hears("hub", [])
    assert HighestEpoch.of([EpochStart("2-standby", 5)]).known == Epoch(2, "standby")


async def test_a_hub_that_starts_hears_of_a_higher_epoch_also_of_one_that_is_away(
    mosquitto: Mosquitto, listen: Callable[..., Ear]
) -> None:
    hubs = frozenset({"standby"})
    settings = SyncSettings("demo", "hub", "1", port=mosquitto.port)
    assert (await first_look(settings, hubs, answer_s=30)).highest == NO_EPOCH
    ear = listen()
    about = {"status": "offline", "node": "standby", "roles": ["hub"], "epochs": SECOND}
    ear.say("node/standby", json.dumps(about).encode(), retain=True)
    # What another Pi says of itself is no hub's word.
    liar = {**about, "node": "window-3", "epochs": [{"epoch": "9-window-3", "first_seq": 1}]}
    ear.say("node/window-3", json.dumps(liar).encode(), retain=True)
    await until(lambda: len(ear.on("node/standby")) == 1)
    await until(lambda: len(ear.on("node/window-3")) == 1)
    assert (await first_look(settings, hubs, answer_s=30)).highest == Epoch(2, "standby")


async def test_where_no_broker_answers_a_hub_is_not_kept_waiting() -> None:
    settings = SyncSettings("demo", "hub", "1", port=free_port())
    assert not (await first_look(settings, frozenset({"standby"}), answer_s=30)).up
