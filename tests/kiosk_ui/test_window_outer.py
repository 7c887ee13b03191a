"""What the taxpayer does at the outer screen: rating, reason, language, "please check"."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.touch import STUCK_S
from kiosk_ui.window.states import ticket
from tests.kiosk_ui.window_desk import INNER, OUTER, WindowDesk, desk_at

RATING = {"rating": {"number": "A061", "left_s": 20, "scores": 5, "asked_again": False}}
SERVING = {"ticket": ticket()}
BAD = [{"type": "rating.given", "data": {"number": "A061", "score": 1, "bad": True}}]
GOOD = [{"type": "rating.given", "data": {"number": "A061", "score": 5, "bad": False}}]
CHECK = {
    "check": "A061-c1", "state": "open", "title": {"zh": "请核对", "en": "Please check"},
    "fields": [
        {"id": "name", "label": {"zh": "单位", "en": "Company"}, "value": "样张公司",
         "correct": False},
        {"id": "phone", "label": {"zh": "电话", "en": "Telephone"}, "value": "0123",
         "correct": True},
        {"id": "mail", "label": {"zh": "邮箱", "en": "Mail"}, "value": "A@B", "correct": True},
    ],
}  # fmt: skip


def checked(outcome: str, **corrections: str) -> tuple[str, dict[str, Any]]:
    return "check.answer", {
        "window": "3", "check": "A061-c1", "outcome": outcome, "corrections": corrections,
    }  # fmt: skip


def typed(desk: WindowDesk, field: str, text: str, erase: int = 9) -> None:
    desk.touch(OUTER, f"o_correct:{field}", *["o_erase"] * erase, *(f"o_key:{c}" for c in text))


# ---- rating


@pytest.mark.parametrize("score", [1, 2, 3, 4, 5])
def test_a_rating_is_one_touch_and_bound_to_its_ticket(tmp_path: Path, score: int) -> None:
    with desk_at(tmp_path, **RATING) as desk:
        assert desk.page() == "rating"
        desk.hall.events = GOOD
        desk.touch(OUTER, f"o_score:{score}")
        assert desk.commanded() == [("rate", {"window": "3", "number": "A061", "score": score})]
        assert desk.page() == "thanks"
        desk.shows(rated={"number": "A061", "score": score})
        assert desk.page() == "thanks"
        desk.pass_s(5)
        assert desk.page() == "open"


def test_where_there_is_a_pad_the_screen_asks_for_nothing(tmp_path: Path) -> None:
    with desk_at(tmp_path, **RATING, pad=True) as desk:
        assert desk.page() == "open"
        assert not any(one.startswith("o_score") for one in desk.areas(OUTER))


def test_two_presses_are_one_rating(tmp_path: Path) -> None:
    with desk_at(tmp_path, **RATING) as desk:
        desk.hall.silent = {"rate"}
        desk.touch(OUTER, "o_score:4", "o_score:1")
        assert len(desk.commanded()) == 1


def test_a_bad_rating_is_asked_for_its_reason_once(tmp_path: Path) -> None:
    with desk_at(tmp_path, **RATING) as desk:
        desk.hall.events = BAD
        desk.touch(OUTER, "o_score:1")
        desk.shows()
        assert desk.page() == "why"
        desk.commanded()
        desk.hall.silent = {"rate.reason"}
        desk.touch(OUTER, "o_reason:slow", "o_reason:slow")
        assert desk.commanded() == [
            ("rate.reason", {"window": "3", "number": "A061", "reason": "slow"})
        ]


@pytest.mark.parametrize("way", ["said", "refused", "nothing", "waited"])
def test_the_question_why_leaves(tmp_path: Path, way: str) -> None:
    with desk_at(tmp_path, **RATING) as desk:
        desk.hall.events = BAD
        desk.touch(OUTER, "o_score:1")
        desk.shows()
        if way == "refused":
            desk.hall.refused = {"rate.reason": "reason_late"}
        if way == "waited":
            desk.pass_s(28)
            assert desk.page() == "why"
            desk.pass_s(3)
            assert desk.page() == "open"
            return
        desk.touch(OUTER, "o_no_reason" if way == "nothing" else "o_reason:slow")
        assert desk.page() == ("open" if way == "refused" else "thanks")
        desk.pass_s(5)
        assert desk.page() == "open"
        # The duty manager hears of it, not the next person.
        assert "why" not in desk.text(OUTER).lower()


def test_who_is_called_next_is_not_asked_why_somebody_else_was_not_content(
    tmp_path: Path,
) -> None:
    with desk_at(tmp_path, **RATING) as desk:
        desk.hall.silent = {"rate"}
        desk.touch(OUTER, "o_score:1")
        desk.shows(ticket=ticket(number="A062", status="called"))
        desk.hall.silent, desk.hall.events = set(), BAD
        # The answer comes late, over a new line.
        desk.hall.kill()
        desk.pass_s(1)
        desk.hall.start()
        desk.pass_s(4)
        assert desk.page() == "called"
        desk.shows()
        assert desk.page() == "open"
    with desk_at(tmp_path, **RATING) as desk:
        desk.hall.events = BAD
        desk.touch(OUTER, "o_score:1")
        assert desk.page() == "why"
        desk.shows(ticket=ticket(number="A062", status="called"))
        assert desk.page() == "called"
        desk.shows()
        assert desk.page() == "open"


# ---- language


def test_the_halls_language_is_back_when_the_person_leaves(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.touch(OUTER, "o_language")
        assert desk.english()
        # The clerk's screen has its own.
        desk.shows(**RATING)
        assert desk.english()
        desk.hall.events = GOOD
        desk.touch(OUTER, "o_score:5")
        desk.shows()
        assert desk.page() == "thanks"
        assert desk.english()
        desk.pass_s(5)
        assert desk.page() == "open"
        assert not desk.english()


def test_who_comes_directly_after_finds_the_halls_language(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.touch(OUTER, "o_language")
        desk.shows(ticket=ticket(number="A062", status="called"))
        assert not desk.english()


def test_a_language_that_was_chosen_before_an_empty_window_goes_by_itself(tmp_path: Path) -> None:
    with desk_at(tmp_path) as desk:
        desk.touch(OUTER, "o_language")
        desk.pass_s(25)
        assert desk.english()
        desk.pass_s(6)
        assert not desk.english()
        # Chosen while walking up, it is kept for the one who chose it.
        desk.touch(OUTER, "o_language")
        desk.shows(**SERVING)
        desk.pass_s(60)
        assert desk.english()
        desk.touch(OUTER, "o_language")
        assert not desk.english()


# ---- please check


def test_a_check_whose_fields_are_all_right_is_confirmed(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(check=CHECK)
        desk.touch(OUTER, "o_confirm")
        assert desk.commanded() == [checked("confirmed")]


def test_a_check_in_which_something_is_wrong_is_refused(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(check=CHECK)
        desk.turn()
        typed(desk, "phone", "4")
        desk.touch(OUTER, "o_taken", "o_wrong")
        assert desk.commanded() == [checked("refused")]


def test_a_field_is_corrected_by_touch_and_what_was_left_half_typed_is_not(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(check=CHECK)
        desk.turn()
        assert "o_correct:name" not in desk.areas(OUTER)
        typed(desk, "phone", "45")
        desk.touch(OUTER, "o_taken")
        # Begun and left: nothing of it counts.
        typed(desk, "mail", "X")
        desk.touch(OUTER, "o_back")
        assert desk.commanded() == []
        desk.touch(OUTER, "o_confirm")
        assert desk.commanded() == [checked("corrected", phone="45")]


def test_what_is_corrected_back_is_no_correction(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(check=CHECK)
        desk.turn()
        typed(desk, "phone", "99")
        desk.touch(OUTER, "o_taken")
        typed(desk, "phone", "0123")
        desk.touch(OUTER, "o_taken", "o_confirm")
        assert desk.commanded() == [checked("confirmed")]


def test_a_field_may_be_left_empty(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(check=CHECK)
        desk.turn()
        typed(desk, "phone", "")
        desk.touch(OUTER, "o_taken", "o_confirm")
        assert desk.commanded() == [checked("corrected", phone="")]


def test_a_check_is_answered_once_and_leaves_when_it_was(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(check=CHECK)
        desk.hall.silent = {"check.answer"}
        desk.touch(OUTER, "o_confirm", "o_confirm", "o_wrong")
        assert desk.commanded() == [checked("confirmed")]
        desk.hall.screen(check={**CHECK, "state": "confirmed"})
        desk.turn()
        assert desk.page() == "serving"


def test_what_was_typed_for_one_check_is_not_in_the_next(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(check=CHECK)
        desk.turn()
        typed(desk, "phone", "45")
        desk.touch(OUTER, "o_taken")
        typed(desk, "mail", "X")
        desk.hall.screen(check={**CHECK, "check": "A061-c2"})
        desk.turn()
        assert desk.model.correcting is None
        desk.touch(OUTER, "o_confirm")
        ((_, params),) = desk.commanded()
        assert (params["check"], params["outcome"]) == ("A061-c2", "confirmed")


def test_the_clerk_takes_a_check_back(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(check=CHECK)
        desk.turn()
        desk.keys("w")
        assert desk.commanded() == [("check.withdraw", {"window": "3", "check": "A061-c1"})]


# ---- fingers


def test_a_second_finger_presses_nothing(tmp_path: Path) -> None:
    with desk_at(tmp_path, **RATING) as desk:
        desk.turn(1)
        first, second = desk.where(OUTER, "o_score:5"), desk.where(OUTER, "o_score:1")
        desk.finger(OUTER, "down", first, 1)
        desk.finger(OUTER, "down", second, 2)
        desk.finger(OUTER, "up", second, 2)
        assert desk.commanded() == []
        desk.finger(OUTER, "up", first, 1)
        assert [params["score"] for _, params in desk.commanded()] == [5]


def test_a_finger_that_never_leaves_shuts_nobody_out_for_long(tmp_path: Path) -> None:
    with desk_at(tmp_path, **RATING) as desk:
        desk.turn(1)
        desk.finger(OUTER, "down", desk.where(OUTER, "o_score:1"), 7)
        desk.touch(OUTER, "o_score:5")
        assert desk.commanded() == []
        desk.pass_s(STUCK_S)
        desk.touch(OUTER, "o_score:5")
        assert [params["score"] for _, params in desk.commanded()] == [5]


def test_the_clerk_works_while_a_finger_rests_on_the_taxpayers_screen(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.turn(1)
        desk.finger(OUTER, "down", desk.where(OUTER, "o_language"), 7)
        desk.touch(INNER, "finish")
        assert [method for method, _ in desk.commanded()] == ["window.finish"]


def test_a_finger_that_slides_off_and_one_that_comes_with_the_page_press_nothing(
    tmp_path: Path,
) -> None:
    with desk_at(tmp_path, **RATING) as desk:
        desk.turn(1)
        desk.finger(OUTER, "down", desk.where(OUTER, "o_score:5"))
        desk.finger(OUTER, "move", desk.where(OUTER, "o_score:1"))
        desk.finger(OUTER, "up", desk.where(OUTER, "o_score:1"))
        # Down on one page, up on another.
        desk.finger(OUTER, "down", desk.where(OUTER, "o_score:5"))
        desk.shows(**SERVING)
        desk.finger(OUTER, "up", (900, 500))
        assert desk.commanded() == []
