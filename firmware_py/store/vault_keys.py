"""One key a day, in a folder of its own, and beside the vault what is known of each day's key.

``<keys>/2026-11-22.key`` is 32 random bytes. ``<vault>/2026-11-22.day`` is two lines of text::

    hall-vault 1
    key 0123456789abcdef            the key's name, derived from it: 8 bytes in hexadecimal

then ``ending`` when its time is over, ``destroyed`` when the key was overwritten, ``destroyed
told`` when the journal has that. This mark lies apart from the key on purpose: a stick with the
keys that is not plugged in, or another stick, must not lead to a second key for a day; and a day
whose key was destroyed never gets another. Marks stay, 40 bytes a day.

Keys for each use are derived by HKDF-Expand (RFC 5869; a key that is random already needs no
Extract). No key stays in memory between two uses.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from firmware_py.store.marker import sync_folder
from firmware_py.store.private_files import PART, overwrite, private_folder, put_whole
from firmware_py.store.vault_errors import KeyDestroyed, KeyMissing, VaultDamaged

__all__ = ["KEY_BYTES", "DayKeys", "State", "Use", "check_day", "is_day"]

KEY_BYTES = 32
Use = Literal["blobs", "people", "name"]
State = Literal["none", "key", "ending", "destroyed", "told", "damaged"]

_HEAD = "hall-vault 1"
_DAY = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_KEY_NAME = re.compile(r"key ([0-9a-f]{16})")
_ENDS: dict[str, State] = {
    "ending": "ending",
    "destroyed": "destroyed",
    "destroyed told": "told",
}


def is_day(name: str) -> bool:
    """Whether this is a date ``YYYY-MM-DD``."""
    return _DAY.fullmatch(name) is not None


def check_day(day: str) -> str:
    """Return ``day``, a date ``YYYY-MM-DD``. Raises ``ValueError`` when it is none."""
    if not is_day(day):
        raise ValueError(f"{day!r} is not a day such as 2026-11-22")
    return day


def derive(key: bytes, use: Use) -> bytes:
    """Return the key for one use: HKDF-Expand with SHA-256, 32 bytes, info ``hall-vault 1 USE``."""
    return hmac.digest(key, f"{_HEAD} {use}".encode() + b"\x01", "sha256")


@dataclass(frozen=True, slots=True)
class _Mark:
    state: State
    #: The key's name; empty unless ``state`` is ``key``.
    name: str = ""


class DayKeys:
    """The keys of all days. The caller holds the vault's lock, alone where it says so."""

    def __init__(self, vault: Path, keys: Path) -> None:
        self._vault = vault
        self._keys = keys

    def days(self) -> dict[str, State]:
        """Return the days that have or had a key, oldest first. Raises ``OSError``."""
        files = (*self._vault.glob("*.day"), *self._keys.glob("*.key"))
        found = sorted({path.stem for path in files if is_day(path.stem)})
        return {day: self._mark(day).state for day in found}

    def state(self, day: str) -> State:
        """Return what became of the day's key. Raises ``OSError``."""
        return self._mark(day).state

    def read(self, day: str, use: Use) -> bytes | None:
        """Return the day's key for ``use``; None when the day never had one.

        Raises ``KeyDestroyed``, ``KeyMissing``, ``VaultDamaged``, ``OSError``.
        """
        mark = self._mark(day)
        path = self._path(day)
        if mark.state == "none":
            return None
        if mark.state == "damaged":
            raise VaultDamaged(self._mark_path(day))
        if mark.state != "key":
            raise KeyDestroyed(path)
        key = self._read(day)
        if key is None or _name_of(key) != mark.name:
            raise KeyMissing(path, "" if key is None else "not the key that this day began with")
        return derive(key, use)

    def make(self, day: str) -> None:
        """Make the day's key unless it has one; alone. Raises ``KeyMissing``, ``OSError``.

        The key is on its medium before the mark says so, and the mark before anything is encrypted.
        """
        if self._mark(day).state != "none":
            return
        self._make_folder()
        # One without a mark: a power cut came between the two, or the mark was lost.
        key = self._read(day)
        if key is None:
            if (self._vault / day).is_dir():
                raise KeyMissing(self._path(day), "files of this day are there, its mark is not")
            key = secrets.token_bytes(KEY_BYTES)
            put_whole(self._path(day), key)
        self._put_mark(day, f"key {_name_of(key)}")

    def destroy(self, day: str, *, lost: bool = False) -> bool:
        """End the day's key; alone. False: it was not found, so it is only ``ending``.

        Nobody uses the key from the first mark on, whatever is still left of it; a second call ends
        what a power cut left. ``lost``: somebody says that the key exists nowhere any more.
        """
        path, state = self._path(day), self._mark(day).state
        if state not in {"ending", "destroyed", "told"}:
            self._put_mark(day, "ending")
        found = path.exists()
        if found:
            overwrite(path, KEY_BYTES)
        if state not in {"destroyed", "told"}:
            if not (found or lost):
                return False
            self._put_mark(day, "destroyed")
        if found:
            path.unlink()
            sync_folder(self._keys)
        return True

    def left(self, day: str) -> bool:
        """Whether the key's file is there."""
        return self._path(day).exists()

    def told(self, day: str) -> None:
        """The journal has that the day's key was destroyed; alone."""
        if self._mark(day).state == "destroyed":
            self._put_mark(day, "destroyed told")

    def sweep(self) -> None:
        """Remove what a power cut left half written; alone."""
        for part in (*self._vault.glob(f".*{PART}"), *self._keys.glob(f".*{PART}")):
            part.unlink(missing_ok=True)

    def _make_folder(self) -> None:
        """Make the folder of keys beside the vault; elsewhere it must be there.

        Where a stick is not mounted, its keys must not land on the card.
        """
        if not self._keys.is_dir() and self._keys.parent != self._vault.parent:
            raise KeyMissing(self._keys, "there is no such folder")
        private_folder(self._keys)

    def _read(self, day: str) -> bytes | None:
        """Return the key's bytes; None when there are none, or not a key's."""
        try:
            key = self._path(day).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return key if len(key) == KEY_BYTES else None

    def _mark_path(self, day: str) -> Path:
        return self._vault / f"{day}.day"

    def _path(self, day: str) -> Path:
        return self._keys / f"{day}.key"

    def _mark(self, day: str) -> _Mark:
        try:
            lines = self._mark_path(day).read_text("ascii", "replace").splitlines()
        except FileNotFoundError:
            return _Mark("none")
        head, line = lines if len(lines) == 2 else ("", "")
        if head == _HEAD and (found := _KEY_NAME.fullmatch(line)):
            return _Mark("key", found[1])
        return _Mark(_ENDS.get(line, "damaged") if head == _HEAD else "damaged")

    def _put_mark(self, day: str, line: str) -> None:
        put_whole(self._mark_path(day), f"{_HEAD}\n{line}\n".encode("ascii"))


def _name_of(key: bytes) -> str:
    return derive(key, "name")[:8].hex()
