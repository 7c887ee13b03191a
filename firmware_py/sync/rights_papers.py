"""What a window's Pi may ask of the hub about checks, documents, forms and signatures. Pure.

A window acts for whoever is in its hand, or was a moment ago, and reads the forms that were made
at it. Pages of others, whatever is kept, and the work of the back office are the hub's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from firmware_py.sync.rights import NodePlace

__all__ = ["PAPER_COMMANDS", "PAPER_QUERIES", "AtWindows", "may_ask_papers", "may_order_papers"]

#: Each names the window at which it is.
_NAMES_WINDOW = frozenset({
    "check.ask", "check.answer", "check.withdraw", "form.sign", "form.make",
})  # fmt: skip
#: Each names a document's ticket, which that window has or had.
_OF_TICKET = frozenset({"document.add", "document.replace"})
#: Each names a form of today that was made at the window.
_OF_FORM = frozenset({"form.change", "form.withdraw", "form.reprint"})
#: What is typed for them may be of somebody: they come in a box (``session``).
PAPER_COMMANDS = _NAMES_WINDOW | _OF_TICKET | _OF_FORM

_READS_FORM = frozenset({"form.show", "form.paper"})
#: What is asked in a box alone (``session``): the answer may be of somebody.
PAPER_QUERIES = _READS_FORM | {
    "form.find", "form.sheet", "document.list", "document.remove", "check.list",
}  # fmt: skip


class AtWindows(Protocol):
    """What the hub knows of where tickets and forms are."""

    def hand_of(self, number: str) -> str | None:
        """Return the window that has a number in hand, or had it last; None without."""

    def served_at(self, number: str) -> str | None:
        """Return the window to which a number of today was called last."""

    def form_at(self, form: str, *, today: bool) -> str | None:
        """Return the window at which a form was made; None for an unknown one, or an older."""


def may_order_papers(
    place: NodePlace, name: str, params: Mapping[str, Any], known: AtWindows
) -> bool:
    """Say whether this node may give one of ``PAPER_COMMANDS``."""
    if name in _NAMES_WINDOW:
        return params.get("window") in place.windows
    if name in _OF_TICKET:
        return known.served_at(str(params.get("number", ""))) in place.windows
    if name in _OF_FORM:
        # Printed at another window it would be read there.
        here = params.get("window", "") in {"", *place.windows}
        return here and known.form_at(str(params.get("form", "")), today=True) in place.windows
    return False


def may_ask_papers(
    place: NodePlace, name: str, params: Mapping[str, Any], known: AtWindows
) -> bool:
    """Say whether this node may ask one of ``PAPER_QUERIES``, or for a page of a document."""
    if name in {"form.find", "check.list"}:
        return params.get("window") in place.windows
    if name == "form.sheet":
        # Which windows a form was to be printed at, the journal knows: it is asked there.
        return bool(place.windows)
    if name in _READS_FORM:
        return known.form_at(str(params.get("form", "")), today=False) in place.windows
    if name in {"document.remove", "document.read"}:
        number = str(params.get("document", "")).rpartition("-")[0]
        return known.hand_of(number) in place.windows
    if name != "document.list":
        return False
    if form := str(params.get("form", "")):
        return known.form_at(form, today=False) in place.windows
    if number := str(params.get("number", "")):
        return known.served_at(number) in place.windows
    return params.get("window") in place.windows
