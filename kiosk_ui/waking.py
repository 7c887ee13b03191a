"""What ends a screen's wait for the next turn of its loop: a touch, a key, the daemon, time.

SDL has no descriptor to wait for, and its own wait looks a thousand times a second. On X what comes
comes over one connection, and that has one. Elsewhere (KMSDRM) it is looked now and then.
"""

from __future__ import annotations

import ctypes
import select
from collections.abc import Callable, Sequence

import pygame

__all__ = ["MOST_HZ", "TURN_S", "Waking", "connection"]

#: Time passes for a screen in such steps while nothing else happens.
TURN_S = 0.1
#: Turns of a loop while much happens: a mouse reports ten times as often, and pictures may.
MOST_HZ = 90
#: Where nothing wakes us: so soon a touch is seen at the latest.
_PEEK_S = 1 / 30
_X11 = 2


class _WindowInfo(ctypes.Structure):
    """The head of SDL_SysWMinfo (SDL_syswm.h), as it is on X11."""

    _fields_ = (
        ("major", ctypes.c_uint8),
        ("minor", ctypes.c_uint8),
        ("patch", ctypes.c_uint8),
        ("subsystem", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("rest", ctypes.c_byte * 64),
    )


def connection(window: pygame.Window) -> int | None:
    """Return the descriptor on which X says what happened to a window; None without X."""
    if pygame.display.get_driver() != "x11":
        return None
    # A library's names are found through those that use it, wherever pygame has its own SDL.
    sdl = ctypes.CDLL(pygame.base.__file__)
    sdl.SDL_GetWindowFromID.restype = ctypes.c_void_p
    sdl.SDL_GetWindowWMInfo.argtypes = (ctypes.c_void_p, ctypes.POINTER(_WindowInfo))
    info = _WindowInfo()
    sdl.SDL_GetVersion(ctypes.byref(info))
    known = sdl.SDL_GetWindowWMInfo(sdl.SDL_GetWindowFromID(window.id), ctypes.byref(info))
    if not known or info.subsystem != _X11:
        return None
    number = ctypes.CDLL("libX11.so.6").XConnectionNumber
    number.argtypes = (ctypes.c_void_p,)
    return int(number(info.display))


class Waking:
    """Waits between two turns. ``display`` is the descriptor of ``connection``."""

    def __init__(self, clock: Callable[[], float], display: int | None) -> None:
        self._clock = clock
        self._display = display
        self._turned_s = clock()
        #: Something ended the last wait: much may be happening.
        self._woken = True

    def wait(self, at_once: Sequence[int | None], in_turn: Sequence[int] = ()) -> None:
        """Wait until one of these can be read, something was touched, or ``TURN_S`` passed.

        What is ``in_turn``, and the display, wakes ``MOST_HZ`` times a second at most.
        """
        urgent = [one for one in at_once if one is not None]
        everything = [*urgent, *in_turn, *(() if self._display is None else (self._display,))]
        longest_s = TURN_S if self._display is not None else _PEEK_S
        # After a wait in which nothing came nothing is in haste.
        soon_s = self._turned_s + (1 / MOST_HZ if self._woken else 0.0)
        due_s = self._turned_s + TURN_S
        self._woken = False
        while not self._woken and (left_s := due_s - self._clock()) > 0:
            early_s = soon_s - self._clock()
            if early_s > 0:
                self._woken = bool(select.select(urgent, [], [], early_s)[0])
            else:
                # The library of X may have read already what nobody has taken from it.
                self._woken = pygame.event.peek() or bool(
                    select.select(everything, [], [], min(left_s, longest_s))[0]
                )
        self._turned_s = self._clock()
