"""Puts a hub's configuration into a Pi's folder: laid beside first, then in place, all or nothing.

Below ``FOLDER/.coming-NODE``::

    parts/SHA256   contents as they came; what is whole survives a restart
    new/...        what differs from the folder, as it will lie there
    tried/...      the folder as it would be, to be read before it is so
    commit         written last: from here on it goes forward, before it goes back

Until ``commit`` is on the disk nothing outside has changed, whatever ends the program. ``finish``
does what a power cut left. Files that an earlier configuration brought and this one has not are
removed; others are nobody's business here.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from firmware_py.core.edition import Edition
from firmware_py.store.editions import EditionBook, Kept
from firmware_py.store.joining_files import BadName, check_name, keep_names
from firmware_py.store.private_file import write_private

__all__ = ["MAIN", "ComingFiles"]

#: The hall's file in what a hub sends, whatever it is called here.
MAIN = "hall.toml"
_PENDING = ".coming-"
_SLACK = 1024 * 1024
#: A Pi's own, and secrets: no hub has to send such.
_OWN = frozenset({".env", ".key", ".password"})
#: What a trial has no need of.
_NOT_TRIED = frozenset({".joining", "authority", "versions"})


class _Commit(msgspec.Struct, frozen=True):
    put: tuple[str, ...]
    remove: tuple[str, ...]
    kept: Kept


class ComingFiles:
    """``main`` is the hall's file at the Pi ``node``; ``book`` notes what is in place.

    All methods raise ``OSError``; those that take names ``BadName``.
    """

    def __init__(self, main: Path, node: str, book: EditionBook) -> None:
        self.folder, self._main, self._book = main.parent, main.name, book
        self.pending = self.folder / f"{_PENDING}{node}"
        self.tried = self.pending / "tried"
        self._new, self._parts = self.pending / "new", self.pending / "parts"
        self._commit = self.pending / "commit"

    def own(self, name: str) -> str:
        """Return a file's name here."""
        return self._main if name == MAIN else name

    def has(self) -> Edition | None:
        """Return the edition in place; None when its files were changed by hand since."""
        kept = self._book.in_force
        if kept is None:
            return None
        same = all(digest_of(self.folder / self.own(n)) == sha for n, sha in kept.files.items())
        return kept.edition if same else None

    def lacks(self, files: Mapping[str, str]) -> set[str]:
        """Return the contents (SHA-256) that are neither in place nor among the parts."""
        for name in files:
            check_name(name)
            if Path(name).suffix in _OWN:
                raise BadName(name[:80])
        return {
            sha
            for name, sha in files.items()
            if digest_of(self.folder / self.own(name)) != sha
            and digest_of(self._parts / sha) != sha
        }

    def part(self, sha: str, after: int, data: bytes) -> None:
        """Keep a part of a content from its byte ``after`` on."""
        check_name(sha)
        if shutil.disk_usage(self.folder).free < len(data) + _SLACK:
            raise OSError(28, os.strerror(28), str(self.folder))
        self._parts.mkdir(parents=True, exist_ok=True)
        self.pending.chmod(0o700)
        with (self._parts / sha).open("r+b" if after else "wb") as file:
            file.seek(after)
            file.write(data)
            file.truncate()

    def differs(self, files: Mapping[str, str]) -> list[str]:
        """Return the names of which this Pi has another content, or none."""
        own = ((name, self.folder / self.own(name)) for name in files)
        return [name for name, path in own if digest_of(path) != files[name]]

    def stage(self, files: Mapping[str, str]) -> Path:
        """Lay what differs beside; return the hall's file of a folder as it would be."""
        for one in (self._new, self.tried):
            shutil.rmtree(one, ignore_errors=True)
        if not self.differs(files) and not self._gone(files):
            return self.folder / self._main
        self._new.mkdir(parents=True)
        self.pending.chmod(0o700)
        for name in self.differs(files):
            sha, own = files[name], self.own(name)
            if digest_of(self._parts / sha) != sha:
                raise OSError(5, "a content is not whole", own)
            self._put(own, (self._parts / sha).read_bytes())
        gone = {self.own(name) for name in self._gone(files)}
        self.tried.mkdir()
        _overlay(self.folder, self._new, self.tried, "", gone)
        return self.tried / self._main

    def commit(self, kept: Kept) -> None:
        """Put what was staged in place, and note that it is."""
        found = (path for path in self._new.rglob("*") if path.is_file())
        names = sorted(path.relative_to(self._new).as_posix() for path in found)
        names.sort(key=lambda name: name == self._main)
        gone = tuple(self.own(name) for name in self._gone(kept.files))
        if not names and not gone:
            self._book.take(kept)
            shutil.rmtree(self.pending, ignore_errors=True)
            return
        shutil.rmtree(self.tried, ignore_errors=True)
        write_private(self._commit, msgspec.json.encode(_Commit(tuple(names), gone, kept)))
        self.finish()

    def finish(self) -> bool:
        """Put in place what was committed; say whether anything was."""
        if not self._commit.exists():
            return False
        commit = msgspec.json.decode(self._commit.read_bytes(), type=_Commit)
        folders = set[Path]()
        for name in commit.put:
            source, target = self._new / name, self.folder / name
            if source.exists():
                self._make_folders(target.parent, self.folder)
                source.replace(target)
                folders.add(target.parent)
        for name in commit.remove:
            (self.folder / name).unlink(missing_ok=True)
            folders.add((self.folder / name).parent)
        for folder in folders:
            if folder.is_dir():
                keep_names(folder)
        self._book.take(commit.kept)
        self._commit.unlink()
        shutil.rmtree(self.pending)
        return True

    def _gone(self, files: Mapping[str, str]) -> list[str]:
        kept = self._book.in_force
        return [] if kept is None else sorted(kept.files.keys() - files.keys())

    def _put(self, name: str, data: bytes) -> None:
        path = self._new / name
        self._make_folders(path.parent, self._new)
        target = self.folder / name
        mode = target.stat().st_mode & 0o777 if target.is_file() else 0o640
        write_private(path, data, mode=mode, owner=_owner_of(self.folder))

    def _make_folders(self, folder: Path, root: Path) -> None:
        missing = list[Path]()
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            one.mkdir()
            one.chmod(0o750)
            if (owner := _owner_of(self.folder)) is not None:
                os.chown(one, *owner)
            keep_names(one.parent)


def _owner_of(folder: Path) -> tuple[int, int] | None:
    """Who has the folder has its files; only root can give them away."""
    status = folder.stat()
    return (status.st_uid, status.st_gid) if os.geteuid() == 0 else None


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hex, "" for none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _is_no_part(name: str) -> bool:
    return name in _NOT_TRIED or name.startswith(_PENDING)


def _inside(folder: Path) -> Iterable[Path]:
    return folder.iterdir() if folder.is_dir() else ()


def _overlay(folder: Path, new: Path, tried: Path, at: str, gone: set[str]) -> None:
    """Show in ``tried`` what would be in ``folder``: all of ``new``, and else what is there."""
    for name in sorted({path.name for one in (folder, new) for path in _inside(one)}):
        inner = f"{at}/{name}" if at else name
        if (not at and _is_no_part(name)) or inner in gone:
            continue
        before, after = folder / name, new / name
        below = any(one.startswith(f"{inner}/") for one in gone)
        if (after.is_dir() and before.is_dir()) or (before.is_dir() and below):
            (tried / name).mkdir()
            _overlay(before, after, tried / name, inner, gone)
        else:
            (tried / name).symlink_to((after if after.exists() else before).absolute())
