"""Helpers for tests of documents and acceptance forms: a hall with somebody at window 1."""

from __future__ import annotations

from typing import Any

from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.dates import day_number
from firmware_py.core.events_papers import DocumentAdded, FormMade
from firmware_py.core.papers import Form, PaperTicked
from firmware_py.core.rules import FormRules
from firmware_py.core.working_days import Calendar
from tests.core.hall import Hall, only

#: A Sunday is DAY's eve: the day itself is a Monday, the week before National Day's.
DAY = "2026-09-21"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def days(*texts: str) -> frozenset[int]:
    """Return dates as a calendar has them."""
    return frozenset(day_number(text) for text in texts)


#: National Day 2026 as an example: seven days off; one Sunday before, one Saturday after, worked.
NATIONAL_DAY = Calendar(
    holidays=days(*(f"2026-10-0{n}" for n in range(1, 8))),
    workdays=days("2026-09-20", "2026-10-10"),
    years=frozenset({2026}),
)


def serving(item: str = "D02", *, day: str = DAY, **changes: Any) -> Hall:
    """Return a hall where A001 is being served at window 1."""
    changes.setdefault("forms", FormRules(calendar=NATIONAL_DAY))
    hall = Hall(day=day, **changes).open("1", "2")
    hall.take(item)
    hall.next()
    hall.do(c.StartService("1"))
    return hall.later(10)


def scan(hall: Hall, number: str = "A001", kind: str = "paper:1", pages: int = 2) -> str:
    """Add a document to a ticket; returns its id."""
    document = f"{number}-{hall.ticket(number).last_document + 1}"
    added = only(hall.do(p.AddDocument(number, document, kind, pages, 90_000, SHA)), DocumentAdded)
    return added.document


def make(hall: Hall, window: str = "1", **fields: Any) -> Form:
    """Make a form of the first paper of the list; returns it as it stands."""
    fields.setdefault("papers", (PaperTicked(1),))
    made = only(hall.do(p.MakeForm(window, **fields)), FormMade)
    return hall.state.forms[made.form]


def next_day(hall: Hall, day: str) -> Hall:
    """Close the day and open another."""
    if hall.state.day_open:
        hall.do(c.CloseDay())
    hall.do(c.OpenDay(day))
    return hall
