"""The button on gpiozero's mock pins: presses, bounces, holds, stuck ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gpiozero.exc import GPIOZeroError
from gpiozero.pins.mock import MockFactory

from devices.base import HealthState, Input, Report, Status
from devices.errors import DeviceUnavailable
from devices.gpio.button import GpioButton
from devices.gpio.factory import Pins
from devices.gpio.options import ButtonOptions


class Bench:
    """A button on a mock pin, with a clock in the test's hands."""

    def __init__(self, options: ButtonOptions) -> None:
        self.now = 100.0
        self.woken = 0
        self.factory: Any = MockFactory(revision="a02082")
        self.pin: Any = self.factory.pin(f"GPIO{options.pin}")
        pins = Pins(self.factory, (GPIOZeroError,), lambda: None, lambda: None)
        self.button = GpioButton("b", options, pins=lambda _spec: pins, clock=lambda: self.now)
        self.button.wake = self._wake

    def _wake(self) -> None:
        self.woken += 1

    def after(self, seconds: float) -> list[Report]:
        self.now += seconds
        return self.button.poll()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(ButtonOptions(pin=17))
    made.button.open()
    yield made
    made.button.close()
    made.factory.close()


def inputs(reports: list[Report]) -> list[Input]:
    return [report for report in reports if isinstance(report, Input)]


def states(reports: list[Report]) -> list[HealthState]:
    return [report.state for report in reports if isinstance(report, Status)]


def test_a_press_wakes_the_worker_and_is_reported_once(bench: Bench) -> None:
    bench.pin.drive_low()
    assert bench.woken == 1
    reports = bench.button.poll()
    assert inputs(reports) == [Input("pressed")]
    assert states(reports) == [HealthState.OK]
    bench.now += 0.1
    bench.pin.drive_high()
    assert bench.after(1.0) == []


def test_a_press_between_two_polls_is_not_lost(bench: Bench) -> None:
    for _ in range(3):
        bench.now += 0.1
        bench.pin.drive_low()
        bench.now += 0.1
        bench.pin.drive_high()
    assert inputs(bench.after(0.1)) == [Input("pressed")] * 3


def test_a_bounce_is_one_press(bench: Bench) -> None:
    for _ in range(5):
        bench.pin.drive_low()
        bench.now += 0.002
        bench.pin.drive_high()
        bench.now += 0.002
    bench.pin.drive_low()
    assert inputs(bench.after(0.1)) == [Input("pressed")]
    for _ in range(5):
        bench.pin.drive_high()
        bench.now += 0.002
        bench.pin.drive_low()
        bench.now += 0.002
    bench.pin.drive_high()
    assert inputs(bench.after(0.1)) == []
    bench.pin.drive_low()
    assert inputs(bench.after(0.1)) == [Input("pressed")]


def test_a_touch_shorter_than_a_bounce_still_ends(bench: Bench) -> None:
    bench.pin.drive_low()
    bench.now += 0.01
    bench.pin.drive_high()
    assert inputs(bench.button.poll()) == [Input("pressed")]
    bench.now += 0.2
    bench.pin.drive_low()
    assert inputs(bench.after(0.05)) == [Input("pressed")]


def test_a_held_button_says_so_once(bench: Bench) -> None:
    bench.pin.drive_low()
    assert inputs(bench.button.poll()) == [Input("pressed")]
    assert bench.after(1.9) == []
    assert bench.after(0.1) == [Input("held")]
    assert bench.after(5.0) == []


def test_a_contact_that_breaks_for_a_moment_while_it_is_held_is_no_second_press(
    bench: Bench,
) -> None:
    bench.pin.drive_low()
    reports = bench.button.poll()
    for _ in range(5):
        bench.now += 0.3
        bench.pin.drive_high()
        bench.now += 0.01
        bench.pin.drive_low()
        reports += bench.button.poll()
    assert inputs(reports) == [Input("pressed")]
    # The hold goes on through it.
    assert inputs(bench.after(0.5)) == [Input("held")]


@pytest.mark.parametrize("poll_in_between", [False, True])
def test_a_release_that_bounces_for_long_is_no_second_press(
    bench: Bench, poll_in_between: bool
) -> None:
    bench.pin.drive_low()
    reports = bench.button.poll()
    bench.now += 0.2
    for _ in range(20):
        bench.pin.drive_high()
        bench.now += 0.025
        bench.pin.drive_low()
        bench.now += 0.005
        if poll_in_between:
            reports += bench.button.poll()
    bench.pin.drive_high()
    reports += bench.after(0.1)
    assert inputs(reports) == [Input("pressed")]
    bench.now += 0.1
    bench.pin.drive_low()
    assert inputs(bench.button.poll()) == [Input("pressed")]


def test_up_for_as_long_as_the_bounce_time_is_a_release(bench: Bench) -> None:
    bench.pin.drive_low()
    bench.now += 0.2
    bench.pin.drive_high()
    bench.now += 0.031
    bench.pin.drive_low()
    assert inputs(bench.after(0.1)) == [Input("pressed")] * 2


def test_a_hold_that_was_over_before_the_worker_looked_is_told(bench: Bench) -> None:
    bench.pin.drive_low()
    bench.now += 3.0
    bench.pin.drive_high()
    assert inputs(bench.after(1.0)) == [Input("pressed"), Input("held")]


def test_a_hold_is_said_soon_after_its_time_and_a_button_at_rest_costs_little(
    bench: Bench,
) -> None:
    bench.button.poll()
    assert bench.button.poll_every_s == 0.5
    bench.pin.drive_low()
    bench.button.poll()
    assert bench.button.poll_every_s <= 0.1
    bench.pin.drive_high()
    bench.after(0.05)
    bench.button.poll()
    assert bench.button.poll_every_s == 0.5


def test_without_a_bounce_time_every_change_counts() -> None:
    bench = Bench(ButtonOptions(pin=5, bounce_s=0))
    bench.button.open()
    for _ in range(3):
        bench.pin.drive_low()
        bench.pin.drive_high()
    assert inputs(bench.button.poll()) == [Input("pressed")] * 3
    bench.button.close()
    bench.factory.close()


def test_a_stuck_button_is_one_press_and_a_warning_until_it_is_mended(bench: Bench) -> None:
    bench.pin.drive_low()
    reports = bench.button.poll()
    for _ in range(100):
        reports += bench.after(0.5)
    assert inputs(reports) == [Input("pressed"), Input("held")]
    assert states(reports) == [HealthState.OK, HealthState.WARNING]
    bench.pin.drive_high()
    assert states(bench.after(0.1)) == [HealthState.OK]


def test_a_button_to_3v3_is_pressed_at_high() -> None:
    bench = Bench(ButtonOptions(pin=5, pull_up=False, event="call_next", hold_s=0))
    bench.button.open()
    bench.pin.drive_high()
    assert inputs(bench.button.poll()) == [Input("call_next")]
    assert inputs(bench.after(10.0)) == []
    bench.button.close()
    bench.factory.close()


def test_a_worker_that_is_ending_does_not_break_the_pins_thread(bench: Bench) -> None:
    def gone() -> None:
        raise RuntimeError("Event loop is closed")

    bench.button.wake = gone
    bench.pin.drive_low()
    assert inputs(bench.button.poll()) == [Input("pressed")]


def test_a_closed_button_is_unavailable(bench: Bench) -> None:
    bench.button.close()
    bench.button.close()
    with pytest.raises(DeviceUnavailable):
        bench.button.poll()
