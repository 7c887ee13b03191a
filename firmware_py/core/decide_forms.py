"""Decisions on acceptance forms (文书受理单): made, changed, done, withdrawn, printed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from firmware_py.core import commands_papers as c
from firmware_py.core import events_papers as p
from firmware_py.core.dates import day_number, day_text
from firmware_py.core.decide_tickets import IN_HAND, find
from firmware_py.core.decide_windows import find_window
from firmware_py.core.events import Event
from firmware_py.core.form_alarms import alarm_of, clear_of_form
from firmware_py.core.form_code import form_number, read_code
from firmware_py.core.form_papers import (
    LONGEST_REASON,
    MOST_DAYS,
    check_words,
    papers_of,
    scanned_of,
)
from firmware_py.core.model import State, Ticket, TicketStatus, Window
from firmware_py.core.papers import Form, FormContent, FormState, TicketDocument
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Item, Rules, Text
from firmware_py.core.working_days import add_working_days, only_weekends_known

__all__ = [
    "MOST_OPEN_FORMS",
    "change",
    "done",
    "find_form",
    "limit_of",
    "make",
    "open_form",
    "reprint",
    "ticket_at",
    "withdraw",
]

Decision = list[Event] | Refusal

#: A hall that never marks a form as done must hear of it before its Pi is full of them.
MOST_OPEN_FORMS = 10_000

_CONTENT = tuple(field.name for field in fields(FormContent))


def find_form(state: State, typed: str) -> Form | Refusal:
    """Return a form by its number or its code, also in lower case, or why there is none."""
    read = read_code(typed)
    if read is None:
        return refuse("unknown_form", form=typed)
    form, sound = read
    if not sound:
        return refuse("form_misread", form=form)
    return state.forms.get(form) or refuse("unknown_form", form=form)


def open_form(state: State, typed: str) -> Form | Refusal:
    """Return a form with which something can still be done, or why it cannot."""
    form = find_form(state, typed)
    if isinstance(form, Refusal) or form.state is FormState.OPEN:
        return form
    over = "form_is_done" if form.state is FormState.DONE else "form_is_withdrawn"
    return refuse(over, form=form.form, day=form.closed_day)


def make(rules: Rules, state: State, command: c.MakeForm, now_ms: int) -> Decision:
    """Make the form of a transaction at a window."""
    window = find_window(state, command.window)
    if isinstance(window, Refusal):
        return window
    ticket = ticket_at(state, window, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    item = rules.items.get(ticket.item)
    if item is None:
        return refuse("unknown_item", item=ticket.item)
    # Only open ones count, but closed ones are a reason to look: counting is not free.
    if len(state.forms) >= MOST_OPEN_FORMS and _open_forms(state) >= MOST_OPEN_FORMS:
        return refuse("too_many_forms", max=MOST_OPEN_FORMS)
    refusal = check_words(command.asked, command.come)
    if refusal is not None:
        return refusal
    papers = papers_of(item, command.papers)
    if isinstance(papers, Refusal):
        return papers
    scanned = scanned_of(ticket, command.documents)
    if isinstance(scanned, Refusal):
        return scanned
    day = state.day or ""
    limit = limit_of(rules, item, day, command.days)
    if isinstance(limit, Refusal):
        return limit
    days, due, weekends_only = limit
    count = state.form_counters.get(day, 0) + 1
    made = p.FormMade(
        form=form_number(day, count),
        version=1,
        ticket=ticket.number,
        window=window.id,
        clerk=window.clerk,
        item=item.id,
        item_name=item.name,
        papers=papers,
        pages=sum(one.pages for one in scanned),
        documents=tuple(one.document for one in scanned),
        asked=command.asked.strip(),
        day=day,
        days=days,
        due=due,
        weekends_only=weekends_only,
        come=_come(rules, command.come),
    )
    return [made, *alarm_of(rules, state, made.form, due, day)]


def ticket_at(state: State, window: Window, number: str) -> Ticket | Refusal:
    """Return the ticket that a form is for: in the window's hand, its last, or one it served."""
    if not number:
        number = window.ticket or window.last_ticket or ""
        if not number:
            return refuse("form_without_ticket", window=window.id)
        return state.tickets[number]
    ticket = find(state, number)
    if isinstance(ticket, Refusal):
        return ticket
    here = ticket.window == window.id
    served = ticket.status in {*IN_HAND, TicketStatus.FINISHED, TicketStatus.PARKED}
    if not here or not (served or window.last_ticket == ticket.number):
        return refuse("form_not_here", number=ticket.number, window=window.id)
    return ticket


def _open_forms(state: State) -> int:
    return sum(form.state is FormState.OPEN for form in state.forms.values())


