"""Puts what a new Pi was given into the folder of its configuration: all of it, or nothing.

Below ``FOLDER/.joining`` (for its owner alone)::

    key.pem request.pem   this Pi's own key, and what the hub signs; kept until all is in place
    new/...               the files, as they will lie in FOLDER
    commit                written last: from here on it goes forward, before it goes back

Until ``commit`` is on the disk, nothing outside has changed, whatever ends the program. After it
each file is renamed into place, ``hall.toml`` at the end: halld does not start without that. What a
power cut left is finished by ``finish``, which needs no hub.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from firmware_py.store.certificates import make_request, new_key
from firmware_py.store.private_file import write_private

__all__ = ["BadName", "JoiningFiles", "check_name", "keep_names"]

PENDING = ".joining"
#: What a daemon goes by comes last.
_LAST = ("node.env", "hall.toml")
_SECRET = 0o600
_SLACK = 1024 * 1024
Owner = tuple[int, int]


class BadName(ValueError):
    """A name that leads out of the folder, or to what a hub has no business with."""


class JoiningFiles:
    """``folder`` is that of the configuration, ``daemon`` its user's and group's number.

    The key and its folder belong to the daemon; the rest to the folder's owner, for its group to
    read. All methods raise ``OSError``.
    """

    def __init__(self, folder: Path, daemon: Owner | None = None) -> None:
        self.folder, self._daemon = folder, daemon
        self.pending = folder / PENDING
        self.new = self.pending / "new"
        self._commit = self.pending / "commit"

    @property
    def begun(self) -> bool:
        """Whether files are being put in place, and something ended that."""
        return self._commit.exists()

    def request(self) -> bytes:
        """Return what is to be signed; the key is made once, and stays here."""
        self.pending.mkdir(mode=0o700, exist_ok=True)
        key, request = self.pending / "key.pem", self.pending / "request.pem"
        if not request.exists():
            write_private(key, new_key())
            write_private(request, make_request("new", key.read_bytes()))
        return request.read_bytes()

    def stage(self, files: Mapping[str, bytes], key_name: str, *later: str) -> None:
        """Lay the files beside where they belong, and the key where its certificate will be.

        ``later`` are the names of what ``commit`` adds. Raises ``BadName``.
        """
        for name in (*files, key_name, *later):
            check_name(name)
        self._drop_new()
        free = shutil.disk_usage(self.folder).free
        wanted = sum(map(len, files.values())) + _SLACK
        if free < wanted:
            raise OSError(28, os.strerror(28), str(self.folder))
        try:
            self.new.mkdir(mode=0o700)
            key = self.new / key_name
            self._make_folders(key.parent, self.new)
            if self._daemon is not None and key.parent != self.new:
                os.chown(key.parent, *self._daemon)
            self._put(key_name, self.key(), mode=_SECRET)
            for name, data in files.items():
                self._put(name, data)
        except BaseException:
            self._drop_new()
            raise

    def commit(self, more: Mapping[str, bytes]) -> list[str]:
        """Add the last files and put all of them in place; return their names."""
        for name, data in more.items():
            check_name(name)
            self._put(name, data)
        found = (path for path in self.new.rglob("*") if path.is_file())
        names = sorted(path.relative_to(self.new).as_posix() for path in found)
        names.sort(key=lambda name: _LAST.index(name) + 1 if name in _LAST else 0)
        write_private(self._commit, msgspec.json.encode(names))
        self.finish()
        return names

    def finish(self) -> bool:
        """Put in place what was committed; say whether anything was."""
        if not self.begun:
            return False
        folders = set[Path]()
        for name in msgspec.json.decode(self._commit.read_bytes(), type=list[str]):
            source, target = self.new / name, self.folder / name
            if source.exists():
                self._make_folders(target.parent, self.folder)
                source.replace(target)
                folders.add(target.parent)
        for folder in folders:
            keep_names(folder)
        self._commit.unlink()
        shutil.rmtree(self.pending)
        return True

    def key(self) -> bytes:
        """Return this Pi's own key, PEM, before it is in place."""
        return (self.pending / "key.pem").read_bytes()

    def give_back(self) -> None:
        """Remove what was staged; the key stays for the next time."""
        if not self.begun:
            self._drop_new()

    # ---- inside

    def _drop_new(self) -> None:
        if self.new.exists():
            shutil.rmtree(self.new)

    def _put(self, name: str, data: bytes, mode: int = 0o640) -> None:
        path = self.new / name
        self._make_folders(path.parent, self.new)
        # Who has the folder has its files; the daemon has that of its key.
        status = (self.folder if path.parent == self.new else path.parent).stat()
        owner = (status.st_uid, status.st_gid) if os.geteuid() == 0 else None
        if mode == _SECRET and self._daemon is not None:
            owner = self._daemon
        write_private(path, data, mode=mode, owner=owner)

    def _make_folders(self, folder: Path, root: Path) -> None:
        """Make a folder below ``root``: as that in ``new`` of its name, else as the hall's own."""
        missing = list[Path]()
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            like = self.new / one.relative_to(root)
            one.mkdir()
            one.chmod(0o750)
            if os.geteuid() == 0:
                status = (self.folder if root == self.new else like).stat()
                os.chown(one, status.st_uid, status.st_gid)
            keep_names(one.parent)


def check_name(name: str) -> None:
    """Raise ``BadName`` for what is no file below a configuration's folder."""
    parts = PurePosixPath(name).parts
    fine = (
        bool(parts)
        and not name.startswith("/")
        and "\0" not in name
        and "\\" not in name
        and not any(part in {"..", "."} or part.startswith(".") for part in parts)
        and parts[0] != "authority"
    )
    if not fine:
        raise BadName(name[:80])


def keep_names(folder: Path) -> None:
    """Have the disk keep the names in a folder."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
