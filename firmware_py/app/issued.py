"""What is known from the hub's picture or answer, as the event that it came from."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from firmware_py.app.ports import Happened, Outcome
from firmware_py.app.wire import encode
from firmware_py.core.events import EVENT_NAMES, Event, TicketCalled, TicketIssued
from firmware_py.core.events_papers import FormChanged, FormMade
from firmware_py.core.model import State, Ticket
from firmware_py.core.papers import Form, FormContent, FormState

__all__ = ["forms_meanwhile", "given_before", "issued_as", "seen_as"]


def issued_as(ticket: Ticket) -> Happened:
    """Return the event that a ticket of the hub's picture came from, as far as it is told."""
    event = TicketIssued(
        number=ticket.number,
        series="",
        count=0,
        item=ticket.item,
        skill=ticket.skill,
        origin=ticket.origin,
        traits=ticket.traits,
        appointment_ms=ticket.appointment_ms,
        estimate_s=ticket.estimate_s,
        request=ticket.request,
        issued_ms=ticket.issued_ms,
    )
    name = EVENT_NAMES[TicketIssued]
    return Happened(0, ticket.issued_ms, name, "", ticket.request, event, encode(event))


def forms_meanwhile(known: State, state: State) -> list[Happened]:
    """Return the forms of a hall taken as a whole that want paper and were not known here so."""
    if known.day is None or known.day != state.day:
        return []
    return [
        _form_as(form)
        for form in state.forms.values()
        if form.day == state.day
        and form.state is FormState.OPEN
        and ((before := known.forms.get(form.form)) is None or before.version < form.version)
    ]


def _form_as(form: Form) -> Happened:
    kind = FormMade if form.version == 1 else FormChanged
    told: dict[str, Any] = {one.name: getattr(form, one.name) for one in fields(FormContent)}
    event = kind(**told)
    return Happened(0, form.changed_ms, EVENT_NAMES[kind], "", "", event, encode(event))


def given_before(recorded: State, request: str) -> Outcome | None:
    """Return what a request for a ticket had brought about; None while it is on its way."""
    number = recorded.requests.get(request)
    if number is None:
        return None
    return Outcome((issued_as(recorded.tickets[number]),), repeated=True)


def seen_as(one: Happened) -> Event:
    """Return an event of the hub's answer as this Pi records it: with the hub's own time in it."""
    event = one.event
    if isinstance(event, TicketIssued) and event.issued_ms is None:
        return replace(event, issued_ms=one.time_ms, request=event.request or one.command_id)
    if isinstance(event, TicketCalled) and event.called_ms is None:
        return replace(event, called_ms=one.time_ms)
    return event
