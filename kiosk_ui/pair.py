"""Two panels, one screen: a model, two pictures. Without X only one process can hold a display."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar
from uuid import uuid4

from kiosk_ui.link import Link
from kiosk_ui.look import Look
from kiosk_ui.messages import Drawn, Held, Message, Panels, Pressed, Request, Tick, Typed
from kiosk_ui.ops import Picture, TouchArea
from kiosk_ui.panel import Panel
from kiosk_ui.touch import Contact, Touch

__all__ = ["Pair", "PairDisplay", "PairRunner"]

M = TypeVar("M")


class Pair(Protocol[M]):
    """What a pair of screens is: as ``app.Screen``, with two views."""

    @property
    def first(self) -> M:
        """The model before anything is known."""

    def update(self, model: M, message: Message, now_s: float) -> tuple[M, Sequence[Request]]:
        """Return the model after a message, and what to ask the daemon for. Pure."""

    def inner(self, model: M, look: Look) -> Picture:
        """Return what the clerk sees. Pure."""

    def outer(self, model: M, look: Look) -> Picture:
        """Return what the taxpayer sees. Pure."""


class PairDisplay(Protocol):
    """Two panels, the inner one first; ``kiosk_ui.shells.Shells`` is the real one."""

    @property
    def panels(self) -> tuple[Panel, Panel]:
        """The panels as they were found."""

    @property
    def closed(self) -> bool:
        """Whether somebody closed one of the windows."""

    def show(self, pictures: tuple[Picture, Picture]) -> bool:
        """Show both; say whether anything changed."""

    def contacts(self) -> list[tuple[int, Contact]]:
        """Return what touched which panel: 0 the inner one, 1 the outer one."""

    def typed(self) -> list[str]:
        """Return the keys that were pressed at the inner one since the last call."""

    def there(self) -> int:
        """Return how many panels are there now."""

    def wait(self) -> None:
        """Wait for the next turn."""


class PairRunner(Generic[M]):
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
        self._pair = pair
        self._display = display
        self._link = link
        inner, outer = looks
        self._looks = (replace(inner, panel=display.panels[0]),
                       replace(outer, panel=display.panels[1]))  # fmt: skip
        self._beside = beside
        self._clock = clock
        self._token = token
        self.model = pair.first
        self.pictures: tuple[Picture, Picture] | None = None
        self._drawn: M | None = None
        self._touches = (
            Touch(lambda x, y: self._at(0, x, y)),
            Touch(lambda x, y: self._at(1, x, y)),
        )
        self._held: str | None = None
        self._drawing: tuple[int, TouchArea] | None = None
        self._there = 2

    def run(self, stopped: Callable[[], bool], beside: Sequence[Callable[[], None]] = ()) -> None:
        """Turn until ``stopped`` or a window is closed; ``beside`` is done after each turn."""
        while not (stopped() or self._display.closed):
            self.turn()
            for one in beside:
                one()
            self._display.wait()

    def turn(self) -> None:
        """Take what came, and show what follows from it."""
        for panel, contact in self._display.contacts():
            if self._draws(panel, contact):
                continue
            pressed = self._touches[panel].take(contact, self._clock())
            self._hold(self._touches[panel].held)
            if pressed is not None:
                self._take(Pressed(pressed, self._token()))
        for key in self._display.typed():
            area = self.pictures[0].area_of(key) if self.pictures is not None else None
            self._take(Pressed(area.id, self._token()) if area is not None else Typed(key))
        there = self._display.there()
        if there != self._there:
            self._there = there
            self._take(Panels(there))
        for message in (*self._link.poll(), *self._beside(self.model), Tick()):
            self._take(message)
        if self.pictures is None or self._drawn != self.model:
            inner, outer = self._looks
            self.pictures = (self._pair.inner(self.model, inner),
                             self._pair.outer(self.model, outer))  # fmt: skip
            self._drawn = self.model
        self._display.show(self.pictures)

    def _draws(self, panel: int, contact: Contact) -> bool:
        """Follow a finger that draws; say whether it did."""
        if self.pictures is None:
            return False
        if contact.kind == "down" and self._drawing is None:
            area = self.pictures[panel].area_at(contact.x, contact.y)
            if area is None or not area.draws:
                return False
            self._drawing = contact.finger, area
        if self._drawing is None or self._drawing[0] != contact.finger:
            return False
        _, area = self._drawing
        if contact.kind == "up":
            self._drawing = None
            return True
        x = (contact.x - area.rect.x) * 1000 // max(area.rect.w, 1)
        y = (contact.y - area.rect.y) * 1000 // max(area.rect.h, 1)
        inside = (min(max(x, 0), 1000), min(max(y, 0), 1000))
        self._take(Drawn(area.id, contact.kind == "down", *inside))
        return True

    def _take(self, message: Message) -> None:
        self.model, requests = self._pair.update(self.model, message, self._clock())
        for request in requests:
            self._link.send(request)

    def _hold(self, area: str | None) -> None:
        if area != self._held:
            self._held = area
            self._take(Held(area))

    def _at(self, panel: int, x: int, y: int) -> str | None:
        area = self.pictures[panel].area_at(x, y) if self.pictures is not None else None
        return area.id if area is not None else None
