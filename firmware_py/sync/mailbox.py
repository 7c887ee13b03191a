"""A box that the event loop empties: letters in order, and others in the loop have their turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Mailbox"]

Letter = TypeVar("Letter")

#: Letters handled before others in the event loop have their turn.
AT_ONCE = 100


class Mailbox(Generic[Letter]):
    """Whoever puts a letter in is not called back by it: ``take`` comes when the loop turns."""

    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[Letter], None]) -> None:
        self._loop = loop
        self._take = take
        self._letters: deque[Letter] = deque()
        self._called = False

    @property
    def full(self) -> bool:
        """Whether as many wait as are handled at once: time to let the sender wait."""
        return len(self._letters) >= AT_ONCE

    def put(self, letter: Letter) -> None:
        """Put a letter in."""
        self._letters.append(letter)
        self._call()

    def _call(self) -> None:
        if self._letters and not self._called:
            self._called = True
            self._loop.call_soon(self._empty)

    def _empty(self) -> None:
        self._called = False
        try:
            for _ in range(min(AT_ONCE, len(self._letters))):
                self._take(self._letters.popleft())
        finally:
            # Also after a letter that could not be taken: the loop tells of it.
            self._call()
