from __future__ import annotations

import subprocess
import sys

import pygame
import pytest

from kiosk_ui.draft import Draft
from kiosk_ui.idle import Idle
from kiosk_ui.ops import Rect
from kiosk_ui.painter import Painter
from kiosk_ui.panel import Panel
from kiosk_ui.qr import modules
from tests.kiosk_ui.looks import look


def test_after_a_minute_without_a_touch_it_asks_and_then_goes() -> None:
    idle = Idle(60, 1000.0)
    assert [idle.phase(1000.0 + s) for s in (0, 59.9, 60, 79.9, 80)] == [
        "here", "here", "asking", "asking", "gone",
    ]  # fmt: skip
    assert idle.touched(1070.0).phase(1129.0) == "here"


def test_the_seconds_that_are_left_are_counted_down() -> None:
    idle = Idle(60, 0.0)
    assert [idle.left_s(s) for s in (60.0, 60.1, 79.5, 80.0, 200.0)] == [20, 20, 1, 0, 0]


def test_a_code_has_its_finder_patterns_inside_a_quiet_zone() -> None:
    rows = modules("A001")
    # Version 1: 21 modules, and 4 around them.
    assert len(rows) == len(rows[0]) == 29
    assert not any(any(row[:4]) or any(row[-4:]) for row in rows)
    assert not any(any(row) for row in (*rows[:4], *rows[-4:]))
    # ISO/IEC 18004, 6.3.3: a finder pattern is 7 dark, then 1 dark, 5 light, 1 dark.
    assert rows[4][4:11] == (True,) * 7
    assert rows[5][4:11] == (True, *(False,) * 5, True)


def test_a_code_is_what_all_of_segno_makes_though_its_encoder_alone_is_loaded() -> None:
    program = (
        "import sys; from kiosk_ui.qr import modules; rows = modules('2026-11-24/A061')\n"
        "assert 'ssl' not in sys.modules and 'segno' not in sys.modules\n"
        "import segno; code = segno.make_qr('2026-11-24/A061', error='m', boost_error=False)\n"
        "assert rows == tuple(tuple(map(bool, row)) for row in code.matrix_iter(border=4))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_a_text_that_no_code_can_hold_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"too large|does not fit|overflow"):
        modules("税" * 3000)


def test_a_code_on_a_page_is_dark_on_white_in_every_theme() -> None:
    panel = Panel(290, 290, 290, 290)
    rows = modules("A001")
    for theme in ("normal", "contrast"):
        draft = Draft(look(panel, theme))
        draft.fill(draft.rect, draft.colours.ground)
        draft.qr(Rect(0, 0, 290, 290), rows)
        painter = Painter(pygame.Surface((290, 290)), look().faces)
        painter.show(draft.picture())
        seen = tuple(
            tuple(painter.surface.get_at((x * 10 + 5, y * 10 + 5))[0] < 128 for x in range(29))
            for y in range(29)
        )
        assert seen == rows
        painter.close()
