"""Lamps and buttons over the bench's socket, driver at one end and simulator at the other."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.base import HealthState, Input, Report, Status
from devices.errors import DeviceUnavailable
from devices.gpio.button import GpioButton
from devices.gpio.factory import open_pins
from devices.gpio.lamp import GpioLamp
from devices.gpio.options import ButtonOptions, LampOptions
from devices.gpio.simulator import GpioButtonSimulator, GpioLampSimulator
from devices.simulator import Simulator, UnknownKey

DEADLINE_S = 60.0


class Host:
    """The simulators' side: a Unix socket that serves one controller, in a thread."""

    def __init__(self, path: Path, simulators: list[Simulator]) -> None:
        self.path = path
        self._simulators = simulators
        self._timers: list[Callable[[], None]] = []
        self._client: socket.socket | None = None
        self._changed = threading.Condition(threading.RLock())
        for simulator in simulators:
            simulator.send = self.send
            simulator.later = lambda _delay_s, call: self._timers.append(call)
        self.start()

    def start(self) -> None:
        self._stopping = False
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(self.path))
        self._server.listen()
        self._thread = threading.Thread(target=self._serve, name="bench-host")
        self._thread.start()

    def stop(self) -> None:
        """Unplug: nobody listens, and who is connected is hung up on."""
        self._stopping = True
        self._thread.join(DEADLINE_S)
        self.path.unlink()

    def send(self, data: bytes) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):  # the controller has just left
                self._client.sendall(data)

    def run_timers(self) -> None:
        due, self._timers = self._timers, []
        for call in due:
            call()

    def _serve(self) -> None:
        while not self._stopping:
            source = self._client or self._server
            if not select.select([source], [], [], 0.01)[0]:
                continue
            with self._changed:
                if self._client is None:
                    self._client = self._server.accept()[0]
                    for simulator in self._simulators:
                        simulator.plugged()
                elif data := self._received(self._client):
                    for simulator in self._simulators:
                        simulator.feed(data)
                else:
                    self._hang_up()
                self._changed.notify_all()
        self._hang_up()
        self._server.close()

    def _received(self, client: socket.socket) -> bytes:
        try:
            return client.recv(4096)
        except ConnectionResetError:
            return b""

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def wait_until(self, true: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(true, DEADLINE_S)

    def wait_for_the_controller(self) -> None:
        self.wait_until(lambda: self._client is not None)


class Hall:
    """A tower lamp and a button on one socket."""

    def __init__(self, folder: Path) -> None:
        path = folder / "pins.sock"
        pins = f"mock:{path}"
        tower = LampOptions(red=17, amber=27, heartbeat=4, pins=pins)
        push = ButtonOptions(pin=5, pins=pins)
        self.lamp_sim = GpioLampSimulator("lamp", tower)
        self.button_sim = GpioButtonSimulator("button", push)
        self.host = Host(path, [self.lamp_sim, self.button_sim])
        self.now = 100.0
        self.lamp = GpioLamp("lamp", tower, clock=lambda: self.now)
        self.button = GpioButton("button", push, clock=lambda: self.now)
        self.woken = threading.Event()
        self.button.wake = self.woken.set

    def lit(self) -> list[str]:
        return list(self.lamp_sim.seen()["lit"])

    def next_inputs(self) -> list[Input]:
        """Wait until the button's callback ran, then take what it brought."""
        assert self.woken.wait(DEADLINE_S)
        self.woken.clear()
        return [r for r in self.poll_until_quiet() if isinstance(r, Input)]

    def poll_until_quiet(self) -> list[Report]:
        reports = self.button.poll()
        while self.woken.wait(0.05):
            self.woken.clear()
            reports += self.button.poll()
        return reports


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path)
    yield made
    made.lamp.close()
    made.button.close()
    made.host.stop()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    pause = threading.Event()
    while not true():
        assert time.monotonic() < deadline
        pause.wait(0.005)


def reachable(call: Callable[[], object]) -> bool:
    try:
        call()
    except DeviceUnavailable:
        return False
    return True


def test_the_lamp_on_the_bench_lights_as_the_driver_says(hall: Hall) -> None:
    hall.lamp.open()
    hall.lamp.set("amber")
    hall.host.wait_until(lambda: hall.lit() == ["amber"])
    hall.lamp.set("off")
    hall.host.wait_until(lambda: hall.lit() == [])
    assert [(h["colour"], h["on"]) for h in hall.lamp_sim.seen()["history"]] == [
        ("amber", True),
        ("amber", False),
    ]
    before = hall.lamp_sim.seen()["heartbeats"]
    hall.lamp.poll()
    hall.host.wait_until(lambda: hall.lamp_sim.seen()["heartbeats"] == before + 1)


def test_closing_puts_the_lamp_out(hall: Hall) -> None:
    hall.lamp.open()
    hall.lamp.set("amber")
    hall.host.wait_until(lambda: hall.lit() == ["amber"])
    hall.lamp.close()
    hall.host.wait_until(lambda: hall.lit() == [])


