"""What somebody picks at the pad stands on the clerk's screen, with the figures to type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.window.inner.view import inner
from kiosk_ui.window.states import desk_states, ticket
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.window_desk import INNER, WindowDesk, desk_at, opened

SERVING = {"ticket": ticket(pages=2)}
HERE = {"number": "A061", "at": "3"}
BACK = ("screen.pad_back", {"window": "3"})


def at_pad(kind: str, text: str = "", number: str = "A061", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "number": number, "text": text, "say": None, **more}


def follows(desk: WindowDesk, pad: dict[str, Any] | None) -> str:
    """The pad's choice is told to the screen; return which menu stands there."""
    desk.hall.screen(pad=pad)
    desk.pass_s(0.2)
    return desk.menu()


def words(state: str) -> list[str]:
    """Return what a state's page says."""
    return list(inner(desk_states()[state], look(language="zh")).texts())


def test_the_screen_follows_each_step_at_the_pad(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        assert follows(desk, at_pad("transfer")) == "transfer"
        assert follows(desk, at_pad("transfer_window")) == "transfer_window"
        assert follows(desk, at_pad("transfer_window", "1")) == "transfer_window"
        assert desk.model.menu is not None
        assert desk.model.menu.text == "1"
        assert follows(desk, None) == ""
        assert desk.commanded() == []


def test_what_stands_out_is_what_the_pads_enter_takes(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        for text, meant in (("1", ["to_window:1"]), ("12", ["to_window:12"]), ("19", [])):
            follows(desk, at_pad("transfer_window", text))
            areas = desk.picture(INNER).areas
            assert [area.id for area in areas if area.key == "return"] == meant
        for text, item in (("20", []), ("209", ["to_item:B09"])):
            follows(desk, at_pad("transfer_item", text))
            areas = desk.picture(INNER).areas
            assert [area.id for area in areas if area.key == "return"] == item


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("pad_transfer", ["请在呼叫器上按 1、2 或 3", "其他窗口", "疑难处理窗口", "3"]),
        ("pad_window", ["呼叫器已输入 1", "1号窗口  1", "12号窗口  12"]),
        ("pad_item", ["没有编号为 250 的事项", "(201)"]),
    ],
)
def test_the_figures_stand_beside_the_choices(state: str, said: list[str]) -> None:
    shown = words(state)
    for part in said:
        assert any(part in one for one in shown), (part, shown)


def test_a_choice_of_the_pad_can_be_taken_on_the_screen(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        follows(desk, at_pad("transfer"))
        desk.pass_s(1.0)
        desk.touch(INNER, "to_desk")
        desk.pass_s(0.3)
        assert desk.commanded() == [("ticket.transfer", {**HERE, "window": "desk"})]


@pytest.mark.parametrize("way", [["shut"], ["transfer_item"]])
def test_a_menu_that_is_left_on_the_screen_is_left_at_the_pad_too(
    tmp_path: Path, way: list[str]
) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        follows(desk, at_pad("transfer"))
        desk.pass_s(1.0)
        desk.touch(INNER, *way)
        desk.pass_s(0.3)
        assert desk.commanded() == [BACK]
        # The pad's own end of it leaves alone what the clerk has opened since.
        assert follows(desk, None) == ("" if way == ["shut"] else "transfer_item")


def test_escape_leaves_it_at_the_pad_too(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        follows(desk, at_pad("transfer"))
        desk.keys("escape")
        desk.pass_s(0.3)
        assert desk.menu() == ""
        assert desk.commanded() == [BACK]


def test_a_choice_that_is_told_before_its_ticket_is_known_stays(tmp_path: Path) -> None:
    with desk_at(tmp_path) as desk:
        assert follows(desk, at_pad("transfer")) == "transfer"
        desk.shows(**SERVING)
        assert desk.menu() == "transfer"
        desk.shows(ticket=ticket(number="A099"))
        assert desk.menu() == ""


def test_a_screen_that_starts_later_has_it(tmp_path: Path) -> None:
    made = WindowDesk(tmp_path)
    made.hall.shared["pad"] = at_pad("transfer_window", "1")
    with opened(made, SERVING) as desk:
        assert desk.menu() == "transfer_window"
