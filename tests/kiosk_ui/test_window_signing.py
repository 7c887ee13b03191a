"""A signature by finger: what is drawn, what is cleared, the PNG, the form it belongs to."""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from kiosk_ui.touch import STUCK_S, Contact
from kiosk_ui.window.signing import HEIGHT, WIDTH, Stroke, png_of
from kiosk_ui.window.states import ticket
from tests.kiosk_ui.window_desk import INNER, OUTER, WindowDesk, desk_at
from tests.timing import steps

SERVING = {"ticket": ticket(forms=["F1"])}
MOST_BYTES = 40_000


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WindowDesk]:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.screen(signature={"form": "F1"})
        desk.pass_s(1)
        assert desk.page() == "signature"
        yield desk


def at(desk: WindowDesk, x: int, y: int) -> tuple[int, int]:
    """Return the pixel at thousandths of the field."""
    rect = desk.areas(OUTER)["o_sign"].rect
    return rect.x + rect.w * x // 1000, rect.y + rect.h * y // 1000


def stroke(desk: WindowDesk, *points: tuple[int, int], finger: int = 1, lift: bool = True) -> None:
    desk.finger(OUTER, "down", at(desk, *points[0]), finger)
    for point in points[1:]:
        desk.finger(OUTER, "move", at(desk, *point), finger)
    if lift:
        desk.finger(OUTER, "up", at(desk, *points[-1]), finger)


def strokes(desk: WindowDesk) -> list[int]:
    """Return how many points each stroke has."""
    signing = desk.model.shared.signing
    return [len(one) for one in signing.strokes] if signing is not None else []


