"""The queue of what one voice has to say: pure, its clock comes with each call.

First come, first said, and nothing cuts off what is being said. Each announcement is said several
times; a repetition goes behind all that was not said yet, so that in a crowd everybody hears their
number soon. A ticket has one place in the queue: called again, it keeps that place with the newer
call. What nobody needs any more is not said.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from devices.voice.speech import Phrase

__all__ = ["Announcement", "Announcements"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """``ticket`` is the number that it calls, None for a notice; ``left``: how often it is said.

    ``at_s`` is when it was asked for.
    """

    phrases: tuple[Phrase, ...]
    at_s: float
    left: int = 1
    ticket: str | None = None
    said: int = 0


class Announcements:
    """``most`` may wait; what waited longer than ``stale_s`` is not said any more."""

    def __init__(self, most: int, stale_s: float) -> None:
        self._most = most
        self._stale_s = stale_s
        self._waiting: deque[Announcement] = deque()
        #: What is being said.
        self.current: Announcement | None = None
        #: What was never said: too many waited, or it waited too long.
        self.dropped = 0

    def limit(self, most: int, stale_s: float) -> None:
        """So many may wait, so long, from now on."""
        self._most = most
        self._stale_s = stale_s

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, new: Announcement) -> None:
        """Queue an announcement; the latest call of a ticket replaces its older one."""
        if new.ticket is not None:
            if self.current is not None and self.current.ticket == new.ticket:
                self.current = replace(self.current, left=1)
            for place, old in enumerate(self._waiting):
                if old.ticket == new.ticket:
                    self._waiting[place] = new
                    return
        if len(self._waiting) >= self._most:
            self._make_room()
        self._insert(new)

    def over(self, ticket: str) -> None:
        """The ticket is called no more: nothing of it is said any more."""
        if self.current is not None and self.current.ticket == ticket:
            self.current = replace(self.current, left=1)
        self._waiting = deque(one for one in self._waiting if one.ticket != ticket)

    def take(self, now_s: float) -> Announcement | None:
        """Return what is to be said now; None while something is being said, or nothing waits."""
        if self.current is not None:
            return None
        while self._waiting:
            first = self._waiting.popleft()
            if now_s - first.at_s <= self._stale_s:
                self.current = first
                return first
            self.dropped += first.said == 0
        return None

    def said(self) -> None:
        """What is being said was said to its end."""
        done, self.current = self.current, None
        if done is not None and done.left > 1:
            self._insert(replace(done, left=done.left - 1, said=done.said + 1))

    def refused(self) -> None:
        """The voice will not say it: it is not tried again."""
        self.current = None

    def interrupted(self) -> None:
        """The voice was lost: what it was saying comes first when it is back."""
        done, self.current = self.current, None
        if done is not None:
            self._waiting.appendleft(done)

    def clear(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()
        if self.current is not None:
            self.current = replace(self.current, left=1)

    def _insert(self, new: Announcement) -> None:
        """Put it behind all that were said as often, or less often."""
        place = len(self._waiting)
        while place and self._waiting[place - 1].said > new.said:
            place -= 1
        self._waiting.insert(place, new)

    def _make_room(self) -> None:
        """Let go of a repetition, the last in the queue; of the oldest when there is none."""
        if self._waiting and self._waiting[-1].said:
            self._waiting.pop()
        elif self._waiting:
            self._waiting.popleft()
            self.dropped += 1
