"""What of the clerk's desktop may be seen: a screen or a part of it, without its private areas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kiosk_ui.rfb.region import Rect, without

__all__ = ["Area", "Mask", "Screen", "Viewing"]


@dataclass(frozen=True, slots=True)
class Screen:
    """A monitor as ExtendedDesktopSize tells it: the server's number of it, and where it is."""

    number: int
    rect: Rect


@dataclass(frozen=True, slots=True)
class Mask:
    """A private area, by its place in what is shown: in percent of it, or in its pixels.

    A pixel that lies partly in it is private. ValueError for one without width or height.
    """

    x: float
    y: float
    width: float
    height: float
    unit: Literal["percent", "px"] = "percent"

    def __post_init__(self) -> None:
        numbers = (self.x, self.y, self.width, self.height)
        if not all(map(math.isfinite, numbers)) or self.width <= 0 or self.height <= 0:
            raise ValueError(f"a mask needs a place, a width and a height: {numbers}")
        if self.unit not in {"percent", "px"}:
            raise ValueError(f"a mask is in percent or px, not {self.unit!r}")

    def over(self, view: Rect) -> Rect:
        """Return its pixels on the desktop, where ``view`` is what is shown of it."""
        per_x, per_y = (
            (view.width / 100, view.height / 100) if self.unit == "percent" else (1.0, 1.0)
        )
        left, top = math.floor(self.x * per_x), math.floor(self.y * per_y)
        right = math.ceil((self.x + self.width) * per_x)
        bottom = math.ceil((self.y + self.height) * per_y)
        return view.common(Rect(view.x + left, view.y + top, right - left, bottom - top))


@dataclass(frozen=True, slots=True)
class Area:
    """A viewing on a real desktop. All in the desktop's pixels.

    ``view`` is what is shown, ``covered`` the private parts of it, ``visible`` the rest: what a
    server is asked for, and nothing else.
    """

    view: Rect
    covered: tuple[Rect, ...]
    visible: tuple[Rect, ...]


@dataclass(frozen=True, slots=True)
class Viewing:
    """What to show.

    ``screen`` is one of the clerk's monitors, 1 for the leftmost (of those, the uppermost); None:
    all of the desktop. ``crop`` is a part of that, in pixels of it. ``masks`` lie in the part.
    ``sizes`` are the desktop's known widths and heights: with another one nothing is shown. Masks
    in pixels need them, for on another desktop they would cover something else: ValueError.
    """

    screen: int | None = None
    crop: Rect | None = None
    masks: tuple[Mask, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if self.screen is not None and self.screen < 1:
            raise ValueError(f"screens count from 1: {self.screen}")
        if self.crop is not None and (self.crop.empty or min(self.crop.x, self.crop.y) < 0):
            raise ValueError(f"a part of a screen needs a width and a height: {self.crop}")
        if not self.sizes and any(mask.unit == "px" for mask in self.masks):
            raise ValueError("masks in pixels need the sizes of the desktop that they are for")

    def area(self, desktop: Rect, screens: Sequence[Screen]) -> Area | None:
        """Return what that is on a desktop; None where nothing may be shown.

        That is so on a desktop of an unknown size, without that screen (or before the server has
        told its screens), and where the part lies beyond the edge.
        """
        if self.sizes and desktop.size not in self.sizes:
            return None
        view = desktop
        if self.screen is not None:
            ordered = sorted(screens, key=lambda s: (s.rect.x, s.rect.y, s.number))
            if self.screen > len(ordered):
                return None
            view = ordered[self.screen - 1].rect
        if self.crop is not None:
            view, whole = self.crop.moved(view.x, view.y), view
            if not whole.holds(view):
                return None
        if view.empty or not desktop.holds(view):
            return None
        covered = tuple(r for r in (mask.over(view) for mask in self.masks) if not r.empty)
        return Area(view, covered, without(view, covered))
