"""A desktop's pixels made smaller, band by band, so that what did not change is left alone.

A band is as wide as the desktop and some whole cells (``fitting``) high: each of its pixels on the
panel is made of pixels of the band alone. So bands fit each other whenever they were scaled, and a
whole desktop is nothing but all of its bands. SDL's scaler works without Python's lock; what it
takes beside the pixels is as large as a band, where that of a whole desktop was 7.7 MB each time.
"""

from __future__ import annotations

from collections.abc import Iterable

import pygame

from kiosk_ui.ops import Rect
from kiosk_ui.rfb.framebuffer import Pixels
from kiosk_ui.rfb.region import Rect as Area
from kiosk_ui.window.fitting import cells

__all__ = ["Scaled"]

#: About so many rows of a desktop are a band: of 1920x1080, one takes 0.2 ms. Tiles instead of
#: bands took 6 ms for all of it instead of 3.4.
_ROWS = 60


class Scaled:
    """A desktop of ``of`` = (width, height) pixels on a ``surface`` of ``size``."""

    def __init__(self, of: tuple[int, int], size: tuple[int, int]) -> None:
        self.of, self.size = of, size
        self.surface = pygame.Surface(size, depth=32)
        (self._across, self._columns), (self._down, self._lines) = map(cells, of, size)
        # Made larger, a pixel is made of its neighbours as well: nothing can be scaled alone.
        self._alone = size[0] <= of[0] and size[1] <= of[1]
        self._each = max(_ROWS // self._down.source, 1) if self._alone else self._lines

    def take(self, pixels: Pixels, changed: Iterable[Area]) -> list[Rect]:
        """Scale what changed on the desktop; return where that is on the surface."""
        bands = self._bands(changed)
        if not bands:
            return []
        # The mirror's own memory, read in place: a copy would be 8 MB of it.
        source = pygame.image.frombuffer(pixels.data, self.of, "BGRA")
        # The fourth byte has no meaning.
        source.set_alpha(None)
        places = list[Rect]()
        for band, (left, right) in sorted(bands.items()):
            top, bottom = band * self._each, min((band + 1) * self._each, self._lines)
            place = Rect(
                left * self._across.target, top * self._down.target,
                (right - left) * self._across.target, (bottom - top) * self._down.target,
            )  # fmt: skip
            if self.of == self.size:
                self.surface.blit(source, place[:2], place)
            else:
                self._scale(source, place, top, bottom)
            if places and (places[-1].x, places[-1].w) == (place.x, place.w) and (
                places[-1].bottom == place.y
            ):  # fmt: skip
                place = places.pop().joined(place)
            places.append(place)
        return places

    def _bands(self, changed: Iterable[Area]) -> dict[int, tuple[int, int]]:
        """Return which cells of which bands have changed: the first, the end."""
        found = dict[int, tuple[int, int]]()
        for area in changed:
            left, right = self._across.around(area.x, area.width, self._columns)
            top, bottom = self._down.around(area.y, area.height, self._lines)
            if not self._alone:
                left, right = 0, self._columns
            for band in range(top // self._each, -(-bottom // self._each)):
                before = found.get(band, (left, right))
                found[band] = min(left, before[0]), max(right, before[1])
        return found

    def _scale(self, source: pygame.Surface, place: Rect, top: int, bottom: int) -> None:
        """Scale a band. What is rounded adds up from the left: half a band is another picture."""
        first, rows = top * self._down.source, (bottom - top) * self._down.source
        part = source.subsurface((0, first, self.of[0], rows))
        target = self.surface.subsurface((0, place.y, self.size[0], place.h))
        pygame.transform.smoothscale(part, target.get_size(), target)
