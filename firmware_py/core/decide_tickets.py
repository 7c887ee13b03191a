"""Decisions on tickets: take, cancel, transfer, park, resume, print again."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.alarms import clear_of_ticket, clear_of_window
from firmware_py.core.blocks import block_of
from firmware_py.core.decide_day import ENDED
from firmware_py.core.decide_hours import check_hours, check_open
from firmware_py.core.decide_hubs import next_of
from firmware_py.core.estimate import estimate, estimate_for
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Item, Rules

__all__ = [
    "all_taken",
    "cancel",
    "cannot_take",
    "find",
    "item_cannot_be_taken",
    "open_ticket",
    "park",
    "reprint",
    "resume",
    "take",
    "too_late_to_return",
    "transfer",
    "used_for",
]

Decision = list[e.Event] | Refusal

IN_HAND = frozenset({TicketStatus.CALLED, TicketStatus.SERVING})


def find(state: State, number: str) -> Ticket | Refusal:
    """Return today's ticket by its number (also typed in lower case), or why there is none."""
    typed = number.strip().upper()
    ticket = state.tickets.get(number) or state.tickets.get(typed)
    if ticket is None and any(_between(*stretch, typed) for stretch in state.passed_over):
        return refuse("number_passed_over", number=typed)
    return ticket or _where_it_is(state, typed) or refuse("unknown_ticket", number=number)


def _where_it_is(state: State, number: str) -> Refusal | None:
    """Return what is known of a number that is no ticket here; None: nothing."""
    if number in state.skipped:
        return refuse("number_skipped", number=number, paper=state.skipped[number])
    block = block_of(state.lent, number)
    if block is None:
        return None
    code = "number_written_off" if block.written_off else "number_lent"
    return refuse(code, number=number, node=block.holder)


def _going_on(state: State, number: str) -> Ticket | Refusal:
    """Find a ticket with which something can still be done."""
    ticket = find(state, number)
    if not isinstance(ticket, Refusal) and ticket.status in ENDED:
        return refuse("ticket_ended", number=ticket.number, status=ticket.status)
    return ticket


def _held_at(ticket: Ticket, window: str | None) -> bool:
    """Say whether a window has a ticket in hand; where none was named any may."""
    return window is None or (ticket.status in IN_HAND and ticket.window == window)


def _between(first: str, last: str, number: str) -> bool:
    """Whether a number stands between two of its series; past the digits it grows, so by length."""
    return (len(first), first) <= (len(number), number) <= (len(last), last)


def take(rules: Rules, state: State, command: c.TakeTicket, now_ms: int) -> Decision:
    """Give the next number of the item's series."""
    item = rules.items.get(command.item)
    if item is None:
        return refuse("unknown_item", item=command.item)
    if command.override:
        if not state.day_open:
            return refuse("day_closed")
    else:
        refusal = _check_time(rules, state, now_ms)
        refusal = refusal or _check_one_open(rules, state, command.person, now_ms)
        refusal = refusal or item_cannot_be_taken(rules, state, item)
        refusal = refusal or _check_persons_quota(rules, state, command.person, now_ms)
        if refusal is not None:
            return refusal
    used = used_for(rules, state, command.appointment, now_ms)
    if used is not None:
        return refuse("appointment_used", number=used.number)
    series = rules.series_of(item)
    following = next_of(state, series)
    if isinstance(following, Refusal):
        return following
    count, number = following
    appointment_ms = command.appointment_ms
    if appointment_ms is not None and now_ms > appointment_ms + rules.appointment_late_s * 1000:
        # Too late for the appointment: waits like everybody else.
        appointment_ms = None
    kept = appointment_ms is not None
    guess = estimate(rules, state, item, now_ms)
    return [
        e.TicketIssued(
            number=number,
            series=series.id,
            count=count,
            item=item.id,
            skill=item.skill,
            origin=command.origin,
            traits=command.traits,
            appointment_ms=appointment_ms,
            person=command.person,
            ahead=guess.ahead,
            estimate_s=guess.wait_s,
            sure=guess.sure,
            appointment=command.appointment if kept else None,
        )
    ]


def cannot_take(rules: Rules, state: State, now_ms: int) -> Refusal | None:
    """Return why nobody can take a ticket now, whoever it is and for whatever item.

    None when tickets are given; an item may still have none left: ``item_cannot_be_taken``.
    """
    return _check_time(rules, state, now_ms) or _check_days_quota(rules, state)


def item_cannot_be_taken(rules: Rules, state: State, item: Item) -> Refusal | None:
    """Return why there is no ticket left for an item today: the day's quota, or its own."""
    refusal = _check_days_quota(rules, state)
    if refusal is None and all_taken(state, item):
        return refuse("quota_item")
    return refusal


def all_taken(state: State, item: Item) -> bool:
    """Say whether an item's own tickets of today are all taken."""
    return item.quota is not None and state.taken_by_item.get(item.id, 0) >= item.quota


def open_ticket(rules: Rules, state: State, person: str | None, now_ms: int) -> Ticket | None:
    """Return the ticket that a person still has: not ended, and not missed for too long."""
    if person is None or not state.taken_by_person.get(person):
        return None
    for ticket in reversed(state.tickets.values()):
        if ticket.person == person and ticket.status not in ENDED:
            missed = ticket.status is TicketStatus.MISSED
            if not (missed and too_late_to_return(rules, ticket, now_ms)):
                return ticket
    return None


