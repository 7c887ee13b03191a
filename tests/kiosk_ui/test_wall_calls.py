from __future__ import annotations

import pytest

from kiosk_ui.wall.calls import LEAST_LARGE_S, Board


def numbers(board: Board, most: int = 10) -> list[str]:
    return [call.number for call in board.rows(most)]


def test_a_call_is_large_at_once() -> None:
    board = Board().called("A001", "3", 100.0)
    assert board.large == "A001"
    assert numbers(board) == []


def test_a_second_call_stands_in_the_list_at_once_and_gets_the_large_place_in_turn() -> None:
    board = Board(show_s=8).called("A001", "3", 100.0).called("A002", "5", 101.0)
    assert board.large == "A001"
    assert numbers(board) == ["A002"]
    assert board.at(107.9).large == "A001"
    board = board.at(108.0)
    assert board.large == "A002"
    assert numbers(board) == ["A001"]


def test_many_calls_share_the_large_place_each_long_enough_to_be_read() -> None:
    board = Board(show_s=8)
    for n in range(10):
        board = board.called(f"A{n:03}", str(n), 100.0)
    shown, now_s = dict[str, float](), 100.0
    while now_s < 140:
        board = board.at(now_s)
        shown[board.large or ""] = shown.get(board.large or "", 0.0) + 0.1
        now_s += 0.1
    assert list(shown) == [f"A{n:03}" for n in range(10)]
    assert min(shown.values()) >= LEAST_LARGE_S - 0.2


def test_a_call_leaves_with_its_ticket_but_not_before_its_time() -> None:
    board = Board(show_s=8).called("A001", "3", 100.0).ended("A001", 103.0)
    assert board.large == "A001"
    assert board.at(108.0).large is None


def test_one_that_is_over_before_its_turn_never_becomes_large() -> None:
    board = Board(show_s=8).called("A001", "3", 100).called("A002", "5", 101).ended("A002", 102)
    assert board.at(109.1).large == "A001"


def test_the_next_older_call_fills_the_large_place_and_gives_way_at_once() -> None:
    board = Board(show_s=8).called("A001", "3", 100).called("A002", "5", 120).ended("A002", 121)
    board = board.at(130)
    assert board.large == "A001"
    assert board.called("A003", "7", 130.5).large == "A003"


def test_a_recall_stands_on_top_again_and_at_its_new_window() -> None:
    board = Board(show_s=8).called("A001", "3", 100).called("A002", "5", 110).at(119)
    board = board.called("A001", "4", 120)
    assert board.large == "A001"
    assert board.large_call is not None
    assert board.large_call.window == "4"
    assert numbers(board) == ["A002"]


def test_where_rows_are_lacking_those_who_came_give_way_first_then_the_oldest() -> None:
    board = Board(show_s=8)
    for n in range(6):
        board = board.called(f"A{n:03}", str(n), 100.0 + 20 * n).at(110 + 20 * n)
    board = board.served("A004")
    assert numbers(board, 3) == ["A003", "A002", "A001"]
    assert numbers(board, 5) == ["A004", "A003", "A002", "A001", "A000"]


def test_after_a_restart_who_is_in_hand_stands_there_without_a_turn() -> None:
    board = Board().in_hand([("A001", "3", True), ("A002", "5", False)], 100.0)
    assert board.large == "A002"
    assert numbers(board) == ["A001"]
    assert board.called("A003", "1", 100.1).large == "A003"


def test_what_the_hall_no_longer_has_in_hand_leaves() -> None:
    board = Board(show_s=8).called("A001", "3", 100).called("A002", "5", 101)
    board = board.in_hand([("A002", "5", False)], 120.0)
    assert [call.number for call in board.calls] == ["A002"]


@pytest.mark.parametrize("now_s", [0.0, 1e6])
def test_nothing_changes_without_a_reason(now_s: float) -> None:
    board = Board().called("A001", "3", now_s).at(now_s)
    assert board.at(now_s + 0.5) is board
