"""What a kiosk or a window decides by itself while the hub cannot be reached. Pure.

A kiosk gives numbers of the blocks that were lent to it; a window ends the work in hand and calls
nobody: who is next is known at the hub alone. Everything is a record that the hub takes later
(docs/spread-rules.md).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.blocks import Block, next_lent
from firmware_py.core.decide import decide
from firmware_py.core.decide_alarms import tick
from firmware_py.core.events_aside import AlarmCleared, AlarmRaised
from firmware_py.core.model import AlarmKind, State, TicketStatus
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules
from firmware_py.core.series import number_text

__all__ = ["Here", "decide_alone", "due_alone", "numbers_left", "of_the_hub"]

Decision = list[e.Event] | Refusal

#: Of a window's own keys those that need nobody else.
_AT_WINDOW = (
    c.Recall, c.StartService, c.FinishService, c.MarkMissed, c.AskRating, c.Rate, c.GiveReason,
    c.PauseWindow, c.CloseWindow, c.CallHelp, c.CallNext,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Here:
    """This Pi's name and what stands at it."""

    node: str
    windows: frozenset[str] = frozenset()
    kiosks: frozenset[str] = frozenset()

    def may(self, state: State, command: c.Command) -> bool:
        """Say whether such a command can be decided here at all, at some time."""
        if isinstance(command, c.TakeTicket):
            return command.origin in self.kiosks and not command.override
        if isinstance(command, c.ParkTicket):
            ticket = state.tickets.get(command.number.strip().upper())
            return ticket is not None and self._in_hand(state, ticket.number)
        return isinstance(command, _AT_WINDOW) and command.window in self.windows

    def _in_hand(self, state: State, number: str) -> bool:
        return any(
            window.ticket == number
            for name, window in state.windows.items()
            if name in self.windows
        )


def decide_alone(
    rules: Rules,
    state: State,
    here: Here,
    given: Container[str],
    command: c.Command,
    now_ms: int,
    request: str,
) -> Decision:
    """Return what ``command`` makes happen here; ``given`` are the numbers of our own records.

    Whatever can be checked here is: hours, quotas, a person's open ticket, as far as they are
    known. What happened elsewhere meanwhile is not.
    """
    if not here.may(state, command):
        return refuse("alone_cannot")
    if isinstance(command, c.TakeTicket):
        return _take(rules, state, here, given, command, now_ms, request)
    if isinstance(command, c.CallNext):
        return _next(rules, state, command, now_ms)
    return decide(rules, state, command, now_ms, request)


def _take(
    rules: Rules,
    state: State,
    here: Here,
    given: Container[str],
    command: c.TakeTicket,
    now_ms: int,
    request: str,
) -> Decision:
    decision = decide(rules, state, command, now_ms, request)
    if isinstance(decision, Refusal):
        return decision
    events = list[e.Event]()
    for event in decision:
        if isinstance(event, e.TicketIssued):
            series = rules.series[event.series]
            lent = next_lent(series, state.lent, here.node, _Either(state.tickets, given))
            if lent is None:
                return refuse("alone_no_numbers")
            count, number = lent
            # Who else waits is not known here, so no wait is promised.
            given_here = replace(
                event, count=count, number=number, issued_ms=now_ms, estimate_s=None, sure="low"
            )
            events.append(given_here)
        else:
            events.append(event)
    return events


def _next(rules: Rules, state: State, command: c.CallNext, now_ms: int) -> Decision:
    """The one key that ends the work in hand and calls: its first half is done."""
    window = state.windows.get(command.window)
    ticket = state.tickets.get(window.ticket) if window is not None and window.ticket else None
    if window is None or ticket is None or ticket.status is not TicketStatus.SERVING:
        return refuse("alone_cannot_call")
    if now_ms - window.last_call_ms < rules.next_guard_s * 1000:
        return refuse("too_soon", number=ticket.number)
    finish = c.FinishService(command.window, command.number)
    return decide(rules, state, finish, now_ms)


class _Either(Container[str]):
    """What is in one or in the other."""

    def __init__(self, one: Container[str], other: Container[str]) -> None:
        self._one, self._other = one, other

    def __contains__(self, number: object) -> bool:
        """Say whether a number is in one of them."""
        return number in self._one or number in self._other


def due_alone(
    rules: Rules, state: State, here: Here, now_ms: int
) -> tuple[list[e.Event], list[e.Event]]:
    """Return what time makes happen at this Pi's windows: to be recorded, and to be shown alone.

    Services that begin by themselves and ratings that nobody gave are recorded. An alarm is the
    hub's, which raises its own: here it only lights the lamp.
    """
    recorded, shown = list[e.Event](), list[e.Event]()
    for event in tick(rules, state, c.Tick(), now_ms):
        match event:
            case e.ServiceStarted(window=window) | e.RatingUnanswered(window=window):
                if window in here.windows:
                    recorded.append(event)
            case AlarmRaised(kind=AlarmKind.SERVICE, window=at) if at in here.windows:
                shown.append(event)
            case _:
                pass
    return recorded, shown


def of_the_hub(events: list[e.Event]) -> tuple[list[e.Event], list[e.Event]]:
    """Return what is recorded of a decision, and the ends of alarms that only the hub raises.

    Those are shown: the lamp goes out. The hub ends its own by what follows from the record.
    """
    shown: list[e.Event] = [
        event
        for event in events
        if isinstance(event, AlarmCleared) and not event.alarm.startswith(f"{AlarmKind.HELP}:")
    ]
    return [event for event in events if event not in shown], shown


def numbers_left(rules: Rules, state: State, here: Here, given: Container[str]) -> dict[str, int]:
    """Return how many numbers of each series this Pi may still give by itself."""
    left = dict[str, int]()
    for block in _own(state, here):
        series = rules.series.get(block.series)
        if series is None:
            continue
        free = sum(
            (number := number_text(series, count)) not in state.tickets and number not in given
            for count in block.counts(series)
        )
        left[series.id] = left.get(series.id, 0) + free
    return left


def _own(state: State, here: Here) -> list[Block]:
    return [b for b in state.lent if b.holder == here.node and not b.written_off]
