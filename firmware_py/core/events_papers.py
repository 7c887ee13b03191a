"""What happened to documents of a transaction and to acceptance forms (文书受理单)."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.papers import FormContent

__all__ = [
    "PAPER_EVENTS",
    "DocumentAdded",
    "DocumentRemoved",
    "DocumentReplaced",
    "FormChanged",
    "FormDone",
    "FormMade",
    "FormReprintRequested",
    "FormSigned",
    "FormWithdrawn",
    "PaperEvent",
]


@dataclass(frozen=True, slots=True)
class DocumentAdded:
    """A document was scanned for a ticket; fields as in ``TicketDocument``."""

    number: str
    document: str
    kind: str
    pages: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DocumentReplaced:
    """A document was scanned again and is ``version`` now."""

    number: str
    document: str
    kind: str
    pages: int
    size: int
    sha256: str
    version: int


@dataclass(frozen=True, slots=True)
class DocumentRemoved:
    """A document was taken out of its transaction; its id is not given again."""

    number: str
    document: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FormMade(FormContent):
    """An acceptance form was made."""


@dataclass(frozen=True, slots=True)
class FormChanged(FormContent):
    """An acceptance form says this now, all of it; the next ``version``."""


@dataclass(frozen=True, slots=True)
class FormDone:
    """The back office has finished it on business day ``day``; remembered to ``kept_until``."""

    form: str
    day: str
    kept_until: str


@dataclass(frozen=True, slots=True)
class FormWithdrawn:
    """A form is void since business day ``day``; remembered to ``kept_until``."""

    form: str
    reason: str
    day: str
    kept_until: str


@dataclass(frozen=True, slots=True)
class FormReprintRequested:
    """A form's present version is to be printed again at ``window``."""

    form: str
    version: int
    window: str


@dataclass(frozen=True, slots=True)
class FormSigned:
    """The taxpayer signed ``version`` of a form at ``window``; again: in place of that before.

    ``number`` is the ticket, ``size`` and ``sha256`` are those of the signature's PNG.
    """

    form: str
    version: int
    number: str
    window: str
    size: int
    sha256: str


PaperEvent = (
    DocumentAdded
    | DocumentReplaced
    | DocumentRemoved
    | FormMade
    | FormChanged
    | FormDone
    | FormWithdrawn
    | FormReprintRequested
    | FormSigned
)

PAPER_EVENTS: dict[str, type[PaperEvent]] = {
    "document.added": DocumentAdded,
    "document.replaced": DocumentReplaced,
    "document.removed": DocumentRemoved,
    "form.made": FormMade,
    "form.changed": FormChanged,
    "form.done": FormDone,
    "form.withdrawn": FormWithdrawn,
    "form.reprint_requested": FormReprintRequested,
    "form.signed": FormSigned,
}
