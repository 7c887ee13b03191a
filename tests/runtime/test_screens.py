"""A window's two screens: what they share, and that it goes with whom it is about."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from firmware_py.app.ports import Happened
from firmware_py.core import commands as c
from firmware_py.core.events import EVENT_NAMES
from firmware_py.core.model import State
from firmware_py.runtime.screens import MirrorState, WindowScreens
from firmware_py.settings import HallSettings, MirrorSettings, Settings, WindowSettings, Words
from firmware_py.settings.mirror import MaskSettings
from tests.core.hall import Hall

HEADER = MaskSettings(areas=((0, 0, 100, 12.5),))
TAX = MaskSettings(title="*金税*", areas=((10, 20, 300, 40), (10, 80, 300, 40)), unit="pixels")
MIRROR = MirrorSettings(host="127.0.0.1", security="none", masks=(HEADER, TAX))


class Screen:
    """Somebody who watches."""

    user = "screen"

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def send(self, line: bytes) -> None:
        message = json.loads(line)
        assert (message["jsonrpc"], message["method"], line[-1:]) == ("2.0", "screen", b"\n")
        self.told.append(message["params"])

    def unsent(self) -> int:
        return 0

    def changes(self) -> list[str]:
        """Return what changed since the last look."""
        told, self.told = self.told, []
        return [one["change"] for one in told]


class Loop:
    """The loop's clock, moved by hand."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.now = 0.0
        self._due: list[tuple[float, asyncio.TimerHandle]] = []

    def call_later(self, after_s: float, call: Any, *args: Any) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(self.now + after_s, call, args, self.loop)
        self._due.append((self.now + after_s, handle))
        return handle

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        due = [handle for at, handle in self._due if at <= self.now]
        self._due = [(at, handle) for at, handle in self._due if at > self.now]
        for handle in due:
            if not handle.cancelled():
                handle._run()

    def waiting(self) -> int:
        return sum(not handle.cancelled() for _, handle in self._due)


class At:
    """A hall whose window 1 has a mirror and window 2 has none."""

    def __init__(self) -> None:
        self.queue = Hall(next_guard_s=0).open("1", "2")
        self.clock = Loop()
        self.loop: Any = self.clock
        self.settings = configured(MIRROR)
        self.screens = WindowScreens(self)
        self.screen = Screen()
        self.leave = self.screens.watch("1", self.screen)
        self._told = len(self.queue.history)

    def state(self) -> State:
        return self.queue.state

    def do(self, *commands: c.Command) -> None:
        """Have the queue do something; all of it is recorded at once."""
        for command in commands:
            self.queue.do(command)
        self.tell()

    def tell(self) -> None:
        """Tell the screens what was recorded."""
        history = self.queue.history[self._told :]
        self._told += len(history)
        self.screens.recorded(
            [
                Happened(n, at_ms, EVENT_NAMES[type(event)], "t", f"t:{n}", event, b"{}")
                for n, (event, at_ms) in enumerate(history)
            ]
        )

    def call(self) -> str:
        """Call somebody to window 1."""
        number = self.queue.take()
        self.do(c.CallNext("1"))
        return number

    def serve(self) -> str:
        """Call somebody and begin."""
        number = self.call()
        self.do(c.StartService("1"))
        self.screen.changes()
        return number

    @property
    def shown(self) -> str:
        """How the clerk's screen is shown at window 1."""
        state: str = self.screens.view("1")["mirror"]["state"]
        return state

    @property
    def text(self) -> str | None:
        """What the taxpayer reads."""
        message = self.screens.view("1")["message"]
        return None if message is None else str(message["text"])


def configured(mirror: MirrorSettings | None, *more: WindowSettings) -> Settings:
    words = Words(zh="厅", en="Hall")
    windows = (WindowSettings(id="1", mirror=mirror), WindowSettings(id="2"), *more)
    return Settings(hall=HallSettings(id="demo", name=words), windows=windows)


@pytest.fixture
def at() -> Iterator[At]:
    made = At()
    yield made
    made.screens.stop()
    assert made.clock.waiting() == 0
    made.clock.loop.close()


def test_a_window_with_nobody_shows_nothing(at: At) -> None:
    assert at.screens.view("2") == {
        "window": "2",
        "message": None,
        "check": None,
        "signature": None,
        "mirror": {"state": "blank", "title": "", "hide": []},
    }


def test_the_clerks_screen_is_shown_from_the_start_of_the_service_to_its_end(at: At) -> None:
    at.call()
    # Whoever was called is still on the way: nothing yet.
    assert (at.shown, at.screen.changes()) == ("blank", ["ticket"])
    at.do(c.StartService("1"))
    assert (at.shown, at.screen.changes()) == ("show", ["mirror"])
    at.do(c.FinishService("1"))
    assert (at.shown, at.screen.changes()) == ("blank", ["ticket"])


