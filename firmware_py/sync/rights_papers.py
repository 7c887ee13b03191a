"""What another Pi may ask of the hub about checks, documents, forms and signatures. Pure.

A window acts for whoever is in its hand, or was a moment ago, and for the forms that were made at
it. Out of the hub's vault it takes what is of its own work: of numbers that it served today, and of
its forms that are of today or still open. What other windows' people left, what is over, and a
whole day are for the hub: a Pi at a window stands in reach of everybody, and who steals it gets no
more than that. A standby has the hub's journal and its rights at the broker, so it asks as people
at the hub do. Any other Pi has nothing to do with papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from firmware_py.sync.rights import DECIDED, NodePlace

__all__ = [
    "PAPER_ACTS", "PAPER_COMMANDS", "PAPER_QUERIES", "AtWindows", "may_ask_papers",
    "may_order_papers",
]  # fmt: skip

#: Each names the window at which it is.
_NAMES_WINDOW = frozenset({
    "check.ask", "check.answer", "check.withdraw", "form.sign", "form.make",
})  # fmt: skip
#: Each names a document's ticket, which that window has or had.
_OF_TICKET = frozenset({"document.add", "document.replace"})
#: Each names a form that was made at the window.
_OF_FORM = frozenset({"form.change", "form.done", "form.withdraw", "form.reprint"})
#: What is typed for them may be of somebody: they come in a box (``session``).
PAPER_COMMANDS = _NAMES_WINDOW | _OF_TICKET | _OF_FORM

_READS_FORM = frozenset({"form.show", "form.paper"})
#: Something is taken out or deleted, and recorded: asked again it counts once.
PAPER_ACTS = frozenset({
    "check.kept", "document.export", "document.exported", "form.signature", "privacy.destroy",
    "privacy.forget",
})  # fmt: skip
#: What is asked in a box alone (``session``): the answer may be of somebody.
PAPER_QUERIES = _READS_FORM | PAPER_ACTS | {
    "form.find", "form.sheet", "document.list", "document.part", "document.remove", "check.list",
}  # fmt: skip


class AtWindows(Protocol):
    """What the hub knows of where tickets and forms are."""

    def today(self) -> str | None:
        """Return the newest business day (``YYYY-MM-DD``)."""

    def hand_of(self, number: str) -> str | None:
        """Return the window that has a number in hand, or had it last; None without."""

    def served_at(self, number: str) -> str | None:
        """Return the window to which a number of today was called last."""

    def form_at(self, form: str, *, at_work: bool) -> str | None:
        """Return the window at which a form was made; None for an unknown one.

        ``at_work``: None also for one of an earlier day that is over.
        """


def may_order_papers(
    place: NodePlace, name: str, params: Mapping[str, Any], known: AtWindows
) -> bool:
    """Say whether this node may give one of ``PAPER_COMMANDS``."""
    if name in _NAMES_WINDOW:
        return params.get("window") in place.windows
    if name in _OF_TICKET:
        return known.served_at(str(params.get("number", ""))) in place.windows
    if name in _OF_FORM:
        # Wherever it is to be printed: it is theirs to read, and theirs to have read.
        whose = known.form_at(str(params.get("form", "")), at_work=False)
        return bool(place.roles & DECIDED) or whose in place.windows
    return False


def may_ask_papers(
    place: NodePlace, name: str, params: Mapping[str, Any], known: AtWindows
) -> bool:
    """Say whether this node may ask one of ``PAPER_QUERIES``, or for a page of a document."""
    if name not in PAPER_QUERIES and name != "document.read":
        return False
    if place.roles & DECIDED:
        return True
    if name in {"form.find", "check.list"}:
        return params.get("window") in place.windows
    if name in {"form.sheet", "document.part"}:
        # Which windows a form was to be printed at, the journal knows, and what was exported for
        # whom the hub's memory: it is asked there.
        return bool(place.windows)
    if name in _READS_FORM:
        return known.form_at(str(params.get("form", "")), at_work=False) in place.windows
    if name in {"document.remove", "document.read"}:
        return known.hand_of(_number_of(params.get("document"))) in place.windows
    if name in PAPER_ACTS:
        return _of_its_work(name, params, known) in place.windows
    return _listed_for(params, known) in place.windows


def _listed_for(params: Mapping[str, Any], known: AtWindows) -> str | None:
    """Return the window whose documents are asked for."""
    if form := str(params.get("form", "")):
        return known.form_at(form, at_work=False)
    if number := str(params.get("number", "")):
        return known.served_at(number)
    return str(params.get("window", ""))


def _of_its_work(name: str, params: Mapping[str, Any], known: AtWindows) -> str | None:
    """Return the window of whose work one of ``PAPER_ACTS`` is; None of nobody's any more.

    Of two things that are named the one counts that the hub would take.
    """
    form = str(params.get("number" if name == "privacy.forget" else "form") or "")
    may_be_form = name in {"form.signature", "privacy.forget"} or (
        name == "document.export" and params.get("document") is None
    )
    if may_be_form and (window := known.form_at(form, at_work=True)) is not None:
        return window
    if params.get("day") not in (None, known.today()):
        return None
    if name == "privacy.forget":
        return known.served_at(form)
    if name == "check.kept":
        return known.served_at(_number_of(params.get("check")))
    if name in {"document.export", "document.exported"}:
        return known.served_at(_number_of(params.get("document")))
    return None


def _number_of(named: object) -> str:
    """Return the ticket of a document or a check: what is before the last dash."""
    return str(named or "").rpartition("-")[0]