def used_for(rules: Rules, state: State, appointment: str | None, now_ms: int) -> Ticket | None:
    """Return the ticket that was taken with an appointment.

    One that was cancelled, or missed for too long, has used nothing.
    """
    if appointment is None:
        return None
    for ticket in reversed(state.tickets.values()):
        if ticket.appointment == appointment and ticket.status is not TicketStatus.CANCELLED:
            missed = ticket.status is TicketStatus.MISSED
            if not (missed and too_late_to_return(rules, ticket, now_ms)):
                return ticket
    return None


def _check_one_open(rules: Rules, state: State, person: str | None, now_ms: int) -> Refusal | None:
    has = open_ticket(rules, state, person, now_ms) if rules.one_open else None
    if has is None:
        return None
    if has.status is TicketStatus.WAITING:
        ahead = estimate_for(rules, state, has, now_ms).ahead
        return refuse("person_waiting", number=has.number, ahead=ahead)
    return refuse("person_open", number=has.number, status=has.status)


def _check_time(rules: Rules, state: State, now_ms: int) -> Refusal | None:
    return check_open(rules, state, now_ms) or check_hours(rules, state, now_ms)


def _check_days_quota(rules: Rules, state: State) -> Refusal | None:
    if rules.quota_day is not None and sum(state.taken_by_item.values()) >= rules.quota_day:
        return refuse("quota_day")
    return None


def _check_persons_quota(
    rules: Rules, state: State, person: str | None, now_ms: int
) -> Refusal | None:
    if (
        rules.quota_person is not None
        and person is not None
        and state.taken_by_person.get(person, 0) >= rules.quota_person
        and _usable(rules, state, person, now_ms) >= rules.quota_person
    ):
        return refuse("quota_person")
    return None


def too_late_to_return(rules: Rules, ticket: Ticket, now_ms: int) -> bool:
    """Say whether somebody who was missed has been away for too long to come back."""
    return now_ms - (ticket.missed_ms or 0) > rules.return_within_s * 1000


def _usable(rules: Rules, state: State, person: str, now_ms: int) -> int:
    """Count a person's tickets without those missed for too long: they were told to take anew."""
    return sum(
        1
        for ticket in state.tickets.values()
        if ticket.person == person
        and ticket.status is not TicketStatus.CANCELLED
        and not (ticket.status is TicketStatus.MISSED and too_late_to_return(rules, ticket, now_ms))
    )


def cancel(rules: Rules, state: State, command: c.CancelTicket, now_ms: int) -> Decision:
    """Give a ticket up."""
    ticket = _going_on(state, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    events: list[e.Event] = [*clear_of_ticket(state, ticket)]
    events.append(e.TicketCancelled(ticket.number, command.reason))
    return events


def transfer(rules: Rules, state: State, command: c.TransferTicket, now_ms: int) -> Decision:
    """Send a ticket elsewhere, its place in time kept."""
    ticket = _going_on(state, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    if not _held_at(ticket, command.at):
        return refuse("not_at_window", number=ticket.number, window=command.at)
    if ticket.status is TicketStatus.MISSED:
        return refuse("ticket_missed", number=ticket.number)
    if command.item is None and command.window is None:
        return refuse("transfer_where")
    item = rules.items.get(command.item or ticket.item)
    if item is None:
        return refuse("unknown_item", item=command.item or ticket.item)
    window = command.window
    if window == "desk":
        window = rules.exception_window
        if window is None:
            return refuse("no_exception_window")
    if window is not None:
        there = state.windows.get(window)
        if there is None:
            return refuse("unknown_window", window=window)
        sent_to_desk = window == rules.exception_window
        if not sent_to_desk and there.skills is not None and item.skill not in there.skills:
            return refuse("wrong_skill", window=window)
    # Whoever only waits elsewhere has waited as long as before: that alarm stays.
    stays = ticket.status is TicketStatus.WAITING and item.id == ticket.item
    events: list[e.Event] = [] if stays else [*clear_of_ticket(state, ticket)]
    from_window = ticket.window if ticket.status in IN_HAND else None
    events.append(e.TicketTransferred(ticket.number, item.id, item.skill, window, from_window))
    return events


def park(rules: Rules, state: State, command: c.ParkTicket, now_ms: int) -> Decision:
    """Let the taxpayer fetch a paper; the window is free for others."""
    ticket = _going_on(state, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.status not in IN_HAND or ticket.window is None:
        return refuse("not_in_hand", number=ticket.number)
    if not _held_at(ticket, command.at):
        return refuse("not_at_window", number=ticket.number, window=command.at)
    events: list[e.Event] = [*clear_of_window(state, ticket.window)]
    events.append(e.TicketParked(ticket.number, ticket.window, command.reason))
    return events


def resume(rules: Rules, state: State, command: c.ResumeTicket, now_ms: int) -> Decision:
    """Bring back a parked ticket (first at its window) or a missed one (after some others).

    One that was left when the day closed goes on waiting when the same day opens again.
    """
    ticket = find(state, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    if not state.day_open:
        return refuse("day_closed")
    if ticket.status is TicketStatus.PARKED:
        return [e.TicketResumed(ticket.number, ticket.window)]
    if ticket.status is TicketStatus.MISSED:
        if too_late_to_return(rules, ticket, now_ms):
            minutes = rules.return_within_s // 60
            return refuse("return_too_late", number=ticket.number, minutes=minutes)
        return [e.TicketReturned(ticket.number, state.calls + rules.return_after_calls)]
    if ticket.status is TicketStatus.LEFT:
        return [e.TicketResumed(ticket.number, None)]
    return refuse("not_away", number=ticket.number)


def reprint(rules: Rules, state: State, command: c.ReprintTicket, now_ms: int) -> Decision:
    """Print the same number once more; it is marked as a reprint."""
    ticket = _going_on(state, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    return [e.ReprintRequested(ticket.number, command.origin or ticket.origin)]
