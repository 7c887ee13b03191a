"""Fold what happened to documents and acceptance forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from firmware_py.core import events_papers as p
from firmware_py.core.events import Event
from firmware_py.core.form_code import count_of
from firmware_py.core.model import State
from firmware_py.core.papers import (
    Form,
    FormContent,
    FormSignature,
    FormState,
    TicketDocument,
)

__all__ = ["FOLD", "begin_day", "pass_over"]

#: Days of whose forms the count is known: a date set wrongly and right again goes on counting.
_DAYS_COUNTED = 40
#: Forms that a restored journal, or a hub that was promoted, may not know of: numbers go on behind
#: as many.
GAP = 100
#: Stands for the day that opens next.
_NEXT_DAY = ""

_CONTENT = tuple(field.name for field in fields(FormContent))


def begin_day(state: State, day: str) -> None:
    """Forget what was over long ago; count the new day's forms from where they stand."""
    state.forms = {
        key: form
        for key, form in state.forms.items()
        if form.state is FormState.OPEN or form.kept_until >= day
    }
    state.renumbered = {was: now for was, now in state.renumbered.items() if now in state.forms}
    counters = state.form_counters
    gap = counters.pop(_NEXT_DAY, 0)
    counters[day] = counters.pop(day, 0) + gap
    state.form_counters = dict(list(counters.items())[-_DAYS_COUNTED:])


def pass_over(state: State) -> None:
    """After a restore or a promotion, people may hold forms that this journal does not know.

    They are of its newest day, which may go on, or of later ones, of which one opens next.
    """
    for one in {state.day or _NEXT_DAY, _NEXT_DAY}:
        state.form_counters[one] = state.form_counters.get(one, 0) + GAP


def _document_added(state: State, event: p.DocumentAdded, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    ticket.documents = (
        *ticket.documents,
        TicketDocument(event.document, event.kind, event.pages, event.size, event.sha256),
    )
    ticket.last_document = int(event.document.rpartition("-")[2])


def _document_replaced(state: State, event: p.DocumentReplaced, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    new = TicketDocument(
        event.document, event.kind, event.pages, event.size, event.sha256, event.version
    )
    ticket.documents = tuple(
        new if one.document == event.document else one for one in ticket.documents
    )


def _document_removed(state: State, event: p.DocumentRemoved, at_ms: int) -> None:
    ticket = state.tickets[event.number]
    ticket.documents = tuple(one for one in ticket.documents if one.document != event.document)


def _content(event: FormContent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in _CONTENT}


def _form_made(state: State, event: p.FormMade, at_ms: int) -> None:
    counted = state.form_counters.get(event.day, 0)
    state.form_counters[event.day] = max(counted, count_of(event.form))
    state.forms[event.form] = Form(**_content(event), made_ms=at_ms, changed_ms=at_ms)


def _form_changed(state: State, event: p.FormChanged, at_ms: int) -> None:
    if (form := state.forms.get(event.form)) is not None:
        state.forms[event.form] = replace(form, **_content(event), changed_ms=at_ms)


def _form_done(state: State, event: p.FormDone, at_ms: int) -> None:
    _close(state, event, FormState.DONE, "", at_ms)


def _form_withdrawn(state: State, event: p.FormWithdrawn, at_ms: int) -> None:
    _close(state, event, FormState.WITHDRAWN, event.reason, at_ms)


def _form_signed(state: State, event: p.FormSigned, at_ms: int) -> None:
    if (form := state.forms.get(event.form)) is not None:
        new = FormSignature(event.version, at_ms, event.size, event.sha256)
        others = tuple(one for one in form.signatures if one.version != event.version)
        state.forms[event.form] = replace(form, signatures=(*others, new))


def _close(
    state: State,
    event: p.FormDone | p.FormWithdrawn,
    became: FormState,
    reason: str,
    at_ms: int,
) -> None:
    if (form := state.forms.get(event.form)) is not None:
        state.forms[event.form] = replace(
            form,
            state=became,
            closed_ms=at_ms,
            closed_day=event.day,
            kept_until=event.kept_until,
            reason=reason,
        )


def _nothing(state: State, event: p.FormReprintRequested, at_ms: int) -> None:
    """The printers' spools act on it."""


#: One function an event; ``Any`` because the value's type follows from the key.
FOLD: dict[type[Event], Callable[[State, Any, int], None]] = {
    p.DocumentAdded: _document_added,
    p.DocumentReplaced: _document_replaced,
    p.DocumentRemoved: _document_removed,
    p.FormMade: _form_made,
    p.FormChanged: _form_changed,
    p.FormDone: _form_done,
    p.FormWithdrawn: _form_withdrawn,
    p.FormReprintRequested: _nothing,
    p.FormSigned: _form_signed,
}
