"""Which parameters the methods about signatures take; see ``params``."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from firmware_py.runtime.params_checks import By, CommandId

__all__ = ["SIGNATURE_PARAMS", "SignatureAsk", "SignatureAt", "SignatureGive", "SignatureOf"]

_Form = Annotated[str, Meta(max_length=40)]


class SignatureAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form that whoever is at the window is to sign."""

    window: str
    form: _Form
    command_id: CommandId | None = None
    by: By = "client"


class SignatureGive(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was drawn, a PNG in base64."""

    window: str
    form: _Form
    png: Annotated[str, Meta(max_length=60_000)]
    command_id: CommandId | None = None
    by: By = "client"


class SignatureAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A window where nobody is to sign any more."""

    window: str
    command_id: CommandId | None = None
    by: By = "client"


class SignatureOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form's signature, by its number or its QR's code; of an earlier version."""

    form: _Form
    version: Annotated[int, Meta(ge=1)] | None = None


SIGNATURE_PARAMS: dict[str, type[msgspec.Struct]] = {
    "signature.ask": SignatureAsk,
    "signature.give": SignatureGive,
    "signature.cancel": SignatureAt,
    "form.signature": SignatureOf,
}
