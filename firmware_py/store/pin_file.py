"""The file of a kiosk's PIN: scrypt's hash of it, for its owner alone. The PIN itself is nowhere.

One line of JSON: ``{"version":1,"n":16384,"r":8,"p":1,"salt":"...","hash":"..."}``, both in
hexadecimal. A PIN has few possibilities: what guards it is the file's mode (0600) and that wrong
ones are counted; scrypt (RFC 7914) makes each guess at a stolen file cost 16 MiB and a moment.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from firmware_py.store.private_file import write_private

__all__ = ["KEPT_HASH", "PinFileError", "StoredPin", "hashed", "is_pin", "read_pin", "write_pin"]

_PIN = re.compile(r"[0-9]{4,12}", re.ASCII)
#: scrypt's cost (n), block size (r) and parallelism (p), for new files.
KEPT_HASH = (2**14, 8, 1)
_HASH_BYTES = 32
_MOST_BYTES = 1000


class PinFileError(Exception):
    """A file that holds no PIN that can be used; ``zh`` and ``en`` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line as it is written. ``n`` is a power of two; all within what a Pi's memory allows."""

    version: Literal[1]
    n: Annotated[int, Meta(ge=2, le=2**17)]
    r: Annotated[int, Meta(ge=1, le=16)]
    p: Annotated[int, Meta(ge=1, le=4)]
    salt: Annotated[str, Meta(pattern=r"^([0-9a-f]{2}){8,64}$")]
    hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True, repr=False)
class StoredPin:
    """What the file holds. ``fits`` takes a tenth of a second and more: not in the loop."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def fits(self, pin: str) -> bool:
        """Say whether this is the PIN."""
        found = _scrypt(pin, self.salt, self.n, self.r, self.p, len(self.digest))
        return hmac.compare_digest(found, self.digest)


def is_pin(text: str) -> bool:
    """Say whether this may be a PIN: 4 to 12 digits."""
    return _PIN.fullmatch(text) is not None


def hashed(pin: str, cost: tuple[int, int, int] = KEPT_HASH) -> StoredPin:
    """Return a PIN as it is kept, with a new salt. Raises ``ValueError`` for what is no PIN."""
    if not is_pin(pin):
        raise ValueError("a PIN has 4 to 12 digits")
    salt = secrets.token_bytes(16)
    return StoredPin(*cost, salt, _scrypt(pin, salt, *cost, _HASH_BYTES))


def _scrypt(pin: str, salt: bytes, n: int, r: int, p: int, length: int) -> bytes:
    # Its own limit is just below what these may need.
    memory = 128 * r * (n + p + 2) + 65_536
    return hashlib.scrypt(pin.encode(), salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=length)


def write_pin(path: Path, stored: StoredPin) -> None:
    """Put a PIN's file in place, as a whole, for its owner alone: whoever the folder belongs to.

    Raises ``OSError``.
    """
    told = _File(1, stored.n, stored.r, stored.p, stored.salt.hex(), stored.digest.hex())
    write_private(path, msgspec.json.encode(told) + b"\n")


def read_pin(path: Path) -> StoredPin | None:
    """Return what the file holds; None when there is none. Raises ``PinFileError``."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        why = error.strerror or "?"
        raise PinFileError(
            f"读不到 PIN 文件 {path}（{why}），请重新设置：hallctl kiosk pin",
            f"The PIN's file {path} cannot be read ({why}); set it again: hallctl kiosk pin",
        ) from None
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
            raise PinFileError(
                f"PIN 文件 {path} 的权限不对，其他用户也能读写，因此不用：chmod 600 {path}",
                f"The PIN's file {path} is open to other users, so it is not used: "
                f"chmod 600 {path}",
            )
        data = os.read(file, _MOST_BYTES + 1)
    finally:
        os.close(file)
    return _parsed(path, data)


def _parsed(path: Path, data: bytes) -> StoredPin:
    try:
        told = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = None
    if told is None or told.n & (told.n - 1):
        raise PinFileError(
            f"PIN 文件 {path} 内容不对，请重新设置：hallctl kiosk pin",
            f"The PIN's file {path} is not right; set it again: hallctl kiosk pin",
        )
    salt, digest = bytes.fromhex(told.salt), bytes.fromhex(told.hash)
    return StoredPin(told.n, told.r, told.p, salt, digest)
