"""What the tests of pages are drawn with: this machine's fonts, opened once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from kiosk_ui.look import Look, load_look
from kiosk_ui.ops import Op, Rect
from kiosk_ui.panel import Panel
from kiosk_ui.theme import load_theme

__all__ = ["DESK", "look", "rect_of"]

#: 10 pixels a millimetre: easy to reckon with.
DESK = Panel(2000, 1000, 200, 100)


@cache
def _base() -> Look:
    return load_look(DESK)


def look(panel: Panel = DESK, theme: str = "normal", language: str = "zh") -> Look:
    """Return a look on a panel."""
    return replace(_base(), panel=panel, theme=load_theme(theme)).in_language(language)


def rect_of(op: Op) -> Rect:
    """Return where an operation draws."""
    return op.rect
