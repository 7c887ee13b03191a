"""The server's desktop as pixels, and the bounds that nothing a server says may pass."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.region import Rect

__all__ = ["Framebuffer", "Limits", "Parser", "Pixels", "Words"]

#: (height, width, 4) of uint8: B, G, R, unused.
Pixels: TypeAlias = NDArray[np.uint8]
#: The same memory, (height, width): one number a pixel, blue in its lowest byte.
Words: TypeAlias = NDArray[np.uint32]
#: Yields how many bytes it needs next, is sent exactly those.
Parser: TypeAlias = Generator[int, bytes, None]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a server may make us hold. ``pixels``: two monitors of 3840x2160."""

    width: int = 16_384
    height: int = 16_384
    pixels: int = 2 * 3840 * 2160
    #: Bytes of a clipboard, a name or a reason that are read and dropped.
    text: int = 16 * 1024 * 1024


class Framebuffer:
    """``width`` x ``height`` pixels, black at first. Memory is taken where something is drawn.

    ``pixels`` has them as bytes, ``words`` the same memory as one number a pixel. RfbError
    (``too-large``) beyond the limits.
    """

    def __init__(self, width: int, height: int, limits: Limits) -> None:
        if width > limits.width or height > limits.height or width * height > limits.pixels:
            raise RfbError("too-large", f"{width}x{height}")
        self.rect = Rect(0, 0, width, height)
        self.words: Words = np.zeros((height, width), dtype="<u4")
        self.pixels: Pixels = self.words.view(np.uint8).reshape(height, width, 4)

    def part(self, rect: Rect) -> Words:
        """Return the words of a rectangle that lies within: a view, to read and to write."""
        x, y, width, height = rect
        return self.words[y : y + height, x : x + width]

    def black(self, rect: Rect) -> None:
        """Paint over what is at ``rect``, as far as it lies within."""
        self.part(self.rect.common(rect))[...] = 0
