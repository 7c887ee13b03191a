"""Rectangles with round corners: those that come again and again are drawn once and then copied.

A page of keys has eighty alike. SDL copies a ready one, run by run (RLE with a colour that is left
out), in a quarter of the time that drawing its corners takes, and every pixel is the same: corners
are not antialiased.
"""

from __future__ import annotations

from collections import OrderedDict

import pygame

from kiosk_ui.ops import RoundRect

__all__ = ["Rounded"]

#: Larger ones are few.
_LARGEST_PX = 60_000
#: Pixels kept ready, 4 bytes each: two pages of the kiosk, those with the most keys.
_MOST_PX = 700_000
#: Looks that were met once; the second time one is made ready.
_MOST_MET = 1024

_Look = tuple[int, int, tuple[int, int, int], int, int]


class Rounded:
    """Draws them for one painter."""

    def __init__(self) -> None:
        self._ready: OrderedDict[_Look, pygame.Surface] = OrderedDict()
        self._pixels = 0
        self._met: set[_Look] = set()

    def draw(self, on: pygame.Surface, op: RoundRect) -> None:
        """Draw one."""
        x, y, w, h = op.rect
        look = (w, h, op.colour, op.border, op.radius)
        ready = self._ready.get(look)
        if ready is not None:
            self._ready.move_to_end(look)
            on.blit(ready, (x, y))
        elif w * h <= _LARGEST_PX and 2 * op.border <= min(w, h) and look in self._met:
            on.blit(self._made(on, look), (x, y))
        else:
            if len(self._met) >= _MOST_MET:
                self._met.clear()
            self._met.add(look)
            pygame.draw.rect(on, op.colour, op.rect, op.border, border_radius=op.radius)

    def _made(self, on: pygame.Surface, look: _Look) -> pygame.Surface:
        w, h, colour, border, radius = look
        self._pixels += w * h
        while self._pixels > _MOST_PX:
            (old_w, old_h, *_), _ = self._ready.popitem(last=False)
            self._pixels -= old_w * old_h
        # No colour is its own opposite.
        left_out = (255 - colour[0], 255 - colour[1], 255 - colour[2])
        made = pygame.Surface((w, h), 0, on)
        made.fill(left_out)
        pygame.draw.rect(made, colour, (0, 0, w, h), border, border_radius=radius)
        made.set_colorkey(left_out, pygame.RLEACCEL)
        self._ready[look] = made
        return made
