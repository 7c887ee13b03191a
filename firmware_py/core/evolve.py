"""Fold events into the state. Total: an event that was recorded can always be folded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firmware_py.core import events as e
from firmware_py.core import evolve_aside as aside
from firmware_py.core import evolve_checks as checks
from firmware_py.core import evolve_papers as papers
from firmware_py.core import evolve_rating as rating
from firmware_py.core import evolve_spread as spread
from firmware_py.core.alarms import ENDED_BY_ACKNOWLEDGEMENT, OUTLIVES_THE_DAY
from firmware_py.core.events_aside import (
    ActionTaken,
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    ClockSet,
    NoticeRemoved,
    NoticeShown,
)
from firmware_py.core.model import (
    Floor,
    ServiceTimes,
    State,
    Ticket,
    TicketStatus,
    Window,
    WindowStatus,
)
from firmware_py.core.rules import Rules
from firmware_py.core.waiting import dequeue, enqueue

__all__ = ["evolve", "initial"]


def initial(rules: Rules) -> State:
    """Return the state of a hall in which nothing has happened yet."""
    state = State()
    for rule in rules.windows.values():
        state.windows[rule.id] = Window(rule.id, rule.skills)
    return state


def evolve(state: State, event: e.Event, at_ms: int) -> State:
    """Fold one event, recorded at hall time ``at_ms``, into ``state`` and return it."""
    state.now_ms = at_ms
    _FOLD[type(event)](state, event, at_ms)
    return state


def _leave_window(state: State, ticket: Ticket, at_ms: int) -> None:
    """The ticket is no longer in its window's hand."""
    if ticket.window is not None:
        window = state.window_of(ticket.window)
        if window.ticket == ticket.number:
            window.ticket = None
            window.check = None
            window.free_ms = at_ms


def _stop_serving(state: State, ticket: Ticket, at_ms: int) -> None:
    """Keep the service time so far, for a ticket that will go on later or elsewhere."""
    if ticket.status is TicketStatus.SERVING and ticket.started_ms is not None:
        ticket.served_before_ms += at_ms - ticket.started_ms
    ticket.started_ms = None
    ticket.auto_started = False
    _leave_window(state, ticket, at_ms)


def _day_opened(state: State, event: e.DayOpened, at_ms: int) -> None:
    if not event.reopened:
        _begin_series(state, event.day)
        state.tickets = {}
        state.queues = {}
        state.waiting = 0
        state.requests = {}
        state.began_ms = at_ms
        spread.begin_day(state)
        papers.begin_day(state, event.day)
        # What nobody has seen yet stays: a bad rating of yesterday, a call before the opening.
        kept = OUTLIVES_THE_DAY
        state.alarms = {k: a for k, a in state.alarms.items() if a.kind in kept}
        state.taken_by_item = {}
        state.taken_by_person = {}
        state.service_times = {}
        state.calls = state.finished = 0
        for window in state.windows.values():
            window.served = 0
            window.ticket = None
            window.check = None
            window.last_ticket = None
            rating.forget(window)
    state.day = event.day
    state.day_open = True
    state.opened_ms = at_ms
    state.hours = event.hours


def _begin_series(state: State, day: str) -> None:
    """Begin anew; where slips of this day are out already, after them."""
    floors = [floor for floor in state.floors if floor.day is None or floor.day == day]
    state.counters = {}
    for floor in floors:
        state.counters[floor.series] = max(floor.count, state.counters.get(floor.series, 0))
    state.passed_over = [(floor.first, floor.number) for floor in floors]
    # A day before theirs (a date set wrongly) does not use them up.
    state.floors = [floor for floor in state.floors if floor.day is not None and day < floor.day]


def _series_jumped(state: State, event: e.SeriesJumped, at_ms: int) -> None:
    # Also when they are of another day: until that opens, this one goes on giving numbers.
    state.counters[event.series] = max(event.count, state.counters.get(event.series, 0))
    if event.day is None or event.day != state.day:
        state.floors.append(Floor(event.series, event.count, event.first, event.number, event.day))
    state.passed_over.append((event.first, event.number))


def _day_closed(state: State, event: e.DayClosed, at_ms: int) -> None:
    for number in event.left:
        ticket = state.tickets[number]
        if ticket.status is TicketStatus.WAITING:
            dequeue(state, ticket)
        elif ticket.status is TicketStatus.SERVING and ticket.window is not None:
            state.window_of(ticket.window).last_ticket = number
        _stop_serving(state, ticket, at_ms)
        ticket.status = TicketStatus.LEFT
        ticket.reason = event.reason
        ticket.ended_ms = at_ms
    for window in state.windows.values():
        window.status = WindowStatus.CLOSED
        window.clerk = ""
    for alarm in state.alarms.values():
        # Of the others, only those are left that end by being acknowledged.
        alarm.carried = alarm.kind in ENDED_BY_ACKNOWLEDGEMENT
    state.day_open = False


