"""What may be asked about documents of a transaction, and about acceptance forms (文书受理单)."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.papers import PaperTicked

__all__ = [
    "FORM_COMMANDS",
    "AddDocument",
    "ChangeForm",
    "FormDone",
    "MakeForm",
    "PaperCommand",
    "RemoveDocument",
    "ReplaceDocument",
    "ReprintForm",
    "SignForm",
    "WithdrawForm",
]


@dataclass(frozen=True, slots=True)
class AddDocument:
    """Add a scanned document to a ticket; fields as in ``TicketDocument``.

    ``document`` is ``decide_documents.next_document``'s id, under which its content lies already.
    """

    number: str
    document: str
    kind: str
    pages: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReplaceDocument:
    """A document was scanned again: ``document`` is the one that it replaces."""

    number: str
    document: str
    kind: str
    pages: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RemoveDocument:
    """Take a document out of a transaction."""

    number: str
    document: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MakeForm:
    """Make the acceptance form of the ticket in hand, or else of the window's last one.

    ``number`` names another that was served there today. ``papers`` are ticked from the item's
    list or typed; ``asked`` is what was asked for; ``days`` the limit in working days (the item's
    statutory one if not given); ``come`` when and where to come for the result (the hall's words
    if not given); ``documents`` the scanned ones that belong to it (all of the ticket's if not
    given).
    """

    window: str
    number: str = ""
    papers: tuple[PaperTicked, ...] = ()
    asked: str = ""
    days: int | None = None
    come: str = ""
    documents: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """Change an open form: a new version of the whole. What is not given stays as it is."""

    form: str
    papers: tuple[PaperTicked, ...] | None = None
    asked: str | None = None
    days: int | None = None
    come: str | None = None
    documents: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FormDone:
    """The back office has finished what a form was about."""

    form: str


@dataclass(frozen=True, slots=True)
class WithdrawForm:
    """A form is void: the taxpayer took the papers back, or it was a mistake."""

    form: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReprintForm:
    """Print an open form again, at ``window`` or where it was made."""

    form: str
    window: str = ""


@dataclass(frozen=True, slots=True)
class SignForm:
    """The taxpayer in hand signed ``version`` of a form; fields as in ``FormSigned``.

    Its picture lies in the vault already.
    """

    window: str
    form: str
    version: int
    size: int
    sha256: str


PaperCommand = (
    AddDocument
    | ReplaceDocument
    | RemoveDocument
    | MakeForm
    | ChangeForm
    | FormDone
    | WithdrawForm
    | ReprintForm
    | SignForm
)

#: Names for other programs. Documents come from the hall's own scanners alone, signatures with
#: their picture (``runtime.signatures``).
FORM_COMMANDS: dict[str, type[MakeForm | ChangeForm | FormDone | WithdrawForm | ReprintForm]] = {
    "form.make": MakeForm,
    "form.change": ChangeForm,
    "form.done": FormDone,
    "form.withdraw": WithdrawForm,
    "form.reprint": ReprintForm,
}
