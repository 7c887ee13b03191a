"""The serial tower: its guide's bytes, what it blinks by itself, and what is sent again."""

from __future__ import annotations

from devices.base import HealthState
from devices.errors import DeviceUnavailable
from devices.lamp import tower
from devices.lamp.patterns import PATTERNS, flashing_at
from devices.lamp.tower_driver import TowerLamp
from devices.lamp.tower_options import TowerOptions
from devices.lamp.tower_simulator import TowerSimulator
from tests.devices.led_wall.wire import MemoryLine


class Hall:
    """A tower on a wire in memory, with a clock in the test's hands."""

    def __init__(self, *, buzzer: bool = False, refresh_s: float = 10.0) -> None:
        self.tower = TowerSimulator("lamp", TowerOptions(buzzer=buzzer, refresh_s=refresh_s))
        self.line = MemoryLine([self.tower])
        self.now = 100.0
        self.lamp = TowerLamp("lamp", self.tower.options, self.line, clock=lambda: self.now)

    def sent(self) -> bytes:
        return b"".join(self.line.taken())

    def after(self, seconds: float) -> bytes:
        """Poll every quarter of a second for so long; return what was sent."""
        for _ in range(round(seconds * 4)):
            self.now += 0.25
            assert self.lamp.poll() == []
        return self.sent()

    def shows(self) -> tuple[list[str], list[str]]:
        seen = self.tower.seen()
        return seen["lit"], seen["blinking"]


def test_the_bytes_are_the_guides() -> None:
    for part, on, off, blink in (
        ("red", b"\x11", b"\x21", b"\x41"),
        ("amber", b"\x12", b"\x22", b"\x42"),
        ("green", b"\x14", b"\x24", b"\x44"),
        ("buzzer", b"\x18", b"\x28", b"\x48"),
    ):
        modes = [tower.encode(part, "on"), tower.encode(part, "off"), tower.encode(part, "blink")]
        assert modes == [on, off, blink]
    assert tower.explain(b"\x41\x00\x22") == ["red blink", "amber off"]
    assert tower.explain(b"\x41", answers=True) == []


def test_it_opens_dark_and_never_says_that_it_is_well() -> None:
    hall = Hall()
    assert hall.lamp.open().state is HealthState.UNKNOWN
    assert hall.sent() == b"\x21\x22\x24"


def test_what_stands_still_is_sent_once() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.sent()
    hall.lamp.set("amber")
    assert hall.after(5.0) == b"\x12"
    hall.lamp.set("amber")
    assert hall.sent() == b""
    hall.lamp.set("off")
    assert hall.sent() == b"\x22"


def test_red_blinks_by_itself_once_the_buzzer_has_spoken() -> None:
    hall = Hall(buzzer=True)
    hall.lamp.open()
    hall.sent()
    hall.lamp.set("red")
    assert hall.sent() == b"\x11\x18"
    assert hall.after(0.5) == b"\x21\x28"
    assert hall.after(0.5) == b"\x41"
    assert hall.after(5.0) == b""
    assert hall.shows() == (["red"], ["red"])


def test_a_dead_controllers_lamp_goes_on_blinking_without_it() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.lamp.set("dead")
    assert hall.shows() == (["red", "amber"], ["red", "amber"])
    assert [name for name, one in PATTERNS.items() if flashing_at(one, 10_000)] == ["red", "dead"]


def test_a_double_flash_is_no_blinking_and_comes_from_the_controller() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.lamp.set("help")
    assert hall.after(3.0)
    assert hall.shows()[1] == []


def test_what_it_shows_is_sent_again_for_a_tower_that_was_dark() -> None:
    hall = Hall(refresh_s=2.0)
    hall.lamp.open()
    hall.lamp.set("amber")
    hall.tower.fault("power-cycle")
    assert hall.shows() == ([], [])
    hall.sent()
    assert hall.after(2.0) == b"\x21\x12\x24"
    assert hall.shows() == (["amber"], [])


def test_the_self_test_lights_one_part_after_the_other_and_goes_back() -> None:
    hall = Hall(buzzer=True)
    hall.lamp.open()
    hall.lamp.set("dead")
    hall.sent()
    assert "红灯、黄灯、绿灯、蜂鸣器" in hall.lamp.self_test().zh
    assert hall.sent() == b"\x11\x22"
    assert hall.after(3.0) == b"\x21\x12" + b"\x22\x14" + b"\x24\x18"
    assert hall.after(1.0) == b"\x41\x42\x28"


def test_it_closes_dark_and_a_pulled_plug_does_not_hold_that_up() -> None:
    hall = Hall()
    hall.lamp.close()
    assert hall.sent() == b""
    hall.lamp.open()
    hall.lamp.set("red")
    hall.lamp.close()
    assert hall.shows() == ([], [])
    hall.lamp.open()
    hall.line.gone = True
    hall.lamp.close()


def test_after_a_write_that_failed_everything_is_sent_again() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.line.gone = True
    try:
        hall.lamp.set("amber")
    except DeviceUnavailable:
        hall.line.gone = False
    hall.sent()
    assert hall.after(0.25) == b"\x21\x12\x24"