def _closing_changed(state: State, event: e.ClosingTimeChanged, at_ms: int) -> None:
    state.hours = event.hours


def _ticket_issued(state: State, event: e.TicketIssued, at_ms: int) -> None:
    spread.count_issued(state, event)
    ticket = Ticket(
        number=event.number,
        ordinal=spread.ordinal(state, event),
        item=event.item,
        skill=event.skill,
        origin=event.origin,
        issued_ms=at_ms if event.issued_ms is None else event.issued_ms,
        traits=event.traits,
        appointment_ms=event.appointment_ms,
        person=event.person,
        estimate_s=event.estimate_s,
        appointment=event.appointment,
        request=event.request,
    )
    state.tickets[event.number] = ticket
    if event.request:
        state.requests[event.request] = event.number
    taken = state.taken_by_item
    taken[event.item] = taken.get(event.item, 0) + 1
    if event.person is not None:
        people = state.taken_by_person
        people[event.person] = people.get(event.person, 0) + 1
    if state.early:
        spread.heard_early(state, ticket)
    if state.day_open or event.issued_ms is None:
        enqueue(state, ticket)
    else:
        # A record of a day that has closed meanwhile: left with those who waited then.
        ticket.status = TicketStatus.LEFT
        ticket.reason = "closing_time"
        ticket.ended_ms = at_ms


def _nothing(state: State, event: e.Event, at_ms: int) -> None:
    """Something that is remembered in the journal alone."""


