r"""What is kept of people, encrypted: fields of a card, pages, forms; readable until its day ends.

A file of the vault is ``<vault>/<day>/<name>``::

    0   8  "HALLBLOB"
    8   1  version, 1
    9   3  zero
    12 12  nonce, random
    24  n  AES-256-GCM (NIST SP 800-38D) of the content, with the tag's 16 bytes at its end

The day, the name and the first 12 bytes are authenticated with it (``"hall-vault 1\0" day "\0"
name "\0"`` and the bytes): a file in another's place does not open. The key is the day's
(``store.vault_keys``); a day's names, sizes and times can be seen without it, so names tell a
ticket's number and never a person.

Content is encrypted in one piece, so memory holds it twice; 32 MiB are the most, a page has 10 at
most. ``cryptography`` is imported when the first file is written or read.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_py.store.day_seen import look_at
from firmware_py.store.marker import sync_folder
from firmware_py.store.person_hash import person_hash
from firmware_py.store.private_files import PART, locked, overwrite, private_folder, put_whole
from firmware_py.store.vault_errors import (
    VaultDamaged,
    VaultError,
    VaultMissing,
    VaultTooLarge,
    from_os,
)
from firmware_py.store.vault_keys import DayKeys, State, Use, check_day, is_day

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["MOST_BYTES", "KeptDay", "Vault"]

MOST_BYTES = 32 << 20

_MAGIC = b"HALLBLOB\x01\0\0\0"
_NONCE = 12
_HEAD = len(_MAGIC) + _NONCE
_TAG = 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class KeptDay:
    """What is kept of one day: ``files`` of ``size`` bytes in all; ``readable``: its key is there.

    ``state`` is ``key``; ``ending`` while its key is to be destroyed and is not where keys lie;
    ``destroyed``, or ``told`` when the journal has that too; ``damaged`` when nobody can tell.
    """

    day: str
    state: State
    readable: bool
    files: int
    size: int


class Vault:
    """Every method waits for the disk: call it in a thread, never in the event loop.

    Any number of threads may. Each raises ``VaultError`` in the form that fits and ``ValueError``
    for a day or a name that cannot be one.
    """

    def __init__(self, folder: Path, keys: Path) -> None:
        """Take the folders of files and of keys; they are made when first needed."""
        self._folder = folder
        self._keys = DayKeys(folder, keys)

    def begun(self) -> bool:
        """Whether anything was ever kept; the other methods make the folder."""
        return self._folder.is_dir()

    def day_seen(self, today: date) -> date:
        """Return which day it is for what cannot be undone (``store.day_seen``)."""
        with _explained(self._folder), self._alone():
            return look_at(self._folder, today).seen

    def put(self, day: str, name: str, data: bytes) -> None:
        """Keep ``data`` under ``name``, in place of what had the name; on the disk on return.

        Raises ``KeyDestroyed``, ``KeyMissing``, ``VaultFull``, ``VaultTooLarge`` and others.
        """
        path = self._path(day, name)
        if len(data) > MOST_BYTES:
            raise VaultTooLarge(path, f"{len(data)} bytes, {MOST_BYTES} are the most")
        with _explained(path), self._with_key(day, "blobs") as key:
            nonce = secrets.token_bytes(_NONCE)
            sealed = _cipher(key).encrypt(nonce, data, _bound(day, name))
            private_folder(path.parent)
            put_whole(path, b"".join((_MAGIC, nonce, sealed)))

    def get(self, day: str, name: str) -> bytes:
        """Return what is kept under ``name``.

        Raises ``VaultMissing``, ``VaultDamaged``, ``KeyDestroyed``, ``KeyMissing`` and others.
        """
        path = self._path(day, name)
        with _explained(path), self._shared():
            key = self._keys.read(day, "blobs")
            try:
                if key is None or path.stat().st_size > _HEAD + MOST_BYTES + _TAG:
                    raise VaultMissing(path) if key is None else VaultDamaged(path)
                blob = path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                raise VaultMissing(path) from None
            return _opened(path, key, blob, _bound(day, name))

    def remove(self, day: str, name: str) -> None:
        """Delete what is kept under ``name``; its nonce is overwritten first.

        Raises ``VaultMissing`` when nothing is. Needs no key.
        """
        path = self._path(day, name)
        with _explained(path), self._shared():
            try:
                overwrite(path, _HEAD)
                path.unlink()
            except FileNotFoundError:
                raise VaultMissing(path) from None
            sync_folder(path.parent)

    def names(self, day: str) -> list[str]:
        """Return the names kept of a day, in order; none for a day without anything."""
        folder = self._folder / check_day(day)
        with _explained(folder), self._shared():
            return sorted(path.name for path in _files(folder))

    def days(self) -> list[str]:
        """Return the days whose key lives, oldest first."""
        with _explained(self._folder), self._shared():
            return [day for day, state in self._keys.days().items() if state == "key"]

    def survey(self) -> list[KeptDay]:
        """Return what is kept of each day that has or had a key, oldest first."""
        with _explained(self._folder), self._shared():
            return [self._survey(day, state) for day, state in self._keys.days().items()]

    def hash_person(self, day: str, number: str) -> str:
        """Return the person's keyed hash of this day, 32 hexadecimal digits; another each day.

        Raises ``KeyDestroyed``, ``KeyMissing`` and others; ``ValueError`` for what is no number,
        without it.
        """
        with _explained(self._folder), self._with_key(check_day(day), "people") as key:
            return person_hash(key, number)

    def destroy(self, day: str, *, lost: bool = False) -> bool:
        """Destroy a day's key and files, whatever its state; whether the key is destroyed now.

        False: its key was not found where keys lie, so it may be elsewhere; the files are gone, and
        a later call ends the key when it is back. ``lost``: somebody says that it is nowhere.
        """
        with _explained(self._folder), self._alone():
            return self._destroy(check_day(day), lost=lost)

    def destroy_before(self, day: str) -> list[str]:
        """Destroy the keys and files of all days before ``day``; return the days, oldest first.

        Also ends what a power cut left half done, of any day. A day that cannot be destroyed keeps
        no other from it; the first such error is raised at the end.
        """
        check_day(day)
        done: list[str] = []
        wrong: list[Exception] = []
        with _explained(self._folder), self._alone():
            self._sweep()
            for each in self._due(day):
                try:
                    if self._destroy(each):
                        done.append(each)
                except OSError as error:
                    wrong.append(error)
            if wrong:
                raise wrong[0]
        return done

    def untold(self) -> list[str]:
        """Return the days that were destroyed and are not yet marked as told, oldest first."""
        with _explained(self._folder), self._shared():
            return [day for day, state in self._keys.days().items() if state == "destroyed"]

    def told(self, days: list[str]) -> None:
        """Mark that the journal has these days' destruction."""
        with _explained(self._folder), self._alone():
            for day in days:
                self._keys.told(check_day(day))

    def _path(self, day: str, name: str) -> Path:
        if not _NAME.fullmatch(name) or name.endswith(PART):
            raise ValueError(f"{name!r} cannot be a name in the vault")
        return self._folder / check_day(day) / name

    @contextlib.contextmanager
    def _shared(self) -> Iterator[None]:
        """Keep keys from being made or destroyed meanwhile."""
        private_folder(self._folder)
        with locked(self._folder, alone=False):
            yield

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        private_folder(self._folder)
        with locked(self._folder, alone=True):
            yield

    @contextlib.contextmanager
    def _with_key(self, day: str, use: Use) -> Iterator[bytes]:
        """Give the day's key, made when there is none, for as long as it cannot be destroyed."""
        while True:
            with self._shared():
                key = self._keys.read(day, use)
                if key is not None:
                    yield key
                    return
            with self._alone():
                self._keys.make(day)

    def _due(self, before: str) -> list[str]:
        """Return the days to be destroyed: old ones, and those that a power cut left half done."""
        states: dict[str, State] = dict.fromkeys(_folders(self._folder), "none")
        states |= self._keys.days()
        return sorted(
            day
            for day, state in states.items()
            if (day < before and state in {"none", "key", "damaged"})
            or state == "ending"
            or (state in {"destroyed", "told"} and self._remains(day))
        )

    def _remains(self, day: str) -> bool:
        return self._keys.left(day) or (self._folder / day).is_dir()

    def _destroy(self, day: str, *, lost: bool = False) -> bool:
        """The key first: without it the files are nothing, and there may be thousands."""
        ended = self._keys.destroy(day, lost=lost)
        folder = self._folder / day
        if folder.is_dir():
            shutil.rmtree(folder)
            sync_folder(self._folder)
        return ended

    def _sweep(self) -> None:
        """Remove files that a power cut left half written; nobody writes while we are alone."""
        self._keys.sweep()
        for part in self._folder.glob(f"*/.*{PART}"):
            part.unlink(missing_ok=True)

    def _survey(self, day: str, state: State) -> KeptDay:
        sizes = [path.stat().st_size for path in _files(self._folder / day)]
        readable = True
        try:
            self._keys.read(day, "name")
        except (VaultError, OSError):
            readable = False
        return KeptDay(day, state, readable, len(sizes), sum(sizes))


def _folders(vault: Path) -> list[str]:
    return [path.name for path in vault.iterdir() if is_day(path.name) and path.is_dir()]


def _files(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            return [Path(entry.path) for entry in found if not entry.name.startswith(".")]
    except FileNotFoundError:
        return []


def _bound(day: str, name: str) -> bytes:
    return b"hall-vault 1\0%b\0%b\0%b" % (day.encode("ascii"), name.encode("ascii"), _MAGIC)


def _opened(path: Path, key: bytes, blob: bytes, bound: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag

    if not blob.startswith(_MAGIC) or len(blob) < _HEAD + _TAG:
        raise VaultDamaged(path, "not a whole file of the vault")
    try:
        return _cipher(key).decrypt(blob[len(_MAGIC) : _HEAD], memoryview(blob)[_HEAD:], bound)
    except InvalidTag:
        raise VaultDamaged(path, "the content does not prove itself") from None


def _cipher(key: bytes) -> AESGCM:
    # Imported here: a hall that keeps nothing of anybody does without the library's 10 MB.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says into the vault's words."""
    try:
        yield
    except VaultError:
        raise
    except OSError as error:
        raise from_os(error, path) from error
