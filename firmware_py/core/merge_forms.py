"""Decisions on records about acceptance forms: two hubs may both have made some on one day.

A promoted hub counts on behind a gap (``evolve_papers.pass_over``), so their numbers meet only
where the other one made more than that, or where both went on for days. A form whose number
another one has here then gets a new one; its papers are printed again with it.
"""

from __future__ import annotations

from dataclasses import replace

from firmware_py.core import events as e
from firmware_py.core import events_papers as p
from firmware_py.core.events_spread import RecordMerged
from firmware_py.core.form_code import form_number
from firmware_py.core.model import State
from firmware_py.core.papers import FormContent

__all__ = ["FORM_RECORDS", "form_record", "renumbered_as"]

FormRecord = p.FormMade | p.FormChanged | p.FormDone | p.FormWithdrawn | p.FormSigned
FORM_RECORDS = (p.FormMade, p.FormChanged, p.FormDone, p.FormWithdrawn, p.FormSigned)


def renumbered_as(source: str, form: str) -> str:
    """Return how a form of another Pi's journal is found in ``State.renumbered``."""
    return f"{source}/{form}"


def form_record(state: State, trace: RecordMerged, event: FormRecord) -> list[e.Event]:
    """Return what follows from a record about a form, with its trace."""
    if isinstance(event, p.FormMade):
        return _made(state, trace, event)
    number = state.renumbered.get(renumbered_as(trace.source, event.form), event.form)
    form = state.forms.get(number)
    known = form is not None
    if isinstance(event, p.FormChanged):
        # Of two forms with one number the other's change is none of this one's.
        known = form is not None and event.version > form.version and _same(form, event)
    return [trace, replace(event, form=number)] if known else [replace(trace, outcome="noted")]


def _made(state: State, trace: RecordMerged, event: p.FormMade) -> list[e.Event]:
    known = state.forms.get(event.form)
    if known is None:
        return [trace, event]
    if _same(known, event):
        return [replace(trace, outcome="same")]
    count = state.form_counters.get(event.day, 0) + 1
    while (new := form_number(event.day, count)) in state.forms:
        count += 1
    told = replace(trace, outcome="renumbered", number=event.form, other=new)
    return [told, replace(event, form=new)]


def _same(known: FormContent, told: FormContent) -> bool:
    """Whether they are of one transaction: at one window a ticket's form has one number."""
    return (known.ticket, known.window, known.day) == (told.ticket, told.window, told.day)
