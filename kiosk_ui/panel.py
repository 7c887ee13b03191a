"""The panel that a screen is shown on: pixels and millimetres, upright or turned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from kiosk_ui.ops import Rect

__all__ = ["NoPanel", "Panel", "Turn", "panel_of"]

#: Degrees by which the panel was turned clockwise when it was mounted.
Turn = Literal[0, 90, 180, 270]

_TURNS: dict[str, Turn] = {"90": 90, "180": 180, "270": 270}
_MM_PER_INCH = 25.4
_SIZE = re.compile(r"([0-9]{2,5})x([0-9]{2,5})(?:@(0|90|180|270))?")
_INCHES = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)(?:in|\")")
_MM = re.compile(r"([0-9]{2,5})x([0-9]{2,5})")


class NoPanel(Exception):
    """There is nothing to draw on: no X server, no graphics driver."""


@dataclass(frozen=True, slots=True)
class Panel:
    """``width_px`` x ``height_px`` pixels on ``width_mm`` x ``height_mm``, as its maker has it.

    ``turned`` panels are drawn upright all the same: ``size`` is what people see.
    """

    width_px: int
    height_px: int
    width_mm: float
    height_mm: float
    turned: Turn = 0
    #: Pixels a millimetre; the smaller one where they are not square.
    px_per_mm: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a panel that cannot be."""
        if min(self.width_px, self.height_px) < 1 or min(self.width_mm, self.height_mm) <= 0:
            raise ValueError("a panel has pixels and a size above zero")
        # Asked for some hundred times a page.
        least = min(self.width_px / self.width_mm, self.height_px / self.height_mm)
        object.__setattr__(self, "px_per_mm", least)

    @property
    def on_its_side(self) -> bool:
        """Whether what people see as width is the panel's height."""
        return self.turned in {90, 270}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as people see it."""
        return (
            (self.height_px, self.width_px) if self.on_its_side else (self.width_px, self.height_px)
        )

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height in millimetres, as people see it."""
        return (
            (self.height_mm, self.width_mm) if self.on_its_side else (self.width_mm, self.height_mm)
        )

    @property
    def rect(self) -> Rect:
        """The whole of it."""
        return Rect(0, 0, *self.size)

    def on_panel(self, rect: Rect) -> Rect:
        """Return where on the panel a part of the upright picture is."""
        x, y, w, h = rect
        match self.turned:
            case 90:
                return Rect(y, self.height_px - x - w, h, w)
            case 180:
                return Rect(self.width_px - x - w, self.height_px - y - h, w, h)
            case 270:
                return Rect(self.width_px - y - h, x, h, w)
        return rect

    def px(self, mm: float) -> int:
        """Return a length in whole pixels, 1 at least for what is above zero."""
        return max(round(mm * self.px_per_mm), 1 if mm > 0 else 0)

    def mm(self, px: float) -> float:
        """Return how long so many pixels are."""
        return px / self.px_per_mm

    def upright(self, x: int, y: int) -> tuple[int, int]:
        """Return where on the upright picture a pixel of the panel is."""
        match self.turned:
            case 90:
                return self.height_px - 1 - y, x
            case 180:
                return self.width_px - 1 - x, self.height_px - 1 - y
            case 270:
                return y, self.width_px - 1 - x
        return x, y


def panel_of(pixels: str, size: str = "", usual_inches: float = 21.5) -> Panel:
    """Read ``1920x1080`` or ``1920x1080@90``, and a size: ``43in``, ``940x530`` (mm) or nothing.

    The size is that of the panel before it was turned; without one its diagonal is
    ``usual_inches``. Raises ``ValueError``.
    """
    found = _SIZE.fullmatch(pixels.strip())
    if found is None:
        raise ValueError(f"{pixels!r} is no panel; write 1920x1080, or 1920x1080@90 when turned")
    width, height = int(found[1]), int(found[2])
    turned = _TURNS.get(found[3] or "", 0)
    millimetres = _MM.fullmatch(size.strip())
    if millimetres is not None:
        return Panel(width, height, float(millimetres[1]), float(millimetres[2]), turned)
    inches = _INCHES.fullmatch(size.strip())
    if inches is None and size.strip():
        raise ValueError(f"{size!r} is no size; write 43in, or 940x530 in millimetres")
    diagonal_mm = (float(inches[1]) if inches else usual_inches) * _MM_PER_INCH
    mm_per_px = diagonal_mm / (width**2 + height**2) ** 0.5
    return Panel(width, height, width * mm_per_px, height * mm_per_px, turned)
