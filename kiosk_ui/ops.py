"""What a screen shows, as data: drawing operations, touch areas, a picture.

A page's ``view`` makes a ``Picture`` of a model and does nothing else; the painter draws it. All is
immutable, comparable and hashable, in whole pixels of the upright panel, x to the right, y down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "Colour",
    "Defect",
    "Fill",
    "Icon",
    "Image",
    "Line",
    "Live",
    "Modules",
    "Op",
    "Picture",
    "Rect",
    "RoundRect",
    "Text",
    "TouchArea",
]

#: Red, green, blue; 0 to 255 each.
Colour = tuple[int, int, int]


class Rect(NamedTuple):
    """A rectangle in pixels: ``x`` and ``y`` of its upper left corner, ``w`` wide, ``h`` high."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.h

    def holds(self, x: int, y: int) -> bool:
        """Say whether a point is inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def contains(self, other: Rect) -> bool:
        """Say whether ``other`` is inside as a whole."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def meets(self, other: Rect) -> bool:
        """Say whether the two have a pixel in common."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def joined(self, other: Rect) -> Rect:
        """Return the smallest rectangle around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def moved(self, dx: int, dy: int) -> Rect:
        """Return it at another place."""
        return Rect(self.x + dx, self.y + dy, self.w, self.h)


@dataclass(frozen=True, slots=True)
class Fill:
    """A rectangle in one colour."""

    rect: Rect
    colour: Colour


@dataclass(frozen=True, slots=True)
class RoundRect:
    """A rectangle with round corners; ``border`` pixels wide, 0: filled."""

    rect: Rect
    colour: Colour
    radius: int
    border: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line, ``width`` pixels wide."""

    x1: int
    y1: int
    x2: int
    y2: int
    colour: Colour
    width: int = 1

    @property
    def rect(self) -> Rect:
        """What it may touch."""
        x, y, half = min(self.x1, self.x2), min(self.y1, self.y2), self.width // 2 + 1
        w, h = abs(self.x2 - self.x1), abs(self.y2 - self.y1)
        return Rect(x - half, y - half, w + 2 * half, h + 2 * half)


@dataclass(frozen=True, slots=True)
class Text:
    """One run of one line: begins at ``rect.x``, stands on ``baseline``; ``size`` is the em in px.

    ``rect`` is what the run takes up, from the highest to the lowest stroke of its font.
    """

    rect: Rect
    baseline: int
    text: str
    size: int
    colour: Colour
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A picture file, scaled into ``rect`` without being distorted.

    ``stamp`` is the file's change time: the same file with other contents is another operation.
    """

    rect: Rect
    path: str
    stamp: int = 0


@dataclass(frozen=True, slots=True)
class Icon:
    """One of ``kiosk_ui/icons/`` in one colour, as large as fits into ``rect``."""

    rect: Rect
    name: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Modules:
    """A QR code: rows of modules, True is dark; its quiet zone of four modules is part of it."""

    rect: Rect
    rows: tuple[tuple[bool, ...], ...]
    dark: Colour = (0, 0, 0)
    light: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Live:
    """Pictures that move: ``source`` is whose, ``frame`` counts them, so that a new one differs."""

    rect: Rect
    source: str
    frame: int = 0


Op = Fill | RoundRect | Line | Text | Icon | Image | Live | Modules


@dataclass(frozen=True, slots=True)
class TouchArea:
    """A place that does something when a finger leaves it again; ``label`` is what it says.

    ``key`` presses it too, on a screen with a keyboard: ``F1``, ``escape``, ``a``. ``draws``: what
    a finger does inside it is drawing, not pressing.
    """

    id: str
    rect: Rect
    label: str
    key: str = ""
    draws: bool = False


@dataclass(frozen=True, slots=True)
class Defect:
    """A text that did not fit although it was made as small as it may be; it ends in an ellipsis.

    People see a shortened text; a test of pages fails, for the page is too full. ``cut`` False: it
    is whole, but smaller than the theme allows.
    """

    text: str
    rect: Rect
    cut: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole screen: what is drawn, in order; where it can be touched; what went wrong."""

    size: tuple[int, int]
    ops: tuple[Op, ...]
    areas: tuple[TouchArea, ...] = ()
    defects: tuple[Defect, ...] = ()
    #: Picture files that will be shown next, so that they are ready by then.
    soon: tuple[Image, ...] = ()

    def area_at(self, x: int, y: int) -> TouchArea | None:
        """Return what a finger at this place touches: the last one that was put there."""
        for area in reversed(self.areas):
            if area.rect.holds(x, y):
                return area
        return None

    def area_of(self, key: str) -> TouchArea | None:
        """Return what a key presses."""
        return next((area for area in reversed(self.areas) if key and area.key == key), None)

    def texts(self) -> Iterator[str]:
        """Yield every run of text, in the order of drawing."""
        return (op.text for op in self.ops if isinstance(op, Text))
