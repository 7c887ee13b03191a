"""What is touched at a window: large enough, apart; each of the clerk's commands has its key."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from kiosk_ui.ops import Picture
from kiosk_ui.states import LAYOUTS
from kiosk_ui.theme import THEMES
from kiosk_ui.window.inner.view import inner
from kiosk_ui.window.keypad import key_of
from kiosk_ui.window.outer.view import outer
from kiosk_ui.window.states import desk_after, desk_states, ticket
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.window_desk import INNER, OUTER, desk_at

#: Where many papers are listed beside a menu or a card.
MANY = [{"zh": f"资料{n}", "en": f"Paper {n}"} for n in range(1, 9)]
STATES = {
    **desk_states(),
    "many_papers": desk_after(ticket=ticket(papers=MANY)),
}
LEAST_MM = {"inner": 11.0, "outer": 20.0}
#: Smaller panels have no room for fingers: there everything shrinks in proportion.
LARGE = ("21in", "19in-1280")
#: What is typed as digits, and papers, which are ticked before a menu is opened.
TYPED = ("digit", "days")


def picture_of(kind: str, name: str, layout: str, theme: str, language: str) -> Picture:
    draw = inner if kind == "inner" else outer
    return draw(STATES[name], look(LAYOUTS[kind][layout], theme, language))


@pytest.mark.parametrize("kind", LEAST_MM)
@pytest.mark.parametrize("theme", THEMES)
def test_everything_that_is_touched_has_room_for_a_finger(kind: str, theme: str) -> None:
    wrong = list[str]()
    for layout in LARGE:
        panel = LAYOUTS[kind][layout]
        for name in STATES:
            for language in ("zh", "en"):
                picture = picture_of(kind, name, layout, theme, language)
                # The panel's pixels are whole: one may be lacking.
                least = LEAST_MM[kind] * panel.px_per_mm - 1.0
                wrong += [
                    f"{layout} {name} {language}: {one.id} {panel.mm(one.rect.w):.1f} x "
                    f"{panel.mm(one.rect.h):.1f} mm"
                    for one in picture.areas
                    if min(one.rect[2:]) < least
                ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("kind", "layout"), [(kind, layout) for kind in LEAST_MM for layout in LAYOUTS[kind]]
)
def test_nothing_that_is_touched_lies_upon_another(kind: str, layout: str) -> None:
    for name in STATES:
        areas = picture_of(kind, name, layout, "normal", "zh").areas
        for one, other in combinations(areas, 2):
            assert not one.rect.meets(other.rect), (name, one.id, other.id)
        assert max(Counter(one.id for one in areas).values(), default=1) == 1, name
        assert all(one.label for one in areas), name


@pytest.mark.parametrize("name", STATES)
def test_every_command_of_the_clerk_has_a_key_of_its_own(name: str) -> None:
    model = STATES[name]
    areas = picture_of("inner", name, "21in", "normal", "zh").areas
    keys = [one.key for one in areas if one.key]
    assert len(keys) == len(set(keys))
    without = {one.id for one in areas if not one.key and one.id != "hold"}
    if model.menu is None:
        # One of a number pad's keys opens the menu of all that has none of its own.
        others = picture_of("inner", "keypad_more", "21in", "normal", "zh").areas
        assert without <= ({one.id for one in others if one.key} if model.keypad else set())
        return
    # In a menu the papers rest, numbers are typed; a choice among typed ones is taken by Return.
    rest = {
        one for one in without
        if not one.startswith(("tick:", *(f"{kind}:" for kind in TYPED)))
    }  # fmt: skip
    assert not rest or model.menu.kind in {"transfer_window", "transfer_item"}
    assert (key_of("escape") if model.keypad else "escape") in keys


def test_the_taxpayers_screen_has_no_keys() -> None:
    for name in STATES:
        assert not [one.key for one in picture_of("outer", name, "21in", "normal", "zh").areas
                    if one.key]  # fmt: skip


def test_a_panel_that_is_unplugged_is_told_to_the_clerk_until_it_is_back(tmp_path: Path) -> None:
    with desk_at(tmp_path, ticket=ticket()) as desk:
        was = desk.text(INNER), desk.text(OUTER)
        desk.glass.plugged = (True, False)
        desk.turn(0)
        said = desk.text(INNER)
        assert "screen" in said.lower()
        assert said != was[0]
        # The clerk works on.
        desk.keys("f4")
        assert [method for method, _ in desk.commanded()] == ["window.finish"]
        desk.glass.plugged = (True, True)
        desk.turn(0)
        assert (desk.text(INNER), desk.text(OUTER)) == was


def test_a_clerks_panel_that_is_unplugged_is_told_to_whoever_waits_for_them(tmp_path: Path) -> None:
    with desk_at(tmp_path, ticket=ticket()) as desk:
        was = desk.text(OUTER)
        desk.glass.plugged = (False, True)
        desk.turn(0)
        said = "办税人员的显示屏没有接上，请稍候。"
        assert said in desk.text(OUTER)
        assert desk.text(OUTER).replace(said, "") == was
        desk.keys("f4")
        assert [method for method, _ in desk.commanded()] == ["window.finish"]
