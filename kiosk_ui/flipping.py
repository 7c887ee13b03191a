"""Brings a part of a window's pixels to the panel. pygame's own ``flip`` always brings all of them.

On X a flip waits until the server has copied what it was told: 8 MB for a second that has changed
on a clock take 1.5 ms, the clock alone 0.1 ms.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import pygame

from kiosk_ui.ops import Rect

__all__ = ["Flipping"]


class _Rect(ctypes.Structure):
    """SDL_Rect (SDL_rect.h)."""

    _fields_ = (
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("w", ctypes.c_int),
        ("h", ctypes.c_int),
    )


class Flipping:
    """Flips ``window``, whose surface was asked for before."""

    def __init__(self, window: pygame.Window) -> None:
        # A library's names are found through those that use it, wherever pygame has its own SDL.
        sdl = ctypes.CDLL(pygame.base.__file__)
        sdl.SDL_GetWindowFromID.argtypes = (ctypes.c_uint32,)
        sdl.SDL_GetWindowFromID.restype = ctypes.c_void_p
        self._update = sdl.SDL_UpdateWindowSurfaceRects
        self._update.argtypes = (ctypes.c_void_p, ctypes.POINTER(_Rect), ctypes.c_int)
        self._find, self._id = sdl.SDL_GetWindowFromID, window.id

    def flip(self, places: Sequence[Rect], whole: Rect) -> None:
        """Bring these places to the panel, as far as they are inside ``whole``.

        Raises ``pygame.error``: the window is gone.
        """
        parts = [pygame.Rect(place).clip(pygame.Rect(whole)) for place in places]
        seen = [_Rect(*part) for part in parts if part.w and part.h]
        # Looked for each time: SDL knows which windows there are, and refuses one that is not.
        if seen and self._update(self._find(self._id), (_Rect * len(seen))(*seen), len(seen)) < 0:
            raise pygame.error(pygame.get_error())
