"""A one-way box between a thread and the event loop, bounded, one wake-up for many letters."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["LoopMailbox"]

Letter = TypeVar("Letter")

#: Letters handled before others in the event loop have their turn.
AT_ONCE = 100


class LoopMailbox(Generic[Letter]):
    """A thread puts letters in; the event loop takes them out, in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[Letter], None]) -> None:
        self._loop = loop
        self._take = take
        self._letters: deque[Letter] = deque()
        self._lock = threading.Lock()
        self._called = False

    def __len__(self) -> int:
        return len(self._letters)

    def put(self, letter: Letter) -> None:
        """Put a letter in, from any thread. After the loop has ended it is dropped."""
        with self._lock:
            self._letters.append(letter)
            if self._called:
                return
            self._called = True
        try:
            self._loop.call_soon_threadsafe(self._empty)
        except RuntimeError:  # the loop is closed: nobody is left to read it
            self._letters.clear()

    def _empty(self) -> None:
        for _ in range(AT_ONCE):
            with self._lock:
                if not self._letters:
                    self._called = False
                    return
                letter = self._letters.popleft()
            self._take(letter)
        self._loop.call_soon(self._empty)
