"""A screen's line to the daemon, against a daemon that the test plays byte by byte."""

from __future__ import annotations

import itertools
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.link import ANSWER_S, BEAT_S, GIVE_UP_S, Link
from kiosk_ui.messages import (
    Answered,
    Ask,
    Command,
    CutOff,
    Happened,
    Live,
    Message,
    Refused,
    Unknown,
)


class Daemon:
    """The other end of the socket. ``clock_s`` is what the link thinks the time is."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "hall.sock"
        self.clock_s = 100.0
        self.link = Link(self.path, lambda: self.clock_s, by="screen-test")
        self.came: list[Message] = []
        self._server: socket.socket | None = None
        self._line: socket.socket | None = None
        self._buffer = b""

    def start(self) -> None:
        self.path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self.path))
        self._server.listen()
        self._server.settimeout(60)

    def stop(self) -> None:
        for one in (self._line, self._server):
            if one is not None:
                one.close()
        self._line = self._server = None

    def accept(self) -> None:
        assert self._server is not None
        if self._line is not None:
            self._line.close()
        self._line, _ = self._server.accept()
        self._line.settimeout(60)
        self._buffer = b""

    def poll(self, until: Callable[[], object] = lambda: True) -> None:
        """Let the link work until something holds: real time passes, its clock does not."""
        end = time.monotonic() + 60
        while True:
            self.came += self.link.poll()
            if until():
                return
            assert time.monotonic() < end, self.came

    def read(self) -> dict[str, Any]:
        """Return the link's next message."""
        assert self._line is not None
        while b"\n" not in self._buffer:
            self.poll()
            self._buffer += self._line.recv(65_536)
        line, _, self._buffer = self._buffer.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def write(self, message: object) -> None:
        assert self._line is not None
        self._line.sendall(json.dumps(message).encode() + b"\n")

    def answer(self, request: dict[str, Any], result: object) -> None:
        self.write({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def meet(self) -> None:
        """Accept, and answer the first question."""
        self.poll()
        self.accept()
        request = self.read()
        assert request["method"] == "subscribe"
        self.answer(request, {"last_seq": 10})
        self.poll(lambda: self.link.live)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    yield daemon
    daemon.link.close()
    daemon.stop()


TAKE = Command("take", "ticket.take", "token-1", {"item": "F01"})


def test_a_daemon_counts_as_there_once_it_answers(daemon: Daemon) -> None:
    daemon.start()
    daemon.poll()
    daemon.accept()
    daemon.poll()
    assert not daemon.link.live
    request = daemon.read()
    daemon.answer(request, {"last_seq": 1})
    daemon.poll(lambda: daemon.link.live)
    assert daemon.came == [Live()]


def test_questions_are_answered_and_events_come(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.link.send(Ask("status", "hall.status"))
    request = daemon.read()
    assert (request["method"], request["params"]) == ("hall.status", {})
    data = {"number": "A001", "window": "3"}
    event = {"seq": 11, "time_ms": 5, "type": "ticket.called", "by": "x", "data": data}
    daemon.write({"jsonrpc": "2.0", "method": "event", "params": event})
    daemon.answer(request, {"mode": "normal"})
    daemon.poll(lambda: len(daemon.came) == 3)
    assert daemon.came[1:] == [
        Happened("ticket.called", data, 11),
        Answered("status", {"mode": "normal"}),
    ]


def test_a_refusal_has_its_sentence_in_both_languages(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.link.send(TAKE)
    request = daemon.read()
    why = {
        "code": "day_closed",
        "zh": "今天尚未开门营业。",
        "en": "The day is not open.",
        "data": {},
    }
    error = {"code": -32010, "message": why["en"], "data": why}
    daemon.write({"jsonrpc": "2.0", "id": request["id"], "error": error})
    daemon.poll(lambda: len(daemon.came) == 2)
    assert daemon.came[1] == Refused(
        "take", "day_closed", "今天尚未开门营业。", "The day is not open."
    )


def test_a_command_comes_again_with_the_same_id_after_the_line_broke(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.link.send(TAKE)
    first = daemon.read()
    assert first["params"] == {"item": "F01", "command_id": "token-1", "by": "screen-test"}
    daemon.stop()
    daemon.poll(lambda: CutOff() in daemon.came)
    daemon.start()
    daemon.clock_s += 3
    daemon.meet()
    again = daemon.read()
    assert again["params"] == first["params"]
    daemon.answer(again, {"events": [], "repeated": True})
    daemon.poll(lambda: len(daemon.came) == 4)
    assert daemon.came[3] == Answered("take", {"events": [], "repeated": True})


def test_a_command_given_while_cut_off_is_sent_later_a_question_is_not(daemon: Daemon) -> None:
    daemon.link.send(TAKE)
    daemon.link.send(Ask("status", "hall.status"))
    daemon.poll()
    daemon.start()
    daemon.clock_s += 3
    daemon.meet()
    assert daemon.read()["method"] == "ticket.take"
    daemon.link.send(Ask("after", "window.list"))
    assert daemon.read()["method"] == "window.list"


def test_a_command_whose_outcome_stays_unknown_is_given_up(daemon: Daemon) -> None:
    daemon.link.send(TAKE)
    daemon.clock_s += GIVE_UP_S - 1
    daemon.poll()
    # Nobody was ever there: that is told by then.
    assert daemon.came == [CutOff()]
    daemon.clock_s += 2
    daemon.poll()
    assert daemon.came == [CutOff(), Unknown("take")]


def test_a_daemon_that_hangs_is_noticed_and_asked_anew(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.clock_s += BEAT_S + 0.1
    daemon.poll()
    assert daemon.read()["method"] == "subscribe"
    daemon.clock_s += ANSWER_S + 0.1
    daemon.poll()
    assert daemon.came == [Live(), CutOff()]
    daemon.clock_s += 3
    daemon.meet()
    assert len(daemon.came) == 3
    assert daemon.link.live


def test_a_screen_that_was_asleep_itself_does_not_blame_the_daemon(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.link.send(Ask("status", "hall.status"))
    daemon.answer(daemon.read(), 1)
    daemon.clock_s += 60
    daemon.poll(lambda: len(daemon.came) == 2)
    assert daemon.came == [Live(), Answered("status", 1)]
    assert daemon.link.live


def test_tries_to_connect_become_rarer_up_to_two_seconds(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = list[float]()
    real = daemon.link._connect

    def counted(now_s: float) -> None:
        tried.append(now_s)
        real(now_s)

    monkeypatch.setattr(daemon.link, "_connect", counted)
    while daemon.clock_s < 110:
        daemon.poll()
        daemon.clock_s += 0.05
    pauses = [round(b - a, 1) for a, b in itertools.pairwise(tried)]
    assert pauses[:4] == [pytest.approx(p, abs=0.11) for p in (0.2, 0.4, 0.8, 1.6)]
    assert max(pauses) <= 2.1


def test_an_answer_of_many_pieces_is_put_together(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.link.send(Ask("items", "item.list"))
    request = daemon.read()
    big = ["办税服务厅" * 20] * 400
    data = json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": big}).encode() + b"\n"
    assert daemon._line is not None
    for start in range(0, len(data), 7001):
        daemon._line.sendall(data[start : start + 7001])
        daemon.poll()
    daemon.poll(lambda: len(daemon.came) == 2)
    assert daemon.came[1] == Answered("items", big)


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe{\n", b"[1,2]\n", b"7\n", b"nonsense\n", b"[" * 5000 + b"\n",
        b'{"method": "event", "params": {"seq": 1}}\n',
    ],
)  # fmt: skip
def test_what_cannot_be_read_ends_the_connection_and_nothing_else(
    daemon: Daemon, line: bytes
) -> None:
    daemon.start()
    daemon.meet()
    assert daemon._line is not None
    daemon._line.sendall(line)
    daemon.poll(lambda: CutOff() in daemon.came)
    daemon.clock_s += 3
    daemon.meet()
    assert daemon.link.live


def test_nothing_counts_behind_what_cannot_be_read(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    assert daemon._line is not None
    event = b'{"method": "event", "params": {"seq": 1, "type": "day.opened", "data": {}}}\n'
    daemon._line.sendall(event + b"nonsense\n" + event)
    daemon.poll(lambda: CutOff() in daemon.came)
    assert daemon.came == [Live(), Happened("day.opened", {}, 1), CutOff()]


def beat(daemon: Daemon) -> dict[str, Any]:
    """Return what the link asks to see whether the daemon is there."""
    daemon.poll()
    daemon.clock_s += BEAT_S
    daemon.poll()
    request = daemon.read()
    assert request["method"] == "subscribe"
    return request


def hub(trouble: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": "hub", "params": {"trouble": trouble}}


def test_a_daemon_without_its_hub_is_as_good_as_gone_until_it_is_back(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.clock_s += 7
    daemon.write(hub("broker"))
    daemon.poll(lambda: not daemon.link.live)
    assert daemon.link.since_s == 107.0
    daemon.link.send(Ask("list", "window.list"))
    daemon.write(hub("hub"))
    daemon.write(hub(""))
    daemon.poll(lambda: daemon.link.live)
    # Neither is told twice, and the question of meanwhile is lost as with a daemon that is gone.
    assert daemon.came == [Live(), CutOff(), Live()]
    beat(daemon)


def test_a_daemon_that_has_not_joined_the_hall_is_not_there_yet(daemon: Daemon) -> None:
    daemon.start()
    daemon.poll()
    daemon.accept()
    daemon.answer(daemon.read(), {"last_seq": 0, "hub": "joining"})
    request = beat(daemon)
    assert daemon.came == []
    daemon.answer(request, {"last_seq": 10})
    daemon.poll(lambda: daemon.link.live)
    assert daemon.came == [Live()]


def test_a_beat_tells_that_the_hub_is_gone_and_back_too(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    for trouble, live in (({"hub": "hub"}, False), ({}, True)):
        daemon.answer(beat(daemon), {"last_seq": 10, **trouble})
        daemon.poll(lambda wanted=live: daemon.link.live is wanted)  # type: ignore[misc]
    assert daemon.came == [Live(), CutOff(), Live()]


def test_a_command_that_waits_for_the_hub_does_not_make_its_daemon_look_dead(
    daemon: Daemon,
) -> None:
    daemon.start()
    daemon.meet()
    daemon.link.send(TAKE)
    assert daemon.read()["method"] == "ticket.take"
    for _ in range(6):
        daemon.answer(beat(daemon), {"last_seq": 10})
    daemon.poll()
    assert daemon.came == [Live()]


def test_a_command_without_an_outcome_is_repeated_with_its_id_when_the_hub_is_back(
    daemon: Daemon,
) -> None:
    daemon.start()
    daemon.meet()
    daemon.link.send(TAKE)
    first = daemon.read()
    away = {"code": "hub_away", "zh": "与主控失去联系。", "en": "The hub does not answer."}
    error = {"code": 1, "message": "away", "data": away}
    daemon.write({"jsonrpc": "2.0", "id": first["id"], "error": error})
    daemon.poll(lambda: not daemon.link.live)
    daemon.write(hub(""))
    daemon.poll(lambda: daemon.link.live)
    again = daemon.read()
    assert again["params"]["command_id"] == first["params"]["command_id"] == "token-1"
    daemon.answer(again, {"events": [], "repeated": True})
    daemon.poll(lambda: len(daemon.came) == 4)
    assert daemon.came == [
        Live(), CutOff(), Live(), Answered("take", {"events": [], "repeated": True}),
    ]  # fmt: skip


def test_a_command_under_way_is_not_sent_twice_when_the_hub_is_back(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.link.send(TAKE)
    first = daemon.read()
    daemon.write(hub("broker"))
    daemon.poll(lambda: not daemon.link.live)
    daemon.write(hub(""))
    daemon.poll(lambda: daemon.link.live)
    daemon.answer(first, {"events": []})
    daemon.poll(lambda: len(daemon.came) == 4)
    assert daemon.came[-1] == Answered("take", {"events": []})
    beat(daemon)


def test_a_command_of_which_nobody_ever_hears_is_given_up(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.write(hub("hub"))
    daemon.poll(lambda: not daemon.link.live)
    daemon.link.send(TAKE)
    daemon.clock_s += GIVE_UP_S
    daemon.poll(lambda: len(daemon.came) == 3)
    assert daemon.came[-1] == Unknown("take")
