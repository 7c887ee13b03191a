"""What a turn of the pair's loop takes when everything changes at once, and where things are.

No daemon and no server: the mirror is told of a desktop as its connection tells it. Decoding and
the copy into the mirror's picture are before the turn, on the mirror's own thread; so is scaling,
on that of the glass, which is measured beside it.
"""

from __future__ import annotations

import select
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kiosk_ui import memory
from kiosk_ui.bell import Bell
from kiosk_ui.look import load_look
from kiosk_ui.measure_kiosk import PANEL
from kiosk_ui.ops import Live, Text
from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.framebuffer import Framebuffer, Limits
from kiosk_ui.rfb.line import Address
from kiosk_ui.rfb.mirror import Mirror
from kiosk_ui.rfb.numbered import SIDE
from kiosk_ui.rfb.session import Laid
from kiosk_ui.rfb.viewing import Viewing
from kiosk_ui.shells import Shells
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.glass import Glass
from kiosk_ui.window.model import DeskModel
from kiosk_ui.window.states import desk_states

__all__ = ["measure_frame", "places"]

_FRAMES = 60
#: The first frames open fonts and take memory.
_FIRST = 5
#: A picture that takes longer to scale never came.
_SCALED_S = 10.0
_WIDE, _HIGH = PANEL.width_px, PANEL.height_px


class _Desktop:
    """A mirror without a server: all of its picture changes when it is told to."""

    def __init__(self, fresh: Callable[[], None]) -> None:
        self.mirror = Mirror(Address(path="/nowhere"), Access(), fresh=fresh)
        self._frame = Framebuffer(_WIDE, _HIGH, Limits())
        dice = np.random.default_rng(1)
        self._pages = dice.integers(0, 1 << 24, (2, _HIGH, _WIDE), "<u4")
        area = Viewing().area(self._frame.rect, ())
        self.mirror.laid(Laid(self._frame.rect, (), area), self._frame)

    def change(self, number: int) -> float:
        """Give every pixel another colour; return when the update was complete."""
        self._frame.words[...] = self._pages[number % 2]
        self.mirror.sure(time.monotonic())
        begun_s = time.perf_counter()
        self.mirror.updated(self._frame, (self._frame.rect,), whole=True)
        return begun_s


def _changed(model: DeskModel, number: int) -> DeskModel:
    """Return the next second at the window, with another message of the clerk's."""
    shared = replace(model.shared, message=f"请出示第 {number} 份材料。 Paper {number}, please.")
    return replace(model, seconds=model.seconds + number, shared=shared)


def _rung(bell: Bell, since_s: float) -> float:
    """Wait until the picture is scaled; return how long that took. Raises ``RuntimeError``."""
    if not select.select([bell], [], [], _SCALED_S)[0]:
        raise RuntimeError(f"no picture was scaled within {_SCALED_S:g} s")
    bell.heard()
    return (time.perf_counter() - since_s) * 1000


def measure_frame(*, quick: bool = False) -> dict[str, float]:
    """Return what a turn takes: ``all_*`` with every pixel of the mirror and both pages changed.

    The turn: the mirror asked, both pictures laid out, what differs painted, the mirror's pixels
    pixels, scaled before, drawn, both windows flipped. ``pages_*``: both pages alone. ``mirror_*``:
    every pixel of the mirror alone. ``scaled_*``: from the mirror's update until its pixels are
    ready for the loop, before the turn. ``other_*``: a person is called, or served and told
    something: both pages are other ones as a whole, without the mirror. ``copy_ms``: two ready
    pictures copied to the two panels.
    """
    # As ``hall-screen window`` does.
    memory.keep_small(scales=True)
    look, bell = load_look(PANEL), Bell()
    glass, screen = Glass(bell), DeskScreen("3")
    desktop = _Desktop(glass.fresh)
    glass.look_at(desktop.mirror)
    shells = Shells(
        (PANEL, PANEL), look.faces, ((0, 0), (_WIDE, 0)), {"mirror": glass}, time.monotonic
    )
    model = desk_states()["mirror"]
    takes: dict[str, list[float]] = {"all": [], "pages": [], "mirror": []}
    scaled = list[float]()
    frames = _FIRST + (3 if quick else _FRAMES)
    try:
        for number in range(frames):
            for kind, found in takes.items():
                if kind != "pages":
                    updated_s = desktop.change(number + len(kind))
                    if number:
                        scaled.append(_rung(bell, updated_s))
                if kind != "mirror":
                    model = _changed(desk_states()["mirror"], number * 2 + (kind == "all"))
                shells.contacts()
                begun_s = time.perf_counter()
                glass.follow(model)
                shells.show((screen.inner(model, look), screen.outer(model, look)))
                found.append((time.perf_counter() - begun_s) * 1000)
        others = list[float]()
        for number in range(frames):
            model = desk_states()[("called", "message")[number % 2]]
            shells.contacts()
            begun_s = time.perf_counter()
            glass.follow(model)
            shells.show((screen.inner(model, look), screen.outer(model, look)))
            others.append((time.perf_counter() - begun_s) * 1000)
        surfaces = [shell.window_surface for shell in shells.shells]
        ready = [surface.copy() for surface in surfaces]
        copies = []
        for _ in range(20):
            begun_s = time.perf_counter()
            for surface, picture in zip(surfaces, ready, strict=True):
                surface.blit(picture, (0, 0))
            copies.append((time.perf_counter() - begun_s) * 1000)
    finally:
        glass.close()
        bell.close()
        shells.close()
        look.faces.close()
    figures = {"copy_ms": statistics.median(copies)}
    for kind, found in {**takes, "scaled": scaled, "other": others}.items():
        ordered = sorted(found[_FIRST:])
        figures[f"{kind}_p50_ms"] = statistics.median(ordered)
        figures[f"{kind}_p95_ms"] = ordered[min(len(ordered) * 95 // 100, len(ordered) - 1)]
    return figures


def places() -> dict[str, float]:
    """Return where things are, in pixels of their panels, for who looks from outside.

    ``number_x`` and ``number_y``: the middle of the number in hand on the inner one. The mirror of
    a 1920x1080 desktop on the outer one: ``x``, ``y``, ``w``, ``h``; ``side`` is that of a square
    of a picture's number on the desktop.
    """
    look, screen, states = load_look(PANEL), DeskScreen("3"), desk_states()
    outer, inner = screen.outer(states["mirror"], look), screen.inner(states["called"], look)
    rect = next(op.rect for op in outer.ops if isinstance(op, Live))
    numbers = [op for op in inner.ops if isinstance(op, Text) and op.text == "A061"]
    number = max(numbers, key=lambda op: op.size).rect
    look.faces.close()
    return {
        "x": rect.x, "y": rect.y, "w": rect.w, "h": rect.h, "side": SIDE,
        "number_x": number.x + number.w // 2, "number_y": number.y + number.h // 2,
    }  # fmt: skip
