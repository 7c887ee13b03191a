"""Files of a configuration that change together: all of them or none, whatever ends the program.

Below ``FOLDER/.undoing``, from ``begin`` to ``end``::

    0, 1, ...   the files as they were
    begun       written last: while it is there the old files count, however many are new

Whoever finds ``begun`` puts the old ones back before anything is read (``put_back``); its end is
the one moment at which the new ones count. All under the lock of ``config.versions``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec

from firmware_py.config.versions import keep_names, replace_file

__all__ = ["Together"]

PENDING = ".undoing"


class _Before(msgspec.Struct, frozen=True):
    """A file's name as seen from the folder, and its content's; None: there was no such file."""

    name: str
    content: str | None


class Together:
    """``folder`` is that of the hall's file. All methods raise ``OSError``; none is for threads."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._pending = folder, folder / PENDING
        self._begun = self._pending / "begun"

    @property
    def left(self) -> bool:
        """Whether the old files count: a change has begun, or somebody's was ended half-way."""
        return self._begun.exists()

    def begin(self, files: Iterable[Path]) -> None:
        """Note what these are now. Before the first of them changes."""
        self.end()
        self._make_pending()
        before = list[_Before]()
        for number, path in enumerate(files):
            content = None
            if path.exists():
                content = str(number)
                replace_file(self._pending / content, path.read_bytes(), like=path)
            before.append(_Before(os.path.relpath(path, self._folder), content))
        keep_names(self._folder)
        replace_file(self._begun, msgspec.json.encode(before), like=self._folder)

    def settle(self) -> None:
        """The files count as they are now."""
        if self.left:
            self._begun.replace(self._pending / "settled")
            keep_names(self._pending)

    def take_back(self) -> None:
        """The old ones are to count after all, although it was settled."""
        settled = self._pending / "settled"
        if settled.exists():
            settled.replace(self._begun)
            keep_names(self._pending)
        self.put_back()

    def put_back(self) -> bool:
        """Where it was begun and not settled, the files are as before; say whether they were not.

        Ended half-way it is done again, by whoever comes next.
        """
        if not self.left:
            return False
        for one in msgspec.json.decode(self._begun.read_bytes(), type=list[_Before]):
            path = self._folder / one.name
            if one.content is not None:
                content = self._pending / one.content
                replace_file(path, content.read_bytes(), like=content)
            elif path.exists():
                path.unlink()
                keep_names(path.parent)
        self.settle()
        self.end()
        return True

    def end(self) -> None:
        """Let go of what they were; not while the old ones count."""
        if not self.left and self._pending.exists():
            shutil.rmtree(self._pending)

    def _make_pending(self) -> None:
        """For whoever may read the folder: the daemon must see ``begun``."""
        self._pending.mkdir()
        if os.geteuid() == 0:
            status = self._folder.stat()
            os.chown(self._pending, status.st_uid, status.st_gid)
        self._pending.chmod(0o750)
