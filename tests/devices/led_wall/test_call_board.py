from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.led_wall.calls import CallBoard, call_text
from devices.led_wall.page import columns


def texts(board: CallBoard, now: float) -> list[str]:
    return [line.text for line in board.lines(now)]


def colours(board: CallBoard, now: float) -> list[str]:
    return [line.colour for line in board.lines(now)]


def board_of(rows: int, min_show_s: float = 10.0, width: int = 16) -> CallBoard:
    return CallBoard(rows, min_show_s, width_columns=width)


def test_a_second_call_stands_above_the_first() -> None:
    board = board_of(4, width=24)
    board.called("A001", "3", 0.0)
    assert texts(board, 0.0) == ["请A001号到3号窗口"]
    board.called("A002", "12", 1.0)
    assert texts(board, 1.0) == ["请A002号到12号窗口", "请A001号到3号窗口"]


def test_a_call_stays_when_nobody_needs_its_row() -> None:
    board = board_of(2)
    board.called("A001", "3", 0.0)
    assert texts(board, 0.0) == texts(board, 5000.0) == ["A001→3号窗口"]


def test_more_calls_than_rows_wait_their_turn_and_none_is_lost() -> None:
    board = board_of(2)
    for number in range(1, 6):
        board.called(f"A00{number}", "3", 0.0)
    assert texts(board, 0.0) == ["A002→3号窗口", "A001→3号窗口"]
    assert board.waiting == 3
    assert board.longest_wait(4.0) == 4.0
    assert board.next_change(0.0) == 10.0
    assert texts(board, 9.99) == ["A002→3号窗口", "A001→3号窗口"]
    assert texts(board, 10.0) == ["A004→3号窗口", "A003→3号窗口"]
    assert texts(board, 20.0) == ["A005→3号窗口", "A004→3号窗口"]
    assert board.waiting == 0


def test_a_call_counts_as_shown_only_from_when_it_was_shown() -> None:
    board = board_of(1)
    board.called("A001", "3", 0.0)
    board.called("A002", "4", 0.0)
    assert texts(board, 100.0) == ["A001→3号窗口"]
    assert texts(board, 109.0) == ["A001→3号窗口"]
    assert texts(board, 110.0) == ["A002→4号窗口"]


def test_a_recall_moves_to_the_top_and_blinks() -> None:
    board = CallBoard(3, 10.0, width_columns=16, blink_s=0.5, blink_for_s=1.5)
    board.called("A001", "3", 0.0)
    board.called("A002", "4", 0.0)
    board.lines(0.0)
    board.called("A001", "3", 60.0)
    assert texts(board, 60.0) == ["A001→3号窗口", "A002→4号窗口"]
    assert colours(board, 60.0) == ["red", "green"]
    assert board.next_change(60.0) == 60.5
    assert colours(board, 60.5) == ["green", "green"]
    assert colours(board, 61.0) == ["red", "green"]
    assert colours(board, 61.5) == ["red", "green"]
    assert board.next_change(61.5) == 70.0
    assert colours(board, 70.0) == ["green", "green"]
    assert board.next_change(70.0) is None


def test_a_recall_to_another_window_leaves_no_wrong_line() -> None:
    board = board_of(3)
    board.called("A001", "3", 0.0)
    board.lines(0.0)
    board.called("A001", "5", 1.0)
    assert texts(board, 1.0) == ["A001→5号窗口"]


def test_a_recall_is_seen_at_once_even_when_others_wait() -> None:
    board = board_of(2)
    for number in ("A001", "A002", "A003"):
        board.called(number, "3", 0.0)
    assert colours(board, 0.0) == ["red", "red"]
    board.called("A001", "5", 1.0)
    assert texts(board, 1.0) == ["A002→3号窗口", "A001→5号窗口"]
    assert colours(board, 1.6) == ["red", "green"]
    assert texts(board, 10.0) == ["A001→5号窗口", "A003→3号窗口"]


def test_recalls_again_and_again_keep_nobody_waiting() -> None:
    board = board_of(1)
    board.called("A001", "3", 0.0)
    board.lines(0.0)
    board.called("A002", "4", 1.0)
    for second in range(2, 10):
        board.called("A001", "3", float(second))
        assert texts(board, float(second)) == ["A001→3号窗口"]
    assert texts(board, 10.0) == ["A002→4号窗口"]
    assert texts(board, 20.0) == ["A001→3号窗口"]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (17, "请A001号到3号窗口"),
        (16, "A001→3号窗口"),
        (13, "A001→3号窗口"),
        (12, "A001→3号"),
        (9, "A001→3号"),
        (8, "A001→3"),
        (7, "A001→3"),
        (6, "A001→3"),
    ],
)
def test_a_narrow_wall_shows_the_shorter_form(width: int, shown: str) -> None:
    board = board_of(1, width=width)
    board.called("A001", "3", 0.0)
    (line,) = board.lines(0.0)
    assert line.text == shown
    assert line.effect == ("still" if columns(shown) <= width else "scroll")


def test_a_window_with_a_name_of_its_own_is_called_by_it() -> None:
    assert call_text("A001", "导税台", "请{number}号到{place}") == "请A001号到导税台"
    assert call_text("A001", "3", "{number}→{short}") == "A001→3号"


