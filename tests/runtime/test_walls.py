"""What walls show, by the hall's own rules: a clock moved by hand, jobs kept in a list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from devices.errors import DeviceTimeout
from devices.led_wall.page import LedPage
from devices.led_wall.words import LETTERS
from firmware_py.app.ports import Happened
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.model import Window, WindowStatus
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Text, WindowRule
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.displays import Walls, panel_of, strip_line
from firmware_py.settings import DeviceSettings, HallSettings, Settings, WallSettings, Words
from tests.core.hall import RULES, Hall

SETTINGS = Settings(
    hall=HallSettings(id="demo", name=Words(zh="示范厅", en="Demo Hall")),
    walls=(WallSettings(id="wall", display="led-wall", rows=2, min_show_s=8.0),),
)
WINDOWS = ("1", "2", "3", "4")
ROOM = replace(
    RULES, windows={w: WindowRule(w, Text("窗口", "Window")) for w in WINDOWS}, next_guard_s=0.0
)


class FakeDisplay:
    """Takes pages as a driver does; ``error`` is what it raises instead."""

    def __init__(self) -> None:
        self.error: DeviceTimeout | None = None
        self.pages: list[LedPage] = []

    def show(self, page: LedPage) -> None:
        if self.error is not None:
            raise self.error
        self.pages.append(page)


class Place:
    """A hall with four windows and one wall of two lines, 24 columns wide."""

    def __init__(self, loop: asyncio.AbstractEventLoop, devices: dict[str, DeviceSettings]) -> None:
        self.settings = structs.replace(SETTINGS, devices=devices)
        self.hall = Hall(rules=ROOM).open()
        self.display = FakeDisplay()
        self._loop = loop
        self._timers: list[tuple[float, Callable[[], None], asyncio.TimerHandle]] = []
        self.walls = self.new_walls()

    def new_walls(self) -> Walls:
        """Return walls that know nothing yet, as after a start."""
        return Walls(self.settings, self._post, self._now_s, self._later)

    def _now_s(self) -> float:
        return self.hall.now_ms / 1000

    def _later(self, after_s: float, job: Callable[[], None]) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(self._now_s() + after_s, job, (), self._loop)
        self._timers.append((handle.when(), job, handle))
        return handle

    def _post(
        self,
        device: str,
        job: Callable[..., object],
        *,
        key: str | None = None,
        done: Callable[[Result], None] | None = None,
    ) -> None:
        assert (device, key) == ("led-wall", "page")
        assert done is not None
        try:
            job(self.display)
        except DeviceTimeout as error:
            done(Result(device, Outcome.FAILED, error=error))
        else:
            done(Result(device, Outcome.DONE))

    def ask(self, command: c.Command) -> None:
        """Give a command, refused or not; the walls see what happened."""
        events = self.hall.ask(command)
        if not isinstance(events, Refusal):
            self.walls.recorded([happened(event) for event in events])

    def wait(self, seconds: float) -> None:
        """Let time pass; what is due is shown."""
        until_ms = self.hall.now_ms + round(seconds * 1000)
        while due := [one for one in self._timers if not one[2].cancelled()]:
            first = min(due, key=lambda one: one[0])
            if first[0] * 1000 > until_ms:
                break
            self._timers = [one for one in due if one is not first]
            # A timer never comes before its time.
            self.hall.now_ms = max(self.hall.now_ms, round(first[0] * 1000 + 0.5))
            first[1]()
        self.hall.now_ms = max(self.hall.now_ms, until_ms)

    def lines(self) -> list[str]:
        """Return what the wall shows."""
        return [line.text for line in self.display.pages[-1].lines] if self.display.pages else []


def happened(event: e.Event) -> Happened:
    return Happened(0, 0, "", "", "", event, b"")


@contextmanager
def place(**devices: DeviceSettings) -> Iterator[Place]:
    """Return a place; ``led_wall`` is what the wall is, where a test wants another."""
    loop = asyncio.new_event_loop()
    try:
        yield Place(loop, {name.replace("_", "-"): one for name, one in devices.items()})
    finally:
        loop.close()


def test_events_that_concern_no_call_send_nothing() -> None:
    with place() as at:
        at.ask(c.TakeTicket("D01", "kiosk-1"))
        at.ask(c.PauseWindow("4"))
        assert at.display.pages == []
        at.ask(c.CallNext("1"))
        at.wait(10)
        sent = len(at.display.pages)
        at.ask(c.StartService("1"))
        assert at.lines() == ["A001号在1号窗口"]
        at.ask(c.Tick())
        at.ask(c.OpenWindow("4", "1001"))
        assert len(at.display.pages) == sent + 1


def test_a_page_that_the_wall_refused_is_sent_again_with_the_next_event() -> None:
    with place() as at:
        for _ in range(2):
            at.ask(c.TakeTicket("D01", "kiosk-1"))
        at.display.error = DeviceTimeout("answer", 0.3)
        at.ask(c.CallNext("1"))
        at.wait(20)
        assert at.display.pages == []
        at.display.error = None
        at.ask(c.StartService("2"))  # refused: nobody is there
        at.ask(c.StartService("1"))
        assert at.lines() == ["A001号在1号窗口"]
        at.walls.show("led-wall")
        assert len(at.display.pages) == 2, "a wall that was opened is sent the same page again"


def test_a_wall_that_was_away_is_shown_the_present_picture() -> None:
    with place() as at:
        at.ask(c.TakeTicket("D01", "kiosk-1"))
        at.ask(c.CallNext("1"))
        at.walls.stop()
        at.hall.later(100)
        at.walls.show("led-wall")
        assert at.display.pages[-1].lines[0].colour == "green"
        at.walls.show("another")
        assert len(at.display.pages) == 2


def test_a_wall_that_has_no_chinese_calls_in_its_own_words() -> None:
    sign = DeviceSettings(kind="led_wall.alpha", port="/dev/hall/led-wall")
    with place(led_wall=sign) as at:
        at.ask(c.TakeTicket("D01", "kiosk-1"))
        at.ask(c.CallNext("3"))
        (called,) = at.lines()
        assert called.isascii()
        assert "A001" in called
        at.wait(10)
        at.ask(c.StartService("3"))
        (served,) = at.lines()
        assert served.isascii()


def test_a_strip_says_what_the_hall_chose_for_it() -> None:
    window = Window("3")
    assert strip_line(window).text == "暂停服务"
    strip = DeviceSettings(
        kind="led_wall.eq2013",
        port="/dev/hall/strip",
        options={"width": 128, "height": 32, "rows": 1, "font": 32, "texts": {"closed": "休息"}},
    )
    settings = structs.replace(SETTINGS, devices={"strip-3": strip})
    assert strip_line(window, panel_of(settings, "strip-3").words).text == "休息"
    assert panel_of(settings, "strip-3").columns == 8
    window.status = WindowStatus.OPEN
    assert strip_line(window, LETTERS).text == "WINDOW 3"


COMMANDS = st.one_of(
    st.builds(c.TakeTicket, st.just("D01"), st.just("kiosk-1")),
    st.builds(c.CallNext, st.sampled_from(WINDOWS)),
    st.builds(c.CallNext, st.sampled_from(WINDOWS)),
    *(
        st.builds(kind, st.sampled_from(WINDOWS))
        for kind in (c.Recall, c.StartService, c.FinishService, c.MarkMissed, c.PauseWindow)
    ),
    *(
        st.builds(kind, st.sampled_from([f"A{n:03}" for n in range(1, 7)]))
        for kind in (c.ParkTicket, c.CancelTicket, c.ResumeTicket)
    ),
    st.builds(
        c.TransferTicket,
        st.sampled_from([f"A{n:03}" for n in range(1, 7)]),
        st.none(),
        st.sampled_from(WINDOWS),
    ),
    st.builds(c.Tick),
    st.builds(c.CloseDay),
)


@given(st.lists(st.tuples(COMMANDS, st.sampled_from([20.0, 40.0])), max_size=40))
def test_the_wall_shows_the_numbers_in_hand_and_the_same_after_a_restart(
    steps: list[tuple[Any, float]],
) -> None:
    with place() as at:
        for number in range(1, 4):
            at.ask(c.TakeTicket("D01", "kiosk-1"))
            at.ask(c.CallNext(str(number)))
            at.wait(20)
        for command, pause in steps:
            at.ask(command)
            at.wait(pause)
            before = at.lines()
            in_hand = {w: n for w in WINDOWS if (n := at.hall.in_hand(w)) is not None}
            assert len(before) == min(2, len(in_hand))
            for line in before:
                window = next(w for w in WINDOWS if f"{w}号窗口" in line)
                assert in_hand[window] in line
            at.display.pages.clear()
            again = at.new_walls()
            again.recovered(at.hall.state)
            again.show("led-wall")
            assert at.lines() == before
            again.stop()
