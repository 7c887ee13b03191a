"""Draws on an X server what a test tells it: a line in, the line out again when it is shown.

``fill X Y W H RRGGBB``, ``noise SEED X Y W H``, ``text SEED`` (lines of words on all of it).
"""

from __future__ import annotations

import random
import sys

import pygame


def main() -> None:
    """Draw until the end of the input."""
    pygame.display.init()
    pygame.font.init()
    width, height = map(int, sys.argv[1].split("x"))
    window = pygame.display.set_mode((width, height), pygame.NOFRAME)
    pygame.mouse.set_visible(False)
    window.fill((90, 120, 150))
    pygame.display.flip()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        pygame.event.pump()
        name, *numbers = line.split()
        if name == "fill":
            x, y, w, h = map(int, numbers[:4])
            window.fill(pygame.Color(f"#{numbers[4]}"), (x, y, w, h))
        elif name == "noise":
            seed, x, y, w, h = map(int, numbers)
            pixels = random.Random(seed).randbytes(3 * w * h)
            window.blit(pygame.image.frombytes(pixels, (w, h), "RGB"), (x, y))
        else:
            _text(window, int(numbers[0]))
        pygame.display.flip()
        sys.stdout.write(line)
        sys.stdout.flush()


def _text(window: pygame.Surface, seed: int) -> None:
    chance, font = random.Random(seed), pygame.font.Font(None, 22)
    window.fill((255, 255, 255))
    for y in range(4, window.get_height(), 24):
        words = " ".join(str(chance.randrange(10**6)) for _ in range(chance.randrange(2, 14)))
        window.blit(font.render(words, chance.random() < 0.5, (20, 30, 90)), (6, y))


if __name__ == "__main__":
    main()
