"""Every page of every screen, in every state, theme, language and size of the gallery."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk_ui.draft import Draft
from kiosk_ui.look import Look
from kiosk_ui.ops import Rect, Text
from kiosk_ui.panel import Panel
from kiosk_ui.states import LAYOUTS, State, states
from kiosk_ui.theme import THEMES
from kiosk_ui.wall.view import view
from kiosk_ui.words import Words
from tests.kiosk_ui.looks import look

ALL = list(states())
#: What each state says, in order of drawing: written by ``tests/kiosk_ui/goldens.py``.
GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))
NUMBER = re.compile(r"[A-Z]+[0-9]{3,}")


def named(state: State) -> str:
    return f"{state.screen}-{state.name}"


@pytest.mark.parametrize("state", ALL, ids=named)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_fits_its_panel_in_every_theme(state: State, language: str) -> None:
    for layout, panel in LAYOUTS[state.screen].items():
        for theme in THEMES:
            picture = state.draw(look(panel, theme, language))
            where = f"{layout} {theme}"
            assert picture.size == panel.size
            assert not picture.defects, where
            whole = Rect(0, 0, *panel.size)
            for op in picture.ops:
                assert whole.contains(op.rect), f"{where}: {op}"


@pytest.mark.parametrize("state", ALL, ids=named)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_stands_upon_another(state: State, language: str) -> None:
    for layout, panel in LAYOUTS[state.screen].items():
        texts = [
            op for op in state.draw(look(panel, "normal", language)).ops if isinstance(op, Text)
        ]
        for n, one in enumerate(texts):
            for other in texts[:n]:
                # The ink: from the top of the capitals to the baseline.
                assert not ink(one).meets(ink(other)), f"{layout}: {one.text!r}, {other.text!r}"


def ink(op: Text) -> Rect:
    high = round(op.size * 0.72)
    return Rect(op.rect.x, op.baseline - high, op.rect.w, high)


@pytest.mark.parametrize("state", ALL, ids=named)
def test_every_page_says_what_it_said(state: State) -> None:
    panel = next(iter(LAYOUTS[state.screen].values()))
    said = {lang: list(state.draw(look(panel, "normal", lang)).texts()) for lang in ("zh", "en")}
    assert said == GOLDEN[named(state)]


def test_the_same_model_is_the_same_picture() -> None:
    for state in ALL:
        assert state.draw(look(language="zh")) == state.draw(look(language="zh"))
        assert hash(state.draw(look())) == hash(state.draw(look()))


def state_of(name: str) -> State:
    return next(one for one in ALL if (one.screen, one.name) == ("wall", name))


def cap_mm(picture_look: Look, state: State, number: str) -> float:
    """Return how high the capitals of a number stand on the panel."""
    sizes = [op.size for op in state.draw(picture_look).ops
             if isinstance(op, Text) and op.text == number]  # fmt: skip
    return picture_look.panel.mm(picture_look.faces.cap_px(max(sizes)))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("layout", ["55in", "32in-1280", "86in-4k", "55in-upright"])
def test_the_newest_number_can_be_read_from_8_m(layout: str, theme: str) -> None:
    panel = LAYOUTS["wall"][layout]
    assert cap_mm(look(panel, theme), state_of("called"), "A114") >= 98


def test_a_panel_that_is_too_small_has_the_number_first() -> None:
    on = look(LAYOUTS["wall"]["24in"])
    number = cap_mm(on, state_of("called"), "A114")
    # As high as on a large one; only a longer number has to be smaller.
    assert number >= 97
    others = [
        op.size
        for op in state_of("called").draw(on).ops
        if isinstance(op, Text) and op.text != "A114"
    ]
    assert number > on.panel.mm(on.faces.cap_px(max(others)))


@pytest.mark.parametrize("name", ["closed", "holiday", "midnight", "cut_off", "safe", "starting"])
def test_no_number_stands_on_a_wall_that_cannot_know(name: str) -> None:
    for language in ("zh", "en"):
        for text in state_of(name).draw(look(language=language)).texts():
            assert not NUMBER.search(text), text


def test_both_languages_stand_on_the_wall() -> None:
    texts = list(state_of("called").draw(look(LAYOUTS["wall"]["55in"])).texts())
    assert "14号窗口" in texts
    assert "Ticket A114, please go to Window 14" in texts


def twice(words: Words) -> Words:
    return Words(words.language, {
        key: text if key.startswith(("date", "month", "fonts")) else f"{text} {text}"
        for key, text in words.messages.items()
    })  # fmt: skip


@pytest.mark.parametrize("state", ALL, ids=named)
def test_words_twice_as_long_as_planned_still_fit(state: State) -> None:
    for layout, panel in LAYOUTS[state.screen].items():
        for language in ("zh", "en"):
            on = look(panel, "normal", language)
            picture = state.draw(replace(on, words=twice(on.words), second=twice(on.second)))
            # Smaller than they should be, perhaps; but whole.
            cut = [one.text for one in picture.defects if one.cut]
            assert not cut, f"{layout} {language}"


def test_pages_move_a_little_against_burning_in_and_come_back() -> None:
    from kiosk_ui.wall.states import wall_states

    model = wall_states()["called"]
    panel = LAYOUTS["wall"]["55in"]
    places = set()
    for shift in range(20):
        picture = view(replace(model, shift=shift), look(panel))
        clock = next(op for op in picture.ops if isinstance(op, Text) and op.text == "09:42")
        places.add(clock.rect[:2])
    assert len(places) == 10
    assert max(x for x, _ in places) - min(x for x, _ in places) <= 6


def test_without_chinese_fonts_a_page_is_in_english_and_says_what_to_install() -> None:
    from kiosk_ui.fonts import INSTALL, Faces

    on = look(LAYOUTS["wall"]["55in"])
    chains = on.faces.chains
    faces = Faces(chains[False], chains[True], chinese=False)
    bare = replace(on, faces=faces, words=on.second, second=on.words)
    picture = state_of("no_notice").draw(bare)
    assert not picture.defects
    assert any(INSTALL in text for text in picture.texts())
    assert not re.search(r"[\u4e00-\u9fff]", "".join(picture.texts()))


def test_a_panel_of_any_shape_gets_a_page() -> None:
    for panel in (
        Panel(800, 480, 154, 86),
        Panel(480, 1920, 130, 520),
        Panel(3840, 600, 1200, 190),
    ):
        picture = state_of("called").draw(look(panel))
        assert "A114" in list(picture.texts())


def test_a_draft_without_room_reports_instead_of_failing() -> None:
    draft = Draft(look())
    draft.text(Rect(0, 0, 0, 0), "税", (0, 0, 0), cap=5)
    assert [defect.text for defect in draft.picture().defects] == ["税"]
