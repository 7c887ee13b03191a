"""What people do at devices becomes commands; what they should see there is posted back.

Pads (callers and ratings), kiosk buttons, help buttons and lamps.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from devices.base import Input
from firmware_py.app.ports import Happened, Outcome, Submission
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.events_aside import AlarmAcknowledged, AlarmCleared, AlarmRaised
from firmware_py.core.model import AlarmKind, Level, State, TicketStatus, WindowStatus
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.waiting import eligible
from firmware_py.runtime.devices import Post
from firmware_py.runtime.pad_choices import PadChoices
from firmware_py.settings import Settings

__all__ = ["Inputs", "Lamps", "Pads"]

log = logging.getLogger(__name__)

#: A second press of a kiosk's button within this time is the same person's.
DOUBLE_PRESS_S = 1.0
#: Keys under the taxpayer's hand: what the clerk does goes on.
_TAXPAYERS = frozenset({"rate", "reason"})
#: Keys that do nothing without a ticket in hand, and say so.
_IN_HAND = frozenset({"park", "transfer", "to_desk", "to_window", "to_item"})

Submit = Callable[[Submission, Callable[[Outcome], None]], None]


class Inputs:
    """Turns a device's input into a command with an id of its own."""

    def __init__(
        self,
        settings: Settings,
        submit: Submit,
        state: Callable[[], State],
        clock_s: Callable[[], float],
        refused: Callable[[str, str], None],
        choices: PadChoices,
    ) -> None:
        self._submit = submit
        self._choices = choices
        self._state = state
        self._clock_s = clock_s
        self._refused = refused
        self.configure(settings)
        self._pressed_s: dict[str, float] = {}
        #: Button -> the call for help that stood already when it was last pressed.
        self._stood: dict[str, str | None] = {}
        # Ids must not come again after a restart, and the clock may: so they begin at random.
        self._run = secrets.token_hex(5)
        self._numbers = count(1)

    def configure(self, settings: Settings) -> None:
        """Take which device stands where."""
        self._window_of_pad = {w.pad: w.id for w in settings.windows if w.pad is not None}
        self._window_of_rating_pad = {
            w.rating_pad: w.id for w in settings.windows if w.rating_pad is not None
        }
        self._window_of_button = {w.button: w.id for w in settings.windows if w.button is not None}
        self._kiosk_of_button = {k.button: k for k in settings.kiosks if k.button is not None}
        self._reasons = [reason.id for reason in settings.rating.reasons]
        self._first_item = settings.kiosks[0].item if settings.kiosks else None

    def happened(self, device: str, given: Input) -> None:
        """Take what a person did at ``device``."""
        chosen_at: str | None = None
        command: c.Command | Refusal | None
        if device in self._window_of_pad:
            window = self._window_of_pad[device]
            chosen_at = window if given.typed and self._choices.is_open(window) else None
            command = self._at_pad(window, given)
        elif device in self._window_of_rating_pad:
            command = self._at_rating_pad(self._window_of_rating_pad[device], given)
        elif device in self._window_of_button:
            command = self._at_button(device, given)
        elif device in self._kiosk_of_button:
            command = self._at_kiosk(device, given)
        else:
            log.warning("%s is bound to no window and no kiosk", device)
            return
        if isinstance(command, Refusal):
            self._refused(device, command.code)
            return
        if command is None:
            return
        command_id = f"{device}:{self._run}:{next(self._numbers)}"

        def answered(outcome: Outcome) -> None:
            if outcome.refusal is not None:
                log.info("%s: %s refused: %s", device, given.event, outcome.refusal.code)
                self._refused(device, outcome.refusal.code)
            if chosen_at is not None:
                self._choices.answered(chosen_at, outcome)

        self._submit(Submission(command_id, device, command), answered)

    def _at_kiosk(self, device: str, given: Input) -> c.Command | None:
        kiosk = self._kiosk_of_button[device]
        now_s = self._clock_s()
        before_s = self._pressed_s.get(device)
        if given.event != "pressed" or kiosk.item is None:
            return None
        if before_s is not None and now_s - before_s < DOUBLE_PRESS_S:
            return None
        self._pressed_s[device] = now_s
        return c.TakeTicket(kiosk.item, origin=kiosk.id)

    def _at_rating_pad(self, window: str, given: Input) -> c.Command | Refusal | None:
        """The taxpayer's hand: whatever keys such a pad has, it calls nobody."""
        return self._at_window(window, given) if given.event in _TAXPAYERS else None

    def _at_button(self, device: str, given: Input) -> c.Command | Refusal | None:
        """Press: help is wanted. Hold, of a button whose call stood already: it has come.

        The hold of the very press that called takes nothing back: whoever is in trouble may well
        hold on to it.
        """
        window = self._window_of_button[device]
        if given.event == "held":
            stood = self._stood.pop(device, None)
            return c.AcknowledgeAlarm(stood, by=f"window {window}") if stood is not None else None
        if given.event not in {"pressed", "help"}:
            return self._at_window(window, given)
        self._stood[device] = next(
            (
                alarm.key
                for alarm in self._state().alarms.values()
                if alarm.kind is AlarmKind.HELP and alarm.window == window and not alarm.carried
            ),
            None,
        )
        return c.CallHelp(window)

    def _at_pad(self, window: str, given: Input) -> c.Command | Refusal | None:
        """The clerk's pad: figures are for the choice while one is open, commands end it."""
        if given.typed and self._choices.is_open(window):
            return self._choices.typed(window, given.typed)
        if given.event not in _TAXPAYERS:
            self._choices.end(window)
        if given.event == "transfer":
            number = self._state().windows[window].ticket
            if number is None:
                return refuse("nobody_in_hand", window=window)
            self._choices.begin(window, number)
            return None
        return self._at_window(window, given)

    def _at_window(self, window: str, given: Input) -> c.Command | Refusal | None:
        simple: dict[str, Callable[[str], c.Command]] = {
            "call_next": c.CallNext,
            "recall": c.Recall,
            "start": c.StartService,
            "finish": c.AskRating,
            "start_rating": c.AskRating,
            "no_show": c.MarkMissed,
            "close": c.CloseWindow,
            "help": c.CallHelp,
        }
        if given.event in simple:
            return simple[given.event](window)
        return self._with_ticket(window, given)

    def _with_ticket(self, window: str, given: Input) -> c.Command | Refusal | None:
        found = self._state().windows[window]
        if found.ticket is None and given.event in _IN_HAND:
            return refuse("nobody_in_hand", window=window)
        match given.event:
            case "rate" if given.value is not None:
                return c.Rate(given.value, window=window)
            case "reason" if given.value is not None and 0 < given.value <= len(self._reasons):
                return c.GiveReason(self._reasons[given.value - 1], window=window)
            case "pause" if found.status is WindowStatus.CLOSED:
                return c.OpenWindow(window)
            case "pause" if found.status is WindowStatus.PAUSED:
                return c.ResumeWindow(window)
            case "pause":
                return c.PauseWindow(window)
            case "park" if found.ticket is not None:
                return c.ParkTicket(found.ticket)
            # A button has no figures to say where to.
            case "to_desk" | "transfer" if found.ticket is not None:
                return c.TransferTicket(found.ticket, window="desk", at=window)
            case "to_window" if found.ticket is not None and given.value is not None:
                return self._choices.to_window(found.ticket, str(given.value), window)
            case "to_item" if found.ticket is not None and given.value is not None:
                return self._choices.to_item(found.ticket, str(given.value), window)
            case "call_back":
                number = self._last_away(window)
                return c.CallTicket(window, number) if number is not None else None
            case _:
                return None

    def _last_away(self, window: str) -> str | None:
        away = (TicketStatus.PARKED, TicketStatus.MISSED)
        for ticket in reversed(self._state().tickets.values()):
            if ticket.window == window and ticket.status in away:
                return ticket.number
        return None