def test_a_closed_day_leaves_the_board_empty() -> None:
    board = board_of(1)
    board.called("A001", "3", 0.0)
    board.called("A002", "4", 0.0)
    board.lines(0.0)
    board.clear()
    assert board.lines(1.0) == ()


def test_a_call_leaves_with_its_ticket_after_its_time_and_no_other_goes_with_it() -> None:
    board = board_of(3)
    for second, number in enumerate(("A001", "A002", "A003")):
        board.called(number, "3", float(second))
        board.lines(float(second))
    board.over("A002")
    assert len(texts(board, 4.0)) == 3
    assert board.next_change(4.0) == 10.0
    assert board.next_change(10.0) == 11.0
    assert texts(board, 10.9) == ["A003→3号窗口", "A002→3号窗口", "A001→3号窗口"]
    assert texts(board, 11.0) == ["A003→3号窗口", "A001→3号窗口"]
    board.over("A001")
    assert texts(board, 11.1) == ["A003→3号窗口"]


def test_a_call_that_is_over_before_it_had_a_row_never_comes() -> None:
    board = board_of(1)
    for number in ("A001", "A002", "A003"):
        board.called(number, "3", 0.0)
    board.lines(0.0)
    board.over("A002")
    assert texts(board, 10.0) == ["A003→3号窗口"]
    assert board.waiting == 0


def test_a_number_that_is_called_to_another_window_stands_once_with_the_new_one() -> None:
    board = board_of(3)
    board.called("A001", "3", 0.0)
    board.lines(0.0)
    board.over("A001")
    board.called("A001", "5", 2.0)
    assert texts(board, 2.0) == ["A001→5号窗口"]
    assert texts(board, 500.0) == ["A001→5号窗口"]


def test_who_has_come_to_the_window_is_shown_there_after_the_calls_time() -> None:
    board = board_of(2, width=24)
    board.called("A001", "3", 0.0)
    board.lines(0.0)
    board.served("A001")
    assert texts(board, 9.9) == ["请A001号到3号窗口"]
    assert texts(board, 10.0) == ["A001号在3号窗口"]
    board.called("A001", "3", 60.0)
    assert texts(board, 60.0) == ["请A001号到3号窗口"]
    assert texts(board, 70.0) == ["A001号在3号窗口"]


def test_who_has_come_gives_way_before_who_has_not_and_returns_while_there_is_room() -> None:
    board = board_of(2, width=24)
    for second, number in enumerate(("A001", "A002")):
        board.called(number, "3", float(second))
        board.lines(float(second))
    board.served("A002")
    board.called("A003", "4", 20.0)
    assert texts(board, 20.0) == ["请A003号到4号窗口", "请A001号到3号窗口"]
    board.over("A001")
    assert texts(board, 21.0) == ["请A003号到4号窗口", "A002号在3号窗口"]
    board.called("A004", "5", 22.0)
    assert texts(board, 22.0) == ["请A004号到5号窗口", "请A003号到4号窗口"]


#: What happens to a ticket: it is called, mostly; its person comes; it leaves its window's hand.
WHAT = st.sampled_from(["called", "called", "called", "served", "over"])
PAUSE = st.sampled_from([0.0, 0.1, 0.7, 1.0, 3.3, 20.0])
STEPS = st.lists(st.tuples(WHAT, st.integers(0, 12), PAUSE), max_size=60)


@given(STEPS, st.integers(1, 4))
def test_each_call_is_shown_long_enough_none_is_lost_and_no_wait_is_endless(
    steps: list[tuple[str, int, float]], rows: int
) -> None:
    min_show_s = 5.0
    board = CallBoard(rows, min_show_s, width_columns=24)
    now = 0.0
    due: dict[str, float] = {}
    shown_since: dict[str, float] = {}
    in_hand: set[str] = set()
    over_at: dict[str, float] = {}

    def look() -> None:
        visible = [text.strip("请")[:4] for text in texts(board, now)]
        assert len(visible) <= rows
        assert len(set(visible)) == len(visible)
        for gone in set(shown_since) - set(visible):
            assert now - shown_since.pop(gone) >= min_show_s - 1e-9
        for number in visible:
            if number not in shown_since:
                # One that comes back had its time already.
                shown_since[number] = now if number in due else now - min_show_s
            due.pop(number, None)
            assert number in in_hand or now < over_at[number] + min_show_s + 1e-9
        assert all(now <= latest + 1e-6 for latest in due.values())
        assert len(visible) == min(rows, len({*visible, *in_hand} - set(due)))

    for what, number, pause in [*steps, ("called", 0, 1000.0)]:
        name = f"A{number:03d}"
        if what == "served":
            board.served(name)
        elif what == "over":
            board.over(name)
            over_at[name] = now if name in in_hand else over_at.get(name, now)
            in_hand.discard(name)
            due.pop(name, None)
        else:
            board.called(name, "7", now)
            in_hand.add(name)
            if name not in shown_since:
                latest = now + math.ceil(board.waiting / rows) * min_show_s
                due[name] = max(due.get(name, 0.0), latest)
        look()
        until = now + pause
        while (change := board.next_change(now)) is not None and change <= until:
            assert change > now
            now = change
            look()
        now = until
    assert not due
    assert board.waiting == 0


def test_a_board_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        CallBoard(2, 0.0, width_columns=10)
    with pytest.raises(ValueError, match="served"):
        CallBoard(2, 8.0, width_columns=10, served_forms=())
