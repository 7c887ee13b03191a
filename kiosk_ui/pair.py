"""Two panels, one screen: a model, two pictures. Without X only one process can hold a display."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar
from uuid import uuid4

from kiosk_ui.link import Link
from kiosk_ui.look import Look
from kiosk_ui.loop import Loop, Updates, Waits
from kiosk_ui.messages import Drawn, Message, Panels, Tick, Typed
from kiosk_ui.ops import Picture, TouchArea
from kiosk_ui.panel import Panel
from kiosk_ui.touch import SETTLE_S, STUCK_S, Contact, Touch

__all__ = ["Pair", "PairDisplay", "PairRunner"]

M = TypeVar("M")


class Pair(Updates[M], Protocol[M]):
    """What a pair of screens is: as ``app.Screen``, with two views."""

    def inner(self, model: M, look: Look) -> Picture:
        """Return what the clerk sees. Pure."""

    def outer(self, model: M, look: Look) -> Picture:
        """Return what the taxpayer sees. Pure."""

    def holds(self, model: M, now_s: float) -> bool:
        """Whether more is about to come that belongs to it: both panels stay as they are. Pure."""


class PairDisplay(Waits, Protocol):
    """Two panels, the inner one first; ``kiosk_ui.shells.Shells`` is the real one."""

    @property
    def panels(self) -> tuple[Panel, Panel]:
        """The panels as they were found."""

    def show(self, pictures: tuple[Picture, Picture]) -> bool:
        """Show both; say whether anything changed."""

    def contacts(self) -> list[tuple[int, Contact]]:
        """Return what touched which panel: 0 the inner one, 1 the outer one."""

    def typed(self) -> list[str]:
        """Return the keys that were pressed at the inner one since the last call."""

    def there(self) -> tuple[bool, ...]:
        """Say of each panel whether it can be seen now: plugged in and on."""


class PairRunner(Loop[M]):
    """Runs a pair on its panels. ``turn`` is one turn of the loop, for tests too.

    ``beside(model)`` brings messages from elsewhere, such as of the mirror.
    """

    def __init__(
        self,
        pair: Pair[M],
        display: PairDisplay,
        link: Link,
        looks: tuple[Look, Look],
        *,
        beside: Callable[[M], Sequence[Message]] = lambda _: (),
        clock: Callable[[], float] = time.monotonic,
        token: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        super().__init__(pair, display, link, clock, token)
        self._pair = pair
        self._display = display
        inner, outer = looks
        self._looks = (replace(inner, panel=display.panels[0]),
                       replace(outer, panel=display.panels[1]))  # fmt: skip
        self._beside = beside
        self.pictures: tuple[Picture, Picture] | None = None
        self._drawn: M | None = None
        self._touches = (
            Touch(lambda x, y: self._at(0, x, y)),
            Touch(lambda x, y: self._at(1, x, y)),
        )
        #: Panel, finger, area, and when it last moved.
        self._drawing: tuple[int, int, TouchArea, float] | None = None
        #: What could be touched before, and until when.
        self._before: list[tuple[float, tuple[Picture, Picture]]] = []
        self._there: tuple[bool, ...] = (True, True)

    def turn(self) -> None:
        """Take what came, and show what follows from it."""
        for panel, contact in self._display.contacts():
            if self._draws(panel, contact):
                continue
            pressed = self._touches[panel].take(contact, self._clock())
            # One finger is on one screen; that of the clerk comes first.
            self._hold(self._touches[0].held or self._touches[1].held)
            if pressed is not None:
                self._press(pressed)
        for key in self._display.typed():
            # Keys are faster than pictures: each counts on the page that the one before it opened.
            self._view()
            area = self.pictures[0].area_of(key) if self.pictures is not None else None
            if area is not None:
                self._press(area.id)
            else:
                self._take(Typed(key))
        there = self._display.there()
        if there != self._there:
            self._there = there
            self._take(Panels(*there))
        for message in self._link.poll():
            self._take(message)
        self._take(Tick())
        # Behind what is asked for: this is done while the daemon answers.
        for message in self._beside(self.model):
            self._take(message)
        if not self._pair.holds(self.model, self._clock()):
            self._display.show(self._view())

    def _view(self) -> tuple[Picture, Picture]:
        """Return the pictures of the present model."""
        if self.pictures is None or self._drawn != self.model:
            before, now_s = self.pictures, self._clock()
            inner, outer = self._looks
            self.pictures = (self._pair.inner(self.model, inner),
                             self._pair.outer(self.model, outer))  # fmt: skip
            self._drawn = self.model
            self._before = [one for one in self._before if now_s - one[0] < SETTLE_S]
            if before is not None:
                self._before.append((now_s, before))
        return self.pictures

    def _draws(self, panel: int, contact: Contact) -> bool:
        """Follow a finger that draws; say whether it did."""
        if self.pictures is None:
            return False
        now_s = self._clock()
        if self._drawing is not None and now_s - self._drawing[3] >= STUCK_S:
            # A drop of water, a finger whose end never came.
            self._drawing = None
        if contact.kind == "down" and self._drawing is None:
            area = self.pictures[panel].area_at(contact.x, contact.y)
            if area is None or not area.draws:
                return False
            self._drawing = panel, contact.finger, area, now_s
        if self._drawing is None or self._drawing[0] != panel:
            return False
        _, finger, area, _ = self._drawing
        if finger != contact.finger:
            # The ball of the hand presses nothing while a finger draws.
            return contact.kind == "down"
        if contact.kind == "up":
            self._drawing = None
            return True
        self._drawing = panel, finger, area, now_s
        x = (contact.x - area.rect.x) * 1000 // max(area.rect.w, 1)
        y = (contact.y - area.rect.y) * 1000 // max(area.rect.h, 1)
        inside = (min(max(x, 0), 1000), min(max(y, 0), 1000))
        self._take(Drawn(area.id, contact.kind == "down", *inside))
        return True

    def _at(self, panel: int, x: int, y: int) -> str | None:
        if self.pictures is None:
            return None
        area, now_s = _id_at(self.pictures[panel], x, y), self._clock()
        for until_s, pictures in self._before:
            if now_s - until_s < SETTLE_S and _id_at(pictures[panel], x, y) not in {area, None}:
                return None
        return area


def _id_at(picture: Picture, x: int, y: int) -> str | None:
    area = picture.area_at(x, y)
    return area.id if area is not None else None
