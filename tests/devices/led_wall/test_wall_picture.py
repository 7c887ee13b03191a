"""Calls, notices and lists on one wall: who stands where, and that no call ever gives way."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.led_wall.calls import CallBoard
from devices.led_wall.display import cannot_show
from devices.led_wall.layout import Layout, Zone
from devices.led_wall.notices import Notice, wrap
from devices.led_wall.page import LedLine, columns
from devices.led_wall.wall import WallPicture, lines_with

WIDTH = 24
CALLS = Zone(show="calls", rows=2)
FEES = Notice("fees", "收费标准", ("完税证明 | 免费", "打印件 | 0.50元", "复印 | 0.20元"))
HOLIDAY = Notice("holiday", "10月1日至7日放假")


def picture(*zones: Zone) -> WallPicture:
    return WallPicture(Layout(zone=zones), WIDTH, 8.0)


def texts(wall: WallPicture, now: float) -> list[str]:
    return [line.text for line in wall.page(now).lines]


def called(wall: WallPicture, number: str, now: float) -> None:
    assert wall.board is not None
    wall.board.called(number, "3", now)


def test_a_notice_moves_on_its_line_below_the_calls() -> None:
    wall = picture(CALLS, Zone(show="notices"))
    wall.take([HOLIDAY], 0)
    assert texts(wall, 0) == ["", "", "10月1日至7日放假"]
    called(wall, "A001", 1)
    page = wall.page(1)
    assert page.lines[0] == LedLine("请A001号到3号窗口", "red")
    assert page.lines[2] == LedLine("10月1日至7日放假", "yellow", "scroll")
    wall.take([], 2)
    assert texts(wall, 2) == ["请A001号到3号窗口"]


def test_notices_take_turns_and_one_stands_until_it_has_passed() -> None:
    wall = picture(Zone(show="notices", page_s=5, column_s=0.5))
    wall.take([Notice("a", "短"), Notice("b", "长" * 20)], 0)
    passes_s = (WIDTH + 2) * 0.5
    assert wall.next_change(0) == passes_s
    assert texts(wall, passes_s - 0.01) == ["短"]
    assert texts(wall, passes_s) == ["长" * 20]
    assert wall.next_change(passes_s) == passes_s + (WIDTH + 40) * 0.5
    assert texts(wall, 10**7) == ["长" * 20], "nobody looked for months: it goes on from there"


def test_one_notice_alone_changes_nothing_by_itself() -> None:
    wall = picture(CALLS, Zone(show="notices"))
    wall.take([HOLIDAY], 0)
    assert wall.next_change(0) is None


def test_a_notice_that_is_still_there_keeps_its_turn_when_others_come_and_go() -> None:
    wall = picture(Zone(show="notices", page_s=10, column_s=0))
    first, second = Notice("a", "甲"), Notice("b", "乙")
    wall.take([first, second], 0)
    assert texts(wall, 12) == ["乙"]
    wall.take([second, Notice("c", "丙")], 14)
    assert texts(wall, 19) == ["乙"]
    assert texts(wall, 20) == ["丙"]


def test_only_the_highest_priority_is_on_show() -> None:
    wall = picture(Zone(show="notices"), Zone(show="lists"))
    urgent = Notice("u", "系统故障", priority=9)
    wall.take([HOLIDAY, FEES, urgent], 0)
    assert wall.notices == {"u", "fees"}
    assert texts(wall, 0) == ["系统故障", "收费标准"]
    wall.take([HOLIDAY, FEES], 1)
    assert texts(wall, 1)[0] == HOLIDAY.text


def test_a_price_list_stands_page_after_page_with_its_title_and_prices_at_the_right() -> None:
    wall = picture(Zone(show="lists", rows=3, page_s=6))
    wall.take([FEES], 0)
    assert texts(wall, 0) == ["收费标准", "完税证明 .......... 免费", "打印件 .......... 0.50元"]
    assert all(columns(line.text) == WIDTH for line in wall.page(0).lines[1:])
    assert texts(wall, 6) == ["收费标准", "复印 ............ 0.20元"]
    assert texts(wall, 12) == texts(wall, 0)


def test_a_list_stands_where_calls_would_while_nobody_is_called() -> None:
    wall = picture(Zone(show="calls", rows=2, when_free="lists"), Zone(show="notices"))
    wall.take([FEES, HOLIDAY], 0)
    assert texts(wall, 0)[0] == "收费标准"
    called(wall, "A001", 1)
    assert texts(wall, 1) == ["请A001号到3号窗口", "", HOLIDAY.text]
    assert wall.board is not None
    wall.board.over("A001")
    assert texts(wall, 8.9)[0] == "请A001号到3号窗口"
    assert texts(wall, 9)[0] == "收费标准"


def test_a_long_notice_stands_on_several_lines_and_pages() -> None:
    wall = picture(Zone(show="notices", rows=2, effect="still", page_s=5, align="left"))
    wall.take([Notice("a", "因系统升级，本厅今日下午暂停办理车辆购置税业务，请谅解。")], 0)
    assert texts(wall, 0) == ["因系统升级，本厅今日下午", "暂停办理车辆购置税业务，"]
    assert texts(wall, 5) == ["请谅解。"]


@given(st.text(st.sampled_from("办税大厅，。A1 b"), max_size=60), st.integers(4, 30))
def test_wrapping_loses_no_character_and_no_line_is_too_long(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert columns(line) <= width or (line.isascii() and " " not in line)


def test_own_text_needs_no_notice() -> None:
    wall = picture(Zone(show="text", pages=(("请取号",), ("Take a ticket",)), page_s=3), CALLS)
    assert texts(wall, 0) == ["请取号"]
    assert texts(wall, 3) == ["Take a ticket"]


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        ({"show": "notices", "when_free": "lists"}, "when_free: belongs"),
        ({"show": "text"}, "pages: missing"),
        ({"show": "calls", "pages": [["a"]]}, "pages: belong"),
        ({"show": "text", "pages": [["a", "b"]]}, "pages: 2 lines, the zone has rows = 1"),
        ({"show": "price"}, "Invalid enum value"),
    ],
)
def test_what_no_zone_can_be_is_refused(zone: dict[str, Any], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert({"zone": [zone]}, Layout)


def test_two_places_for_calls_are_refused() -> None:
    calls = {"show": "calls"}
    with pytest.raises(msgspec.ValidationError, match="only one zone"):
        msgspec.convert({"zone": [calls, calls]}, Layout)


def test_what_a_display_cannot_write_is_known_before_it_is_sent() -> None:
    layout = Layout(zone=(CALLS, Zone(show="notices+lists")))
    rare = Notice("x", "喆字")
    why = cannot_show("led_wall.onbon", {}, lines_with(layout, WIDTH, rare))
    assert why is not None
    assert "喆" in why.zh
    chinese = lines_with(layout, 20, FEES)
    assert cannot_show("led_wall.eq2013", {}, chinese) is None
    assert cannot_show("led_wall.alpha", {"rows": 1}, chinese) is not None
    long = lines_with(layout, 20, Notice("x", "OPEN " * 40))
    assert cannot_show("led_wall.alpha", {"rows": 1}, long) is not None
    assert lines_with(Layout.of_calls(4), WIDTH, HOLIDAY) == []


#: What happens: a call to a window, an end, notices that come or go; each some time later.
STEPS = st.lists(
    st.tuples(
        st.one_of(
            st.tuples(st.just("call"), st.integers(1, 9)),
            st.tuples(st.just("over"), st.integers(1, 9)),
            st.tuples(st.just("served"), st.integers(1, 9)),
            st.tuples(
                st.just("notices"),
                st.lists(st.sampled_from([FEES, HOLIDAY, Notice("z", "急", priority=5)])),
            ),
        ),
        st.sampled_from([0.0, 0.3, 2.0, 9.0]),
    ),
    max_size=40,
)
LAYOUTS = st.permutations(
    [
        Zone(show="calls", rows=2, when_free="notices+lists", page_s=1),
        Zone(show="notices", page_s=1, column_s=0),
        Zone(show="lists", rows=2, page_s=1),
        Zone(show="text", pages=(("甲",), ("乙",)), page_s=1),
    ]
)


@given(LAYOUTS, STEPS)
def test_every_call_stands_as_on_a_wall_without_notices(
    zones: list[Zone], steps: list[tuple[tuple[str, Any], float]]
) -> None:
    wall = picture(*zones)
    plain = CallBoard(2, 8.0, width_columns=WIDTH)
    above = sum(zone.rows for zone in zones[: [zone.show for zone in zones].index("calls")])
    assert wall.board is not None
    now = 0.0
    for (what, value), pause in steps:
        if what == "notices":
            wall.take(value, now)
        else:
            for board in (wall.board, plain):
                number = f"A{value:03}"
                match what:
                    case "call":
                        board.called(number, str(value), now)
                    case "over":
                        board.over(number)
                    case _:
                        board.served(number)
        until = now + pause
        while True:
            wanted = plain.lines(now)
            shown = wall.page(now).lines[above : above + len(wanted)]
            assert shown == wanted
            changes = [t for t in (wall.next_change(now), plain.next_change(now)) if t is not None]
            # Whoever wakes up at the wall's own times alone misses none of the calls' changes.
            change, own = plain.next_change(now), wall.next_change(now)
            assert change is None or (own is not None and own <= change)
            if not changes or min(changes) > until:
                break
            now = min(changes)
        now = until
