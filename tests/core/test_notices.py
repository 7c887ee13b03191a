"""Notices for the walls: what somebody shows, how long it stands, how it ends."""

from __future__ import annotations

import pytest

from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core.decide_notices import moment_of
from firmware_py.core.events_aside import NoticeRemoved, NoticeShown
from tests.core.hall import Hall, only

DAY = "2026-03-02"


def test_a_notice_stands_until_somebody_takes_it_off() -> None:
    hall = Hall()
    shown = only(hall.do(c.ShowNotice(" 系统升级，请稍候 ")), NoticeShown)
    assert (shown.notice, shown.text) == ("n1", "系统升级，请稍候")
    assert hall.state.notices["n1"].shown_ms == hall.now_ms
    assert hall.do(c.RemoveNotice("n1")) == [NoticeRemoved("n1", "removed")]
    assert hall.state.notices == {}


def test_the_same_id_replaces_a_notice_and_others_get_the_first_free_one() -> None:
    hall = Hall()
    for text in ("甲", "乙"):
        hall.do(c.ShowNotice(text))
    hall.do(c.RemoveNotice("n1"))
    hall.do(c.ShowNotice("丙", "holiday"))
    hall.do(c.ShowNotice("丁", "holiday"))
    hall.do(c.ShowNotice("戊"))
    told = {key: notice.text for key, notice in hall.state.notices.items()}
    assert told == {"n1": "戊", "n2": "乙", "holiday": "丁"}


def test_a_notice_ends_by_itself_at_its_time_on_an_open_and_on_a_closed_day() -> None:
    for closed in (False, True):
        hall = Hall().clock("10:00", DAY)
        hall.do(c.ShowNotice("午后停电", until=f"{DAY} 12:30"))
        if closed:
            hall.do(c.CloseDay())
        assert hall.clock("12:29", DAY).tick() == []
        assert hall.clock("12:30", DAY).tick() == [NoticeRemoved("n1", "ended")]
        assert hall.tick(60) == []


def test_a_date_alone_is_its_whole_day() -> None:
    hall = Hall().clock("10:00", DAY)
    hall.do(c.ShowNotice("放假", since=DAY, until=DAY))
    assert hall.clock("23:59", DAY).tick() == []
    assert hall.clock("00:00", "2026-03-03").tick() == [NoticeRemoved("n1", "ended")]


def test_without_a_known_clock_no_notice_ends() -> None:
    hall = Hall()
    hall.do(c.ShowNotice("放假", until="2026-03-02"))
    assert hall.state.wall_offset_ms is None
    assert hall.tick(10**6) == []


def test_notices_outlive_the_day_and_a_restart_from_a_snapshot() -> None:
    hall = Hall()
    hall.do(c.ShowNotice("收费标准", "fees", ("纳税证明 | 免费", " "), priority=3, walls=("wall",)))
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-03"))
    assert decode_state(encode_state(hall.state)).notices == hall.state.notices
    assert hall.state.notices["fees"].lines == ("纳税证明 | 免费",)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("", "", ""),
        ("2026-10-01", "2026-10-01 00:00", "2026-10-01 24:00"),
        ("2026-10-01 09:30", "2026-10-01 09:30", "2026-10-01 09:30"),
        ("2026-10-01T09:30", "2026-10-01 09:30", "2026-10-01 09:30"),
        ("2026-10-01 24:00", "2026-10-01 24:00", "2026-10-01 24:00"),
        ("2026-10-01 09:60", None, None),
        ("２０２６-10-01", None, None),
        ("2026-10-01 09", None, None),
    ],
)
def test_a_local_time_is_read_as_it_is_typed(text: str, begin: str, end: str) -> None:
    assert (moment_of(text), moment_of(text, end=True)) == (begin, end)
