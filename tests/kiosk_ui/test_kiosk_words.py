"""What stands on the kiosk's pages can be read: words on every control, the number large."""

from __future__ import annotations

import pytest

from kiosk_ui.kiosk.states import kiosk_states
from kiosk_ui.kiosk.view import view
from kiosk_ui.look import Look
from kiosk_ui.ops import Text
from kiosk_ui.panel import Panel
from kiosk_ui.states import LAYOUTS
from kiosk_ui.theme import THEMES
from tests.kiosk_ui.looks import look

#: The row below every page, whose language has its name or a short one; what pages are for.
CONTROLS = ("home", "back", "elder", "access", "repeat", "take", "paperless")
STATES = kiosk_states()
PANELS = LAYOUTS["kiosk"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("layout", list(PANELS))
def test_every_control_says_in_words_what_it_does(layout: str, language: str, theme: str) -> None:
    seen = set[str]()
    for name, model in STATES.items():
        picture = view(model, look(PANELS[layout], theme, language))
        texts = [op for op in picture.ops if isinstance(op, Text)]
        for area in picture.areas:
            if area.id not in CONTROLS or not area.label:
                continue
            # A label may stand in lines.
            words = [op.text for op in texts if area.rect.contains(op.rect)]
            words.append(" ".join(words))
            assert words[0], f"{name}: {area.id} is an icon alone"
            assert area.label in words, f"{name}: {area.label}, {words}"
            seen.add(area.id)
    assert seen == set(CONTROLS)


def number_mm(on: Look, state: str) -> float:
    """Return how high the capitals of the ticket's number stand on the panel."""
    sizes = [
        op.size for op in view(STATES[state], on).ops if isinstance(op, Text) and op.text == "A061"
    ]
    return on.panel.mm(on.faces.cap_px(max(sizes)))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("panel", PANELS.values(), ids=list(PANELS))
def test_the_number_is_by_far_the_largest_also_in_the_larger_form(
    panel: Panel, language: str
) -> None:
    share = number_mm(look(panel, "elder", language), "elder_ticket") / min(panel.size_mm)
    # 40 mm on the usual panel.
    assert share >= 0.15
    assert share >= 0.75 * number_mm(look(panel, "normal", language), "ticket") / min(panel.size_mm)
