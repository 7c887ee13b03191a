"""Text as pixels: FreeType faces by our fonts, rendered runs kept for as long as there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

import pygame
import pygame.freetype

from kiosk_ui.fonts import Faces
from kiosk_ui.ops import Colour

__all__ = ["Ink"]

#: Bytes of rendered text that are kept. A page of the kiosk has about 3 MB.
KEPT_BYTES = 8 * 1024 * 1024
#: Text of more pixels is put together from its glyphs each time: the number at a window is another
#: one for each ticket, 1.5 MB in each colour. Drawn so it takes 0.8 ms; kept 0.2, but 4.9 when new.
_LARGE_PX = 100_000
#: Glyphs that FreeType keeps drawn, for each font: a byte a pixel where a run has four. All pages
#: of the kiosk together have 1,300; with its own 64 a text drawn again takes 2.5 times as long.
_KEPT_GLYPHS = 1024


class _Run(NamedTuple):
    surface: pygame.Surface
    #: From the place where the run begins, on its baseline, to the surface's corner.
    dx: int
    dy: int


class Ink:
    """Draws runs of text. ``close`` it: FreeType keeps the files open."""

    def __init__(self, faces: Faces, *, kept_bytes: int = KEPT_BYTES) -> None:
        if not pygame.freetype.get_init():
            pygame.freetype.init(cache_size=_KEPT_GLYPHS)
        self._faces = faces
        self._fonts: dict[tuple[str, int], pygame.freetype.Font] = {}
        self._runs: OrderedDict[tuple[str, int, Colour, bool], tuple[_Run, ...]] = OrderedDict()
        self._bytes, self._most = 0, kept_bytes
        self._like = pygame.Surface((1, 1), pygame.SRCALPHA, 32)

    @property
    def kept_bytes(self) -> int:
        """How many bytes of rendered text are kept."""
        return self._bytes

    def close(self) -> None:
        """Forget everything."""
        self._runs.clear()
        self._fonts.clear()
        self._bytes = 0

    def draw(
        self, on: pygame.Surface, x: int, baseline: int, text: str, size: int, colour: Colour,
        *, bold: bool = False,
    ) -> None:  # fmt: skip
        """Draw a run that begins at ``x`` and stands on ``baseline``."""
        if self._faces.width(text, size, bold=bold) * size > _LARGE_PX:
            self._draw_large(on, x, baseline, text, size, colour, bold=bold)
            return
        key = (text, size, colour, bold)
        runs = self._runs.get(key)
        if runs is None:
            runs = tuple(self._render(text, size, colour, bold=bold))
            self._runs[key] = runs
            self._bytes += sum(_bytes_of(run) for run in runs)
            while self._bytes > self._most and len(self._runs) > 1:
                _, old = self._runs.popitem(last=False)
                self._bytes -= sum(_bytes_of(run) for run in old)
        else:
            self._runs.move_to_end(key)
        for run in runs:
            on.blit(run.surface, (x + run.dx, baseline + run.dy))

    def _draw_large(
        self, on: pygame.Surface, x: int, baseline: int, text: str, size: int, colour: Colour,
        *, bold: bool,
    ) -> None:  # fmt: skip
        # FreeType's drawing knows no clip, but the edges of its surface.
        clip = on.get_clip()
        inside = on.subsurface(clip)
        x, baseline = x - clip.x, baseline - clip.y
        for font, part, dx in self._parts(text, size, bold=bold):
            if font is None:
                run = self._placeholder(part, dx, size, colour)
                inside.blit(run.surface, (x + run.dx, baseline + run.dy))
            else:
                font.render_to(inside, (x + dx, baseline), part, colour, size=size)

    def _render(self, text: str, size: int, colour: Colour, *, bold: bool) -> list[_Run]:
        found = list[_Run]()
        for font, part, x in self._parts(text, size, bold=bold):
            if font is None:
                found.append(self._placeholder(part, x, size, colour))
                continue
            surface, box = font.render(part, colour, size=size)
            # FreeType's order of colours is not the panel's: drawn as it comes, a line of
            # 150 px takes 1.9 ms, in the panel's order 0.04 ms.
            found.append(_Run(surface.convert(self._like), x + box.x, -box.y))
        return found

    def _parts(
        self, text: str, size: int, *, bold: bool
    ) -> Iterator[tuple[pygame.freetype.Font | None, str, int]]:
        """Yield what one font draws, and where it begins; no font: one character has none."""
        x = 0
        for place, part in self._faces.segments(text, bold=bold):
            if place is None:
                for char in part:
                    yield None, char, x
                    x += self._faces.advance(char, size, bold)
                continue
            face = self._faces.chains[bold][place]
            if part.strip():
                yield self._font(str(face.path), face.index), part, x
            x += self._faces.width(part, size, bold=bold)

    def _font(self, path: str, index: int) -> pygame.freetype.Font:
        font = self._fonts.get((path, index))
        if font is None:
            font = self._fonts[path, index] = pygame.freetype.Font(path, 20, font_index=index)
            font.origin = True
        return font

    def _placeholder(self, char: str, x: int, size: int, colour: Colour) -> _Run:
        """Draw what no font has: a box with its code point, so that nobody takes it for a sign."""
        side, edge = max(size - 2, 3), max(size // 16, 1)
        surface = pygame.Surface((side, side), pygame.SRCALPHA)
        pygame.draw.rect(surface, colour, surface.get_rect(), edge)
        face = self._faces.chains[False][0]
        font, code = self._font(str(face.path), face.index), f"{ord(char):04X}"
        half = (len(code) + 1) // 2
        small = max(size // 3, 6)
        for n, row in enumerate((code[:half], code[half:])):
            drawn, box = font.render(row, colour, size=small)
            place = ((side - box.width) // 2, side * (n + 1) // 2 - drawn.get_height() - edge)
            surface.blit(drawn, place)
        return _Run(surface, x + 1, -round(size * 0.86))


def _bytes_of(run: _Run) -> int:
    width, height = run.surface.get_size()
    return width * height * run.surface.get_bytesize()
