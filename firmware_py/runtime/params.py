"""Which parameters each question on the control socket takes; a method not named here takes none.

Commands have theirs from ``core/commands.py``. A parameter that nobody knows is refused: a caller
who mistypes one must not get an answer to another question.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from firmware_py.app.wrong_params import explain
from firmware_py.runtime.params_checks import CHECK_PARAMS
from firmware_py.runtime.params_documents import DOCUMENT_PARAMS
from firmware_py.runtime.params_nodes import NODE_PARAMS
from firmware_py.runtime.params_screens import SCREEN_PARAMS
from firmware_py.runtime.params_signatures import SIGNATURE_PARAMS

__all__ = [
    "Apply",
    "AtKiosk",
    "AtPlace",
    "AtWindow",
    "Day",
    "Days",
    "DestroyDay",
    "Device",
    "Forget",
    "FormDraft",
    "FormFind",
    "FormOf",
    "FormShow",
    "KioskSay",
    "KioskUnlock",
    "ListPart",
    "Number",
    "OneItem",
    "OneNode",
    "Plan",
    "Promote",
    "Range",
    "Say",
    "Status",
    "TraceOf",
    "check_params",
]

DayText = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ticket of today."""

    number: str


class OneNode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One Pi of the hall."""

    node: str


class Promote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``former_is_off``: the former hub is certainly off, its numbers are written off at once.

    ``from_kept``: it is gone for good, and this Pi has only its own journal of before.
    ``without_kept``: though a journal of before cannot be read, and numbers in it may be out.
    """

    former_is_off: bool = False
    from_kept: bool = False
    without_kept: bool = False


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Events after ``after``, or the newest ones."""

    after: int | None = None
    limit: int = 20


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device of the configuration."""

    device: str


class TraceOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device whose bytes are shown; ``follow``: also those that come."""

    device: str
    follow: bool = False


class Day(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A business day, the newest if not given."""

    day: DayText | None = None


class PrintReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A business day, and the printer for its report; the hall's own choice if not given."""

    day: DayText | None = None
    printer: str | None = None


class Days(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From a date to a date, both included."""

    first: DayText
    last: DayText


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where tickets are in their life; all of them if not given."""

    status: str | None = None


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that is said once, by all voices or by one."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]
    voice: str | None = None


class DestroyDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day of the vault; ``lost``: its key is nowhere any more, somebody says."""

    day: DayText
    lost: bool = False


class Forget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ticket's or a form's number, and its day: the newest business day if not given."""

    number: Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{0,31}$")]
    day: DayText | None = None


class FormOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form's paper, by its number or its QR's code; of an earlier version."""

    form: Annotated[str, Meta(max_length=40)]
    version: Annotated[int, Meta(ge=1)] | None = None


class AtWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A window of the configuration."""

    window: str


class AtKiosk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kiosk of the configuration."""

    kiosk: str


class KioskSay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a kiosk's loudspeaker says from now on; an empty text is silence."""

    kiosk: str
    text: Annotated[str, Meta(max_length=500)]
    language: Literal["zh", "en"]
    volume: Annotated[int, Meta(ge=0, le=100)] = 80


class KioskUnlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody typed as a kiosk's PIN."""

    kiosk: str
    pin: Annotated[str, Meta(max_length=64)]


class OneItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item of the catalogue."""

    item: str


class AtPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A window or a kiosk: one of the two."""

    window: str | None = None
    kiosk: str | None = None


class ListPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of a list's ``parts``, in order, in base64; ``sha256`` is that of the whole list."""

    name: Annotated[str, Meta(max_length=64)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    part: Annotated[int, Meta(ge=1, le=1000)]
    parts: Annotated[int, Meta(ge=1, le=1000)]
    data: Annotated[str, Meta(max_length=60_000)]


class FormDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form to be made at a window; of which ticket and with which limit, if that is said."""

    window: str
    number: str = ""
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class FormShow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An acceptance form by its number or its QR's code; an earlier version of it."""

    form: str
    version: Annotated[int, Meta(ge=1)] | None = None
    history: bool = False


class FormFind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Acceptance forms: a part of the number, the ticket's number, dates of acceptance and due."""

    number: str = ""
    ticket: str = ""
    window: str = ""
    item: str = ""
    state: Literal["open", "done", "withdrawn"] | None = None
    since: DayText | None = None
    due_before: DayText | None = None
    order: Literal["newest", "due"] = "newest"
    limit: Annotated[int, Meta(ge=1, le=2000)] = 100


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A configuration's text, deflated (zlib) and in base64; the file as it is if not given.

    ``nodes``: the hall's other Pis look at it too, all but those in ``without``; ``all_nodes``
    refuses when one of them does not answer.
    """

    text: Annotated[str, Meta(max_length=60_000)] | None = None
    nodes: bool = False
    without: tuple[str, ...] = ()
    all_nodes: bool = False


class Apply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether what needs a restart may stand in the file until there is one; as ``Plan``."""

    later: bool = False
    without: tuple[str, ...] = ()
    all_nodes: bool = False


_PARAMS: dict[str, type[msgspec.Struct]] = {
    "config.plan": Plan,
    "config.apply": Apply,
    "ticket.show": Number,
    "ticket.list": Status,
    "why": Number,
    "device.show": Device,
    "node.show": OneNode,
    "hub.promote": Promote,
    "device.restart": Device,
    "device.test": Device,
    "device.disable": Device,
    "device.enable": Device,
    "device.trace": TraceOf,
    "voice.say": Say,
    "form.draft": FormDraft,
    "form.show": FormShow,
    "form.find": FormFind,
    "journal.tail": Range,
    "privacy.destroy": DestroyDay,
    "privacy.forget": Forget,
    "report.day": Day,
    "report.range": Days,
    "report.print": PrintReport,
    "form.paper": FormOf,
    "window.card": AtWindow,
    "window.show": AtWindow,
    "window.mirror": AtWindow,
    "screen.show": AtWindow,
    "screen.pad_back": AtWindow,
    "screen.watch": AtWindow,
    "kiosk.card": AtKiosk,
    "kiosk.show": AtKiosk,
    "kiosk.say": KioskSay,
    "kiosk.unlock": KioskUnlock,
    "item.show": OneItem,
    "card.forget": AtPlace,
    "card.watch": AtPlace,
    "people.import": ListPart,
    **DOCUMENT_PARAMS,
    "check.show": AtWindow,
    **CHECK_PARAMS,
    **SCREEN_PARAMS,
    **SIGNATURE_PARAMS,
    **NODE_PARAMS,
}


def check_params(method: str, params: dict[str, Any]) -> None:
    """Refuse what a question does not take. Raises ``WrongParams``."""
    try:
        msgspec.convert(params, _PARAMS.get(method, Nothing))
    except msgspec.ValidationError as error:
        raise explain(method, error) from None
