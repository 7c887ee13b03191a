"""A clerk whose only keyboard is a number pad: whatever can be done, is done by its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.window.inner.commands import KEYS
from kiosk_ui.window.inner.view import inner
from kiosk_ui.window.states import desk_states, ticket
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.window_desk import WindowDesk, desk_at, opened

CALLED = {"ticket": ticket(status="called", seconds=12)}
SERVING = {"ticket": ticket(pages=2)}
CLOSED = {"status": "closed", "clerk": ""}
PARKED = {"away": [{"number": "A055", "item_name": None, "status": "parked", "minutes": 6}]}
NUMBER = {"number": "A061"}
HERE, HAND = {**NUMBER, "at": "3"}, {"window": "3", **NUMBER}
#: How the window is, keys, what the hall gets.
WAYS: list[tuple[dict[str, Any], str, tuple[str, dict[str, Any]]]] = [
    ({}, "return", ("window.next", {"window": "3", "number": ""})),
    (CALLED, "+", ("window.recall", HAND)),
    (CALLED, ".", ("window.start", HAND)),
    (SERVING, "0", ("window.finish", HAND)),
    (CALLED, "-", ("window.missed", HAND)),
    (SERVING, "*", ("ticket.park", HERE)),
    (SERVING, "8 3", ("ticket.transfer", {**HERE, "window": "desk"})),
    (SERVING, "8 1 1 5 * 2 return", ("ticket.transfer", {**HERE, "window": "12"})),
    (SERVING, "8 2 2 0 9 return", ("ticket.transfer", {**HERE, "item": "B09"})),
    (SERVING, "7", ("window.pause", {"window": "3"})),
    ({"status": "paused"}, "7", ("window.resume", {"window": "3"})),
    (CLOSED, "7 1 0 2 4 * 3 return", ("window.open", {"window": "3", "clerk": "1023"})),
    ({}, "/ 7", ("window.close", {"window": "3"})),
    (SERVING, "9", ("window.help", {"window": "3"})),
    (SERVING, "8 . 1 3 / 1 return", ("form.make", {
        **HAND, "papers": [{"paper": 1, "count": 1}, {"paper": 3, "count": 1}]})),
    (SERVING, "/ 2 2", ("document.scan", {**HAND, "kind": "paper:2"})),
    (SERVING, "/ 5", ("screen.mirror", {**HAND, "state": "blank"})),
    (PARKED, "/ 6 1", ("ticket.resume", {"number": "A055"})),
]  # fmt: skip


@pytest.mark.parametrize(("show", "keys", "wanted"), WAYS)
def test_each_command_is_given_by_the_pads_keys_alone(
    tmp_path: Path, show: dict[str, Any], keys: str, wanted: tuple[str, dict[str, Any]]
) -> None:
    with opened(WindowDesk(tmp_path, keypad=True), show) as desk:
        desk.keys(*keys.split())
        assert desk.commanded() == [wanted]


@pytest.mark.parametrize("state", ["keypad", "keypad_more"])
def test_every_command_that_can_be_given_has_its_key_on_the_pad(state: str) -> None:
    picture = inner(desk_states()[state], look(language="zh"))
    keys = [area.key for area in picture.areas if area.key]
    assert len(keys) == len(set(keys))
    assert set(keys) <= {*"0123456789+-*/.", "return"}
    if state == "keypad_more":
        # What is pale or behind a figure on the page is in the menu with one.
        listed = {area.id for area in picture.areas if area.key and area.id in KEYS}
        assert {"message", "form", "scan", "mirror_blank", "ask_rating"} <= listed


def test_the_menu_of_the_rest_is_shut_by_the_key_that_opened_it(tmp_path: Path) -> None:
    with opened(WindowDesk(tmp_path, keypad=True), SERVING) as desk:
        for wanted in ("rest", "", "rest"):
            desk.keys("/")
            assert desk.menu() == wanted
        desk.keys(".")
        assert not desk.menu()
        assert desk.commanded() == []


def test_a_whole_keyboard_has_no_such_keys(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.keys("/", "*", "+", "return", ".", "7", "8", "9", "0")
        assert not desk.menu()
        assert desk.commanded() == []
