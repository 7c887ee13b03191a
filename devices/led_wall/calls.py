"""The board of calls: what a wall shows of the numbers in hand. Pure: no clock inside.

A call is on the board from when it came on show until its ticket is no longer called or served.
Newest stands on top. A second call never wipes out the first: each is on show for ``min_show_s``,
and when more are called at once than there are rows, they wait their turn in order. The n-th
waiting call is on show at the latest ``ceil(n / rows) * min_show_s`` later, if ``lines`` is asked
for at each ``next_change``.

After its time a call gives way where rows are lacking: first those whose person has come to the
window, then the oldest. It returns while there is room.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from devices.led_wall.page import Align, Colour, Effect, LedLine, LedPage, columns
from devices.led_wall.words import CHINESE

__all__ = ["CallBoard", "call_text"]


@dataclass(slots=True)
class _Call:
    number: str
    window: str
    #: Which of the board's forms is the first that fits a line; their number where none does.
    first_fit: int
    called_at: float
    #: The person has come.
    served: bool = False
    #: When it came on show; meaningless while it waits.
    since: float = 0.0
    recalled: bool = False
    #: When it began to blink, None when it never did.
    blinks: float | None = None
    #: Its ticket is no longer called or served: it leaves once it was on show for long enough.
    over: bool = False


@functools.lru_cache(maxsize=512)
def call_text(number: str, window: str, form: str) -> str:
    """Return a call in words: ``place`` is 3号窗口, ``short`` 3号, ``window`` 3.

    A window that is a name, such as ``导税台``, is used as it is.
    """
    numbered = window.isascii() and window.isalnum()
    return form.format(
        number=number,
        window=window,
        place=f"{window}号窗口" if numbered else window,
        short=f"{window}号" if numbered else window,
    )


class CallBoard:
    """Calls on a wall of ``rows`` lines of ``width_columns`` (see ``page.columns``).

    ``called``, ``served`` and ``over`` follow a ticket; ``lines`` is the picture.

    ``now`` is seconds of any clock that never goes back. What ``lines`` returns is taken as shown
    from ``now`` on, so show it. All calls of a board are worded alike: by the longest of ``forms``
    that fits them all; a call that fits none scrolls. ``served_forms`` are the same
    of somebody who is at the window: no longer than the calls were.

    A new call stands in ``fresh`` for ``min_show_s``, then in ``colour``; a call that was repeated
    flips between both every ``blink_s`` for ``blink_for_s``.
    """

    def __init__(
        self,
        rows: int,
        min_show_s: float,
        *,
        width_columns: int,
        forms: Sequence[str] = CHINESE.calls,
        served_forms: Sequence[str] = CHINESE.served,
        colour: Colour = "green",
        fresh: Colour = "red",
        align: Align = "center",
        blink_s: float = 0.5,
        blink_for_s: float = 3.0,
    ) -> None:
        if rows < 1 or min_show_s <= 0 or width_columns < 1 or not forms or blink_s <= 0:
            raise ValueError("a board needs a row, a width, a form and times above zero")
        if not served_forms:
            raise ValueError("a board needs a form for who is served")
        self.rows = rows
        self.min_show_s = min_show_s
        self._width = width_columns
        self._forms = tuple(forms)
        self._served_forms = tuple(served_forms)
        self._colour: Colour = colour
        self._fresh: Colour = fresh
        self._align: Align = align
        self._blink_s = blink_s
        self._blink_for_s = blink_for_s
        #: Those that had their turn, newest first; and those that wait for it, longest first.
        #: A number is at most once in each.
        self._had: list[_Call] = []
        self._waiting: list[_Call] = []

    def called(self, number: str, window: str, now: float) -> None:
        """Take a call, or the same number again: a recall, perhaps to another window.

        A recall of a call on show blinks there at once and moves to the top when its turn comes,
        which is at once unless others wait.
        """
        call = _Call(number, window, self._first_fit(number, window), called_at=now)
        for one in self._had:
            if one.number == number:
                call.recalled = True
                call.served = one.served and one.window == window and not one.over
                one.window, one.first_fit = window, call.first_fit
                one.served, one.over, one.blinks = call.served, False, now
        for place, one in enumerate(self._waiting):
            if one.number == number:
                call.recalled, call.called_at = True, one.called_at
                self._waiting[place] = call
                return
        self._waiting.append(call)

    def served(self, number: str) -> None:
        """The person has come: the call says so after its time, and gives way before others."""
        for one in (*self._had, *self._waiting):
            if one.number == number:
                one.served = True

    def over(self, number: str) -> None:
        """The ticket is no longer called or served: its call leaves when its time is over.

        One that still waits for a row never comes: nobody should go to that window now.
        """
        self._waiting = [one for one in self._waiting if one.number != number]
        for one in self._had:
            if one.number == number:
                one.over = True

    def clear(self) -> None:
        """Forget all calls: the day is closed."""
        self._had.clear()
        self._waiting.clear()

    @property
    def waiting(self) -> int:
        """How many calls wait for a row."""
        return len(self._waiting)

    def longest_wait(self, now: float) -> float:
        """Return for how many seconds the first waiting call has waited for a row; 0 for none."""
        return max(0.0, now - self._waiting[0].called_at) if self._waiting else 0.0

    def lines(self, now: float) -> tuple[LedLine, ...]:
        """Return the lines to show from ``now`` on, newest first; at most ``rows``."""
        self._advance(now)
        shown = self._on_show(now)
        form = max((call.first_fit for call in shown), default=0)
        return tuple(self._line(call, form, now) for call in shown)

    def page(self, now: float) -> LedPage:
        """Return ``lines`` as a page."""
        return LedPage(self.lines(now))

    def next_change(self, now: float) -> float | None:
        """Return when ``lines`` will say something else if nobody calls, or None."""
        times = []
        if self._waiting:
            times.append(self._room_at(self._waiting[0], now))
        for call in self._on_show(now):
            flips = self._flips(call, now)
            if flips is not None and call.blinks is not None:
                times.append(call.blinks + (flips + 1) * self._blink_s)
            if self._is_fresh(call, now):
                times.append(call.since + self.min_show_s)
        return min(times, default=None)

    def _advance(self, now: float) -> None:
        self._had = [one for one in self._had if not one.over or self._is_fresh(one, now)]
        while self._waiting and self._room_at(self._waiting[0], now) <= now:
            call = self._waiting.pop(0)
            call.since = now
            call.blinks = now if call.recalled else None
            self._had = [call, *(one for one in self._had if one.number != call.number)]

    def _on_show(self, now: float) -> list[_Call]:
        """Return the calls that have a row, newest first."""
        if len(self._had) <= self.rows:
            return self._had
        shown = self._must_stay(now)
        others = self._had[len(shown) :]
        # Whose person has come gets what the others leave.
        room_for_served = self.rows - len(shown) - sum(not one.served for one in others)
        for call in others:
            if len(shown) == self.rows:
                break
            if call.served:
                room_for_served -= 1
            if not call.served or room_for_served >= 0:
                shown.append(call)
        return shown

    def _must_stay(self, now: float) -> list[_Call]:
        """Return the calls that were not on show for long enough, newest first."""
        return [*itertools.takewhile(lambda call: self._is_fresh(call, now), self._had)]

    def _is_fresh(self, call: _Call, now: float) -> bool:
        """Say whether a call must stay: it has not been on show for long enough."""
        return now < call.since + self.min_show_s

    def _room_at(self, call: _Call, now: float) -> float:
        """Say when ``call`` can come on show: a recall takes the place of the call it repeats."""
        fresh = self._must_stay(now)
        if len(fresh) < self.rows:
            return now
        if call.recalled and any(one.number == call.number for one in self._on_show(now)):
            return now
        return fresh[-1].since + self.min_show_s

    def _first_fit(self, number: str, window: str) -> int:
        for at, form in enumerate(self._forms):
            if columns(call_text(number, window, form)) <= self._width:
                return at
        return len(self._forms)

    def _line(self, call: _Call, form: int, now: float) -> LedLine:
        # For its time on show a call reads as one, whatever became of it.
        served = call.served and not self._is_fresh(call, now)
        forms = self._served_forms if served else self._forms
        # Only the shortest form of a call that fits none scrolls; it shortens the others too.
        text = call_text(call.number, call.window, forms[min(form, len(forms) - 1)])
        effect: Effect = "still" if call.first_fit < len(self._forms) else "scroll"
        return LedLine(text, self._colour_of(call, now), effect, self._align)

    def _colour_of(self, call: _Call, now: float) -> Colour:
        flips = self._flips(call, now)
        if flips is not None:
            return self._colour if flips % 2 else self._fresh
        return self._fresh if self._is_fresh(call, now) else self._colour

    def _flips(self, call: _Call, now: float) -> int | None:
        """Say how often a recalled call has flipped its colour; None when it does not blink."""
        if call.blinks is None or now >= call.blinks + self._blink_for_s:
            return None
        # Compared as ``next_change`` adds: a rounded division would name the same moment twice.
        flips = 0
        while call.blinks + (flips + 1) * self._blink_s <= now:
            flips += 1
        return flips
