"""What people hand in: documents of a transaction, and the acceptance form (文书受理单) for them.

Only what may be known of a document stands here (its kind, pages, bytes and digest); its content
lies encrypted elsewhere. A form outlives its business day: the back office works on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware_py.core.rules import Text

__all__ = [
    "Form",
    "FormContent",
    "FormPaper",
    "FormSignature",
    "FormState",
    "PaperTicked",
    "TicketDocument",
]


@dataclass(frozen=True, slots=True)
class TicketDocument:
    """A document that was scanned for a ticket.

    ``document`` is its id, ``A012-1``. ``kind`` is ``paper:2`` for the second of the item's
    papers, else a word. ``size`` is in bytes; ``sha256`` is that of the file, 64 hexadecimal
    digits. A re-scanned one keeps its id and has the next ``version``.
    """

    document: str
    kind: str
    pages: int
    size: int
    sha256: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class PaperTicked:
    """A paper as somebody ticks it: the ``paper``-th of the item's (from 1), or ``name`` typed."""

    paper: int = 0
    name: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class FormPaper:
    """A paper that was handed in, and how many of it; ``listed`` when it is of the item's list."""

    name: Text
    count: int
    listed: bool


class FormState(StrEnum):
    """Where a form is in its life."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class FormContent:
    """All that a form says.

    ``form`` is its number, ``F20261122-003``; each change has the next ``version``. ``ticket``
    and ``day`` (of acceptance) say whose it is: numbers come again every day. ``pages`` are those
    of ``documents`` (ids). ``due`` is ``days`` working days after ``day``; ``weekends_only`` when
    no calendar says what is a holiday until then.
    """

    form: str
    version: int
    ticket: str
    window: str
    clerk: str
    item: str
    item_name: Text
    papers: tuple[FormPaper, ...]
    pages: int
    documents: tuple[str, ...]
    asked: str
    day: str
    days: int
    due: str
    weekends_only: bool
    come: Text


@dataclass(frozen=True, slots=True)
class FormSignature:
    """The taxpayer's signature under one ``version`` of a form; its picture lies in the vault.

    ``size`` is in bytes; ``sha256`` that of the PNG, 64 hexadecimal digits; ``at_ms`` hall time.
    """

    version: int
    at_ms: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Form(FormContent):
    """A form as it stands; times are hall time. ``kept_until`` is for one that is not open."""

    state: FormState = FormState.OPEN
    made_ms: int = 0
    changed_ms: int = 0
    closed_ms: int | None = None
    closed_day: str = ""
    kept_until: str = ""
    #: Why it was withdrawn.
    reason: str = ""
    #: One for each version that was signed.
    signatures: tuple[FormSignature, ...] = ()

    @property
    def signed(self) -> FormSignature | None:
        """The signature under what the form says now; another version's does not count."""
        return next((one for one in self.signatures if one.version == self.version), None)
