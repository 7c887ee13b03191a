"""Makes one picture file as large as its place, upright and opaque, and ends.

``python -m kiosk_ui.unpack FILE WIDTH HEIGHT FD`` writes it to a file in memory; ``Pictures`` runs
it. What a file does to a decoder, and the memory it takes, stays in a process that is gone soon.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import struct
import sys
from pathlib import Path

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from kiosk_ui.images import read_picture, turned

__all__ = ["HEAD", "unpacked"]

#: Before the pixels (blue, green, red, unused; row by row): width and height.
HEAD = struct.Struct("<II")
#: Of addresses: the largest picture takes 100 MB, the file 20, what is made of it 33 at most;
#: Python and SDL with their libraries the rest.
_MOST_MEMORY = 600_000_000
_MOST_CPU_S = 60
_PAPER = (255, 255, 255)


def unpacked(path: Path, width: int, height: int) -> pygame.Surface:
    """Return a picture as large as fits, as its camera was held; white where it was transparent.

    Raises ``OSError``, ``ValueError``, ``pygame.error``, ``MemoryError``.
    """
    data = read_picture(path)
    surface = pygame.image.load(io.BytesIO(data), path.name)
    if data.startswith(b"\xff\xd8") and surface.get_bitsize() > 24:
        raise ValueError("it is a JPEG for print (CMYK)")
    degrees, mirrored = turned(data)
    del data
    across, down = (height, width) if degrees % 180 else (width, height)
    scale = min(across / surface.get_width(), down / surface.get_height())
    wanted = tuple(max(round(side * scale), 1) for side in surface.get_size())
    if surface.get_bitsize() < 24:
        # A palette, perhaps with one colour that is transparent.
        surface = _blended(pygame.Surface(surface.get_size(), pygame.SRCALPHA, 32), surface)
    surface = pygame.transform.smoothscale(surface, wanted)
    if degrees:
        surface = pygame.transform.rotate(surface, -degrees)
    if mirrored:
        surface = pygame.transform.flip(surface, flip_x=True, flip_y=False)
    paper = pygame.Surface(surface.get_size(), depth=32)
    paper.fill(_PAPER)
    return _blended(paper, surface)


def _blended(ground: pygame.Surface, surface: pygame.Surface) -> pygame.Surface:
    ground.blit(surface, (0, 0))
    return ground


def main(arguments: list[str]) -> int:
    """Write the picture to the file that is open as ``FD``; 1, and why on stderr, if none comes."""
    path, width, height, fd = arguments
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_CPU_S, _MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A service's filters may refuse the first; who needs too much memory shall be this process.
    with contextlib.suppress(OSError):
        os.nice(10)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    try:
        surface = unpacked(Path(path), int(width), int(height))
    except (OSError, ValueError, MemoryError, pygame.error) as error:
        sys.stderr.write(f"{str(error) or type(error).__name__}\n")
        return 1
    with os.fdopen(int(fd), "wb") as file:
        file.write(HEAD.pack(*surface.get_size()))
        # Four bytes a pixel, no gaps between the rows.
        file.write(surface.get_buffer().raw)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
