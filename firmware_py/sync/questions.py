"""What a Pi has asked of the hub and not heard yet.

Two kinds: what this line asks for itself (the state, events, a pulse), asked anew by how it then
stands; and what others wait for (commands, queries), which is asked again of a hub that is back,
and waits until this Pi's own records are there: a rating counts after the service that it is about.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from firmware_py.sync.followed import Asked

__all__ = ["Questions"]


class Questions:
    """``put`` sends one by its number; ``hold`` says that others' questions have to wait."""

    def __init__(self, put: Callable[[int, Asked], None], hold: Callable[[], bool]) -> None:
        self._put, self._hold = put, hold
        self._asked: dict[int, Asked] = {}
        #: Numbers of others' questions that the hub of this connection was sent.
        self._sent: set[int] = set()
        #: Not from 1: a late answer to this Pi's former run is no answer to the same number now.
        self._number = secrets.randbits(48)

    def add(self, asked: Asked, *, now: bool) -> None:
        """Take a question; ``now``: the hub is there to be asked."""
        self._number += 1
        self._asked[self._number] = asked
        if not now:
            return
        if asked.answered is None:
            self._put(self._number, asked)
        else:
            self.put()

    def born(self) -> None:
        """The hub is there anew: what others wait for may be lost, and its id makes it count once.

        Nothing is sent yet.
        """
        self._sent.clear()

    def put(self) -> None:
        """Send what others wait for and the hub was not sent, unless it has to wait."""
        waiting = {
            number: asked
            for number, asked in self._asked.items()
            if asked.answered is not None and number not in self._sent and asked.wanted()
        }
        if not waiting or self._hold():
            return
        for number, asked in waiting.items():
            self._sent.add(number)
            self._put(number, asked)

    def cut(self) -> None:
        """The connection is gone: only what others wait for is kept."""
        self._asked = {n: one for n, one in self._asked.items() if one.answered is not None}

    def get(self, number: int) -> Asked | None:
        """Return the question of this number; None when it is over."""
        return self._asked.get(number)

    def end(self, number: int) -> None:
        """It was answered."""
        del self._asked[number]
        self._sent.discard(number)

    def expire(self, now_s: float) -> None:
        """Give up what nobody answered in time."""
        for number, asked in list(self._asked.items()):
            if now_s >= asked.until_s:
                self.end(number)
                if asked.answered is not None:
                    asked.answered(None)

    def stop(self) -> None:
        """Whoever still waits gets no answer."""
        asked, self._asked = self._asked, {}
        for one in asked.values():
            if one.answered is not None:
                one.answered(None)

    def under_way(self) -> set[str]:
        """Return what this line asks for itself."""
        return {one.what for one in self._asked.values() if one.answered is None}

    @property
    def owed(self) -> bool:
        """Whether somebody waits for an answer."""
        return any(one.answered is not None for one in self._asked.values())