def _ticket_cancelled(state: State, event: e.TicketCancelled, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    if ticket.status is TicketStatus.WAITING:
        dequeue(state, ticket)
    _stop_serving(state, ticket, at_ms)
    ticket.status = TicketStatus.CANCELLED
    ticket.reason = event.reason
    ticket.ended_ms = at_ms
    state.taken_by_item[ticket.item] -= 1
    if ticket.person is not None:
        state.taken_by_person[ticket.person] -= 1


def _ticket_transferred(state: State, event: e.TicketTransferred, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    if ticket.status is TicketStatus.WAITING:
        dequeue(state, ticket)
    else:
        ticket.again_ms = at_ms
    _stop_serving(state, ticket, at_ms)
    if event.item != ticket.item:
        # Another business: its own time limit begins from nothing.
        ticket.served_before_ms = 0
        state.taken_by_item[ticket.item] -= 1
        state.taken_by_item[event.item] = state.taken_by_item.get(event.item, 0) + 1
    ticket.item = event.item
    ticket.skill = event.skill
    ticket.bound = event.window
    ticket.transferred = True
    ticket.resumed = False
    ticket.returned_from_call = None
    ticket.window = None
    ticket.status = TicketStatus.WAITING
    enqueue(state, ticket)


def _ticket_parked(state: State, event: e.TicketParked, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    spread.out_of_queue(state, ticket)
    _stop_serving(state, ticket, at_ms)
    ticket.window = event.window
    ticket.status = TicketStatus.PARKED
    ticket.parked_ms = at_ms
    ticket.reason = event.reason


def _ticket_resumed(state: State, event: e.TicketResumed, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    ticket.resumed = ticket.status is TicketStatus.PARKED
    ticket.bound = event.window
    ticket.status = TicketStatus.WAITING
    ticket.reason = ""
    ticket.again_ms = at_ms
    ticket.ended_ms = None
    enqueue(state, ticket)


def _ticket_returned(state: State, event: e.TicketReturned, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    ticket.returned_from_call = event.from_call
    ticket.again_ms = at_ms
    ticket.status = TicketStatus.WAITING
    enqueue(state, ticket)


def _window_opened(state: State, event: e.WindowOpened, at_ms: int) -> None:
    window = state.window_of(event.window)
    window.status = WindowStatus.OPEN
    window.clerk = event.clerk
    window.opened_ms = at_ms
    window.skills = event.skills
    window.free_ms = at_ms


def _window_paused(state: State, event: e.WindowPaused, at_ms: int) -> None:
    state.window_of(event.window).status = WindowStatus.PAUSED


def _window_resumed(state: State, event: e.WindowResumed, at_ms: int) -> None:
    window = state.window_of(event.window)
    window.status = WindowStatus.OPEN
    window.free_ms = at_ms


def _window_closed(state: State, event: e.WindowClosed, at_ms: int) -> None:
    window = state.window_of(event.window)
    window.status = WindowStatus.CLOSED
    window.clerk = ""


def _window_skills_changed(state: State, event: e.WindowSkillsChanged, at_ms: int) -> None:
    state.window_of(event.window).skills = event.skills


def _ticket_called(state: State, event: e.TicketCalled, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    spread.out_of_queue(state, ticket)
    # Another Pi's call may be the one that counts: then no other window has it any more.
    _stop_serving(state, ticket, at_ms)
    ticket.status = TicketStatus.CALLED
    ticket.window = event.window
    ticket.bound = None
    ticket.resumed = False
    ticket.returned_from_call = None
    ticket.calls = 1
    if event.window not in ticket.called_at:
        ticket.called_at = (*ticket.called_at, event.window)
    ticket.called_ms = at_ms if event.called_ms is None else event.called_ms
    ticket.call_rule = event.reason.rule
    ticket.ended_ms = None
    ticket.reason = ""
    window = state.window_of(event.window)
    window.ticket = event.number
    window.last_call_ms = max(window.last_call_ms, ticket.called_ms)
    state.calls += 1


def _ticket_recalled(state: State, event: e.TicketRecalled, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    ticket.calls = event.calls
    ticket.called_ms = at_ms


def _service_started(state: State, event: e.ServiceStarted, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    ticket.status = TicketStatus.SERVING
    ticket.started_ms = event.since_ms
    ticket.auto_started = event.auto


def _service_finished(state: State, event: e.ServiceFinished, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    if ticket.status is TicketStatus.FINISHED:
        spread.counted_at(state, ticket, event.window)
        return
    spread.out_of_queue(state, ticket)
    spread.taken_after_all(state, ticket)
    for key in ("", ticket.skill):
        times = state.service_times.get(key)
        if times is None:
            times = state.service_times[key] = ServiceTimes()
        times.add(event.service_s)
    _leave_window(state, ticket, at_ms)
    ticket.window = event.window
    ticket.status = TicketStatus.FINISHED
    ticket.ended_ms = at_ms if event.ended_ms is None else event.ended_ms
    ticket.reason = ""
    window = state.window_of(event.window)
    window.served += 1
    window.last_ticket = event.number
    state.finished += 1


def _ticket_missed(state: State, event: e.TicketMissed, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    spread.out_of_queue(state, ticket)
    ticket.started_ms = None
    ticket.auto_started = False
    _leave_window(state, ticket, at_ms)
    ticket.window = event.window
    ticket.status = TicketStatus.MISSED
    ticket.missed_ms = at_ms


#: One function an event; ``Any`` because the value's type follows from the key.
_FOLD: dict[type[e.Event], Callable[[State, Any, int], None]] = {
    e.DayOpened: _day_opened,
    e.DayClosed: _day_closed,
    e.ClosingTimeChanged: _closing_changed,
    e.SeriesJumped: _series_jumped,
    e.TicketIssued: _ticket_issued,
    e.ReprintRequested: _nothing,
    e.TicketCancelled: _ticket_cancelled,
    e.TicketTransferred: _ticket_transferred,
    e.TicketParked: _ticket_parked,
    e.TicketResumed: _ticket_resumed,
    e.TicketReturned: _ticket_returned,
    e.WindowOpened: _window_opened,
    e.WindowPaused: _window_paused,
    e.WindowResumed: _window_resumed,
    e.WindowClosed: _window_closed,
    e.WindowSkillsChanged: _window_skills_changed,
    e.TicketCalled: _ticket_called,
    e.TicketRecalled: _ticket_recalled,
    e.ServiceStarted: _service_started,
    e.ServiceFinished: _service_finished,
    e.TicketMissed: _ticket_missed,
    e.RatingAsked: rating.asked,
    e.RatingGiven: rating.given,
    e.RatingUnanswered: rating.unanswered,
    e.RatingRejected: rating.rejected,
    AlarmRaised: aside.alarm_raised,
    AlarmAcknowledged: aside.alarm_acknowledged,
    AlarmCleared: aside.alarm_cleared,
    NoticeShown: aside.notice_shown,
    NoticeRemoved: aside.notice_removed,
    ActionTaken: aside.action_taken,
    ClockSet: aside.clock_set,
    **papers.FOLD,
    **checks.FOLD,
    **spread.FOLD,
}
