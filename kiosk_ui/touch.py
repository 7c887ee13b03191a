"""Fingers and the mouse as presses: one finger at a time, on release, whatever else touches.

Pure: what touched the panel and when goes in, what was pressed comes out. A press counts where a
finger came down on an area and leaves the panel inside the same one. While a finger is down no
other counts (a palm, a child, wet hands); one that never leaves stops counting after ``STUCK_S``,
so that a drop of water or a dirty spot does not shut out everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["SETTLE_S", "STUCK_S", "Contact", "Touch"]

#: A finger that is down for longer is not one.
STUCK_S = 8.0
#: Where something else was so short a time ago a touch was meant for that: a double touch.
SETTLE_S = 0.4


@dataclass(frozen=True, slots=True)
class Contact:
    """A finger (or the mouse) at a pixel of the upright picture. ``finger`` is the panel's name."""

    kind: Literal["down", "move", "up"]
    finger: int
    x: int
    y: int


class Touch:
    """Follows the one finger that counts. ``held`` is the area under it, None when there is none.

    ``area_at`` tells which area of the present picture is at a place, by its id.
    """

    def __init__(self, area_at: Callable[[int, int], str | None]) -> None:
        self._area_at = area_at
        self._finger: int | None = None
        self._area: str | None = None
        self._since_s = 0.0
        self._inside = False

    @property
    def held(self) -> str | None:
        """The area that would be pressed if the finger left now."""
        return self._area if self._inside else None

    def take(self, contact: Contact, now_s: float) -> str | None:
        """Take what happened; return the id of the area that was pressed by it."""
        if self._finger is not None and now_s - self._since_s >= STUCK_S:
            self.forget()
        if contact.kind == "down":
            if self._finger is None:
                self._finger, self._since_s = contact.finger, now_s
                self._area = self._area_at(contact.x, contact.y)
                self._inside = self._area is not None
            return None
        if contact.finger != self._finger:
            return None
        there = self._area_at(contact.x, contact.y)
        self._inside = self._area is not None and there == self._area
        if contact.kind == "move":
            return None
        pressed = self.held
        self.forget()
        return pressed

    def forget(self) -> None:
        """Let go of the finger: its release does nothing any more."""
        self._finger, self._area, self._inside = None, None, False
