"""A screen at work: messages go into its model, pictures come out of it.

A screen is two pure functions and a beginning::

    class Hello:
        first = Model()

        def update(self, model, message, now_s):      # -> the next model, and what to ask for
            ...

        def view(self, model, look):                  # -> Picture
            ...

``update`` gets every message of ``kiosk_ui/messages.py``; ``now_s`` never goes back.
``view`` is called when the model is another one, so a model holds exactly what can be seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar
from uuid import uuid4

from kiosk_ui.link import Link
from kiosk_ui.look import Look
from kiosk_ui.loop import Loop, Updates, Waits
from kiosk_ui.messages import Message, Tick
from kiosk_ui.ops import Picture
from kiosk_ui.panel import Panel
from kiosk_ui.touch import Contact, Touch

__all__ = ["Display", "Runner", "Screen"]

M = TypeVar("M")


class Screen(Updates[M], Protocol[M]):
    """What a kind of screen is."""

    def view(self, model: M, look: Look) -> Picture:
        """Return what a model looks like. Pure."""


class Display(Waits, Protocol):
    """Where pictures go; ``Shell`` is the real one."""

    panel: Panel

    def show(self, picture: Picture) -> bool:
        """Show a picture; say whether anything changed."""

    def contacts(self) -> list[Contact]:
        """Return what touched it."""

    def news(self) -> list[Message]:
        """Return what it has to tell itself: which picture files cannot be shown."""


class Runner(Loop[M]):
    """Runs one screen on one display. ``turn`` is one turn of the loop, for tests too."""

    def __init__(
        self,
        screen: Screen[M],
        display: Display,
        link: Link,
        look: Look,
        *,
        clock: Callable[[], float] = time.monotonic,
        token: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        super().__init__(screen, display, link, clock, token)
        self._view = screen.view
        self._display = display
        self._look = replace(look, panel=display.panel)
        self.picture: Picture | None = None
        self._drawn: M | None = None
        self._touch = Touch(self._area_at)

    def turn(self) -> None:
        """Take what came, and show what follows from it."""
        for contact in self._display.contacts():
            pressed = self._touch.take(contact, self._clock())
            self._hold(self._touch.held)
            if pressed is not None:
                self._press(pressed)
        for message in (*self._display.news(), *self._link.poll(), Tick()):
            self._take(message)
        if self.picture is None or self._drawn != self.model:
            self.picture = self._view(self.model, self._look)
            self._drawn = self.model
        self._display.show(self.picture)

    def _area_at(self, x: int, y: int) -> str | None:
        area = self.picture.area_at(x, y) if self.picture is not None else None
        return area.id if area is not None else None