def limit_of(
    rules: Rules, item: Item, day: str, wanted: int | None
) -> tuple[int, str, bool] | Refusal:
    """Return the limit in working days, the due date, and whether only weekends are known."""
    days = item.statutory_days if wanted is None else wanted
    if wanted is None and not days:
        return refuse("form_without_limit", name=item.name)
    if not 1 <= days <= MOST_DAYS:
        return refuse("form_days", max=MOST_DAYS)
    due = add_working_days(day, days, rules.forms.calendar)
    return days, due, only_weekends_known(day, due, rules.forms.calendar)


def _come(rules: Rules, typed: str) -> Text:
    words = typed.strip()
    return Text(words, words) if words else rules.forms.come


def change(rules: Rules, state: State, command: c.ChangeForm, now_ms: int) -> Decision:
    """Say something else on an open form; what was said before stays in the journal.

    The due date moves when the limit does, and when holidays have become known that it was
    reckoned without.
    """
    form = open_form(state, command.form)
    if isinstance(form, Refusal):
        return form
    refusal = check_words(command.asked or "", command.come or "")
    if refusal is not None:
        return refusal
    content: dict[str, Any] = {name: getattr(form, name) for name in _CONTENT}
    if command.papers is not None:
        papers = papers_of(rules.items.get(form.item), command.papers)
        if isinstance(papers, Refusal):
            return papers
        content["papers"] = papers
    if command.documents is not None:
        scanned = _scanned_again(state, form, command.documents)
        if isinstance(scanned, Refusal):
            return scanned
        content["documents"] = tuple(one.document for one in scanned)
        content["pages"] = sum(one.pages for one in scanned)
    if command.asked is not None:
        content["asked"] = command.asked.strip()
    if command.come is not None:
        content["come"] = _come(rules, command.come)
    if command.days is not None or form.weekends_only:
        limit = _limit_again(rules, form, command.days)
        if isinstance(limit, Refusal):
            return limit
        content["days"], content["due"], content["weekends_only"] = limit
    if all(content[name] == getattr(form, name) for name in _CONTENT):
        return []
    content["version"] = form.version + 1
    changed = p.FormChanged(**content)
    return [changed, *alarm_of(rules, state, form.form, changed.due, state.day or form.day)]


def _scanned_again(
    state: State, form: Form, wanted: Sequence[str]
) -> tuple[TicketDocument, ...] | Refusal:
    ticket = state.tickets.get(form.ticket) if form.day == state.day else None
    if ticket is None:
        # The number may be somebody else's today.
        return refuse("form_documents_fixed", form=form.form)
    return scanned_of(ticket, wanted)


def _limit_again(rules: Rules, form: Form, wanted: int | None) -> tuple[int, str, bool] | Refusal:
    days = form.days if wanted is None else wanted
    if not 1 <= days <= MOST_DAYS:
        return refuse("form_days", max=MOST_DAYS)
    due = add_working_days(form.day, days, rules.forms.calendar)
    weekends_only = only_weekends_known(form.day, due, rules.forms.calendar)
    if days == form.days and weekends_only >= form.weekends_only:
        # Nothing more is known than then: what stands on the taxpayer's copy stays.
        return form.days, form.due, form.weekends_only
    return days, due, weekends_only


def done(rules: Rules, state: State, command: c.FormDone, now_ms: int) -> Decision:
    """The result is there."""
    form = open_form(state, command.form)
    if isinstance(form, Refusal):
        return form
    day = state.day or form.day
    event = p.FormDone(form.form, day, _kept_until(rules, day))
    return [event, *clear_of_form(state, form.form)]


def withdraw(rules: Rules, state: State, command: c.WithdrawForm, now_ms: int) -> Decision:
    """The form is void."""
    form = open_form(state, command.form)
    if isinstance(form, Refusal):
        return form
    reason = command.reason.strip()
    if len(reason) > LONGEST_REASON:
        return refuse("words_too_long", max=LONGEST_REASON)
    day = state.day or form.day
    event = p.FormWithdrawn(form.form, reason, day, _kept_until(rules, day))
    return [event, *clear_of_form(state, form.form)]


def _kept_until(rules: Rules, day: str) -> str:
    return day_text(day_number(day) + rules.forms.keep_days)


def reprint(rules: Rules, state: State, command: c.ReprintForm, now_ms: int) -> Decision:
    """Have the present version printed once more."""
    form = open_form(state, command.form)
    if isinstance(form, Refusal):
        return form
    window = command.window or form.window
    if window not in state.windows:
        return refuse("unknown_window", window=window)
    return [p.FormReprintRequested(form.form, form.version, window)]
