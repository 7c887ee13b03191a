"""The simulated pad by itself, against its document, and with the driver over a pty."""

from __future__ import annotations

import os
import select
import tty
from collections.abc import Callable, Iterator

import pytest

from devices.base import Input, Report
from devices.pad.driver import ProfilePad
from devices.pad.options import Ff68Options
from devices.pad.simulator import Ff68PadSimulator
from devices.simulator import UnknownFault, UnknownKey
from tests.devices.pad.pad_line import Clock, hexed, meant

NEXT = hexed("FF 68 03 03 68 01 01 0C 0E 16")


class Wire:
    """The simulator's side: what it sent, and its timers, run by hand."""

    def __init__(self, simulator: Ff68PadSimulator) -> None:
        self.sent: list[bytes] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        simulator.send = self.sent.append
        simulator.later = lambda delay_s, call: self.timers.append((delay_s, call))

    def run_timers(self) -> None:
        due, self.timers = self.timers, []
        for _, call in due:
            call()


@pytest.fixture
def simulator() -> Ff68PadSimulator:
    return Ff68PadSimulator("pad-1", Ff68Options(address=1))


@pytest.fixture
def wire(simulator: Ff68PadSimulator) -> Wire:
    return Wire(simulator)


def test_a_key_is_sent_once_when_it_is_echoed(simulator: Ff68PadSimulator, wire: Wire) -> None:
    simulator.press("next")
    assert wire.sent == [NEXT]
    assert [delay for delay, _ in wire.timers] == [0.1]
    simulator.feed(NEXT)
    wire.run_timers()
    assert wire.sent == [NEXT]
    assert simulator.seen()["acks"] == 1


def test_a_key_nobody_echoes_is_sent_four_times(simulator: Ff68PadSimulator, wire: Wire) -> None:
    simulator.press("next")
    for _ in range(10):
        wire.run_timers()
    assert wire.sent == [NEXT] * 4
    assert simulator.seen()["given_up"] == 1


def test_a_rating_wants_func_01_in_its_acknowledgement(
    simulator: Ff68PadSimulator, wire: Wire
) -> None:
    simulator.press("rating", 1)
    assert wire.sent == [hexed("FF 68 03 03 68 01 11 01 13 16")]
    simulator.feed(wire.sent[0])
    assert simulator.seen()["unanswered"]
    simulator.feed(hexed("FF 68 03 03 68 01 01 01 03 16"))
    assert not simulator.seen()["unanswered"]


def test_the_display_shows_what_the_document_says(simulator: Ff68PadSimulator, wire: Wire) -> None:
    for byte in hexed("00 FF FF 68 08 08 68 01 02 0A 0A 0A 00 01 05 27 16"):
        simulator.feed(bytes((byte,)))
    simulator.feed(hexed("FF 68 02 02 68 01 03 04 16") * 2)
    simulator.feed(hexed("FF 68 03 03 68 01 01 0B 0D 16"))
    seen = simulator.seen()
    assert (seen["waiting"], seen["number"], seen["beeps"]) == ("", "015", 2)
    assert seen["rating_open"]
    simulator.feed(hexed("FF 68 03 03 68 01 02 05 08 16"))
    assert simulator.seen()["stars"] == 5


def test_frames_for_another_pad_or_with_a_wrong_sum_do_nothing(
    simulator: Ff68PadSimulator, wire: Wire
) -> None:
    simulator.feed(hexed("FF 68 02 02 68 02 03 05 16 FF 68 02 02 68 01 03 05 16"))
    assert simulator.seen()["beeps"] == 0


def test_faults_are_on_the_wire(simulator: Ff68PadSimulator, wire: Wire) -> None:
    simulator.fault("bad-checksum")
    simulator.press("next")
    assert wire.sent.pop() == hexed("FF 68 03 03 68 01 01 0C 0F 16")
    simulator.fault("bad-checksum", active=False)
    simulator.fault("wrong-address")
    wire.run_timers()
    assert wire.sent.pop() == hexed("FF 68 03 03 68 02 01 0C 0F 16")
    with pytest.raises(UnknownFault):
        simulator.fault("paper-out")


@pytest.mark.parametrize(
    ("key", "value"), [("help", None), ("enter", -1), ("rating", None), ("next", 3)]
)
def test_a_key_it_has_not_is_refused(
    simulator: Ff68PadSimulator, wire: Wire, key: str, value: int | None
) -> None:
    with pytest.raises(UnknownKey):
        simulator.press(key, value)
    assert simulator.seen()["presses"] == 0


