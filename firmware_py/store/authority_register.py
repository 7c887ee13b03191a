"""``register.json`` of the hall's authority: which certificates there are. No key is in it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from firmware_py.store.certificates import read_certificate

__all__ = ["TRIAL", "Entry", "Place", "Register", "RegisterError", "read_register", "trial_fits"]

#: Whose certificate is revoked by the newest list and by no older one. No name of a machine, which
#: begin with a letter or digit.
TRIAL = "~list"

Time = Annotated[datetime, Meta(tz=True)]


class RegisterError(ValueError):
    """A register that cannot be read as one."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One certificate. ``serial`` is hexadecimal; ``hosts`` are a broker's names and addresses."""

    name: str
    use: Literal["authority", "broker", "client"]
    serial: Annotated[str, Meta(pattern="^[0-9a-f]{1,40}$")]
    made: Time
    ends: Time
    hosts: tuple[str, ...] = ()
    #: Its key was made elsewhere, and is there alone.
    away: bool = False
    revoked: Time | None = None


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a copy of an identity is, and whose it is there ("": the folder's owner's)."""

    name: str
    folder: str
    owner: str = ""


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``lists`` counts the lists of revoked certificates."""

    version: Literal[1] = 1
    hall: str
    #: When the authority itself ends.
    ends: Time
    lists: Annotated[int, Meta(ge=1)]
    entries: tuple[Entry, ...] = ()
    places: tuple[Place, ...] = ()


def read_register(path: Path) -> Register | None:
    """Return what the file says; None when there is none.

    Raises ``OSError``, and ``RegisterError`` for one that is damaged.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return msgspec.json.decode(data, type=Register)
    except msgspec.DecodeError as error:
        raise RegisterError(f"{path}: {error}") from None


def trial_fits(folder: Path, register: Register) -> bool:
    """Say whether the certificate that a broker may be tried with is of the newest list."""
    entry = next((one for one in reversed(register.entries) if one.name == TRIAL), None)
    try:
        found = read_certificate((folder / f"{TRIAL}.crt").read_bytes())
    except (OSError, ValueError):
        return False
    return entry is not None and int(entry.serial, 16) == found.serial
