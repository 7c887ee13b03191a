"""The clerk's commands: by key and by touch, one at a time, repeated with their id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.link import ANSWER_S, GIVE_UP_S
from kiosk_ui.window.inner.commands import KEYS
from kiosk_ui.window.states import ticket
from tests.kiosk_ui.window_desk import INNER, OUTER, WindowDesk, desk_at

CALLED = {"ticket": ticket(status="called", seconds=12)}
SERVING = {"ticket": ticket(forms=["F1"], pages=2)}
SIGNED = {"ticket": ticket(forms=["F0", "F1"], signed=["F1"]), "form_printer": True}
#: The newest one is not.
UNSIGNED = {"ticket": ticket(forms=["F0", "F1"], signed=["F0"]), "form_printer": True}
IDLE: dict[str, Any] = {}
WINDOW = {"window": "3"}
FREE, A061 = {**WINDOW, "number": ""}, {**WINDOW, "number": "A061"}
#: Where the window is, what is pressed, what the hall gets.
PLAIN = [
    (IDLE, "next", "window.next", FREE),
    (IDLE, "pause", "window.pause", WINDOW),
    (IDLE, "close", "window.close", WINDOW),
    (IDLE, "ask_rating", "window.ask_rating", {**WINDOW, "number": "A060"}),
    (IDLE, "help", "window.help", WINDOW),
    ({"status": "paused"}, "resume", "window.resume", WINDOW),
    (CALLED, "recall", "window.recall", A061),
    (CALLED, "start", "window.start", A061),
    (CALLED, "missed", "window.missed", A061),
    (CALLED, "park", "ticket.park", {"number": "A061", "at": "3"}),
    (SERVING, "next", "window.next", A061),
    (SERVING, "finish", "window.finish", A061),
    (SERVING, "ask_rating", "window.ask_rating", A061),
    (SERVING, "park", "ticket.park", {"number": "A061", "at": "3"}),
    (IDLE, "mirror_blank", "screen.mirror", {**FREE, "state": "blank"}),
    (SERVING, "mirror_freeze", "screen.mirror", {**A061, "state": "freeze"}),
    (SERVING, "mirror_blank", "screen.mirror", {**A061, "state": "blank"}),
    (SERVING, "sign", "signature.ask", {**WINDOW, "form": "F1"}),
    (SIGNED, "sign", "signature.ask", {**WINDOW, "form": "F1"}),
    (SIGNED, "print_form", "form.reprint", {**WINDOW, "form": "F1"}),
]
#: What does nothing now.
PALE = [
    (IDLE, {"recall", "start", "finish", "missed", "park", "transfer", "form", "message", "scan"}),
    (IDLE, {"mirror_show", "mirror_freeze"}),
    ({"status": "closed", "clerk": ""}, {"next", "pause", "resume", "close"}),
    ({"status": "paused"}, {"next", "pause"}),
    (CALLED, {"next", "finish", "form", "scan", "close"}),
    (SERVING, {"start", "recall", "missed", "close"}),
    (UNSIGNED, {"print_form"}),
    ({**SIGNED, "form_printer": False}, {"print_form"}),
]  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WindowDesk]:
    with desk_at(tmp_path) as desk:
        yield desk


@pytest.mark.parametrize("how", ["key", "touch"])
@pytest.mark.parametrize(("show", "area", "method", "params"), PLAIN)
def test_a_command_is_one_key_or_one_touch(
    tmp_path: Path, show: dict[str, Any], area: str, method: str, params: dict[str, Any], how: str
) -> None:
    with desk_at(tmp_path, **show) as desk:
        if how == "key":
            desk.keys(KEYS[area].lower())
        else:
            desk.touch(INNER, area)
        assert desk.commanded() == [(method, params)]
        desk.pass_s(1)
        assert desk.commanded() == []
        assert desk.model.busy == ""


@pytest.mark.parametrize(("show", "pale"), PALE)
def test_what_cannot_be_done_is_pale_and_does_nothing(
    tmp_path: Path, show: dict[str, Any], pale: set[str]
) -> None:
    with desk_at(tmp_path, **show) as desk:
        there = set(desk.areas(INNER))
        assert not there & pale
        keys = {KEYS[one].lower() for one in pale} - {
            KEYS[one].lower() for one in there if one in KEYS
        }
        desk.keys(*sorted(keys))
        assert desk.commanded() == []
        assert not desk.menu()


def test_every_command_has_an_id_of_its_own(desk: WindowDesk) -> None:
    desk.keys("f1")
    desk.pass_s(0.5)
    desk.keys("f10")
    ids = [params["command_id"] for _, params in desk.hall.commands]
    assert len(ids) == len(set(ids)) == 2
    assert all(params["by"] == "screen-window-3" for _, params in desk.hall.commands)


def test_none_is_given_while_one_is_on_its_way_and_all_but_blank_are_pale(desk: WindowDesk) -> None:
    desk.hall.silent = {"window.next"}
    desk.keys("f1")
    desk.pass_s(0.2)
    assert set(KEYS) & set(desk.areas(INNER)) == {"mirror_blank"}
    desk.keys("f1", "f1", "f10", "f11", "f12")
    desk.pass_s(1)
    assert desk.commanded() == [("window.next", FREE)]


def test_two_keys_in_one_turn_are_one_command(desk: WindowDesk) -> None:
    desk.hall.silent = {"window.next"}
    desk.glass.keys = ["f1", "f1", "f10"]
    desk.turn()
    assert desk.commanded() == [("window.next", FREE)]


def test_no_menu_is_opened_for_a_ticket_that_a_command_is_about_to_take_away(
    tmp_path: Path,
) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.silent = {"window.finish"}
        desk.glass.keys = ["f4", "f7", "f9"]
        desk.turn()
        assert desk.commanded() == [("window.finish", A061)]
        assert not desk.menu()


@pytest.mark.parametrize("method", ["window.next", "screen.mirror"])
def test_a_refused_one_is_told_and_rests_nothing(tmp_path: Path, method: str) -> None:
    with desk_at(tmp_path, **(IDLE if method == "window.next" else SERVING)) as desk:
        desk.hall.refused = {method: "too_soon"}
        desk.keys("f1" if method == "window.next" else "x")
        assert "No: too_soon." in desk.text(INNER)
        assert "too_soon" not in desk.text(OUTER)
        assert desk.model.busy == ""
        desk.hall.refused = {}
        desk.commanded()
        desk.keys("f1")
        held = FREE if method == "window.next" else A061
        assert desk.commanded() == [("window.next", held)]
        desk.pass_s(9)
        assert "too_soon" not in desk.text(INNER)


def test_a_broken_line_repeats_a_command_with_its_id_and_none_is_given_meanwhile(
    desk: WindowDesk,
) -> None:
    desk.hall.silent = {"window.next"}
    desk.keys("f1")
    desk.hall.kill()
    desk.pass_s(1)
    assert not desk.known()
    desk.keys("f1", "f10")
    desk.hall.start()
    # It is back, and is silent about the command only: nobody knows yet what became of it.
    desk.pass_s(3)
    assert desk.known()
    desk.keys("f1", "f10", "f12")
    sent = list(desk.hall.commands)
    assert [method for method, _ in sent] == ["window.next", "window.next"]
    assert sent[0] == sent[1]
    desk.hall.silent = set()
    desk.hall.kill()
    desk.pass_s(1)
    desk.hall.start()
    desk.pass_s(4)
    assert desk.model.busy == ""
    assert [params["command_id"] for _, params in desk.hall.commands] == ["token-0"] * 3


def test_a_question_that_is_lost_with_the_line_rests_nothing(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.silent = {"screen.mirror", "document.scan"}
        desk.keys("x", "s", "0")
        desk.turn()
        assert desk.model.busy == "screen.mirror"
        desk.hall.kill()
        desk.pass_s(1)
        desk.hall.silent = set()
        desk.hall.start()
        desk.pass_s(3)
        assert (desk.model.busy, desk.model.scanning) == ("", False)
        desk.commanded()
        desk.keys("x")
        assert desk.commanded() == [("screen.mirror", {**A061, "state": "blank"})]


def test_the_taxpayers_screen_is_blanked_while_another_command_is_on_its_way(
    tmp_path: Path,
) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.silent = {"ticket.park", "window.finish"}
        desk.keys("f4")
        desk.pass_s(1)
        busy = desk.model.busy
        assert busy
        assert desk.model.rests
        desk.commanded()
        desk.keys("x", "f1")
        assert desk.commanded() == [("screen.mirror", {**A061, "state": "blank"})]
        assert desk.model.busy == busy


def test_a_hall_that_is_silent_for_too_long_is_said_to_be_and_the_command_given_up(
    desk: WindowDesk,
) -> None:
    desk.hall.silent = {"window.next", "subscribe", "window.show"}
    desk.keys("f1")
    desk.pass_s(ANSWER_S + 2)
    assert not desk.model.live
    desk.pass_s(GIVE_UP_S)
    assert desk.model.busy == ""
    assert "whether the last press counted is not known" in desk.text(INNER)
    desk.hall.silent = set()
    desk.pass_s(5)
    assert desk.known()
    desk.commanded()
    desk.keys("f1")
    assert desk.commanded() == [("window.next", FREE)]


def test_a_pad_changes_both_screens_in_the_same_turn(desk: WindowDesk) -> None:
    assert "A061" not in desk.text(INNER) + desk.text(OUTER)
    desk.hall.show = CALLED
    desk.hall.happened("ticket.called")
    seen = list[tuple[bool, bool]]()
    for _ in range(6):
        desk.turn(0.02)
        seen.append(("A061" in desk.text(INNER), "A061" in desk.text(OUTER)))
    assert seen[-1] == (True, True)
    assert all(inner == outer for inner, outer in seen)
    desk.shows(**SERVING)
    assert desk.page() == "serving"
    desk.shows()
    assert "A061" not in desk.text(OUTER)


def test_an_event_of_another_window_is_looked_at_within_a_moment(desk: WindowDesk) -> None:
    desk.hall.show = {"waiting": 7}
    desk.hall.happened("ticket.issued", window="5")
    desk.pass_s(0.3)
    assert desk.model.facts is not None
    assert desk.model.facts.waiting == 7


def test_a_double_click_does_not_press_what_the_first_one_opened(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.turn(1)
        place = desk.where(INNER, "transfer")
        for _ in range(2):
            desk.finger(INNER, "down", place)
            desk.finger(INNER, "up", place)
        assert desk.menu() == "transfer"
        assert desk.commanded() == []


def test_before_the_hall_answers_nothing_can_be_pressed(tmp_path: Path) -> None:
    with closing(WindowDesk(tmp_path)) as desk:
        desk.pass_s(1)
        assert desk.areas(INNER) == desk.areas(OUTER) == {}
        desk.keys("f1", "f12", "1", "escape")
        desk.hall.start()
        desk.pass_s(3)
        assert desk.known()
        assert desk.commanded() == []


def test_safe_mode_is_a_sentence_and_what_to_do(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.kill()
        desk.hall.refused = dict.fromkeys(("window.show", "screen.watch"), "safe_mode")
        desk.hall.start()
        desk.pass_s(4)
        assert "A061" not in desk.text(INNER) + desk.text(OUTER)
        assert desk.model.safe
        assert desk.areas(INNER) == {}
        assert desk.page() == "cut_off"
        desk.hall.refused = {}
        desk.pass_s(3)
        assert "A061" in desk.text(INNER)
