"""Acceptance forms on the control socket: a draft for the clerk, one form, the search for some.

Words that somebody types on a form reach paper and the journal, so an ID number among them is
refused before anything is decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.clock import local_text
from firmware_py.app.newest_first import Run
from firmware_py.app.paper_jobs import Asks
from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.dates import is_day
from firmware_py.core.decide_forms import find_form, limit_of, ticket_at
from firmware_py.core.decide_windows import find_window
from firmware_py.core.form_code import read_code
from firmware_py.core.papers import Form
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.form_archive import FormArchive, Step, form_of
from firmware_py.runtime.form_views import form_view
from firmware_py.runtime.params import FormDraft, FormFind, FormShow
from firmware_py.runtime.personal import holds_id_number, words_of
from firmware_py.runtime.printers import Printers

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["Forms", "vet_papers"]

_PERSONAL = Refusal(
    "personal_data",
    "文字中有身份证号码，属于个人信息，不能写入受理单和流水；请改写证件名称，例如“经办人身份证复印件”。",
    "The words hold an ID number, which is personal data: neither a form nor the journal takes it. "
    "Name the document instead, such as a copy of an ID card.",
)


def vet_papers(command: c.Command) -> Refusal | None:
    """Refuse documents and forms whose words hold an ID number."""
    if not isinstance(command, p.PaperCommand):
        return None
    return _PERSONAL if holds_id_number(*words_of(command)) else None


class Forms:
    """The methods ``form.draft``, ``form.show`` and ``form.find``."""

    def __init__(self, hall: Hall, run: Run) -> None:
        self._hall = hall
        self.archive = FormArchive(run, lambda: hall.writer.last_seq)

    def queries(self) -> dict[str, Query]:
        """Return the methods."""
        return {"form.draft": self.draft, "form.show": self.show, "form.find": self.find}

    async def draft(self, params: dict[str, Any], user: str) -> Any:
        """Return what a form at a window would be about: its ticket, the item's papers, the limit.

        ``days`` and ``due`` are null for an item without a statutory limit, ``printer`` for a
        window where no paper will come.
        """
        wanted = msgspec.convert(params, FormDraft)
        hall, state = self._hall, self._hall.state()
        window = find_window(state, wanted.window)
        if isinstance(window, Refusal):
            raise QueryError(window)
        ticket = ticket_at(state, window, wanted.number)
        if isinstance(ticket, Refusal):
            raise QueryError(ticket)
        item = hall.rules.items.get(ticket.item)
        if item is None:
            raise QueryError(refuse("unknown_item", item=ticket.item))
        limit = limit_of(hall.rules, item, state.day or "", wanted.days)
        days, due, weekends_only = (None, None, False) if isinstance(limit, Refusal) else limit
        return {
            "ticket": ticket.number,
            "window": window.id,
            "item": item.id,
            "item_name": asdict(item.name),
            "papers": [asdict(paper) for paper in item.papers],
            "documents": [asdict(document) for document in ticket.documents],
            "days": days,
            "due": due,
            "weekends_only": weekends_only,
            "come": asdict(hall.rules.forms.come),
            "printer": self._printer(window.id),
        }

    async def show(self, params: dict[str, Any], user: str) -> Any:
        """Return a form, as it is or in an earlier version; with ``history`` all that happened."""
        wanted = msgspec.convert(params, FormShow)
        form, steps = await self.form(wanted.form, wanted.version, history=wanted.history)
        hall, state = self._hall, self._hall.state()
        view = form_view(hall.rules, state, form)
        present = state.forms.get(form.form)
        last = present or form_of(steps)
        view["newest"] = last.version if last is not None else form.version
        view["printer"] = self._printer(form.window)
        view["history"] = (
            [_told(step, state.wall_offset_ms) for step in steps] if wanted.history else None
        )
        return view

    def _printer(self, window: str) -> str | None:
        return Printers(self._hall.settings).of(Asks(window, form=True))

    async def form(
        self, typed: str, version: int | None = None, *, history: bool = False
    ) -> tuple[Form, list[Step]]:
        """Return a form by number or code, and what happened to it as far as that was looked for.

        Raises ``QueryError``.
        """
        found = find_form(self._hall.state(), typed)
        if isinstance(found, Form) and not history and version in (None, found.version):
            return found, []
        read = read_code(typed)
        if isinstance(found, Refusal) and (read is None or not read[1]):
            raise QueryError(found)
        number = found.form if isinstance(found, Form) else read[0] if read is not None else typed
        steps = await self.archive.steps_of(number)
        form = form_of(steps, version)
        if form is None and isinstance(found, Form) and version in (None, found.version):
            # The journal has forgotten how it came about; the hall has not.
            form = found
        if form is None:
            raise QueryError(
                found if isinstance(found, Refusal) and not steps else _no_version(number, version)
            )
        return form, steps

    async def find(self, params: dict[str, Any], user: str) -> Any:
        """Return forms that fit all that is given, and how many more there are.

        The newest are first; in the order ``due`` those that are due first.

        With ``since`` also those that are over for so long that only the journal has them.
        """
        wanted = msgspec.convert(params, FormFind)
        for day in (wanted.since, wanted.due_before):
            if day is not None and not is_day(day):
                raise QueryError(refuse("bad_day", day=day))
        hall, state = self._hall, self._hall.state()
        forms: Mapping[str, Form] = state.forms
        if wanted.since is not None:
            forms = {**await self.archive.made_since(wanted.since), **forms}
        fitting = sorted(
            (form for form in forms.values() if _fits(form, wanted)),
            key=lambda form: (form.day, len(form.form), form.form),
            reverse=wanted.order == "newest",
        )
        if wanted.order == "due":
            fitting.sort(key=lambda form: form.due)
        return {
            "forms": [form_view(hall.rules, state, one) for one in fitting[: wanted.limit]],
            "more": max(0, len(fitting) - wanted.limit),
        }


def _fits(form: Form, wanted: FormFind) -> bool:
    number = wanted.number.strip().upper()
    read = read_code(number)
    return (
        (read[0] == form.form if read is not None else number in form.form)
        and wanted.ticket.strip().upper() in ("", form.ticket)
        and wanted.window in ("", form.window)
        and wanted.item in ("", form.item)
        and wanted.state in (None, form.state)
        and (wanted.since is None or form.day >= wanted.since)
        and (wanted.due_before is None or form.due < wanted.due_before)
    )


def _told(step: Step, wall_offset_ms: int | None) -> dict[str, Any]:
    event = step.event
    return {
        "type": step.type,
        "at": local_text(wall_offset_ms, step.time_ms),
        "by": step.by,
        "version": getattr(event, "version", None),
    }


def _no_version(form: str, version: int | None) -> Refusal:
    return Refusal(
        "unknown_version",
        f"受理单 {form} 没有第 {version} 版，请用 hallctl form show {form} --history 查看。",
        f"Form {form} has no version {version}; see hallctl form show {form} --history.",
        {"form": form},
    )
