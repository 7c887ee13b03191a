"""Signatures of taxpayers under acceptance forms, drawn on a window's outer screen.

A signature is of one version of a form: when the form changes, what was signed is another text, and
the form counts as unsigned. Its picture lies in the vault under the ticket's number, with the day's
key; the journal has its digest, so that a picture that was swapped is noticed. That a signature is
waited for is in memory alone and gone with a restart: the clerk asks again.

A file is ``<ticket>-<form>v<version>-sign-<8 digits of its digest>``: a second signature never
takes the place of the first before it is recorded.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.ports import Happened, Submission
from firmware_py.core.commands_papers import SignForm
from firmware_py.core.decide_signatures import MOST_SIZE, may_sign
from firmware_py.core.decide_windows import find_window
from firmware_py.core.papers import Form, FormSignature
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.runtime import signature_words as words
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.elsewhere import recorded_outcome, stands_here
from firmware_py.runtime.outcomes import outcome_view
from firmware_py.runtime.params_signatures import SignatureAsk, SignatureAt, SignatureGive
from firmware_py.runtime.personal import vet_texts
from firmware_py.runtime.signature_png import NoSignature, check_png
from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import VaultError, VaultMissing

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["Signatures", "file_name", "signature_queries"]

log = logging.getLogger(__name__)

_DIGITS = 8


@dataclass(frozen=True, slots=True)
class _Asked:
    """A form that waits for its signature."""

    form: str
    version: int
    number: str
    #: The one that it is to take the place of.
    before: FormSignature | None


def signature_queries(hall: Hall) -> dict[str, Query]:
    """Return the methods of windows; who takes a signature out asks ``form.signature``."""
    found = hall.signatures
    return {
        "signature.ask": found.ask,
        "signature.give": found.give,
        "signature.cancel": found.cancel,
    }


def file_name(form: Form, signature: FormSignature) -> str:
    """Return the name in the vault of a signature."""
    return _beginning(form, signature.version) + signature.sha256[:_DIGITS]


def _beginning(form: Form, version: int) -> str:
    return f"{form.ticket}-{form.form}v{version}-sign-"


class Signatures:
    """What waits for a signature at each window. Lives in the event loop."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._asked: dict[str, _Asked] = {}
        #: A double touch waits until the first is recorded.
        self._giving = asyncio.Lock()
        hall.screens.register("signature", self.view)
        hall.printing.signatures = self.reader

    # ---- methods

    async def ask(self, params: dict[str, Any], user: str) -> Any:
        """Have whoever is at the window sign a form; another one that waits there is dropped."""
        wanted = msgspec.convert(params, SignatureAsk)
        stands_here(self._hall, wanted.window)
        form = self._form(wanted.window, wanted.form)
        self._asked[wanted.window] = _Asked(form.form, form.version, form.ticket, form.signed)
        self._changed(wanted.window)
        return {"window": wanted.window, "signature": self.view(wanted.window)}

    async def cancel(self, params: dict[str, Any], user: str) -> Any:
        """Ask for no signature any more."""
        window = msgspec.convert(params, SignatureAt).window
        found = find_window(self._hall.state(), window)
        if isinstance(found, Refusal):
            raise QueryError(found)
        if self._asked.pop(window, None) is None:
            raise QueryError(words.not_asked(window))
        self._changed(window)
        return {"window": window, "signature": None}

    async def give(self, params: dict[str, Any], user: str) -> Any:
        """Keep what was drawn, then record it; answers when it is on the disk."""
        wanted = msgspec.convert(params, SignatureGive)
        refusal = vet_texts(wanted.window, wanted.form, wanted.command_id or "")
        if refusal is not None:
            raise QueryError(refusal)
        png = _decoded(wanted.png)
        async with self._giving:
            return await self._given(wanted, png, f"{wanted.by}:{user}")

    async def _given(self, wanted: SignatureGive, png: bytes, by: str) -> Any:
        hall, window = self._hall, wanted.window
        form = self._form(window, wanted.form)
        digest = hashlib.sha256(png).hexdigest()
        asked = self._asked.get(window)
        if asked is None or asked.form != form.form:
            if form.signed is not None and form.signed.sha256 == digest:
                # Sent once more by whoever never had the answer: it is there.
                return {**_told(form, form.signed), "events": [], "repeated": True}
            raise QueryError(words.not_asked(window))
        if asked.version != form.version:
            raise QueryError(refuse("form_changed_meanwhile", form=form.form, version=form.version))
        try:
            await asyncio.to_thread(check_png, png)
        except NoSignature as error:
            raise QueryError(words.BLANK if error.blank else words.NO_PNG) from None
        new = FormSignature(form.version, 0, len(png), digest)
        await hall.kept.keep(form.day, file_name(form, new), png)
        command = SignForm(window, form.form, form.version, len(png), digest)
        command_id = wanted.command_id or hall.command_id("signature.give")
        outcome = await recorded_outcome(hall, Submission(command_id, by, command))
        if hall.queue.decides:
            await self.tidied(form.form, form.version)
        if outcome.refusal is not None:
            raise QueryError(outcome.refusal)
        return {**_told(form, new), **outcome_view(outcome)}

    async def picture(self, form: Form, version: int, sha256: str) -> bytes | None:
        """Return a signature that is not recorded yet, as it is kept; None without."""
        name = file_name(form, FormSignature(version, 0, 0, sha256))
        try:
            png = await asyncio.to_thread(self._hall.vault.get, form.day, name)
        except VaultError:
            return None
        return png if hashlib.sha256(png).hexdigest() == sha256 else None

    async def tidied(self, number: str, version: int) -> None:
        """Leave one signature of a form's version; what fails stays until the day's key goes."""
        form = self._hall.state().forms.get(number)
        if form is None:
            return
        kept = next((file_name(form, one) for one in form.signatures if one.version == version), "")
        try:
            await asyncio.to_thread(
                _only, self._hall.vault, form.day, _beginning(form, version), kept
            )
        except VaultError as error:
            log.warning("old signatures of %s are still kept: %s", form.form, error)

    def _form(self, window: str, typed: str) -> Form:
        found = may_sign(self._hall.state(), window, typed)
        if isinstance(found, Refusal):
            raise QueryError(found)
        return found

    def reader(self, number: str) -> Callable[[], bytes] | None:
        """Return what reads the signature under a form as it stands, in a thread; None without.

        What cannot be read is empty: the paper says in words that the form was signed.
        """
        form, vault = self._hall.state().forms.get(number), self._hall.vault
        signature = form.signed if form is not None else None
        if form is None or signature is None:
            return None

        def read() -> bytes:
            try:
                png = vault.get(form.day, file_name(form, signature))
            except (VaultError, OSError) as error:
                log.warning("%s is printed without its signature: %s", number, error)
                return b""
            if hashlib.sha256(png).hexdigest() != signature.sha256:
                log.warning("%s is printed without its signature: it is damaged", number)
                return b""
            return png

        return read

    # ---- what follows from events, and what the screens see

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Drop what cannot be signed any more: signed, changed, void, or its taxpayer has left."""
        for window in [one for one in self._asked if self._over(one)]:
            del self._asked[window]
            self._changed(window)

    def _over(self, window: str) -> bool:
        asked = self._asked[window]
        form = may_sign(self._hall.state(), window, asked.form)
        if isinstance(form, Refusal):
            return True
        return (form.version, form.signed) != (asked.version, asked.before)

    def view(self, window: str) -> dict[str, Any] | None:
        """Return which form waits for its signature at a window; None without."""
        asked = self._asked.get(window)
        if asked is None or self._over(window):
            return None
        return {"form": asked.form, "version": asked.version, "number": asked.number}

    def _changed(self, window: str) -> None:
        self._hall.screens.tell(window, "signature")


def _decoded(text: str) -> bytes:
    try:
        png = base64.b64decode(text, validate=True)
    except ValueError:
        raise QueryError(words.NO_PNG) from None
    if len(png) > MOST_SIZE:
        raise QueryError(words.TOO_LARGE)
    return png


def _told(form: Form, signature: FormSignature) -> dict[str, Any]:
    return {"form": form.form, "version": form.version, "sha256": signature.sha256}


def _only(vault: Vault, day: str, beginning: str, stays: str) -> None:
    for name in vault.names(day):
        if name.startswith(beginning) and name != stays:
            # Somebody else may have deleted it meanwhile, at a taxpayer's wish.
            with contextlib.suppress(VaultMissing):
                vault.remove(day, name)
