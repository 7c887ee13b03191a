from __future__ import annotations

from typing import Literal

from kiosk_ui.touch import STUCK_S, Contact, Touch


def area_at(x: int, y: int) -> str | None:
    return "left" if 0 <= x < 100 else "right" if 200 <= x < 300 else None


def contact(kind: Literal["down", "move", "up"], x: int, finger: int = 0) -> Contact:
    return Contact(kind, finger, x, 50)


def test_a_press_counts_when_the_finger_leaves() -> None:
    touch = Touch(area_at)
    assert touch.take(contact("down", 50), 0) is None
    assert touch.held == "left"
    assert touch.take(contact("up", 60), 0.2) == "left"
    assert touch.held is None


def test_a_finger_that_slides_off_presses_nothing() -> None:
    touch = Touch(area_at)
    touch.take(contact("down", 50), 0)
    touch.take(contact("move", 150), 0.1)
    assert touch.held is None
    assert touch.take(contact("up", 250), 0.2) is None


def test_a_finger_that_comes_back_presses() -> None:
    touch = Touch(area_at)
    touch.take(contact("down", 50), 0)
    touch.take(contact("move", 150), 0.1)
    touch.take(contact("move", 70), 0.2)
    assert touch.take(contact("up", 70), 0.3) == "left"


def test_a_finger_that_came_down_beside_an_area_presses_nothing() -> None:
    touch = Touch(area_at)
    touch.take(contact("down", 150), 0)
    assert touch.take(contact("up", 50), 0.1) is None


def test_a_second_finger_does_nothing_and_does_not_spoil_the_first() -> None:
    touch = Touch(area_at)
    touch.take(contact("down", 50, finger=1), 0)
    touch.take(contact("down", 250, finger=2), 0.1)
    assert touch.take(contact("up", 250, finger=2), 0.2) is None
    assert touch.take(contact("up", 50, finger=1), 0.3) == "left"


def test_a_long_press_counts_once() -> None:
    touch = Touch(area_at)
    touch.take(contact("down", 50), 0)
    assert touch.take(contact("up", 50), STUCK_S - 0.1) == "left"
    assert touch.take(contact("up", 50), STUCK_S) is None


def test_a_stuck_finger_shuts_out_nobody_and_presses_nothing() -> None:
    touch = Touch(area_at)
    touch.take(contact("down", 50, finger=1), 0)
    touch.take(contact("down", 250, finger=2), STUCK_S + 1)
    assert touch.take(contact("up", 250, finger=2), STUCK_S + 1.2) == "right"
    assert touch.take(contact("up", 50, finger=1), STUCK_S + 2) is None