class Pads:
    """Shows each pad how many wait and which number its window has; asks for ratings."""

    def __init__(
        self,
        settings: Settings,
        post: Post,
        state: Callable[[], State],
        typed: Callable[[str], str | None],
    ) -> None:
        self._post = post
        self._state = state
        self._typed = typed
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Take which pad stands at which window; each is shown everything again."""
        self._pad_of = {w.id: w.pad for w in settings.windows if w.pad is not None}
        self._window_of = {pad: window for window, pad in self._pad_of.items()}
        own = {w.id: w.rating_pad for w in settings.windows if w.rating_pad is not None}
        #: Where each window asks; a rating pad shows no numbers.
        self._asks_at = self._pad_of | own
        self._shown: dict[str, tuple[int | None, str]] = {}

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Ask for ratings at once; numbers follow with the waiting count."""
        for h in happened:
            event = h.event
            if isinstance(event, e.RatingAsked) and event.window in self._asks_at:
                self._post(self._asks_at[event.window], lambda pad: pad.ask_rating())
            elif isinstance(event, e.RatingGiven) and event.window in self._asks_at:
                self._thank(self._asks_at[event.window], event.score)
            elif isinstance(event, e.TicketCalled) and event.window in self._pad_of:
                self.show(self._pad_of[event.window])

    def _thank(self, pad: str, score: int) -> None:
        def thank(driver: Any) -> None:
            driver.thank(score)

        self._post(pad, thank)

    def knows(self, device: str) -> bool:
        """Say whether this device is a pad."""
        return device in self._window_of or device in self._asks_at.values()

    def refresh(self) -> None:
        """Show every pad what has changed; called a few times a second, not for each ticket."""
        for pad in self._window_of:
            self.show(pad)

    def forget(self, pad: str) -> None:
        """The pad was opened again: it must be shown everything."""
        self._shown.pop(pad, None)

    def show_at(self, window: str) -> None:
        """Show the pad of a window what has changed there."""
        if window in self._pad_of:
            self.show(self._pad_of[window])

    def show(self, pad: str) -> None:
        """Show a pad its counts, or what is typed at it, when they changed."""
        window_id = self._window_of.get(pad)
        state = self._state()
        window = state.windows.get(window_id) if window_id is not None else None
        if window is None:
            return
        waiting = sum(len(q) for key, q in state.queues.items() if eligible(state, window, key))
        # What is typed stands alone: the clerk sees that each key was heard.
        typed = self._typed(window.id)
        picture = (min(waiting, 999), window.ticket or "") if typed is None else (None, typed)
        if self._shown.get(pad) == picture:
            return
        self._shown[pad] = picture

        def show_it(driver: Any) -> None:
            driver.show(*picture)

        self._post(pad, show_it, key="show")


