"""What a command asks first: where to, what to say, which papers, who is the clerk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.messages import Previewed
from kiosk_ui.window.states import ticket
from tests.kiosk_ui.window_desk import INNER, OUTER, WindowDesk, desk_at

CALLED = {"ticket": ticket(status="called", seconds=12)}
SERVING = {"ticket": ticket(pages=2)}
OTHER = {"ticket": ticket(number="A099")}
CLOSED = {"status": "closed", "clerk": ""}
NUMBER = {"number": "A061"}
HERE = {**NUMBER, "at": "3"}


def forms(*papers: int, **more: Any) -> tuple[str, dict[str, Any]]:
    ticked = [{"paper": one, "count": 1} for one in papers]
    return "form.make", {"window": "3", **NUMBER, "papers": ticked, **more}


#: Where the window is, keys, touches, what the hall gets.
WAYS: list[tuple[dict[str, Any], list[str], list[str], tuple[str, dict[str, Any]]]] = [
    (SERVING, ["f7", "3"], ["transfer", "to_desk"],
     ("ticket.transfer", {**HERE, "window": "desk"})),
    (SERVING, ["f7", "1", "5", "return"], ["transfer", "transfer_window", "to_window:5"],
     ("ticket.transfer", {**HERE, "window": "5"})),
    (SERVING, ["f7", "1", "1", "2", "return"],
     ["transfer", "transfer_window", "leaf:1", "to_window:12"],
     ("ticket.transfer", {**HERE, "window": "12"})),
    (CALLED, ["f7", "2", "b", "0", "9", "return"],
     ["transfer", "transfer_item", "to_item:B09"],
     ("ticket.transfer", {**HERE, "item": "B09"})),
    (SERVING, ["f7", "2", "s", "b", "f", "return"],
     ["transfer", "transfer_item", "leaf:1", "to_item:B12"],
     ("ticket.transfer", {**HERE, "item": "B12"})),
    (SERVING, ["1", "3", "f8", "return"], ["tick:0", "tick:2", "form", "make_form"],
     forms(1, 3)),
    ({"away": [{"number": "A055", "item_name": None, "status": "parked", "minutes": 6}]},
     ["b", "1"], ["away", "return:A055"], ("ticket.resume", {"number": "A055"})),
    (CLOSED, ["f10", "1", "0", "2", "4", "backspace", "3", "return"],
     ["open", "digit:1", "digit:0", "digit:2", "digit:4", "erase", "digit:3", "open_as"],
     ("window.open", {"window": "3", "clerk": "1023"})),
    (SERVING, ["s", "2"], ["scan", "scan_as:paper:2"],
     ("document.scan", {"window": "3", **NUMBER, "kind": "paper:2"})),
    (SERVING, ["s", "0"], ["scan", "scan_as:other"],
     ("document.scan", {"window": "3", **NUMBER, "kind": "other"})),
]  # fmt: skip


@pytest.mark.parametrize(("show", "keys", "touches", "wanted"), WAYS)
def test_a_menu_is_gone_through_by_keys_and_by_touch(
    tmp_path: Path, show: dict[str, Any], keys: list[str], touches: list[str],
    wanted: tuple[str, dict[str, Any]],
) -> None:  # fmt: skip
    with desk_at(tmp_path, **show) as desk:
        desk.keys(*keys)
        assert desk.commanded() == [wanted]
        if wanted[0] != "document.scan":
            assert not desk.menu()
        desk.keys("escape")
        if desk.model.ticked:
            desk.touch(INNER, *(f"tick:{n}" for n in desk.model.ticked))
        desk.touch(INNER, *touches)
        assert desk.commanded() == [wanted]


@pytest.mark.parametrize(
    ("show", "keys", "wanted"), [(show, keys, wanted) for show, keys, _, wanted in WAYS]
)
def test_keys_that_come_in_one_turn_go_the_same_way(
    tmp_path: Path, show: dict[str, Any], keys: list[str], wanted: tuple[str, dict[str, Any]]
) -> None:
    with desk_at(tmp_path, **show) as desk:
        desk.glass.keys = list(keys)
        desk.turn()
        assert desk.commanded() == [wanted]


def test_the_own_window_is_none_to_transfer_to_and_half_a_number_none_either(
    tmp_path: Path,
) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.silent = {"ticket.transfer"}
        desk.keys("f7", "1", "3", "return")
        assert "Nothing" in desk.text(INNER) or "nothing" in desk.text(INNER)
        desk.keys("backspace", "return", "1")
        # Windows 1, 10, 11 and 12; "1" is one of them.
        assert {one for one in desk.areas(INNER) if one.startswith("to_window")} == {
            "to_window:1", "to_window:10", "to_window:11", "to_window:12",
        }  # fmt: skip
        assert desk.commanded() == []
        desk.keys("return")
        assert desk.commanded() == [("ticket.transfer", {**HERE, "window": "1"})]


def test_a_message_is_said_in_both_languages_and_taken_back(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.keys("f9", "1")
        ((method, params),) = desk.commanded()
        assert method == "screen.message"
        assert "身份证" in params["text"]
        assert "ID card" in params["text"]
        desk.hall.screen(message={"text": params["text"]})
        desk.turn()
        assert "身份证" in desk.text(OUTER)
        desk.touch(INNER, "message", "say_nothing")
        assert desk.commanded() == [("screen.message", {"window": "3", **NUMBER, "text": ""})]


def test_no_form_is_made_of_nothing(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.keys("f8", "return")
        assert desk.commanded() == []
        assert "make_form" not in desk.areas(INNER)


def test_a_limit_is_typed_in_digits_alone(tmp_path: Path) -> None:
    with desk_at(tmp_path, ticket=ticket(statutory_days=None)) as desk:
        desk.keys("1", "f8", "x", "4", "5", "return")
        assert desk.commanded() == [forms(1, days=45)]


def test_no_window_is_opened_without_a_clerk(tmp_path: Path) -> None:
    with desk_at(tmp_path, **CLOSED) as desk:
        desk.keys("f10", "return")
        desk.touch(INNER, "open_as")
        assert desk.commanded() == []


def test_escape_leads_back_and_no_key_of_the_page_below_counts_in_a_menu(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        for menu in ("f7", "f9", "s"):
            desk.keys(menu)
            assert desk.menu()
            desk.keys("f1", "f4", "f6", "f10", "x", "m")
            assert desk.commanded() == []
            desk.keys("escape")
            assert not desk.menu()
            desk.touch(INNER, {"f7": "transfer", "f9": "message", "s": "scan"}[menu], "shut")
            assert not desk.menu()


@pytest.mark.parametrize("after", [OTHER, {}, CALLED])
@pytest.mark.parametrize("menu", ["transfer", "message", "form", "scan"])
def test_a_menu_of_one_ticket_never_acts_on_another(
    tmp_path: Path, menu: str, after: dict[str, Any]
) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.keys("1", "2")
        desk.touch(INNER, menu)
        assert desk.model.ticked
        if after is CALLED:
            # It is called again: the same person, whose papers were seen.
            desk.shows(**CALLED)
            assert desk.menu()
            assert desk.model.ticked == {0, 1}
            return
        desk.shows(**after)
        assert not desk.menu()
        assert not desk.model.ticked
        assert desk.commanded() == []
        desk.shows(**SERVING)
        assert not desk.model.ticked


def test_ticks_outlive_a_short_cut_of_the_line_with_the_same_person_only(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.keys("2")
        for after, ticked in ((SERVING, {1}), (OTHER, set[int]())):
            desk.hall.kill()
            desk.pass_s(1)
            desk.hall.show = after
            desk.hall.start()
            desk.pass_s(4)
            assert desk.model.ticked == ticked


def test_a_menu_of_the_window_stays_when_somebody_comes_into_hand(tmp_path: Path) -> None:
    with desk_at(tmp_path) as desk:
        desk.keys("b")
        desk.shows(**CALLED)
        assert desk.menu() == "away"


def test_the_cameras_picture_stands_in_the_menu_and_a_fault_is_a_sentence(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.keys("s")
        desk.beside = [Previewed((640, 480))]
        desk.turn()
        live = [op for op in desk.picture(INNER).ops if getattr(op, "source", "") == "preview"]
        assert len(live) == 1
        desk.beside = [Previewed((0, 0), "高拍仪没有接上。", "The camera is not there.")]
        desk.turn()
        assert "The camera is not there." in desk.text(INNER)
        assert "camera" not in desk.text(OUTER)


def test_while_a_scan_runs_all_else_goes_on_but_no_second_one(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.silent = {"document.scan"}
        desk.keys("s", "1", "2", "0", "escape", "f4")
        assert [method for method, _ in desk.commanded()] == ["document.scan", "window.finish"]


def test_what_the_taxpayer_answers_leaves_the_clerks_menu_open(tmp_path: Path) -> None:
    check = {"check": "A061-c1", "state": "open", "title": None,
             "fields": [{"id": "a", "label": "A", "value": "b", "correct": False}]}  # fmt: skip
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(check=check)
        desk.keys("f7")
        desk.touch(OUTER, "o_confirm")
        assert [method for method, _ in desk.commanded()] == ["check.answer"]
        assert desk.menu()


def test_a_language_without_chinese_has_the_same_keys(tmp_path: Path) -> None:
    for language in ("zh", "en"):
        desk = WindowDesk(tmp_path, language=language)
        try:
            desk.hall.show = SERVING
            desk.hall.start()
            desk.pass_s(1)
            desk.keys("f7", "3")
            assert desk.commanded()[-1] == ("ticket.transfer", {**HERE, "window": "desk"})
        finally:
            desk.close()
