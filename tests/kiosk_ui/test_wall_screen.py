from __future__ import annotations

from typing import Any

from kiosk_ui.messages import (
    Answered,
    Ask,
    CutOff,
    Happened,
    Live,
    Message,
    Refused,
    Tick,
    Unreadable,
)
from kiosk_ui.wall.model import WallModel
from kiosk_ui.wall.screen import STATUS_S, WallScreen

SCREEN = WallScreen(wall="wall")
STATUS: dict[str, Any] = {
    "name": {"zh": "示范厅", "en": "Demo hall"}, "mode": "normal", "now": "2026-03-02 09:05:27",
    "day": "2026-03-02", "day_open": True, "waiting": 2,
    "hours": {"rest_day": False, "name": None, "next_words": None},
    "windows": [
        {"id": "1", "name": {"zh": "1号窗口", "en": "Window 1"}, "status": "open",
         "ticket": None, "ticket_status": None, "auto": False, "called_ms": None},
    ],
}  # fmt: skip


class Wall:
    """A wall and its clock."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.model = SCREEN.first
        self.asked: list[str] = []

    def take(self, *messages: Message) -> WallModel:
        for message in messages:
            self.model, requests = SCREEN.update(self.model, message, self.now_s)
            self.asked += [one.method for one in requests if isinstance(one, Ask)]
        return self.model

    def wait(self, seconds: float) -> WallModel:
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            self.take(Tick())
        return self.model

    def open(self, **other: Any) -> WallModel:
        return self.take(Live(), Tick(), Answered("status", {**STATUS, **other}), Tick())


def call(number: str, window: str = "1") -> Happened:
    return Happened("ticket.called", {"number": number, "window": window})


def test_it_asks_for_everything_when_the_daemon_is_there() -> None:
    wall = Wall()
    wall.take(Tick())
    assert wall.asked == []
    wall.take(Live(), Tick())
    assert wall.asked == ["hall.status", "category.list", "notice.list"]


def test_it_asks_again_regularly_but_never_twice_at_once() -> None:
    wall = Wall()
    wall.take(Live())
    wall.wait(20)
    assert wall.asked.count("hall.status") == 1
    wall.take(Answered("status", STATUS))
    wall.wait(STATUS_S * 2)
    assert wall.asked.count("hall.status") == 2


def test_a_burst_of_events_makes_one_question() -> None:
    wall = Wall()
    wall.open()
    wall.wait(1)
    before = wall.asked.count("hall.status")
    for n in range(50):
        wall.take(Happened("ticket.issued", {"number": f"A{n:03}"}))
    wall.wait(1)
    assert wall.asked.count("hall.status") == before + 1


def test_a_call_is_on_the_wall_with_its_event() -> None:
    wall = Wall()
    wall.open()
    model = wall.take(call("A001"))
    assert model.board.large == "A001"
    model = wall.take(Happened("service.finished", {"number": "A001", "window": "1"}))
    assert wall.wait(9).board.large is None


def test_a_call_flashes_for_a_few_seconds_and_is_still_afterwards() -> None:
    wall = Wall()
    wall.open()
    wall.take(call("A001"))
    seen = {wall.wait(0.1).flash for _ in range(40)}
    assert seen == {True, False}
    wall.wait(1)
    assert {wall.wait(0.1).flash for _ in range(40)} == {False}


def test_a_day_that_closes_or_opens_takes_every_number_away() -> None:
    for kind in ("day.closed", "day.opened"):
        wall = Wall()
        wall.open()
        wall.take(call("A001"), call("A002"))
        model = wall.take(Happened(kind, {"day": "2026-03-02"}))
        assert model.board.calls == ()


def test_after_midnight_no_number_of_yesterday_stays_although_nobody_closed_the_day() -> None:
    wall = Wall()
    wall.open(now="2026-03-02 23:59:30")
    wall.take(call("A001"))
    assert wall.take(Tick()).page == "open"
    # Not even when the daemon tells nothing meanwhile.
    assert wall.wait(31).page == "closed"


def test_a_wall_that_is_cut_off_shows_no_number_and_comes_back_with_those_of_now() -> None:
    wall = Wall()
    wall.open()
    wall.take(call("A001"))
    model = wall.take(CutOff(), Tick())
    assert model.page == "cut_off"
    assert model.board.calls == ()
    held = {**STATUS["windows"][0], "ticket": "A002", "ticket_status": "called", "called_ms": 5}
    model = wall.open(windows=[held])
    assert model.page == "open"
    assert model.board.large == "A002"


def test_nothing_known_is_another_page_than_cut_off() -> None:
    wall = Wall()
    assert wall.model.page == "starting"
    assert wall.take(Live()).page == "starting"


def test_safe_mode_has_its_own_page_and_refused_questions_are_asked_again() -> None:
    wall = Wall()
    wall.take(Live(), Tick(), Answered("status", {"name": STATUS["name"], "mode": "safe"}))
    wall.take(Refused("categories", "no_method", "没有", "none"))
    assert wall.model.page == "safe"
    before = wall.asked.count("category.list")
    wall.wait(10)
    assert wall.asked.count("category.list") > before


def test_the_clock_goes_on_between_answers_and_is_the_halls() -> None:
    wall = Wall()
    wall.open()
    assert f"{wall.model.minute:%H:%M}" == "09:05"
    assert f"{wall.wait(34).minute:%H:%M}" == "09:06"


def test_a_hall_without_a_clock_shows_none() -> None:
    wall = Wall()
    assert wall.open(now="").minute is None


def test_nothing_that_is_seen_changes_while_nothing_happens() -> None:
    wall = Wall()
    wall.open()
    wall.wait(1)
    before, changes = wall.model, 0
    for _ in range(300):
        after = wall.wait(0.1)
        changes += after != before
        before = after
    # A minute that began, and leaves of lists that turned.
    assert changes <= 6


def listing(*found: dict[str, Any]) -> Answered:
    usual = {
        "text": "", "lines": [], "priority": 0, "state": "shown", "walls": [],
        "picture": "", "stamp": 0,
    }  # fmt: skip
    return Answered("notices", {"notices": [{**usual, **one} for one in found]})


def test_notices_take_turns_each_long_enough_to_be_read() -> None:
    wall = Wall()
    wall.open()
    wall.take(listing({"notice": "a", "text": "一"}, {"notice": "b", "text": "二" * 60}))
    shown = list[str]()
    for _ in range(300):
        notice = wall.wait(0.1).notice
        assert notice is not None
        shown.append(notice.key)
    assert shown[0] == "a"
    assert 55 <= shown.index("b") <= 65
    assert shown[shown.index("b") :].index("a") >= 170


def test_only_notices_of_now_for_this_wall_and_of_the_highest_priority_are_shown() -> None:
    wall = Wall()
    wall.open()
    wall.take(
        listing(
            {"notice": "later", "text": "以后", "state": "later", "priority": 9},
            {"notice": "other", "text": "别处", "walls": ["wall-2"], "priority": 9},
            {"notice": "broken", "text": "", "state": "refused", "priority": 9},
            {"notice": "low", "text": "低", "state": "yields"},
            {"notice": "ours", "text": "本屏", "walls": ["wall"], "priority": 5},
            {"notice": "screen", "text": "大屏可显示", "state": "no_place", "priority": 5},
        )
    )
    assert [one.key for one in wall.model.notices] == ["ours", "screen"]


def test_weeks_of_calls_leave_nothing_behind() -> None:
    wall = Wall()
    wall.open()
    for n in range(3000):
        number = f"A{n % 1000:03}"
        wall.take(call(number))
        wall.now_s += 20
        wall.take(Happened("service.finished", {"number": number, "window": "1"}), Tick())
    wall.wait(10)
    assert wall.model.board.calls == ()
    assert wall.model.board.turns == ()


def test_a_picture_that_cannot_be_shown_is_left_out_and_tried_again_later() -> None:
    wall = Wall()
    wall.open()
    poster = {"notice": "p.png", "picture": "/notices/p.png", "stamp": 5}
    wall.take(listing(poster, {"notice": "a", "text": "一"}))
    assert wall.model.notice is not None
    assert wall.model.notice.key == "p.png"
    wall.take(Unreadable("/notices/p.png", 5))
    seen = {wall.wait(1).notice for _ in range(30)}
    assert {one.key for one in seen if one is not None} == {"a"}
    # With the page's next shift: a disk may have been busy.
    seen = {wall.wait(1).notice for _ in range(200)}
    assert {one.key for one in seen if one is not None} == {"a", "p.png"}
    wall.take(Unreadable("/notices/p.png", 5), listing({**poster, "stamp": 6}))
    assert wall.model.notice is not None


def test_a_wall_with_nothing_but_a_broken_picture_has_its_usual_page() -> None:
    wall = Wall()
    wall.open()
    wall.take(listing({"notice": "p.png", "picture": "/notices/p.png", "stamp": 5}))
    wall.take(Unreadable("/notices/p.png", 5))
    assert wall.model.notice is None


def test_pictures_take_turns_with_texts_each_long_enough_to_be_seen() -> None:
    wall = Wall()
    wall.open()
    wall.take(
        listing(
            {"notice": "p.png", "picture": "/notices/p.png", "stamp": 5},
            {"notice": "a", "text": "一"},
        )
    )
    shown = [wall.wait(0.1).notice for _ in range(360)]
    keys = [one.key for one in shown if one is not None]
    assert 115 <= keys.index("a") <= 125
    assert "p.png" in keys[keys.index("a") :]
