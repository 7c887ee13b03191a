"""Which edition of the configuration is in force at this Pi, and at the hub what was in it.

``editions.json`` has the edition in force and the former ones, written whole; ``contents/`` has
the files by SHA-256, at the hub alone, for as long as an edition of the book has them. Lies in the
data folder, with the journal.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from firmware_py.core.edition import Edition
from firmware_py.store.private_file import write_private

__all__ = ["FOLDER", "KEPT", "EditionBook", "Kept"]

log = logging.getLogger(__name__)

FOLDER = "configuration"
#: Former editions that can be brought back.
KEPT = 20


class Kept(msgspec.Struct, frozen=True):
    """An edition and what is in it: names below the configuration's folder -> SHA-256."""

    edition: Edition
    files: Mapping[str, str]
    #: Hall time, and who brought it.
    at_ms: int = 0
    by: str = ""


class _Book(msgspec.Struct):
    in_force: Kept | None = None
    former: list[Kept] = []


class EditionBook:
    """``folder`` need not be there. A book that cannot be read is begun anew, and said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file, self._contents = folder / "editions.json", folder / "contents"
        self._book = self._read()

    def _read(self) -> _Book:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Book)
        except FileNotFoundError:
            return _Book()
        except (OSError, msgspec.DecodeError) as error:
            log.warning("%s cannot be read, it is begun anew: %s", self._file, error)
            return _Book()

    @property
    def in_force(self) -> Kept | None:
        """What is in force."""
        return self._book.in_force

    @property
    def former(self) -> tuple[Kept, ...]:
        """What was in force before, the newest first."""
        return tuple(self._book.former)

    def take(self, kept: Kept) -> None:
        """``kept`` is in force from now on; on the disk as a whole. Raises ``OSError``."""
        before, former = self._book.in_force, self._book.former
        if before is not None and before.files != kept.files:
            former = [before, *former][:KEPT]
        book = _Book(kept, former)
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        write_private(self._file, msgspec.json.encode(book))
        self._book = book

    # ---- contents, at the hub

    def put(self, data: bytes) -> str:
        """Keep a content; return its SHA-256. Raises ``OSError``."""
        sha = hashlib.sha256(data).hexdigest()
        path = self.content(sha)
        if not path.exists():
            self._contents.mkdir(mode=0o750, parents=True, exist_ok=True)
            write_private(path, data)
        return sha

    def content(self, sha: str) -> Path:
        """Return where a content is, if it is here."""
        return self._contents / Path(sha).name

    def drop(self, wanted: Collection[str]) -> None:
        """Let go of contents that neither the book nor ``wanted`` has. Raises ``OSError``."""
        kept = [one for one in (self.in_force, *self.former) if one is not None]
        named = {sha for one in kept for sha in one.files.values()} | set(wanted)
        for path in self._contents.iterdir() if self._contents.is_dir() else ():
            if path.name not in named:
                path.unlink(missing_ok=True)
