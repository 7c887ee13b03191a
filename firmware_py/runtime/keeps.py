"""What a window's Pi may put into the hub's vault, by its name. Pure.

A page of a document that is not recorded yet, of a ticket that was called to the window; the
signature under a form of whoever is there; the check that waits for its answer there. Nothing that
is recorded can be put anew.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from firmware_py.core.checks import CheckState
from firmware_py.core.decide_documents import next_document
from firmware_py.core.decide_signatures import MOST_SIZE, may_sign
from firmware_py.core.model import State
from firmware_py.core.papers import Form
from firmware_py.core.refusals import Refusal
from firmware_py.runtime import keep_words as words
from firmware_py.runtime.document_files import PageFile, page_files

__all__ = ["Keep", "keep_of"]

#: Bytes: of a page (a scanner's largest has 10 MB), and of what twelve fields hold.
MOST_PAGE, MOST_CHECK = 12 << 20, 64 * 1024

_SIGNATURE = re.compile(r"([A-Za-z0-9]+)-(F[0-9]{8}-[0-9]+)v([0-9]+)-sign-([0-9a-f]{8})")
_CHECK = re.compile(r"([A-Za-z0-9]+)-c[0-9]+")


@dataclass(frozen=True, slots=True)
class Keep:
    """What may be put under ``name``: ``most`` bytes, whose SHA-256 begins with ``digest``."""

    name: str
    most: int
    digest: str = ""
    document: str = ""
    version: int = 0
    #: Of a document's pages.
    first: bool = False


def keep_of(state: State, windows: Collection[str], name: str) -> Keep | Refusal:
    """Return what may be kept under a name for a Pi with these windows, or why nothing may."""
    if (page := next(page_files([name]), None)) is not None:
        return _page(state, windows, page)
    if (signed := _SIGNATURE.fullmatch(name)) is not None:
        _, number, version, digest = signed.groups()
        for window in windows:
            form = may_sign(state, window, number)
            fits = isinstance(form, Form) and (form.ticket, str(form.version)) == (
                signed[1], version,
            )  # fmt: skip
            if fits:
                return Keep(name, MOST_SIZE, digest)
    elif _CHECK.fullmatch(name) is not None:
        for window in windows:
            found = state.windows.get(window)
            check = found.check if found is not None else None
            if check is not None and check.check == name and check.state is CheckState.OPEN:
                return Keep(name, MOST_CHECK)
    return words.not_yours(name)


def _page(state: State, windows: Collection[str], page: PageFile) -> Keep | Refusal:
    ticket = state.tickets.get(page.document.rpartition("-")[0])
    if ticket is None or ticket.window not in windows or ticket.called_ms is None:
        return words.not_yours(page.name)
    present = [one.version for one in ticket.documents if one.document == page.document]
    if present:
        new = page.version == present[0] + 1
    else:
        new = (page.document, page.version) == (next_document(ticket), 1)
    if not new:
        return words.recorded_already(page.document)
    return Keep(
        page.name, MOST_PAGE, document=page.document, version=page.version, first=page.page == 1
    )
