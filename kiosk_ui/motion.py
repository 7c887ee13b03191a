"""Pictures in motion on an X server, each with its number: what a mirror is measured with.

``python -m kiosk_ui.motion scroll --size 1920x1080 --fps 30 --times FILE`` draws until it is
killed. ``FILE`` gets the time at which each picture was shown, whose number stands in its upper
left corner as black and white squares (kiosk_ui/rfb/numbered.py).
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk_ui.rfb.numbered import BITS, NUMBERS, SIDE, Times

if TYPE_CHECKING:
    import pygame

__all__ = ["KINDS", "main"]

KINDS = ("scroll", "full", "photo", "smooth")
_STEP_PX = 6
_WORDS = (
    "纳税人识别号", "增值税", "普通发票", "申报", "Declaration", "invoice", "2026-11-22", "receipt",
    "税款所属期", "1,024.50", "办理", "clerk", "window", "窗口", "number", "应纳税额", "本期",
    "balance", "企业所得税", "total", "0.13", "合计",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw until killed."""
    parser = argparse.ArgumentParser(prog="python -m kiosk_ui.motion", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--times", type=Path, required=True)
    options = parser.parse_args(arguments)
    width, height = map(int, options.size.split("x"))
    times = Times(options.times)
    # As our screens draw (kiosk_ui/shell.py): pixels in memory that the X server shares. A graphics
    # card made of software takes 23 ms of a core a picture where this takes 1.
    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    import pygame

    pygame.display.init()
    pygame.font.init()
    window = pygame.display.set_mode((width, height), pygame.NOFRAME)
    pygame.mouse.set_visible(False)
    kinds = {"scroll": _scroll, "smooth": _smooth, "full": _full, "photo": _photo}
    draw = kinds[options.kind](width, height)
    begin_s, number = time.monotonic(), 0
    while not any(event.type == pygame.QUIT for event in pygame.event.get()):
        draw(window, number)
        _mark(window, number % NUMBERS)
        late_s = begin_s + number / options.fps - time.monotonic()
        if late_s > 0:
            time.sleep(late_s)
        times.put(number % NUMBERS, time.monotonic())
        pygame.display.flip()
        number += 1
    return 0


_Draw = Callable[["pygame.Surface", int], None]


def _mark(window: pygame.Surface, number: int) -> None:
    for bit in range(BITS):
        colour = (255, 255, 255) if number >> bit & 1 else (0, 0, 0)
        window.fill(colour, (bit * SIDE, 0, SIDE, SIDE))


def _text(
    width: int, height: int, ink: tuple[int, int, int], *, smooth: bool = False
) -> pygame.Surface:
    """A long sheet of lines; ``smooth`` letters have edges of many greys."""
    import pygame

    chance = random.Random(1)  # noqa: S311 - the same pictures each time
    sheet = pygame.Surface((width, height))
    sheet.fill((255, 255, 255))
    font = pygame.font.Font(_font(), 17)
    for y in range(0, height, 26):
        x = 8
        while x < width:
            word = font.render(chance.choice(_WORDS), smooth, ink)
            sheet.blit(word, (x, y))
            x += word.get_width() + 12
    return sheet


def _font() -> str | None:
    found = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    return str(found) if found.exists() else None


def _scroll(width: int, height: int) -> _Draw:
    """Text that moves up by a few pixels each time, drawn anew.

    Letters have hard edges, as the usual Chinese typeface of a clerk's computer has them.
    """
    return _moving(_text(width, 4 * height, (20, 20, 120)), height)


def _smooth(width: int, height: int) -> _Draw:
    """The same with soft edges: TigerVNC makes JPEGs of such text."""
    return _moving(_text(width, 4 * height, (20, 20, 20), smooth=True), height)


def _moving(sheet: pygame.Surface, height: int) -> _Draw:

    def draw(window: pygame.Surface, number: int) -> None:
        window.blit(sheet, (0, -(number * _STEP_PX % (3 * height))))

    return draw


def _full(width: int, height: int) -> _Draw:
    """Another page each time: coloured text and a ground that changes, so that no pixel stays."""
    chance = random.Random(2)  # noqa: S311 - the same pictures each time
    pages = []
    for number in range(6):
        ink = chance.randrange(120), chance.randrange(120), chance.randrange(120)
        page = _text(width, height, ink)
        ground = (255 - 12 * number, 255 - 5 * number, 240 + 2 * number)
        page.fill(ground, special_flags=3)  # multiplied
        pages.append(page)

    def draw(window: pygame.Surface, number: int) -> None:
        window.blit(pages[number % len(pages)], (0, 0))

    return draw


def _photo(width: int, height: int) -> _Draw:
    """Photographs, as far as a program can make one: soft shapes with grain, moving."""
    import pygame

    chance = random.Random(3)  # noqa: S311 - the same pictures each time
    small = pygame.Surface((64, 36))
    for x in range(64):
        for y in range(36):
            small.set_at((x, y), tuple(chance.randrange(256) for _ in range(3)))
    large = pygame.transform.smoothscale(small, (2 * width, height))
    grain = pygame.Surface((256, 256))
    for x in range(256):
        for y in range(256):
            grain.set_at((x, y), (chance.randrange(24),) * 3)
    for x in range(0, 2 * width, 256):
        for y in range(0, height, 256):
            large.blit(grain, (x, y), special_flags=pygame.BLEND_RGB_ADD)

    def draw(window: pygame.Surface, number: int) -> None:
        window.blit(large, (-(number * 9 % width), 0))

    return draw


if __name__ == "__main__":
    raise SystemExit(main())