@pytest.mark.parametrize("how", ["next", "missed", "parked", "transferred", "cancelled", "closed"])
def test_however_a_ticket_leaves_nothing_of_it_stays(at: At, how: str) -> None:
    number = at.call()
    at.screens.mirror("1", "show")
    at.screens.message("1", "请出示营业执照")
    at.queue.take()
    commands: dict[str, tuple[c.Command, ...]] = {
        "next": (c.StartService("1"), c.CallNext("1")),
        "missed": (c.MarkMissed("1"),),
        "parked": (c.ParkTicket(number),),
        "transferred": (c.TransferTicket(number, item="B01"),),
        "cancelled": (c.CancelTicket(number),),
        "closed": (c.CloseDay(),),
    }
    assert (at.shown, at.text) == ("show", "请出示营业执照")
    at.do(*commands[how])
    assert (at.shown, at.text) == ("blank", None)
    assert at.screen.told[-1]["change"] == "ticket"
    assert at.screen.told[-1]["mirror"]["state"] == "blank"


def test_the_same_person_called_again_after_parking_begins_anew(at: At) -> None:
    number = at.serve()
    at.screens.message("1", "请稍候")
    # Written in one batch: only the events say that somebody else may sit there meanwhile.
    at.do(c.ParkTicket(number), c.CallTicket("1", number))
    assert (at.shown, at.text) == ("blank", None)


@pytest.mark.parametrize("state", ["show", "freeze", "blank"])
def test_between_two_people_it_is_blank_whatever_the_clerk_says(at: At, state: MirrorState) -> None:
    assert at.screens.mirror("1", state) is None
    assert (at.shown, at.screen.changes()) == ("blank", [])


def test_the_clerk_freezes_blanks_and_shows(at: At) -> None:
    at.serve()
    seen = []
    states: tuple[MirrorState, ...] = ("freeze", "blank", "freeze", "show", "show", "freeze")
    for state in states:
        assert at.screens.mirror("1", state) is None
        seen.append(at.shown)
    # A blank picture cannot be frozen: it would have to be shown first.
    assert seen == ["freeze", "blank", "blank", "show", "show", "freeze"]
    assert at.screen.changes() == ["mirror"] * 4


def test_what_the_clerk_said_before_the_start_holds(at: At) -> None:
    at.call()
    at.screens.mirror("1", "blank")
    at.do(c.StartService("1"))
    assert at.shown == "blank"


def test_a_start_that_is_pressed_after_it_began_by_itself_changes_nothing(at: At) -> None:
    at.call()
    at.queue.tick(31)
    at.tell()
    assert at.shown == "show"
    at.screens.mirror("1", "blank")
    at.do(c.StartService("1"))
    assert at.shown == "blank"


def test_a_window_may_begin_blank(at: At) -> None:
    at.settings = configured(MirrorSettings(host="127.0.0.1", security="none", start="blank"))
    at.screens.configure()
    at.serve()
    assert at.shown == "blank"
    at.screens.mirror("1", "show")
    assert at.shown == "show"


def test_a_window_without_a_mirror_says_so(at: At) -> None:
    refusal = at.screens.mirror("2", "show")
    assert refusal is not None
    assert (refusal.code, refusal.data) == ("no_mirror", {"window": "2"})
    assert at.screens.mirror("2", "blank") is None


def test_without_a_memory_nothing_is_shown_after_a_restart_until_the_clerk_says_so(at: At) -> None:
    at.serve()
    again = WindowScreens(at)
    assert again.view("1")["mirror"]["state"] == "blank"
    again.mirror("1", "show")
    assert again.view("1")["mirror"]["state"] == "show"


def test_after_a_restart_between_call_and_start_the_service_begins_as_usual(at: At) -> None:
    at.call()
    at.screens = WindowScreens(at)
    assert at.shown == "blank"
    at.do(c.StartService("1"))
    assert at.shown == "show"


def test_a_message_goes_when_its_seconds_are_over(at: At) -> None:
    at.serve()
    at.screens.message("1", "请核对", 30)
    at.clock.pass_by(29)
    assert at.screens.view("1")["message"] == {"text": "请核对"}
    at.clock.pass_by(1)
    assert at.screens.view("1")["message"] is None
    assert at.screen.changes() == ["message", "message"]


def test_a_newer_message_has_its_own_time(at: At) -> None:
    at.serve()
    at.screens.message("1", "请核对", 10)
    at.screens.message("1", "请签名")
    at.clock.pass_by(60)
    assert at.text == "请签名"
    at.screens.message("1", "请核对", 10)
    at.do(c.FinishService("1"))
    at.serve()
    at.screens.message("1", "请出示证件")
    at.clock.pass_by(60)
    # The timer of somebody who left takes nobody else's away.
    assert at.text == "请出示证件"
    at.screens.message("1", "")
    assert at.text is None


