"""Where a ticket goes, picked at a clerk's pad: "transfer" opens the choice, figures say which.

``1`` another window, ``2`` another item, ``3`` the exception desk, each with Enter; then the
window's or item's number and Enter (an item's letter is a figure: B10 is 210). Both at once is the
same: ``13`` is window 3. "Transfer" again begins anew; "back", any command and 30 s without a key
lead out of it. The choice is about the ticket that was in hand: with the next person it is gone. In
memory alone; the window's inner screen shows it, and a pad with digits what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devices.base import BACK, ENTER, ERASE
from firmware_py.app.ports import Happened, Outcome
from firmware_py.core import commands as c
from firmware_py.core.figures import meant_by
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["PadChoices", "pad_choices_of"]

#: Somebody who presses nothing for so long has given it up.
LEFT_S = 30.0
_MOST_FIGURES = 8
#: What the first figure chooses, as the screens call it.
_KINDS = {"1": "transfer_window", "2": "transfer_item"}
_DESK = "3"


@dataclass(slots=True)
class _Choice:
    number: str
    #: Told apart from an earlier choice at the same window, and from itself before the last key.
    turn: int
    kind: str = "transfer"
    text: str = ""
    #: The command is on its way.
    sent: bool = False
    wrong: Refusal | None = None


class PadChoices:
    """The choices of all windows. Lives in the event loop.

    ``later`` runs a job after seconds; ``changed`` hears at which window there is something new.
    """

    def __init__(
        self,
        rules: Callable[[], Rules],
        state: Callable[[], State],
        later: Callable[[float, Callable[[], None]], object],
        changed: Callable[[str], None],
    ) -> None:
        self._rules, self._state = rules, state
        self._later, self._changed = later, changed
        self._choices: dict[str, _Choice] = {}
        self._turns = 0

    def begin(self, window: str, number: str) -> None:
        """Open the choice for the ticket in hand."""
        self._choices[window] = _Choice(number, 0)
        self._touched(window)

    def is_open(self, window: str) -> bool:
        """Say whether figures are for the choice now."""
        choice = self._choices.get(window)
        return choice is not None and self._in_hand(window) == choice.number

    def end(self, window: str) -> None:
        """Leave the choice; the ticket stays."""
        if self._choices.pop(window, None) is not None:
            self._changed(window)

    def typed(self, window: str, keys: str) -> c.TransferTicket | Refusal | None:
        """Take keys; return the command they complete, or why they do not.

        After a command ``answered`` is called with what came of it.
        """
        choice = self._choices[window]
        if choice.sent:
            return None
        found: c.TransferTicket | Refusal | None = None
        choice.wrong = None
        for key in keys:
            found = self._key(window, choice, key)
            if found is not None or window not in self._choices:
                break
        if isinstance(found, Refusal):
            choice.text, choice.wrong = "", found
        choice.sent = isinstance(found, c.TransferTicket)
        if window in self._choices:
            self._touched(window)
        return found

    def answered(self, window: str, outcome: Outcome) -> None:
        """Take what came of the command: refused, the clerk may choose another."""
        choice = self._choices.get(window)
        if choice is None or not choice.sent:
            return
        if outcome.refusal is None:
            self.end(window)
            return
        choice.sent, choice.text, choice.wrong = False, "", outcome.refusal
        self._touched(window)

    def _key(self, window: str, choice: _Choice, key: str) -> c.TransferTicket | Refusal | None:
        if key == BACK or (key == ERASE and not choice.text and choice.kind == "transfer"):
            self.end(window)
        elif key == ERASE and not choice.text:
            choice.kind = "transfer"
        elif key == ERASE:
            choice.text = choice.text[:-1]
        elif key == ENTER:
            return self._entered(window, choice)
        elif len(choice.text) < _MOST_FIGURES:
            choice.text += key
        return None

    def _entered(self, window: str, choice: _Choice) -> c.TransferTicket | Refusal | None:
        kind, text = choice.kind, choice.text
        if kind == "transfer":
            kind, text = _KINDS.get(text[:1], kind), text[1:]
            if choice.text == _DESK:
                return c.TransferTicket(choice.number, window="desk", at=window)
            if kind == "transfer":
                return refuse("transfer_where")
            choice.kind, choice.text = kind, text
            if not text:
                return None
        if not text:
            return refuse("transfer_where")
        if kind == "transfer_window":
            return self.to_window(choice.number, text, window)
        return self.to_item(choice.number, text, window)

    def to_window(self, number: str, figures: str, at: str) -> c.TransferTicket | Refusal:
        """Return the command that sends a ticket in hand to a window, by its number in figures."""
        to = meant_by(figures, self._state().windows)
        if to == at:
            return refuse("transfer_where")
        if to is None:
            return refuse("unknown_window", window=figures)
        return c.TransferTicket(number, window=to, at=at)

    def to_item(self, number: str, figures: str, at: str) -> c.TransferTicket | Refusal:
        """Return the command that gives a ticket in hand another item, by its figures."""
        item = meant_by(figures, self._rules().items)
        if item is None:
            return refuse("unknown_item", item=figures)
        return c.TransferTicket(number, item=item, at=at)

    # ---- time and events

    def _touched(self, window: str) -> None:
        self._turns += 1
        turn = self._choices[window].turn = self._turns

        def left() -> None:
            choice = self._choices.get(window)
            if choice is not None and choice.turn == turn:
                self.end(window)

        self._later(LEFT_S, left)
        self._changed(window)

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Drop choices whose ticket has left."""
        for window in [one for one in self._choices if not self.is_open(one)]:
            self.end(window)

    def _in_hand(self, window: str) -> str | None:
        known = self._state().windows.get(window)
        return known.ticket if known is not None else None

    # ---- what is seen

    def figures(self, window: str) -> str | None:
        """Return what was typed so far, for a pad's digits; None while nothing is chosen."""
        return self._choices[window].text if self.is_open(window) else None

    def view(self, window: str) -> dict[str, Any] | None:
        """Return what the window's inner screen shows of it; None while nothing is chosen."""
        if not self.is_open(window):
            return None
        choice = self._choices[window]
        wrong = choice.wrong
        say = None if wrong is None else {"zh": wrong.zh, "en": wrong.en}
        return {"kind": choice.kind, "number": choice.number, "text": choice.text, "say": say}


def pad_choices_of(hall: Hall) -> PadChoices:
    """Return the choices of a hall's windows; its screens and pads show them."""

    def changed(window: str) -> None:
        hall.screens.tell(window, "pad")
        hall.pads.show_at(window)

    made = PadChoices(lambda: hall.rules, hall.state, hall.loop.call_later, changed)
    hall.screens.register("pad", made.view)
    return made
