"""Which parameters the methods about checks at a window take (请核对); see ``params``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["CHECK_PARAMS", "CheckAnswer", "CheckAsk", "CheckAt", "CheckWithdraw", "Words"]

#: Those of every command: see ``control.ID_FORM`` and ``control.BY_FORM``.
CommandId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:/-]{1,64}$")]
By = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,32}$")]
#: Of one field, asked or corrected.
Value = Annotated[str, Meta(max_length=200)]
_Label = Annotated[str, Meta(min_length=1, max_length=80)]
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


class CheckAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A window of the configuration."""

    window: str


CHECK_PARAMS: dict[str, type[msgspec.Struct]] = {
    "check.ask": CheckAsk,
    "check.answer": CheckAnswer,
    "check.withdraw": CheckWithdraw,
    "check.show": CheckAt,
}
