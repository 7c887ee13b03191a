"""Nothing of a person where it does not belong: not hidden, not written, not left for the next."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.messages import Command, CutOff, Live, Mirrored, Notified
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.outer.view import page_of
from kiosk_ui.window.states import desk_after, desk_states, ticket
from tests.kiosk_ui.window_desk import INNER, OUTER, WindowDesk, desk_at

#: A made-up person: what must never stand where it does not belong.
NAME, BIRTH, STREET, PHONE, TYPED = "样张甲乙", "1958-04-01", "样张路77号", "55500199", "XQZJ"
MESSAGE = "请出示样张证"
PRIVATE = (NAME, BIRTH, STREET, PHONE, TYPED, MESSAGE)
SERVING = {"ticket": ticket(forms=["F1"])}
CHECK = {
    "check": "A061-c1", "state": "open", "title": {"zh": "请核对", "en": "Please check"},
    "fields": [
        {"id": "name", "label": {"zh": "姓名", "en": "Name"}, "value": NAME, "correct": False},
        {"id": "phone", "label": {"zh": "电话", "en": "Phone"}, "value": PHONE, "correct": True},
    ],
}  # fmt: skip
BAD = [{"type": "rating.given", "data": {"number": "A061", "bad": True}}]
RATING = {"rating": {"number": "A061", "left_s": 20, "scores": 5, "asked_again": False}}


def card(**other: Any) -> dict[str, Any]:
    found = {
        "kind": {"zh": "居民身份证", "en": "ID card"}, "name": NAME, "birth": BIRTH,
        "address": STREET, "number_masked": "110105********002X", "expired": False,
    }  # fmt: skip
    return {"window": "3", "change": "laid", "same_person": True, "say": None, "card": found,
            **other}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WindowDesk]:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.tell("card", card())
        desk.pass_s(1)
        yield desk


def hidden(desk: WindowDesk) -> bool:
    return not any(one in desk.text(INNER) for one in PRIVATE)


def test_a_cards_fields_are_hidden_until_held_and_gone_when_lifted(desk: WindowDesk) -> None:
    assert hidden(desk)
    assert "110105********002X" in desk.text(INNER)
    place = desk.where(INNER, "hold")
    desk.finger(INNER, "down", place)
    assert all(one in desk.text(INNER) for one in (NAME, BIRTH, STREET))
    assert NAME not in desk.text(OUTER)
    desk.finger(INNER, "up", place)
    assert hidden(desk)
    assert desk.commanded() == []


def test_a_finger_that_slides_off_hides_them(desk: WindowDesk) -> None:
    desk.finger(INNER, "down", desk.where(INNER, "hold"))
    assert not hidden(desk)
    desk.finger(INNER, "move", desk.where(INNER, "help"))
    assert hidden(desk)


@pytest.mark.parametrize("end", ["lifted", "finished", "another", "cut off"])
def test_under_a_finger_that_stays_they_are_gone_with_the_card_the_ticket_and_the_line(
    desk: WindowDesk, end: str
) -> None:
    desk.finger(INNER, "down", desk.where(INNER, "hold"))
    assert not hidden(desk)
    if end == "lifted":
        desk.hall.tell("card", {"window": "3", "change": "gone", "card": None, "say": None})
        desk.turn()
    elif end == "finished":
        desk.shows()
    elif end == "another":
        desk.shows(ticket=ticket(number="A062"))
    else:
        desk.hall.kill()
        desk.pass_s(1)
    assert hidden(desk)
    if end == "another":
        desk.hall.tell("card", card())
        desk.turn()
        assert hidden(desk)


def test_a_card_of_another_window_is_none_of_ours(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.tell("card", card(window="5"))
        desk.turn()
        assert "hold" not in desk.areas(INNER)


def full(desk: WindowDesk) -> None:
    """Bring everything onto the screens that a person may leave there."""
    desk.hall.screen(check=CHECK, message={"text": MESSAGE})
    desk.turn()
    desk.touch(OUTER, "o_correct:phone", *(f"o_key:{one}" for one in TYPED))


def test_what_is_written_of_the_screens_names_nobody(
    desk: WindowDesk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        full(desk)
        assert TYPED in desk.text(OUTER)
        for _ in range(2):
            assert not any(one in repr(desk.model) for one in PRIVATE)
            labels = [
                one.label + one.id for panel in (INNER, OUTER) for one in desk.picture(panel).areas
            ]
            assert not any(one in label for one in PRIVATE for label in labels)
            desk.touch(OUTER, "o_taken")
            if "o_confirm" in desk.areas(OUTER):
                break
        desk.touch(OUTER, "o_confirm")
        desk.hall.kill()
        desk.pass_s(2)
    assert not any(one in caplog.text for one in PRIVATE)
    ((_, params),) = desk.commanded()
    assert params["corrections"] == {"phone": PHONE + TYPED}
    assert PHONE not in repr(Command("check.answer", "check.answer", "t", params))


def test_a_title_of_the_clerks_program_may_be_a_name_and_is_written_nowhere(
    desk: WindowDesk,
) -> None:
    desk.hall.screen(mirror={"state": "show", "title": f"{NAME} - 金税", "hide": []})
    desk.turn()
    assert desk.model.title == f"{NAME} - 金税"
    assert NAME not in repr(desk.model)
    assert NAME not in desk.text(INNER) + desk.text(OUTER)


# ---- the next person

NEXT: dict[str, dict[str, Any]] = {
    "the next": {"ticket": ticket(number="A099", status="called", forms=["F9"])},
    "the next, served": {"ticket": ticket(number="A099", forms=["F9"])},
    "nobody": {},
    "a break": {"status": "paused"},
    "closed": {"status": "closed", "clerk": ""},
}


def nothing_of_it(desk: WindowDesk) -> None:
    said = desk.text(OUTER)
    assert not any(one in said for one in PRIVATE), said
    assert "A061" not in said
    assert desk.model.correcting is None
    assert not desk.model.corrections
    assert not desk.model.asks_why
    assert desk.model.shared.signing is None or not desk.model.shared.signing.strokes
    assert not [op for op in desk.picture(OUTER).ops if getattr(op, "source", "") == "mirror"]


def leave_check(desk: WindowDesk) -> None:
    full(desk)


def leave_changed(desk: WindowDesk) -> None:
    full(desk)
    desk.touch(OUTER, "o_taken")


def leave_message(desk: WindowDesk) -> None:
    desk.hall.screen(message={"text": MESSAGE})
    desk.turn()
    assert MESSAGE in desk.text(OUTER)


def leave_strokes(desk: WindowDesk) -> None:
    desk.hall.screen(signature={"form": "F1"})
    desk.pass_s(1)
    rect = desk.areas(OUTER)["o_sign"].rect
    desk.finger(OUTER, "down", (rect.x + 50, rect.y + 50))
    desk.finger(OUTER, "move", (rect.x + 90, rect.y + 90))
    assert desk.model.shared.signing is not None
    assert desk.model.shared.signing.strokes


def leave_mirror(desk: WindowDesk) -> None:
    desk.beside = [Mirrored("", size=(1920, 1080))]
    desk.turn()
    assert desk.page() == "mirror"


def leave_why(desk: WindowDesk) -> None:
    desk.shows(**RATING)
    desk.hall.events = BAD
    desk.touch(OUTER, "o_score:1")
    assert desk.page() == "why"


LEFT = [leave_check, leave_changed, leave_message, leave_strokes, leave_mirror]


@pytest.mark.parametrize("after", NEXT)
@pytest.mark.parametrize("leave", LEFT)
def test_the_next_person_sees_nothing_of_the_one_before(
    desk: WindowDesk, leave: Any, after: str
) -> None:
    leave(desk)
    # As the hall does it: what both share goes with the ticket, told at once.
    desk.hall.screen()
    desk.shows(**NEXT[after])
    if after == "the next, served":
        # The clerk's PC is shown again, now to whom it is about.
        assert (desk.page() == "mirror") == (leave is leave_mirror)
        desk.beside = [Mirrored("lost")]
        desk.turn()
    nothing_of_it(desk)
    desk.touch(OUTER, "o_language")
    nothing_of_it(desk)


@pytest.mark.parametrize("after", [one for one in NEXT if one != "nobody"])
def test_the_next_person_is_not_asked_why(desk: WindowDesk, after: str) -> None:
    leave_why(desk)
    desk.hall.screen()
    desk.shows(**NEXT[after])
    if "ticket" not in NEXT[after]:
        desk.pass_s(31)
    nothing_of_it(desk)


@pytest.mark.parametrize("after", NEXT)
@pytest.mark.parametrize("leave", [*LEFT, leave_why])
def test_after_a_cut_the_next_person_sees_nothing_of_the_one_before(
    desk: WindowDesk, leave: Any, after: str
) -> None:
    leave(desk)
    desk.hall.kill()
    desk.pass_s(1)
    no_word_of_it(desk)
    desk.hall.show, desk.hall.shared = NEXT[after], {}
    desk.hall.start()
    for _ in range(60):
        desk.turn()
        assert "A061" not in desk.text(INNER)
        no_word_of_it(desk)
    assert desk.known()


def no_word_of_it(desk: WindowDesk) -> None:
    said = desk.text(OUTER)
    assert not any(one in said for one in (*PRIVATE, "A061")), said


@pytest.mark.parametrize("name", [
    name for name, one in desk_states().items() if one.facts is not None and one.ticket is not None
])  # fmt: skip
def test_in_every_state_a_cut_leaves_both_screens_plain(name: str) -> None:
    model, screen = desk_states()[name], DeskScreen("3")
    for message in (CutOff(), Live()):
        model, _ = screen.update(model, message, 2000.0)
        assert page_of(model) == "cut_off"
        assert not model.known
        assert (model.card, model.menu, model.shared.check) == (None, None, None)


def test_a_notification_of_another_kind_is_nothing() -> None:
    before = desk_after(ticket=ticket())
    after = desk_after(Notified("something", {"window": "3"}), ticket=ticket())
    assert before.shared == after.shared