def test_titles_choose_what_is_hidden(at: At) -> None:
    def hidden() -> list[str]:
        return [one["unit"] for one in at.screens.view("1")["mirror"]["hide"]]

    # Nobody says which program it is: all that is to be hidden from any.
    assert hidden() == ["percent", "pixels"]
    at.screens.title("1", "记事本")
    assert hidden() == ["percent"]
    at.screens.title("1", "金税四期 - 申报")
    assert at.screens.view("1")["mirror"]["hide"] == [
        {"unit": "percent", "areas": [[0, 0, 100, 12.5]]},
        {"unit": "pixels", "areas": [[10, 20, 300, 40], [10, 80, 300, 40]]},
    ]
    assert at.screen.changes() == ["mirror", "mirror"]
    at.screens.title("1", "金税四期 - 申报")
    assert at.screen.changes() == []


@pytest.mark.parametrize("title", ["ETAX Client", "etax client", "My eTax client 2"])
def test_capitals_make_no_difference(at: At, title: str) -> None:
    mask = MaskSettings(title="*eTax CLIENT*", areas=((0, 0, 1, 1),))
    at.settings = configured(MirrorSettings(host="h", security="none", masks=(mask,)))
    at.screens.configure()
    at.screens.title("1", title)
    assert len(at.screens.view("1")["mirror"]["hide"]) == 1
    at.screens.title("1", "etaxclient")
    assert at.screens.view("1")["mirror"]["hide"] == []


def test_a_title_that_nobody_repeats_is_not_known_any_more(at: At) -> None:
    at.screens.title("1", "记事本", 5)
    at.clock.pass_by(4)
    at.screens.title("1", "记事本", 5)
    at.clock.pass_by(4)
    assert at.screens.view("1")["mirror"]["title"] == "记事本"
    at.clock.pass_by(1)
    assert at.screens.view("1")["mirror"]["title"] == ""
    assert len(at.screens.view("1")["mirror"]["hide"]) == 2


def test_the_title_is_of_the_desk_and_stays_when_people_change(at: At) -> None:
    at.serve()
    at.screens.title("1", "金税四期")
    at.do(c.FinishService("1"))
    assert at.screens.view("1")["mirror"]["title"] == "金税四期"


def test_other_settings_of_the_mirror_blank_it_and_are_told(at: At) -> None:
    at.serve()
    at.screens.configure()
    assert (at.shown, at.screen.changes()) == ("show", [])
    at.settings = configured(MirrorSettings(host="127.0.0.2", security="none"))
    at.screens.configure()
    assert (at.shown, at.screen.changes()) == ("blank", ["settings"])
    at.settings = configured(None)
    at.screens.configure()
    assert at.screen.changes() == ["settings"]
    refusal = at.screens.mirror("1", "show")
    assert refusal is not None
    assert refusal.code == "no_mirror"


class Check:
    """A part of its own."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}

    def view(self, window: str) -> Any:
        return {"question": self.asked[window]} if window in self.asked else None

    def ended(self, window: str) -> None:
        self.asked.pop(window, None)


def test_another_part_stands_in_the_place_and_goes_with_the_ticket(at: At) -> None:
    check = Check()
    at.screens.register("check", check.view, check.ended)
    at.serve()
    check.asked["1"] = "对吗"
    at.screens.tell("1", "check")
    [told] = at.screen.told
    assert (told["change"], told["check"]) == ("check", {"question": "对吗"})
    assert at.screens.view("2")["check"] is None
    at.do(c.FinishService("1"))
    assert at.screen.told[-1]["check"] is None
    assert at.screens.view("1")["check"] is None


def test_whoever_left_is_told_nothing_more_and_others_hear_nothing_of_it(at: At) -> None:
    other = Screen()
    at.screens.watch("2", other)
    at.leave()
    at.serve()
    at.screens.message("1", "请核对")
    assert (at.screen.told, other.told) == ([], [])


def test_a_place_shows_nothing_of_itself_in_a_log(at: At) -> None:
    at.screens.message("1", "请张三出示证件")
    at.screens.title("1", "张三 - 金税四期")
    assert "张三" not in repr(at.screens._places)


def test_a_window_that_goes_takes_its_timers_along(at: At) -> None:
    at.screens.message("2", "请稍候", 60)
    at.screens.title("2", "记事本", 60)
    at.settings = Settings(hall=at.settings.hall, windows=at.settings.windows[:1])
    at.screens.configure()
    assert at.clock.waiting() == 0
