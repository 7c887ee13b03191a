"""Which parameters the methods about checks at a window take (请核对); see ``params``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = [
    "CHECK_PARAMS",
    "CheckAnswer",
    "CheckAsk",
    "CheckKept",
    "CheckList",
    "CheckWithdraw",
    "Words",
]

#: Those of every command: see ``control.ID_FORM`` and ``control.BY_FORM``.
CommandId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:/-]{1,64}$")]
By = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,32}$")]
#: Of one field, asked or corrected.
Value = Annotated[str, Meta(max_length=200)]
_Label = Annotated[str, Meta(min_length=1, max_length=80)]
_Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
_CheckId = Annotated[str, Meta(max_length=40)]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words in both languages."""

    zh: _Label
    en: _Label


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field; ``correct``: the taxpayer may change it; ``mask``: shown masked until held."""

    id: Annotated[str, Meta(max_length=32)]
    label: Words | _Label
    value: Value
    correct: bool = False
    mask: bool = False


class CheckAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the taxpayer in hand is asked to check."""

    window: str
    fields: Annotated[tuple[Field, ...], Meta(max_length=12)]
    title: Words | _Label | None = None
    command_id: CommandId | None = None
    by: By = "client"


class CheckAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The taxpayer's answer; ``corrections``: id of a field -> its new value."""

    window: str
    check: _CheckId
    outcome: Literal["confirmed", "corrected", "refused"]
    corrections: Annotated[dict[str, Value], Meta(max_length=12)] = {}
    command_id: CommandId | None = None
    by: By = "client"


class CheckWithdraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check that is taken back."""

    window: str
    check: _CheckId
    command_id: CommandId | None = None
    by: By = "client"


class CheckList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A business day (the newest if not given), and whose checks: the newest ``limit`` of them."""

    day: _Day | None = None
    number: Annotated[str, Meta(max_length=32)] = ""
    window: str = ""
    limit: Annotated[int, Meta(ge=1, le=2000)] = 500


class CheckKept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check that is kept; ``unmask``: all that stood in it, and who read it is recorded."""

    #: No other file of the vault can be named so.
    check: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,16}-[cC][0-9]{1,6}$")]
    day: _Day | None = None
    unmask: bool = False


CHECK_PARAMS: dict[str, type[msgspec.Struct]] = {
    "check.ask": CheckAsk,
    "check.answer": CheckAnswer,
    "check.withdraw": CheckWithdraw,
    "check.list": CheckList,
    "check.kept": CheckKept,
}
