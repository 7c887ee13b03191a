"""The lamp on gpiozero's mock pins: what is lit, and when."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from gpiozero.exc import GPIOZeroError
from gpiozero.pins.mock import MockFactory

from devices.base import HealthState
from devices.errors import DeviceUnavailable
from devices.gpio.factory import Pins
from devices.gpio.lamp import GpioLamp
from devices.gpio.options import LampOptions
from devices.lamp.patterns import PATTERNS, lit_at

TOWER = LampOptions(red=17, amber=27, green=22, buzzer=23)


class Bench:
    """A lamp on mock pins, with a clock in the test's hands."""

    def __init__(self) -> None:
        self.now = 100.0
        self.factory: Any = MockFactory(revision="a02082")
        self.lamps: list[GpioLamp] = []

    def _pins(self, _spec: str) -> Pins:
        return Pins(self.factory, (GPIOZeroError,), lambda: None, lambda: None)

    def lamp(self, options: LampOptions) -> GpioLamp:
        lamp = GpioLamp("lamp-1", options, pins=self._pins, clock=lambda: self.now)
        self.lamps.append(lamp)
        return lamp

    def levels(self, *pins: int) -> list[int]:
        return [int(self.factory.pin(f"GPIO{pin}").state) for pin in pins]

    def film(self, lamp: GpioLamp, pins: tuple[int, ...], frames: int) -> list[list[int]]:
        """Poll every 250 ms; return the levels of ``pins`` at each poll, the present first."""
        seen = [self.levels(*pins)]
        for _ in range(frames - 1):
            self.now += 0.25
            lamp.poll()
            seen.append(self.levels(*pins))
        return seen


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    for lamp in made.lamps:
        lamp.close()
    made.factory.close()


def test_a_lamp_opens_dark_and_says_that_it_cannot_answer(bench: Bench) -> None:
    lamp = bench.lamp(TOWER)
    assert lamp.open().state is HealthState.UNKNOWN
    assert bench.levels(17, 27, 22, 23) == [0, 0, 0, 0]


def test_amber_is_steady_and_red_blinks_every_second(bench: Bench) -> None:
    lamp = bench.lamp(TOWER)
    lamp.open()
    lamp.set("amber")
    assert bench.film(lamp, (17, 27), 8) == [[0, 1]] * 8
    lamp.set("red")
    assert bench.film(lamp, (17, 27), 8) == [[1, 0], [1, 0], [0, 0], [0, 0]] * 2


def test_the_buzzer_speaks_once_for_red(bench: Bench) -> None:
    lamp = bench.lamp(TOWER)
    lamp.open()
    lamp.set("red")
    film = bench.film(lamp, (23,), 40)
    assert film == [[1], [1]] + [[0]] * 38
    lamp.set("red")  # the same again is no new alarm
    assert bench.levels(23) == [0]


@pytest.mark.parametrize("pattern", ["green", "amber", "red", "help", "dead"])
def test_off_puts_out_everything(bench: Bench, pattern: str) -> None:
    lamp = bench.lamp(TOWER)
    lamp.open()
    lamp.set(pattern)
    assert 1 in bench.levels(17, 27, 22, 23)
    lamp.set("off")
    assert bench.film(lamp, (17, 27, 22, 23), 9) == [[0, 0, 0, 0]] * 9


def test_a_lamp_of_one_colour_says_different_things_differently(bench: Bench) -> None:
    lamp = bench.lamp(LampOptions(pin=5))
    lamp.open()
    films = []
    for pattern in ("off", "amber", "red", "help", "dead"):
        lamp.set(pattern)
        films.append(tuple(level for (level,) in bench.film(lamp, (5,), 16)))
    assert all(a != b for a, b in itertools.combinations(films, 2))
    assert films[1] == (1,) * 16


def test_an_active_low_relay_board_is_dark_at_high(bench: Bench) -> None:
    lamp = bench.lamp(LampOptions(red=17, active_high=False))
    lamp.open()
    assert bench.levels(17) == [1]
    lamp.set("red")
    assert bench.levels(17) == [0]
    lamp.close()
    assert bench.levels(17) == [1]


def test_the_heartbeat_changes_at_every_poll_and_stops_with_the_driver(bench: Bench) -> None:
    lamp = bench.lamp(LampOptions(red=17, heartbeat=4))
    lamp.open()
    assert bench.film(lamp, (4,), 6) == [[0], [1], [0], [1], [0], [1]]


def test_the_self_test_lights_each_part_and_returns_to_the_alarm(bench: Bench) -> None:
    lamp = bench.lamp(TOWER)
    lamp.open()
    lamp.set("amber")
    said = lamp.self_test()
    assert "红灯、黄灯、绿灯、蜂鸣器" in said.zh
    film = bench.film(lamp, (17, 27, 22, 23), 20)
    assert film[0] == [1, 0, 0, 0]
    assert film[4] == [0, 1, 0, 0]
    assert film[8] == [0, 0, 1, 0]
    assert film[12] == [0, 0, 0, 1]
    assert film[16:] == [[0, 1, 0, 0]] * 4


def test_a_lamp_opened_again_shows_what_it_showed(bench: Bench) -> None:
    lamp = bench.lamp(TOWER)
    lamp.open()
    lamp.set("amber")
    lamp.close()
    assert bench.levels(27) == [0]
    with pytest.raises(DeviceUnavailable):
        lamp.set("green")
    lamp.open()
    assert bench.levels(22, 27) == [1, 0]


def test_a_pin_that_is_taken_is_said(bench: Bench) -> None:
    bench.lamp(TOWER).open()
    with pytest.raises(DeviceUnavailable, match="GPIO17"):
        bench.lamp(LampOptions(pin=17)).open()


def test_an_unknown_pattern_is_refused(bench: Bench) -> None:
    lamp = bench.lamp(TOWER)
    lamp.open()
    with pytest.raises(ValueError, match="'blue' is not one of off, green, amber, red"):
        lamp.set("blue")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "no pin"),
        ({"pin": 5, "red": 6}, "leave out red"),
        ({"red": 5, "amber": 5}, "same pin"),
        ({"red": 5, "heartbeat": 5}, "same pin"),
        ({"pin": 28}, "<= 27"),
        ({"pin": 5, "pins": "native"}, "regex"),
        ({"pin": 5, "blue": 6}, "blue"),
    ],
)
def test_options_are_checked(options: dict[str, object], problem: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=problem):
        msgspec.convert(options, LampOptions)


def test_patterns_fit_the_quarter_second_of_the_poll() -> None:
    for pattern in PATTERNS.values():
        assert all(step.ms % 250 == 0 for step in (*pattern.intro, *pattern.loop))
        assert lit_at(pattern, -5) == lit_at(pattern, 0)
