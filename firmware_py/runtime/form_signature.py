"""A form's signature, taken out by a clerk or another program; who did it is recorded."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.clock import local_text
from firmware_py.core.commands import RecordAction
from firmware_py.runtime import signature_words as words
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.forms import Forms
from firmware_py.runtime.outcomes import submitted
from firmware_py.runtime.params_signatures import SignatureOf
from firmware_py.runtime.signatures import file_name

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["EXPORTED", "FormSignatures"]

#: Says in the journal that somebody took a signature out; the subject is form and version.
EXPORTED = "signature.exported"


class FormSignatures:
    """The method ``form.signature``."""

    def __init__(self, hall: Hall, forms: Forms) -> None:
        self._hall = hall
        self._forms = forms

    async def take_out(self, params: dict[str, Any], user: str) -> Any:
        """Return the picture of a signature as it was given, in base64."""
        wanted = msgspec.convert(params, SignatureOf)
        form, _ = await self._forms.form(wanted.form, wanted.version)
        signature, hall = form.signed, self._hall
        if signature is None:
            raise QueryError(words.not_signed(form.form, form.version))
        # Whoever asks reads at once why it cannot be, and nothing is recorded that did not happen.
        png = await asyncio.to_thread(hall.vault.get, form.day, file_name(form, signature))
        if hashlib.sha256(png).hexdigest() != signature.sha256:
            raise QueryError(words.DAMAGED)
        command = RecordAction(EXPORTED, f"{form.form} v{form.version}")
        outcome = await submitted(hall, command, f"hallctl:{user}")
        if outcome.refusal is not None:
            raise QueryError(outcome.refusal)
        return {
            "form": form.form,
            "version": form.version,
            "at": local_text(hall.state().wall_offset_ms, signature.at_ms),
            "sha256": signature.sha256,
            "png": base64.b64encode(png).decode(),
        }
