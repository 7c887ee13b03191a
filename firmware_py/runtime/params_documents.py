"""Which parameters the questions about documents and scanners take; see ``params``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = [
    "DOCUMENT_PARAMS",
    "PIECE",
    "DocumentId",
    "DocumentsOf",
    "Export",
    "PageShown",
    "Part",
    "Remove",
    "ScanAt",
    "WithScanner",
]

DocumentId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]+-[0-9]{1,6}$", examples=["A012-1"])]
#: Bytes of a page in one answer, at most.
PIECE = 384 * 1024
_PageNumber = Annotated[int, Meta(ge=1, le=500)]


class ScanAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scan at a window: of which paper and how; ``document`` is the one to be scanned again."""

    window: str
    #: ``paper:2``, or a word; ``other`` if not given, what it was if scanned again.
    kind: Annotated[str, Meta(max_length=40)] = ""
    number: str = ""
    document: DocumentId | None = None
    source: Literal["flatbed", "feeder", "duplex"] = "flatbed"
    mode: Literal["grey", "colour", "lineart"] = "grey"
    resolution_dpi: Annotated[int, Meta(ge=50, le=1200)] = 300
    turn: Literal[0, 90, 180, 270] = 0
    most_pages: Annotated[int, Meta(ge=1, le=500)] = 50


class WithScanner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A window with a scanner."""

    window: str


class DocumentsOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of a ticket, of the one in hand at a window (or its last), or of a form: one of the three."""

    number: str = ""
    window: str = ""
    form: str = ""


class Remove(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document of today and why it is taken out."""

    document: DocumentId
    reason: Annotated[str, Meta(max_length=200)] = ""


class Export(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document of today, or all of a form's: one of the two."""

    document: DocumentId | None = None
    form: str = ""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of a page of what was exported, both from 1."""

    export: Annotated[str, Meta(max_length=64)]
    page: Annotated[int, Meta(ge=1)]
    part: Annotated[int, Meta(ge=1)] = 1
    #: Bytes in a piece, at most.
    most: Annotated[int, Meta(ge=1024, le=PIECE)] = PIECE


class PageShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page for a screen: at most ``longest`` pixels on its longer side."""

    document: DocumentId
    page: _PageNumber = 1
    longest: Annotated[int, Meta(ge=100, le=4000)] = 1200


DOCUMENT_PARAMS: dict[str, type[msgspec.Struct]] = {
    "document.scan": ScanAt,
    "document.cancel": WithScanner,
    "document.progress": WithScanner,
    "document.list": DocumentsOf,
    "document.remove": Remove,
    "document.export": Export,
    "document.part": Part,
    "document.page": PageShown,
    "scanner.preview": WithScanner,
}