def read(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    assert (image.format, image.mode, image.size) == ("PNG", "1", (WIDTH, HEIGHT)) == (
        "PNG", "1", (900, 300),
    )  # fmt: skip
    return image


def test_what_is_drawn_is_given_to_its_form(desk: WindowDesk) -> None:
    assert "o_signed" not in desk.areas(OUTER)
    stroke(desk, (100, 500), (300, 200), (500, 800))
    stroke(desk, (700, 500))
    assert strokes(desk) == [3, 1]
    desk.touch(OUTER, "o_signed")
    ((method, params),) = desk.commanded()
    assert method == "signature.give"
    assert (params["window"], params["form"]) == ("3", "F1")
    image = read(base64.b64decode(params["png"], validate=True))
    assert image.getpixel((100 * 899 // 1000, 500 * 299 // 1000)) == 0
    assert image.getpixel((300 * 899 // 1000, 200 * 299 // 1000)) == 0
    assert image.getpixel((700 * 899 // 1000, 500 * 299 // 1000)) == 0
    assert image.getpixel((890, 10)) == 255
    desk.hall.screen()
    desk.turn()
    assert desk.page() == "serving"


def test_it_is_given_once_and_again_with_its_id_after_a_broken_line(desk: WindowDesk) -> None:
    stroke(desk, (100, 500), (300, 200))
    desk.hall.silent = {"signature.give"}
    desk.touch(OUTER, "o_signed", "o_signed")
    assert len(desk.hall.commands) == 1
    desk.hall.kill()
    desk.pass_s(1)
    desk.hall.silent = set()
    desk.hall.start()
    desk.pass_s(4)
    first, again = desk.hall.commands
    assert first == again
    assert desk.model.busy == ""


def test_cleared_it_is_empty_and_cannot_be_given(desk: WindowDesk) -> None:
    stroke(desk, (100, 500), (300, 200))
    desk.touch(OUTER, "o_clear")
    assert strokes(desk) == []
    assert "o_signed" not in desk.areas(OUTER)
    stroke(desk, (10, 10), (20, 20))
    assert strokes(desk) == [2]


def test_a_line_that_leaves_the_field_ends_at_its_edge(desk: WindowDesk) -> None:
    stroke(desk, (900, 500), (1900, 1500), (500, 500))
    signing = desk.model.shared.signing
    assert signing is not None
    assert [len(one) for one in signing.strokes] == [3]
    assert signing.strokes[0][1] == (1000, 1000)


def test_the_ball_of_the_hand_neither_draws_nor_clears_nor_gives(desk: WindowDesk) -> None:
    desk.finger(OUTER, "down", at(desk, 100, 500), 1)
    desk.finger(OUTER, "move", at(desk, 200, 500), 1)
    for place in (at(desk, 800, 800), desk.where(OUTER, "o_clear"), desk.where(OUTER, "o_signed")):
        desk.finger(OUTER, "down", place, 2)
        desk.finger(OUTER, "move", place, 2)
        desk.finger(OUTER, "up", place, 2)
    desk.finger(OUTER, "move", at(desk, 300, 500), 1)
    desk.finger(OUTER, "up", at(desk, 300, 500), 1)
    assert strokes(desk) == [3]
    assert desk.commanded() == []
    # Then the buttons count again.
    desk.touch(OUTER, "o_clear")
    assert strokes(desk) == []


def test_the_clerks_mouse_is_not_the_taxpayers_finger(desk: WindowDesk) -> None:
    stroke(desk, (100, 500), (200, 500), finger=0, lift=False)
    place = desk.where(INNER, "help")
    for kind in ("down", "move", "up"):
        desk.finger(INNER, kind, place, 0)
    assert [method for method, _ in desk.commanded()] == ["window.help"]
    assert strokes(desk) == [2]


def test_a_finger_whose_end_never_came_shuts_nobody_out(desk: WindowDesk) -> None:
    stroke(desk, (100, 500), (200, 500), lift=False, finger=1)
    stroke(desk, (100, 600), (200, 600), finger=2)
    assert strokes(desk) == [2]
    desk.pass_s(STUCK_S + 0.5)
    stroke(desk, (100, 700), (200, 700), finger=3)
    assert strokes(desk) == [2, 2]


def test_a_finger_that_goes_on_draws_nothing_on_the_next_persons_form(desk: WindowDesk) -> None:
    stroke(desk, (100, 500), (200, 500), lift=False)
    desk.hall.show = {"ticket": ticket(number="A062", forms=["F2"])}
    desk.hall.happened()
    desk.hall.screen(signature={"form": "F2"})
    desk.pass_s(1)
    desk.finger(OUTER, "move", at(desk, 500, 500))
    desk.finger(OUTER, "move", at(desk, 600, 500))
    desk.finger(OUTER, "up", at(desk, 600, 500))
    assert strokes(desk) == []
    stroke(desk, (100, 100), (200, 200))
    desk.touch(OUTER, "o_signed")
    ((_, params),) = desk.commanded()
    assert params["form"] == "F2"


def test_a_refused_one_is_told_to_the_clerk_and_can_be_given_again(desk: WindowDesk) -> None:
    stroke(desk, (100, 500), (300, 200))
    desk.hall.refused = {"signature.give": "form_changed_meanwhile"}
    desk.touch(OUTER, "o_signed")
    assert "form_changed_meanwhile" in desk.text(INNER)
    desk.hall.refused = {}
    desk.touch(OUTER, "o_signed")
    assert len(desk.commanded()) == 2


def test_a_wild_scribble_is_a_png_that_the_hall_takes() -> None:
    dice = random.Random(7)
    wild: Stroke = tuple((dice.randrange(1001), dice.randrange(1001)) for _ in range(6000))
    pieces = [wild[n : n + 40] for n in range(0, 6000, 40)]
    for scribble in ([wild], [(one,) for one in wild], pieces):
        # Both screens stand still meanwhile: a loop over its three million dots takes 20 s.
        assert steps(partial(png_of, scribble)) < 100_000
        png = png_of(scribble)
        read(png)
        assert len(png) < MOST_BYTES


def test_nobody_draws_without_end(desk: WindowDesk) -> None:
    dice = random.Random(3)
    for _ in range(7000):
        place = at(desk, dice.randrange(1001), dice.randrange(1001))
        desk.glass.touched.append((OUTER, Contact("down", 1, *place)))
        desk.glass.touched.append((OUTER, Contact("up", 1, *place)))
    desk.turn()
    assert sum(strokes(desk)) == 6000
    desk.touch(OUTER, "o_signed")
    ((_, params),) = desk.commanded()
    png = base64.b64decode(params["png"])
    read(png)
    assert len(png) < MOST_BYTES


def test_white_stays_white_and_edges_hold() -> None:
    assert read(png_of([])).getextrema() == (255, 255)
    corners = [((0, 0),), ((1000, 0),), ((0, 1000),), ((1000, 1000),)]
    image = read(png_of(corners))
    places = ((0, 0), (899, 0), (0, 299), (899, 299))
    assert [image.getpixel(place) for place in places] == [0, 0, 0, 0]


def test_the_clerk_is_told_that_it_is_signed_and_prints_it_with_one_key(desk: WindowDesk) -> None:
    stroke(desk, (100, 500), (300, 200), (500, 800))
    desk.hall.show = {"ticket": ticket(forms=["F1"], signed=["F1"])}
    desk.touch(OUTER, "o_signed")
    desk.pass_s(0.3)
    # Nothing was printed by that; the clerk decides.
    assert [method for method, _ in desk.commanded()] == ["signature.give"]
    assert "press P" in desk.text(INNER)
    assert "press P" not in desk.text(OUTER)
    desk.keys("p")
    assert desk.commanded() == [("form.reprint", {"form": "F1", "window": "3"})]


def test_where_no_form_is_printed_nobody_is_told_to(desk: WindowDesk) -> None:
    stroke(desk, (100, 500), (300, 200), (500, 800))
    desk.shows(ticket=ticket(forms=["F1"], signed=["F1"]), form_printer=False)
    desk.touch(OUTER, "o_signed")
    desk.pass_s(0.3)
    assert "press P" not in desk.text(INNER)
    desk.commanded()
    desk.keys("p")
    assert desk.commanded() == []