def test_a_press_on_the_bench_arrives_once(hall: Hall) -> None:
    hall.button.open()
    hall.host.wait_for_the_controller()
    hall.button_sim.press("press")
    assert hall.next_inputs() == [Input("pressed")]
    hall.now += 0.1
    hall.host.run_timers()
    assert hall.next_inputs() == []
    assert not hall.button_sim.seen()["down"]


def test_a_bouncing_button_is_one_press(hall: Hall) -> None:
    hall.button.open()
    hall.host.wait_for_the_controller()
    hall.button_sim.fault("bounce")
    hall.button_sim.press("press")
    assert hall.next_inputs() == [Input("pressed")]
    assert hall.button_sim.seen()["edges"] > 10


def test_a_stuck_button_is_one_press_and_a_warning(hall: Hall) -> None:
    hall.button.open()
    hall.host.wait_for_the_controller()
    hall.button_sim.fault("stuck")
    assert hall.next_inputs() == [Input("pressed")]
    hall.button_sim.press("press")
    hall.host.run_timers()
    hall.now += 30
    reports = hall.poll_until_quiet()
    assert [r.state for r in reports if isinstance(r, Status)] == [HealthState.WARNING]
    assert [r for r in reports if isinstance(r, Input)] == [Input("held")]


def test_a_button_that_is_down_at_the_start_was_not_pressed(hall: Hall) -> None:
    hall.button_sim.fault("stuck")
    pins = open_pins(hall.button.options.pins)
    until(lambda: pins.factory._driven.get(5) == 0)
    hall.button.open()
    hall.now += 1
    assert hall.poll_until_quiet() == []
    hall.now += 30
    reports = hall.button.poll()
    assert [r.code for r in reports if isinstance(r, Status)] == ["stuck"]
    assert not [r for r in reports if isinstance(r, Input)]
    pins.close()


def test_unplugged_pins_are_said_and_come_back_as_they_were(hall: Hall) -> None:
    hall.lamp.open()
    hall.button.open()
    hall.host.wait_for_the_controller()
    hall.host.stop()
    until(lambda: not reachable(hall.lamp.poll))
    assert not reachable(hall.button.poll)
    assert not reachable(lambda: hall.lamp.set("amber"))  # noted; shown when the pins are back
    hall.host.start()
    until(lambda: reachable(hall.lamp.poll))
    hall.host.wait_until(lambda: hall.lit() == ["amber"])
    hall.button_sim.press("press")
    assert hall.next_inputs() == [Input("pressed")]


def test_pins_that_nobody_serves_are_unavailable(tmp_path: Path) -> None:
    lamp = GpioLamp("lamp", LampOptions(pin=17, pins=f"mock:{tmp_path}/nobody.sock"))
    with pytest.raises(DeviceUnavailable, match=r"nobody\.sock: no such port"):
        lamp.open()


def test_devices_on_one_socket_share_one_thread(hall: Hall) -> None:
    hall.lamp.open()
    hall.button.open()
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("gpio-bench") == 1
    hall.lamp.close()
    assert "gpio-bench" in [thread.name for thread in threading.enumerate()]
    hall.button.close()
    assert "gpio-bench" not in [thread.name for thread in threading.enumerate()]


def test_garbage_on_the_socket_is_counted_and_survived(hall: Hall) -> None:
    hall.button.open()
    pins = open_pins(hall.button.options.pins)
    until(lambda: pins.factory._driven.get(5) == 1)
    hall.host.send(b'\xff\n{"pin":99,"level":0}\n[]\n{"pin":5,"level":2}\n' + b"x" * 300)
    until(lambda: pins.factory.bad_lines == 5)
    hall.button_sim.press("press")
    assert hall.next_inputs() == [Input("pressed")]
    pins.close()


def test_the_simulators_survive_garbage_too() -> None:
    lamp = GpioLampSimulator("lamp", LampOptions(red=17))
    lamp.feed(b'\xff\xfe\n[1]\n{"pin":"x","level":1}\n{"pin":17,"lev')
    lamp.feed(b'el":1}\n')
    assert lamp.seen()["lit"] == ["red"]
    with pytest.raises(UnknownKey):
        lamp.press("press")
    with pytest.raises(UnknownKey):
        GpioButtonSimulator("button", ButtonOptions(pin=5)).press("next")


def run(code: str, **environment: str) -> str:
    """Run Python by itself: importing lgpio starts a thread that nothing ends."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        env=os.environ | environment,
        timeout=120,
    )
    return done.stdout


def test_gpiozero_is_imported_only_when_pins_are_opened() -> None:
    said = run(
        "import sys; import devices.gpio.lamp, devices.gpio.button, devices.gpio.simulator;"
        "print('gpiozero' in sys.modules)"
    )
    assert said == "False\n"


def test_a_machine_without_pins_never_falls_back(tmp_path: Path) -> None:
    if Path("/dev/gpiochip0").exists():
        pytest.skip("this machine has pins")
    said = run(
        "from devices.errors import DeviceUnavailable\n"
        "from devices.gpio.factory import open_pins\n"
        "try: open_pins('lgpio')\n"
        "except DeviceUnavailable as error: print(error)",
        LG_WD=str(tmp_path),
    )
    assert said.startswith("lgpio: ")