class Lamps:
    """A window's lamp follows its alarms: help, red, amber, off."""

    def __init__(self, settings: Settings, post: Post, state: Callable[[], State]) -> None:
        self._post = post
        self._state = state
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Take which lamp stands at which window."""
        self._lamp_of = {w.id: w.lamp for w in settings.windows if w.lamp is not None}
        self._window_of = {lamp: window for window, lamp in self._lamp_of.items()}

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Set the lamps when an alarm began, changed or ended."""
        kinds = (AlarmRaised, AlarmAcknowledged, AlarmCleared, e.DayClosed)
        if any(isinstance(h.event, kinds) for h in happened):
            for lamp in self._window_of:
                self.show(lamp)

    def show(self, lamp: str) -> None:
        """Set a lamp as its window's alarms say."""
        window = self._window_of.get(lamp)
        if window is None:
            return
        pattern = lamp_pattern(self._state(), window)

        def set_it(driver: Any) -> None:
            driver.set(pattern)

        self._post(lamp, set_it, key="pattern")


def lamp_pattern(state: State, window: str) -> str:
    """Return what a window's lamp shows; an acknowledged alarm lights nothing.

    Nor does one that stood when its day closed: a lamp is about the window's work now, and a new
    call must be seen. The old one waits in the list of alarms.
    """
    levels = [
        (alarm.kind, alarm.level)
        for alarm in state.alarms.values()
        if alarm.window == window and not alarm.acknowledged_by and not alarm.carried
    ]
    if any(kind is AlarmKind.HELP for kind, _ in levels):
        return "help"
    if any(level is Level.RED for _, level in levels):
        return "red"
    return "amber" if levels else "off"
