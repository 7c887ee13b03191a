"""What every display owes, whatever protocol its card speaks; each against its simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from devices.base import HealthState, Status
from devices.errors import DeviceFault, DeviceTimeout, DeviceUnavailable
from devices.led_wall.alpha_driver import AlphaDisplay
from devices.led_wall.alpha_options import AlphaOptions
from devices.led_wall.alpha_simulator import AlphaSimulator
from devices.led_wall.eq2013_driver import Eq2013Display
from devices.led_wall.eq2013_simulator import Eq2013Simulator
from devices.led_wall.onbon_driver import OnbonDisplay
from devices.led_wall.onbon_options import OnbonOptions
from devices.led_wall.onbon_simulator import OnbonSimulator
from devices.led_wall.options import Eq2013Options, PanelOptions
from devices.led_wall.page import LedLine, LedPage, UnwritableText
from devices.led_wall.panel_simulator import PanelSimulator
from devices.led_wall.rows import RowDisplay
from devices.led_wall.weilipu_driver import WeilipuDisplay
from devices.led_wall.weilipu_options import WeilipuOptions
from devices.led_wall.weilipu_simulator import WeilipuSimulator
from tests.devices.led_wall.wire import MemoryLine

SIZE: dict[str, Any] = {"width": 160, "height": 48, "rows": 3}
ANSWERS: dict[str, Any] = {"ack": True, "ack_timeout_s": 0.05}
KINDS: dict[str, tuple[PanelOptions, type[RowDisplay], type[PanelSimulator]]] = {
    "eq2013": (Eq2013Options(**SIZE, **ANSWERS), Eq2013Display, Eq2013Simulator),
    "onbon": (OnbonOptions(**SIZE, **ANSWERS), OnbonDisplay, OnbonSimulator),
    "alpha": (AlphaOptions(**SIZE, **ANSWERS), AlphaDisplay, AlphaSimulator),
    "alpha, priority file": (
        AlphaOptions(**SIZE, **ANSWERS, files="priority"),
        AlphaDisplay,
        AlphaSimulator,
    ),
    "alpha, no answers": (AlphaOptions(**SIZE), AlphaDisplay, AlphaSimulator),
    "weilipu": (WeilipuOptions(**SIZE), WeilipuDisplay, WeilipuSimulator),
}
ANSWERING = [name for name, (options, _, _) in KINDS.items() if options.ack]


class Hall:
    """A display on a wire, with a clock that a test moves."""

    def __init__(self, name: str, **wire: Any) -> None:
        options, driver, simulator = KINDS[name]
        self.card = simulator("wall", options)
        self.line = MemoryLine([self.card], **wire)
        self.wall = driver("wall", options, self.line)
        self.now = 1000.0
        self.wall.clock = lambda: self.now
        self.waited = 0.0
        self.woken = 0
        self.wall.wake = self._wake
        if isinstance(self.wall, AlphaDisplay):
            self.wall.pause = self._pause

    def _wake(self) -> None:
        self.woken += 1

    def _pause(self, seconds: float) -> None:
        self.waited += seconds

    def settle(self) -> list[Status]:
        """Poll as the worker does for as long as the driver asks for it."""
        said: list[Status] = []
        while self.woken:
            self.woken -= 1
            said += [one for one in self.wall.poll() if isinstance(one, Status)]
        return said

    def show(self, *texts: str) -> None:
        self.wall.show(LedPage(tuple(LedLine(text) for text in texts)))
        self.settle()

    def lines(self) -> list[str]:
        return [text for text in self.card.seen()["lines"] if text]


@pytest.fixture(params=sorted(KINDS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_opens_dark_and_says_only_what_it_knows(name: str) -> None:
    hall = Hall(name)
    status = hall.wall.open()
    assert status.state is (HealthState.OK if name in ANSWERING else HealthState.UNKNOWN)
    assert hall.lines() == []


@pytest.mark.parametrize("pieces", [(0,), (1,), (7, 2)])
def test_a_page_is_shown_from_top_to_bottom(name: str, pieces: tuple[int, ...]) -> None:
    hall = Hall(name, pieces=pieces)
    hall.wall.open()
    hall.show("A002 > 12", "A001 > 3")
    assert hall.lines() == ["A002 > 12", "A001 > 3"]
    assert hall.card.seen()["bad_frames"] == 0


def test_the_same_page_again_sends_nothing(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.show("A002", "A001")
    hall.line.taken()
    hall.show("A002", "A001")
    assert hall.line.taken() == []


def test_a_changed_line_costs_no_more_bytes_than_a_line(name: str) -> None:
    if name == "alpha, priority file":
        pytest.skip("its page is one file")
    hall = Hall(name)
    hall.wall.open()
    hall.show("A002", "A001", "A000")
    hall.line.taken()
    hall.show("A002", "B777", "A000")
    sent = b"".join(hall.line.taken())
    assert b"B777" in sent
    assert b"A002" not in sent
    assert b"A000" not in sent
    assert hall.lines() == ["A002", "B777", "A000"]


def test_a_shorter_page_darkens_the_rest(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.show("A002", "A001", "A000")
    hall.show("A003")
    assert hall.lines() == ["A003"]
    hall.wall.clear()
    assert hall.lines() == []
    hall.show("A003", "A002")
    assert hall.lines() == ["A003", "A002"]


def test_colours_reach_the_panel(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    page = LedPage((LedLine("A001", "green"), LedLine("A002", "red"), LedLine("A3", "green")))
    hall.wall.show(page)
    hall.settle()
    assert hall.card.seen()["colours"] == ["green", "red", "green"]


def test_more_lines_than_rows_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="3 rows, the page 4 lines"):
        Hall(name).show(*"ABCD")


def test_what_it_cannot_write_is_refused_whole_and_the_page_stays(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.show("A001")
    hall.line.taken()
    with pytest.raises(UnwritableText) as caught:
        hall.show("A002", "喆")
    assert caught.value.code == "unwritable"
    assert "“喆”（U+5586）" in caught.value.zh
    assert hall.line.taken() == []
    assert hall.lines() == ["A001"]


def test_an_unchanged_page_goes_out_again_in_time_and_a_card_without_power_has_it(
    name: str,
) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.show("A002", "A001")
    if name.startswith("alpha, no"):
        pytest.skip("its files outlive the power; without them and answers nobody knows")
    hall.card.fault("power-cycle")
    assert hall.lines() == []
    hall.now += 61
    try:
        hall.wall.poll()
        hall.settle()
    except DeviceFault:
        # A sign refuses lines for which it has no room any more; then it is told everything.
        hall.now += 6
        hall.wall.poll()
        hall.settle()
    assert hall.lines() == ["A002", "A001"]


@pytest.mark.parametrize("name", ANSWERING)
def test_silence_is_a_timeout_and_then_costs_one_try(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.card.fault("no-ack")
    with pytest.raises(DeviceTimeout):
        hall.show("A001")
    assert hall.wall.counters.retries == 2
    with pytest.raises(DeviceTimeout):
        hall.show("A002")
    assert hall.wall.counters.retries == 2


@pytest.mark.parametrize("name", ANSWERING)
def test_after_silence_it_catches_up_by_itself_and_says_so(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.card.fault("no-ack")
    with pytest.raises(DeviceTimeout):
        hall.show("A001", "A000")
    hall.card.fault("no-ack", active=False)
    hall.now += 5
    said = [one for one in hall.wall.poll() if isinstance(one, Status)] + hall.settle()
    assert [one.state for one in said] == [HealthState.OK]
    assert hall.lines() == ["A001", "A000"]


@pytest.mark.parametrize("name", ANSWERING)
def test_a_refusal_is_a_fault_for_a_person(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.card.fault("nak")
    with pytest.raises(DeviceFault) as caught:
        hall.show("A001")
    assert caught.value.code == "refused"
    assert "LED 控制卡拒绝了" in caught.value.zh
    hall.card.fault("nak", active=False)
    hall.show("A001")
    assert hall.lines() == ["A001"]


@pytest.mark.parametrize("name", ANSWERING)
def test_lost_answers_are_asked_for_again(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.line.lose = 2
    hall.show("A001")
    assert hall.wall.counters.retries == 2
    assert hall.lines() == ["A001"]


def test_a_pulled_plug_is_unavailable_and_the_page_comes_back(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.line.gone = True
    with pytest.raises(DeviceUnavailable):
        hall.show("A001", "A000")
    hall.wall.close()
    hall.line.gone = False
    hall.wall.open()
    hall.settle()
    assert hall.lines() == ["A001", "A000"]


def test_a_closed_driver_leaves_no_calls_on_the_wall(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.show("A001", "A000")
    hall.wall.close()
    assert hall.lines() == []


def test_the_self_test_sweeps_and_comes_back_to_the_page(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.show("A001")
    said = hall.wall.self_test()
    assert "红" in said.zh
    assert "red" in said.en
    seen = []
    for _ in range(len(hall.wall.options.colours) + 2):
        hall.settle()
        seen.append(hall.lines())
        hall.wall.poll()
    assert len(seen[0]) == 3
    assert all(len(set(lines[0])) == 1 for lines in seen[:-2])
    assert [line[-1] for line in seen[-2]] == ["1", "2", "3"]
    assert seen[-1] == ["A001"]
    hall.line.taken()
    hall.wall.poll()
    assert hall.line.taken() == []


def test_a_call_during_the_self_test_is_shown_at_once(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.wall.self_test()
    hall.show("A007")
    assert hall.lines() == ["A007"]
    hall.wall.poll()
    assert hall.lines() == ["A007"]


def test_brightness_is_refused_beyond_100_and_by_cards_that_have_none(name: str) -> None:
    hall = Hall(name)
    hall.wall.open()
    with pytest.raises(ValueError, match="101"):
        hall.wall.brightness(101)
    assert hall.wall.brightness(50) == (name == "onbon")


def test_its_panel_can_be_looked_at(name: str, tmp_path: Path) -> None:
    hall = Hall(name)
    hall.wall.open()
    hall.show("A002", "A001")
    paths = hall.card.save_pictures(tmp_path)
    with Image.open(paths[-1]) as picture:
        assert picture.size == (160 * 8 + 24, 48 * 8 + 24)
        lit = [colour for _, colour in picture.getcolors(1 << 24) or []]
    assert any(isinstance(one, tuple) and one[0] > 200 and one[1] < 90 for one in lit)
