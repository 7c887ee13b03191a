"""From an acceptance form to the sheet that a printer lays out, and that a PDF is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from devices.ticket_printer.form import FormSheet
from firmware_py.app.clock import local_text
from firmware_py.app.paper_jobs import FormJob
from firmware_py.core.events_papers import FormChanged, FormMade
from firmware_py.core.form_code import code_of
from firmware_py.core.model import State
from firmware_py.core.papers import Form, FormState
from firmware_py.core.rules import Text
from firmware_py.runtime.form_archive import form_of
from firmware_py.runtime.params import FormOf

if TYPE_CHECKING:
    from firmware_py.runtime.forms import Forms
    from firmware_py.runtime.hall import Hall

__all__ = ["FormPapers", "copy_of", "paper_view", "sheet_of"]


def sheet_of(hall: Text, state: State, job: FormJob) -> FormSheet:
    """Return a copy of a form that is in the state, as it is now."""
    form = state.forms[job.number]
    return copy_of(paper_view(hall, state, form), job, signed=form.signed is not None)


def copy_of(view: Mapping[str, Any], job: FormJob, *, signed: bool) -> FormSheet:
    """Return a copy of a form whose paper is ``view``, see ``paper_view``."""
    marks = {"keep" if job.copy == 1 else "sign", *view["marks"]}
    if job.copy != 1:
        # By pen where it was not done on the screen.
        marks.add("signed" if signed else "unsigned")
    if job.again:
        marks.add("reprint")
    return FormSheet(view["fields"], {"papers": tuple(view["papers"])}, frozenset(marks))


def paper_view(hall: Text, state: State, form: Form) -> dict[str, Any]:
    """Return what stands on a form's paper: ``fields``, ``papers`` and ``marks``, as a sheet's.

    ``withdrawn`` is among the marks of a form that is void.
    """
    marks = _marks(form)
    if form.state is FormState.WITHDRAWN:
        marks.append("withdrawn")
    return {"fields": _fields(hall, state, form), "papers": _papers(form), "marks": marks}


class FormPapers:
    """What of a form stands on paper, for whoever prints it or makes a file of it."""

    def __init__(self, hall: Hall, forms: Forms) -> None:
        self._hall = hall
        self._forms = forms

    async def paper(self, params: dict[str, Any], user: str) -> Any:
        """Return the words on a form's paper; the PDF is made where they are asked for.

        A version that a later one took the place of has the mark ``replaced``.
        """
        wanted = msgspec.convert(params, FormOf)
        form, steps = await self._forms.form(wanted.form, wanted.version)
        state, name = self._hall.state(), self._hall.settings.hall.name
        for step in steps:
            content = step.event
            if isinstance(content, FormMade | FormChanged) and content.version == form.version:
                form = replace(form, changed_ms=step.time_ms)
        newest = state.forms.get(form.form) or form_of(steps) or form
        view = paper_view(Text(name.zh, name.en), state, form)
        if newest.version > form.version:
            view["marks"].append("replaced")
        return view


def _fields(hall: Text, state: State, form: Form) -> dict[str, str]:
    return {
        "hall_zh": hall.zh,
        "hall_en": hall.en,
        "number": form.form,
        "version": str(form.version),
        "replaces": str(form.version - 1) if form.version > 1 else "",
        "time": _minute(state, form.made_ms) or form.day,
        "changed": _minute(state, form.changed_ms) if form.version > 1 else "",
        "window": form.window,
        "clerk": form.clerk,
        "ticket": form.ticket,
        "item_zh": form.item_name.zh,
        "item_en": _english(form.item_name),
        "pages": str(form.pages) if form.pages else "",
        "total": str(sum(paper.count for paper in form.papers)),
        "asked": form.asked,
        "days": str(form.days) if form.due else "",
        "due": form.due,
        "come_zh": form.come.zh,
        "come_en": _english(form.come),
        "signed": "" if form.signed is None else _minute(state, form.signed.at_ms) or form.day,
        "qr": code_of(form.form),
    }


def _papers(form: Form) -> tuple[dict[str, str], ...]:
    return tuple(
        {
            "n": str(n),
            "paper_zh": paper.name.zh,
            "paper_en": _english(paper.name),
            "count": str(paper.count),
        }
        for n, paper in enumerate(form.papers, 1)
    )


def _marks(form: Form) -> list[str]:
    marks = ["changed"] if form.version > 1 else []
    return [*marks, "weekends"] if form.weekends_only else marks


def _minute(state: State, at_ms: int) -> str:
    return local_text(state.wall_offset_ms, at_ms, "%Y-%m-%d %H:%M")


def _english(text: Text) -> str:
    """Return the English words; nothing where somebody typed one language alone."""
    return "" if text.en == text.zh else text.en