class PtyLine:
    """The driver's end of a pty."""

    port = "pty"

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.written = self.taken = 0

    def read_available(self) -> bytes:
        return self.read_some(0)

    def read_some(self, timeout_s: float) -> bytes:
        ready, _, _ = select.select([self.fd], [], [], timeout_s)
        data = os.read(self.fd, 4096) if ready else b""
        self.taken += len(data)
        return data

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        assert os.write(self.fd, data) == len(data)
        self.written += len(data)

    def fileno(self) -> int | None:
        return self.fd

    def close(self) -> None:
        os.close(self.fd)


class Bench:
    """Driver and simulator at the two ends of a pty, turned by hand until all is quiet."""

    def __init__(self, simulator: Ff68PadSimulator) -> None:
        self.far, near = os.openpty()
        tty.setraw(near)
        self.line = PtyLine(near)
        self.simulator = simulator
        #: Bytes that the simulator wrote, and that it was given.
        self.sent = self.heard = 0
        self.timers: list[Callable[[], None]] = []
        self.clock = Clock()
        simulator.send = self._write
        simulator.later = lambda _delay_s, call: self.timers.append(call)
        self.pad = ProfilePad("pad-1", Ff68Options(address=1), self.line, clock=self.clock)
        self.pad.open()

    def _write(self, data: bytes) -> None:
        assert os.write(self.far, data) == len(data)
        self.sent += len(data)

    def turn(self) -> list[Input]:
        """Carry bytes both ways until all that was written has arrived."""
        reports: list[Report] = []
        while self.line.taken < self.sent or self.heard < self.line.written:
            ready, _, _ = select.select([self.far, self.line.fd], [], [], 60)
            assert ready, "bytes are lost"
            reports += self.pad.feed(self.line.read_some(0))
            if self.far in ready:
                data = os.read(self.far, 4096)
                self.heard += len(data)
                self.simulator.feed(data)
        return meant(reports)

    def run_timers(self) -> None:
        """Let the tenth of a second pass that the pad waits for its acknowledgement."""
        self.clock.now += 0.1
        due, self.timers = self.timers, []
        for call in due:
            call()


@pytest.fixture
def bench(simulator: Ff68PadSimulator) -> Iterator[Bench]:
    made = Bench(simulator)
    yield made
    made.line.close()
    os.close(made.far)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("next", None, Input("call_next")),
        ("recall", None, Input("recall")),
        ("finish", None, Input("finish")),
        ("cancel", None, Input("cancel")),
        ("no-show", None, Input("no_show")),
        ("park", None, Input("park")),
        ("call-back", None, Input("call_back")),
        ("one-metre-line", None, Input("one_metre_line")),
        ("pause", None, Input("pause")),
        ("transfer", None, Input("transfer")),
        ("rating", 3, Input("rate", 3)),
    ],
)
def test_every_key_of_the_pad_reaches_the_hall_and_is_acknowledged(
    bench: Bench, key: str, value: int | None, expected: Input
) -> None:
    bench.simulator.press(key, value)
    assert bench.turn() == [expected]
    assert bench.simulator.seen()["acks"] == 1
    bench.run_timers()
    assert bench.turn() == []


@pytest.mark.parametrize(("key", "event"), [("no-show", "no_show"), ("park", "park")])
def test_keys_sent_one_by_one_reach_the_hall_as_one(bench: Bench, key: str, event: str) -> None:
    bench.simulator.fault("keys-one-by-one")
    bench.simulator.press(key)
    assert bench.turn() == [Input(event)]
    assert bench.simulator.seen()["acks"] == 2


def test_a_pad_that_hears_no_acknowledgement_presses_once(bench: Bench) -> None:
    bench.simulator.fault("no-ack-heard")
    bench.simulator.press("next")
    pressed = bench.turn()
    for _ in range(5):
        bench.run_timers()
        pressed += bench.turn()
    assert pressed == [Input("call_next")]
    assert bench.simulator.seen()["resends"] == 3


@pytest.mark.parametrize("fault", ["bad-checksum", "wrong-address"])
def test_a_frame_that_is_not_ours_is_neither_taken_nor_acknowledged(
    bench: Bench, fault: str
) -> None:
    bench.simulator.fault(fault)
    bench.simulator.press("next")
    assert bench.turn() == []
    assert bench.simulator.seen()["acks"] == 0
    bench.simulator.fault(fault, active=False)
    bench.run_timers()
    assert bench.turn() == [Input("call_next")]


def test_the_pad_shows_what_the_hall_shows(bench: Bench) -> None:
    bench.pad.show(12, "A015")
    bench.pad.beep()
    bench.pad.ask_rating()
    bench.turn()
    seen = bench.simulator.seen()
    assert (seen["waiting"], seen["number"]) == ("12", "015")
    assert (seen["beeps"], seen["rating_open"]) == (1, True)
    bench.simulator.press("rating", 5)
    assert bench.turn() == [Input("rate", 5)]
    bench.pad.thank(5)
    bench.turn()
    assert bench.simulator.seen()["stars"] == 5
