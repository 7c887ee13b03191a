"""Decisions on signatures: who is in hand at a window signs the form of their own transaction."""

from __future__ import annotations

from firmware_py.core import commands_papers as c
from firmware_py.core.decide_documents import is_sha256
from firmware_py.core.decide_forms import open_form
from firmware_py.core.decide_windows import find_window
from firmware_py.core.events import Event
from firmware_py.core.events_papers import FormSigned
from firmware_py.core.model import State
from firmware_py.core.papers import Form
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules

__all__ = ["MOST_SIZE", "may_sign", "sign"]

#: Bytes of a signature's PNG.
MOST_SIZE = 40 * 1024


def may_sign(state: State, window: str, form: str) -> Form | Refusal:
    """Return an open form of whoever stands at a window: in hand, or just finished."""
    found = find_window(state, window)
    if isinstance(found, Refusal):
        return found
    known = open_form(state, form)
    if isinstance(known, Refusal):
        return known
    # With somebody in hand the one before has left: nobody signs another's form.
    number = found.ticket or found.last_ticket
    if (known.day, known.ticket) != (state.day, number):
        return refuse("form_not_signed_here", form=known.form, window=found.id)
    return known


def sign(rules: Rules, state: State, command: c.SignForm, now_ms: int) -> list[Event] | Refusal:
    """Take a signature under what the form says now."""
    form = may_sign(state, command.window, command.form)
    if isinstance(form, Refusal):
        return form
    if command.version != form.version:
        return refuse("form_changed_meanwhile", form=form.form, version=form.version)
    if not (1 <= command.size <= MOST_SIZE and is_sha256(command.sha256)):
        return refuse("bad_signature")
    return [
        FormSigned(
            form.form, form.version, form.ticket, command.window, command.size, command.sha256
        )
    ]
