"""``register.json`` of the hall's authority: which certificates there are. No key is in it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["Entry", "Place", "Register", "RegisterError", "read_register"]

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
