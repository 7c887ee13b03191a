"""What is touched at the kiosk: large enough, apart from each other, within everybody's reach."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from kiosk_ui.kiosk.kit import REACH_MM
from kiosk_ui.kiosk.states import kiosk_states
from kiosk_ui.kiosk.view import view
from kiosk_ui.ops import Rect, TouchArea
from kiosk_ui.states import LAYOUTS
from kiosk_ui.theme import THEMES, load_theme
from tests.kiosk_ui.looks import look

STATES = kiosk_states()
#: Smaller panels have no room for fingers: there everything shrinks in proportion.
PANELS = {name: one for name, one in LAYOUTS["kiosk"].items() if name != "15in"}
#: The theme's own least (docs/screens.md), and what keeps two fingers apart.
LEAST_MM = {"normal": 20.0, "contrast": 22.0, "elder": 25.0}
APART_MM = 3.0


def areas_of(areas: tuple[TouchArea, ...], whole: Rect) -> list[TouchArea]:
    """Return what people see that they can touch: not the header, not "anywhere"."""
    return [one for one in areas if one.id != "corner" and one.rect != whole]


def least_mm(area: str, theme: str) -> float:
    """Return how large something must be in a theme."""
    kind = area.partition(":")[0]
    if kind in {"digit", "erase", "open"}:
        # The technician's digits are not for elderly people.
        return LEAST_MM["normal"]
    # The smallest panel has 27 keys of the larger form with half a millimetre less.
    return LEAST_MM[theme] * (0.97 if kind in {"key", "switch"} else 1.0)


def apart(one: Rect, other: Rect) -> int:
    """Return how many pixels are between two areas; below zero when they overlap."""
    across = max(one.x - other.right, other.x - one.right)
    down = max(one.y - other.bottom, other.y - one.bottom)
    return max(across, down)


@pytest.mark.parametrize("layout", PANELS)
@pytest.mark.parametrize("theme", THEMES)
def test_everything_that_is_touched_has_room_for_a_finger(layout: str, theme: str) -> None:
    panel = PANELS[layout]
    wrong = list[str]()
    for name, model in STATES.items():
        shown = load_theme(model.choices.theme or theme)
        assert shown.sizes.touch == LEAST_MM[shown.name]
        # The panel's pixels are whole: one may be lacking.
        between = APART_MM * panel.px_per_mm - 1.0
        for language in ("zh", "en"):
            picture = view(model, look(panel, theme, language))
            found = areas_of(picture.areas, panel.rect)
            wrong += [
                f"{name} {language}: {one.id} is {panel.mm(one.rect.w):.1f} x "
                f"{panel.mm(one.rect.h):.1f} mm"
                for one in found
                if min(one.rect[2:]) < least_mm(one.id, shown.name) * panel.px_per_mm - 1.0
            ]
            wrong += [
                f"{name} {language}: {one.id} and {other.id} are "
                f"{panel.mm(apart(one.rect, other.rect)):.1f} mm apart"
                for one, other in combinations(found, 2)
                if apart(one.rect, other.rect) < between
            ]
            # Two ways home are one; of anything else there is one.
            names = [one.id for one in found if one.id != "home"]
            assert len(names) == len(set(names)), (name, names)
            assert all(one.label for one in found), (name, names)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("layout", PANELS)
@pytest.mark.parametrize("foot_mm", [700.0, 850.0, 1000.0])
def test_with_low_controls_everything_is_where_a_wheelchair_reaches(
    layout: str, foot_mm: float
) -> None:
    panel = PANELS[layout]
    height_mm = panel.size_mm[1]
    top = panel.px(max(height_mm - (REACH_MM - foot_mm), 0))
    # Of a panel that hangs too high the lower part must do.
    top = min(top, panel.size[1] * 55 // 100)
    wrong = list[str]()
    for name, model in STATES.items():
        low = replace(model, foot_mm=foot_mm, choices=replace(model.choices, low=True))
        for language in ("zh", "en"):
            picture = view(low, look(panel, "normal", language))
            wrong += [
                f"{name} {language}: {one.id} at {panel.mm(one.rect.y):.0f} mm, not {top}"
                for one in areas_of(picture.areas, panel.rect)
                if one.rect.y < top - 1
            ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("layout", [one for one in PANELS if "upright" in one])
def test_the_way_to_low_controls_is_itself_where_a_wheelchair_reaches(
    layout: str, theme: str
) -> None:
    panel, foot_mm = PANELS[layout], 850.0
    top = panel.px(panel.size_mm[1] - (REACH_MM - foot_mm))
    assert top > 0
    for name, area in (("start", "access"), ("access", "low")):
        model = replace(STATES[name], foot_mm=foot_mm)
        for language in ("zh", "en"):
            areas = {one.id: one.rect for one in view(model, look(panel, theme, language)).areas}
            assert areas[area].y >= top, f"{area} {language}"
