"""What people may see of the clerk's screen right now: whole updates, never half of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kiosk_ui.rfb.framebuffer import Framebuffer, Pixels, Words
from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.viewing import Area

__all__ = ["Picture", "Shown"]

#: What changed since the last look is told in so many pieces at most.
_MOST_CHANGED = 400


@dataclass(frozen=True, slots=True)
class Shown:
    """The picture: ``pixels`` (height, width, 4) of uint8, B, G, R and a byte without meaning.

    ``changed`` since it was looked at last, in its own pixels: all of it the first time. Read it
    while it is given, and keep nothing of it: it is drawn into again afterwards.
    """

    pixels: Pixels
    changed: tuple[Rect, ...]


class Picture:
    """The front of the mirror. What is private is painted over here once more.

    Not safe by itself: the mirror's lock is held around every call.
    """

    def __init__(self) -> None:
        self._area: Area | None = None
        self._whole = False
        self._changed: list[Rect] = []
        self._words: Words = np.zeros((0, 0), "<u4")

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of what is shown; None where nothing may be."""
        return self._area.view.size if self._area else None

    @property
    def whole(self) -> bool:
        """True once all that is visible came."""
        return self._whole

    def lay(self, area: Area | None, *, anew: bool) -> None:
        """Show this from now on: covered at once; black all over if ``anew`` or another part."""
        if anew or area is None or self._area is None or area.view != self._area.view:
            self._whole = False
            self._changed = []
            self._words = np.zeros((area.view.height, area.view.width) if area else (0, 0), "<u4")
        self._area = area
        if area is not None:
            self._cover(area, area.covered)

    def draw(self, frame: Framebuffer, rects: Iterable[Rect], *, whole: bool) -> None:
        """Take what is new in ``frame`` at ``rects``, which are the desktop's."""
        area = self._area
        if area is None:
            return
        if whole and not self._whole:
            self._whole, rects = True, (area.view.common(frame.rect),)
        taken = [part for part in map(area.view.common, rects) if not part.empty]
        for part in taken:
            self._part(area, part)[...] = frame.part(part)
            self._changed.append(part.moved(-area.view.x, -area.view.y))
        self._cover(area, (c for c in area.covered if any(c.meets(part) for part in taken)))
        if len(self._changed) > _MOST_CHANGED:
            self._changed = [Rect(0, 0, *area.view.size)]

    def shown(self) -> Shown | None:
        """Return it, with what changed since the last time; None while it is not whole."""
        if self._area is None or not self._whole:
            return None
        changed, self._changed = tuple(self._changed), []
        pixels = self._words.view(np.uint8).reshape(*self._words.shape, 4)
        return Shown(pixels, changed)

    def _cover(self, area: Area, covered: Iterable[Rect]) -> None:
        for rect in covered:
            self._part(area, rect)[...] = 0
            self._changed.append(rect.moved(-area.view.x, -area.view.y))

    def _part(self, area: Area, rect: Rect) -> Words:
        top, left = rect.y - area.view.y, rect.x - area.view.x
        return self._words[top : top + rect.height, left : left + rect.width]
