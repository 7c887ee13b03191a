"""Acceptance forms as plain data: all of one for programs of the hall, a picture for the broker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from firmware_py.app.clock import local_text
from firmware_py.app.wire import encode
from firmware_py.core.form_code import code_of
from firmware_py.core.model import State
from firmware_py.core.papers import Form, FormState
from firmware_py.core.rules import Rules
from firmware_py.core.working_days import working_days_between

__all__ = ["FormPictures", "days_left", "form_picture", "form_view"]


def days_left(rules: Rules, state: State, form: Form) -> int | None:
    """Return the working days to the due date, below 0 when it has passed; None when it is over."""
    if form.state is not FormState.OPEN:
        return None
    return working_days_between(state.day or form.day, form.due, rules.forms.calendar)


def form_view(rules: Rules, state: State, form: Form) -> dict[str, Any]:
    """Return all that a form says, its QR's content and where it is in its life."""
    view = asdict(form)
    del view["signatures"]
    signed = form.signed
    view["signed"] = (
        None
        if signed is None
        else {"version": signed.version, "at": local_text(state.wall_offset_ms, signed.at_ms)}
    )
    view["code"] = code_of(form.form)
    view["left"] = days_left(rules, state, form)
    for name in ("made", "changed", "closed"):
        at_ms = view.pop(f"{name}_ms")
        view[f"{name}_ms"] = at_ms
        view[f"{name}_at"] = local_text(state.wall_offset_ms, at_ms) if at_ms is not None else ""
    view["first_number"] = next(
        (_number(was) for was, now in state.renumbered.items() if now == form.form), ""
    )
    view["same_number"] = [
        now for was, now in state.renumbered.items() if _number(was) == form.form
    ]
    alarm = state.alarms.get(f"form:{form.form}")
    view["alarm"] = alarm.level if alarm is not None else None
    return view


def _number(renumbered: str) -> str:
    return renumbered.rpartition("/")[2]


def form_picture(rules: Rules, state: State, form: Form) -> dict[str, Any]:
    """Return what the broker is shown of a form: no words that somebody typed."""
    return {
        "id": form.form,
        "state": form.state,
        "version": form.version,
        "ticket": form.ticket,
        "window": form.window,
        "item": form.item,
        "papers": len(form.papers),
        "pages": form.pages,
        "day": form.day,
        "days": form.days,
        "due": form.due,
        "weekends_only": form.weekends_only,
        "left": days_left(rules, state, form),
        "signed": form.signed is not None,
    }


class FormPictures:
    """The pictures of all forms. Thousands stand for weeks, so each is drawn when it changes."""

    def __init__(self) -> None:
        self._drawn: dict[str, tuple[str, bytes]] = {}
        self._of: dict[str, Form] = {}
        self._for: tuple[str | None, Rules | None] = (None, None)

    def pictures(self, rules: Rules, state: State) -> Iterator[tuple[str, bytes]]:
        """Yield topic and body of each form that the hall remembers."""
        if self._for != (state.day, rules):
            # The days that are left are others.
            self._for = (state.day, rules)
            self._of, self._drawn = {}, {}
        for key, form in state.forms.items():
            if self._of.get(key) is not form:
                self._of[key] = form
                self._drawn[key] = (
                    f"state/form/{key}",
                    encode(form_picture(rules, state, form)),
                )
            yield self._drawn[key]
        if len(self._of) > len(state.forms):
            for gone in self._of.keys() - state.forms.keys():
                del self._of[gone], self._drawn[gone]
