"""Acceptance forms beyond the hall's memory: earlier versions, and those that were over long ago.

The journal has them all until it is compacted. It is read backwards in small pieces, so that a
question keeps no ticket waiting, and no further than the days that are asked about.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from firmware_py.app.newest_first import Run, newest_first
from firmware_py.app.wire import decode_event, known_event
from firmware_py.core.events import DayOpened, Event
from firmware_py.core.events_papers import (
    FormChanged,
    FormDone,
    FormMade,
    FormReprintRequested,
    FormSigned,
    FormWithdrawn,
)
from firmware_py.core.evolve_papers import FOLD
from firmware_py.core.model import State
from firmware_py.core.papers import Form, FormContent

__all__ = ["FormArchive", "Step", "form_of"]

#: A day under a wrong date stands among the others: only a second earlier one ends the search.
EARLIER_DAYS = 2

FormEvent = FormMade | FormChanged | FormDone | FormWithdrawn | FormReprintRequested | FormSigned
_CONTENT = tuple(field.name for field in fields(FormContent))


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a form, when (hall time) and who did it."""

    seq: int
    time_ms: int
    type: str
    by: str
    event: FormEvent


class FormArchive:
    """Looks for forms in the journal."""

    def __init__(self, run: Run, newest_seq: Callable[[], int]) -> None:
        self._run = run
        self._newest_seq = newest_seq

    async def steps_of(self, form: str) -> list[Step]:
        """Return all that the journal has of a form, in order; nothing when it knows none."""
        day = f"{form[1:5]}-{form[5:7]}-{form[7:9]}"
        found: list[Step] = []
        async for step in self._back_to(day):
            if step.event.form == form:
                found.append(step)
                if isinstance(step.event, FormMade):
                    break
        return found[::-1]

    async def made_since(self, day: str) -> dict[str, Form]:
        """Return every form accepted on ``day`` (``YYYY-MM-DD``) or later, as it stands."""
        steps = [step async for step in self._back_to(day)]
        return {key: one for key, one in _folded(steps[::-1]).items() if one.day >= day}

    async def _back_to(self, day: str) -> AsyncIterator[Step]:
        """Yield what happened to forms, newest first, back to the opening of ``day``."""
        earlier = 0
        async for stored in newest_first(self._run, self._newest_seq()):
            if stored.type.startswith("form."):
                event = known_event(stored.type, stored.body)
                if isinstance(event, FormEvent):
                    yield Step(stored.seq, stored.time_ms, stored.type, stored.by, event)
            elif stored.type == "day.opened":
                opened = decode_event(stored.type, stored.body)
                earlier += isinstance(opened, DayOpened) and opened.day < day
                if earlier >= EARLIER_DAYS:
                    return


def _folded(steps: Iterable[Step]) -> dict[str, Form]:
    state = State()
    for step in steps:
        FOLD[type(step.event)](state, step.event, step.time_ms)
    return state.forms


def form_of(steps: Iterable[Step], version: int | None = None) -> Form | None:
    """Return a form as its steps leave it, with the words of ``version`` when one is asked for.

    None: there is no such version.
    """
    steps = list(steps)
    form = next(iter(_folded(steps).values()), None)
    if form is None or version is None:
        return form
    for step in steps:
        content: Event = step.event
        if isinstance(content, FormMade | FormChanged) and content.version == version:
            told: dict[str, Any] = {name: getattr(content, name) for name in _CONTENT}
            return replace(form, **told)
    return None
