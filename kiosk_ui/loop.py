"""What the loops of one screen and of a pair have in common: messages in, requests out, again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from kiosk_ui import memory
from kiosk_ui.link import Link
from kiosk_ui.messages import Held, Message, Pressed, Request

__all__ = ["Loop", "Updates", "Waits"]

M = TypeVar("M")


class Updates(Protocol[M]):
    """What becomes of a model. Models are immutable and comparable."""

    @property
    def first(self) -> M:
        """The model before anything is known."""

    def update(self, model: M, message: Message, now_s: float) -> tuple[M, Sequence[Request]]:
        """Return the model after a message, and what to ask the daemon for. Pure."""


class Waits(Protocol):
    """What a loop needs of its display to turn."""

    @property
    def closed(self) -> bool:
        """Whether somebody closed its window."""

    def wait(self, link: int | None) -> None:
        """Wait for the next turn, or until the daemon said something on its descriptor."""


class Loop(ABC, Generic[M]):
    """Turns until it is told to stop. ``model`` is the present one."""

    def __init__(
        self,
        screen: Updates[M],
        display: Waits,
        link: Link,
        clock: Callable[[], float],
        token: Callable[[], str],
    ) -> None:
        self.model = screen.first
        self._update = screen.update
        self._waits = display
        self._link = link
        self._clock = clock
        self._token = token
        self._held: str | None = None
        self._given_back_s = clock()

    @abstractmethod
    def turn(self) -> None:
        """Take what came, and show what follows from it."""

    def run(self, stopped: Callable[[], bool], beside: Sequence[Callable[[], None]] = ()) -> None:
        """Turn until ``stopped`` or a window is closed; ``beside`` is done after each turn."""
        while True:
            self.turn()
            for one in beside:
                one()
            if stopped() or self._waits.closed:
                return
            if self._clock() - self._given_back_s >= memory.EVERY_S:
                self._given_back_s = self._clock()
                memory.give_back()
            self._waits.wait(self._link.fileno())

    def _take(self, message: Message) -> None:
        self.model, requests = self._update(self.model, message, self._clock())
        for request in requests:
            self._link.send(request)

    def _press(self, area: str) -> None:
        self._take(Pressed(area, self._token()))

    def _hold(self, area: str | None) -> None:
        if area != self._held:
            self._held = area
            self._take(Held(area))
