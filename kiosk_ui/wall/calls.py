"""The wall's calls: one large, the others in a list. Pure and immutable.

The rules are those of the LED walls (devices/led_wall/calls.py), with a large place beside rows:

- A call is in the list from the moment it is made until its ticket is no longer called or served,
  for ``show_s`` at least. Newest stands on top.
- The large place is each call's in turn, in the order of calling, for ``show_s``. When several were
  called at once each has it for a shorter time, never below ``LEAST_LARGE_S``.
- One whose ticket is over before its turn never gets it: nobody should go to that window now.
- Where rows are lacking, those give way first whose person has come, then the oldest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

__all__ = ["LEAST_LARGE_S", "Board", "Call"]

#: It takes so long to read a number and a window from afar.
LEAST_LARGE_S = 2.5
_MOST_CALLS = 200


@dataclass(frozen=True, slots=True)
class Call:
    """A number that should go to a window. ``served``: its person has come."""

    number: str
    window: str
    called_s: float
    served: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """``calls`` newest first. ``large`` is the number in the large place, since ``large_s``."""

    calls: tuple[Call, ...] = ()
    turns: tuple[str, ...] = ()
    large: str | None = None
    large_s: float = 0.0
    show_s: float = 8.0

    def called(self, number: str, window: str, now_s: float) -> Board:
        """Take a call, or a recall: it moves to the top and gets the large place again."""
        call = Call(number, window, now_s)
        others = tuple(one for one in self.calls if one.number != number)
        turns = self.turns if number in self.turns else (*self.turns, number)
        if number == self.large:
            # It stands there already; it is new again, at the other window perhaps.
            turns = tuple(one for one in turns if one != number)
            board = replace(self, calls=(call, *others), turns=turns, large_s=now_s)
            return board.at(now_s)
        board = replace(self, calls=(call, *others)[:_MOST_CALLS], turns=turns)
        return board.at(now_s)

    def served(self, number: str) -> Board:
        """The person has come to the window."""
        return self._with(number, served=True)

    def ended(self, number: str, now_s: float) -> Board:
        """The ticket is no longer called or served."""
        return self._with(number, over=True).at(now_s)

    def at(self, now_s: float) -> Board:
        """Return the board of this moment: what is over goes, whose turn it is comes."""
        calls = tuple(c for c in self.calls if not c.over or now_s < c.called_s + self.show_s)
        there = {call.number: call for call in calls}
        turns = tuple(n for n in self.turns if n in there and not there[n].over)
        large, since_s = self.large, self.large_s
        if large not in there or (turns and now_s >= since_s + self._turn_s(len(turns))):
            if turns:
                large, since_s, turns = turns[0], now_s, turns[1:]
            else:
                # An older call fills the place again; it is not new, so the next one need not wait.
                left = [c.number for c in calls if not c.over] or [c.number for c in calls]
                if left or large is not None:
                    large, since_s = (left[0] if left else None), now_s - self.show_s
        if (calls, turns, large, since_s) == (self.calls, self.turns, self.large, self.large_s):
            return self
        return replace(self, calls=calls, turns=turns, large=large, large_s=since_s)

    def in_hand(self, held: Iterable[tuple[str, str, bool]], now_s: float) -> Board:
        """Bring it into line with who is called or served now: ``(number, window, served)``.

        Oldest call first. What was missed while the line was cut comes without a turn of its own,
        what is over leaves. ``served``: the person has come, which a service that began by itself
        does not tell. A daemon's answer may be older than an event: only the event takes it back.
        """
        present = {number: (window, served) for number, window, served in held}
        calls = [
            replace(call, served=call.served or present[call.number][1])
            if call.number in present
            else replace(call, over=True)
            for call in self.calls
        ]
        known = {call.number for call in calls if not call.over}
        for number, (window, served) in present.items():
            if number not in known:
                calls = [c for c in calls if c.number != number]
                calls.insert(0, Call(number, window, now_s - self.show_s, served))
        if tuple(calls) == self.calls:
            return self.at(now_s)
        return replace(self, calls=tuple(calls)).at(now_s)

    @property
    def large_call(self) -> Call | None:
        """The call in the large place."""
        return next((call for call in self.calls if call.number == self.large), None)

    def rows(self, most: int) -> tuple[Call, ...]:
        """Return the calls for so many rows, newest first, without the one in the large place."""
        others = [call for call in self.calls if call.number != self.large]
        if len(others) <= most:
            return tuple(others)
        ranked = sorted(range(len(others)), key=lambda n: (others[n].served or others[n].over, n))
        return tuple(others[n] for n in sorted(ranked[:most]))

    def _turn_s(self, waiting: int) -> float:
        return max(self.show_s / max(waiting, 1), LEAST_LARGE_S)

    def _with(self, number: str, *, served: bool = False, over: bool = False) -> Board:
        calls = tuple(
            replace(c, served=c.served or served, over=c.over or over) if c.number == number else c
            for c in self.calls
        )
        return self if calls == self.calls else replace(self, calls=calls)
