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
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar
from uuid import uuid4

from kiosk_ui import memory
from kiosk_ui.link import Link
from kiosk_ui.look import Look
from kiosk_ui.messages import Held, Message, Pressed, Request, Tick
from kiosk_ui.ops import Picture
from kiosk_ui.panel import Panel
from kiosk_ui.touch import Contact, Touch

__all__ = ["Display", "Runner", "Screen"]

M = TypeVar("M")

#: Time passes for a screen in such steps while nothing else happens: three of four turns of the
#: loop only look whether something came.
TICK_S = 0.1


class Screen(Protocol[M]):
    """What a kind of screen is. Models are immutable and comparable."""

    @property
    def first(self) -> M:
        """The model before anything is known."""

    def update(self, model: M, message: Message, now_s: float) -> tuple[M, Sequence[Request]]:
        """Return the model after a message, and what to ask the daemon for. Pure."""

    def view(self, model: M, look: Look) -> Picture:
        """Return what a model looks like. Pure."""


class Display(Protocol):
    """Where pictures go; ``Shell`` is the real one."""

    panel: Panel
    closed: bool

    def show(self, picture: Picture) -> bool:
        """Show a picture; say whether anything changed."""

    def contacts(self) -> list[Contact]:
        """Return what touched it."""

    def news(self) -> list[Message]:
        """Return what it has to tell itself: which picture files cannot be shown."""

    def wait(self) -> None:
        """Wait for the next turn."""


class Runner(Generic[M]):
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
        self._screen = screen
        self._display = display
        self._link = link
        self._look = replace(look, panel=display.panel)
        self._clock = clock
        self._token = token
        self.model = screen.first
        self.picture: Picture | None = None
        self._drawn: M | None = None
        self._touch = Touch(self._area_at)
        self._held: str | None = None
        self._given_back_s = clock()
        self._ticked_s = -TICK_S

    def run(self, stopped: Callable[[], bool], beside: Sequence[Callable[[], None]] = ()) -> None:
        """Turn until ``stopped`` or until the window is closed; call ``beside`` after each turn."""
        while not (stopped() or self._display.closed):
            self.turn()
            for one in beside:
                one()
            self._display.wait()

    def turn(self) -> None:
        """Take what came, and show what follows from it."""
        contacts = self._display.contacts()
        for contact in contacts:
            pressed = self._touch.take(contact, self._clock())
            self._hold(self._touch.held)
            if pressed is not None:
                self._take(Pressed(pressed, self._token()))
        messages = [*self._display.news(), *self._link.poll()]
        for message in messages:
            self._take(message)
        now_s = self._clock()
        if contacts or messages or not 0 <= now_s - self._ticked_s < TICK_S:
            self._ticked_s = now_s
            self._take(Tick())
        if self.picture is None or self._drawn != self.model:
            self.picture = self._screen.view(self.model, self._look)
            self._drawn = self.model
        self._display.show(self.picture)
        if self._clock() - self._given_back_s >= memory.EVERY_S:
            self._given_back_s = self._clock()
            memory.give_back()

    def _take(self, message: Message) -> None:
        self.model, requests = self._screen.update(self.model, message, self._clock())
        for request in requests:
            self._link.send(request)

    def _hold(self, area: str | None) -> None:
        if area != self._held:
            self._held = area
            self._take(Held(area))

    def _area_at(self, x: int, y: int) -> str | None:
        area = self.picture.area_at(x, y) if self.picture is not None else None
        return area.id if area is not None else None
