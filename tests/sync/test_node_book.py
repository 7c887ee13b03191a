"""What the hub knows of the other Pis: there, away, silent, never seen; told once when it lasts."""

from __future__ import annotations

import json
import logging
from typing import Any

import msgspec
import pytest

from firmware_py.sync.mail import Incoming
from firmware_py.sync.node_book import LONG_S, SILENT_S, NodeBook, NodeSeen
from firmware_py.sync.rights import NodePlace

ROOT = "hall/v1/demo"


class Hub:
    """A hub's book, at a time that the test says."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.places = {
            name: NodePlace(name, frozenset({"window"})) for name in ("window-1", "window-2")
        }
        self.book = NodeBook("hub", lambda: self.places, self._now_ms, now_s=lambda: self.now_s)

    def _now_ms(self) -> int:
        return round(self.now_s * 1000)

    def birth(self, node: str, status: str = "online", *, retained: bool = False) -> None:
        """A Pi, or the broker for it, says how it is."""
        about: dict[str, Any] = {"status": status, "node": node, "roles": ["window"]}
        if status == "online":
            about |= {"version": "0.1.0", "host": f"pi-{node}"}
        self.message(node, json.dumps(about).encode(), retained=retained)

    def message(self, node: str, payload: bytes, *, retained: bool = False) -> None:
        """Something comes on a Pi's own topic."""
        topic = f"{ROOT}/node/{node}"
        self.book.born(node, Incoming(1, topic, payload, len(payload), retained, self.now_s))

    def seen(self, node: str) -> NodeSeen:
        """Return how a Pi is."""
        (found,) = [one for one in self.book.seen() if one.node == node]
        return found

    def pass_s(self, seconds: float, *asking: str) -> None:
        """Let time pass, in which some Pis go on asking."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s = min(self.now_s + 2.0, end_s)
            for node in asking:
                self.book.asked(node, 7)
            self.book.look()


@pytest.fixture
def hub() -> Hub:
    hub = Hub()
    hub.book.up()
    return hub


def test_a_pi_is_there_from_its_birth_and_says_how_far_it_is(hub: Hub) -> None:
    assert hub.seen("window-1").state == "never"
    hub.pass_s(5)
    hub.birth("window-1")
    assert hub.seen("window-1").seq is None
    hub.book.asked("window-1", 412)
    found = hub.seen("window-1")
    assert (found.state, found.seq, found.version, found.host) == (
        "there", 412, "0.1.0", "pi-window-1",
    )  # fmt: skip
    assert (found.since_ms, found.exact) == (105_000, True)


def test_of_a_pi_that_was_retired_the_broker_keeps_nothing(hub: Hub) -> None:
    cleared: list[str] = []
    hub.book.clear = cleared.append
    hub.birth("window-2")
    hub.book.device("window-2", "pad-2", b'{"device":"pad-2","state":"gone"}')
    del hub.places["window-2"]
    hub.book.forget("window-2", for_good=True)
    assert cleared == ["node/window-2", "device/window-2/pad-2"]
    # The broker says so itself, then its last will, and a device that was not known of.
    hub.message("window-2", b"")
    hub.birth("window-2", "offline")
    hub.book.device("window-2", "strip-2", b'{"device":"strip-2","state":"ok"}')
    assert cleared[2:] == ["node/window-2", "device/window-2/strip-2"]
    assert [one.node for one in hub.book.seen()] == ["window-1"]
    # Taken in again, it is a Pi like any other.
    hub.places["window-2"] = NodePlace("window-2", frozenset({"window"}))
    hub.birth("window-2")
    assert hub.seen("window-2").state == "there"
    assert len(cleared) == 4


def test_a_pi_that_is_replaced_while_the_broker_is_away_is_cleared_when_it_is_back(
    hub: Hub,
) -> None:
    cleared: list[str] = []
    hub.book.clear = cleared.append
    hub.birth("window-2")
    hub.book.device("window-2", "pad-2", b'{"device":"pad-2","state":"gone"}')
    hub.book.down()
    hub.book.forget("window-2", for_good=False)
    assert cleared == []
    hub.book.up()
    assert cleared == ["node/window-2", "device/window-2/pad-2"]
    assert (hub.seen("window-2").state, hub.seen("window-2").devices) == ("never", ())
    # The spare comes.
    hub.birth("window-2")
    assert hub.seen("window-2").state == "there"
    hub.book.down()
    hub.book.up()
    assert len(cleared) == 2


def test_a_last_will_is_a_pi_away_since_then_and_its_machine_is_still_known(hub: Hub) -> None:
    hub.birth("window-1")
    hub.pass_s(60, "window-1")
    hub.birth("window-1", "offline")
    hub.pass_s(12)
    found = hub.seen("window-1")
    assert (found.state, found.since_ms, found.for_s) == ("away", 160_000, 12.0)
    assert (found.host, found.seq, found.long_away) == ("pi-window-1", None, False)


def test_what_was_so_before_the_hub_looked_is_at_least_so_long(hub: Hub) -> None:
    hub.birth("window-1", "offline", retained=True)
    hub.birth("window-2", retained=True)
    assert not hub.seen("window-1").exact
    assert not hub.seen("window-2").exact
    assert hub.seen("window-2").state == "there"


def test_a_pi_that_is_connected_and_asks_nothing_is_silent_since_its_last_word(hub: Hub) -> None:
    hub.birth("window-1")
    hub.pass_s(20, "window-1")
    hub.pass_s(SILENT_S)
    assert hub.seen("window-1").state == "there"
    hub.pass_s(2)
    found = hub.seen("window-1")
    assert (found.state, found.since_ms) == ("silent", 120_000)
    hub.book.asked("window-1", 9)
    assert hub.seen("window-1").state == "there"


@pytest.mark.parametrize("how", ["away", "silent", "never"])
def test_a_pi_that_is_away_for_long_is_said_once_and_so_is_its_return(
    hub: Hub, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    hub.birth("window-2")
    if how != "never":
        hub.birth("window-1")
    if how == "away":
        hub.birth("window-1", "offline")
    hub.pass_s(LONG_S, "window-2")
    if how != "silent":
        assert not hub.seen("window-1").long_away
        assert caplog.messages == []
    hub.pass_s(300, "window-2")
    assert hub.seen("window-1").long_away
    assert caplog.messages == [f"window-1 has been away for more than 30 s ({how})"]
    hub.birth("window-1")
    assert caplog.messages[1:] == ["window-1 is there again"]


def test_without_the_broker_nobody_is_said_to_be_away(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.birth("window-1")
    hub.book.down()
    hub.pass_s(100)
    assert {one.state for one in hub.book.seen()} == {"unknown"}
    assert not any(one.long_away for one in hub.book.seen())
    hub.book.up()
    # The broker is back before the Pi is: it has its time to come.
    assert hub.seen("window-1").state == "there"
    assert caplog.messages == []


def test_devices_that_are_not_right_are_known_until_they_are(hub: Hub) -> None:
    hub.birth("window-1")
    say = {"zh": "缺纸。", "en": "Out of paper."}
    fault = {"device": "printer-1", "state": "fault", "code": "paper_end", "say": say}
    hub.book.device("window-1", "printer-1", json.dumps(fault).encode())
    hub.book.device("window-1", "pad-1", b'{"device":"pad-1","state":"ok","code":"","say":null}')
    (wrong,) = hub.seen("window-1").devices
    assert wrong == {"device": "printer-1", "state": "fault", "code": "paper_end", "say": say}
    hub.book.device("window-1", "printer-1", b"")
    assert hub.seen("window-1").devices == ()


def test_a_pi_that_no_configuration_names_is_a_stranger_while_it_is_there(hub: Hub) -> None:
    hub.birth("window-9")
    assert hub.seen("window-9").state == "stranger"
    hub.birth("window-9", "offline")
    assert [one.node for one in hub.book.seen()] == ["window-1", "window-2"]


def test_strangers_without_end_are_not_remembered_without_end(hub: Hub) -> None:
    for number in range(500):
        hub.birth(f"stranger-{number}")
    assert len(hub.book.seen()) < 30
    hub.birth("window-1")
    assert hub.seen("window-1").state == "there"


def test_the_hub_is_not_one_of_the_others_and_nonsense_is_refused(hub: Hub) -> None:
    hub.birth("hub")
    assert [one.node for one in hub.book.seen()] == ["window-1", "window-2"]
    with pytest.raises(msgspec.DecodeError):
        hub.message("window-1", b'{"status": 3}')
