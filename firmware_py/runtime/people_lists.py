"""The centre's lists in this hall: read from their folder, changed by whoever brings a new one.

All of it blocks and is called on threads. ``now`` is replaced as a whole, so whoever reads it has
the lists of before or those of after. A file that cannot be used is named with its lines, and the
last good one stays. The key is read again whenever it changes, and only when nobody else could.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import stat
import threading
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from devices.base import Sentence
from firmware_py.config.people_lists import (
    GRADES,
    MOST_BYTES,
    Appointments,
    BadList,
    Grades,
    day_of,
    is_list,
    read_appointments,
    read_grades,
)
from firmware_py.store.person_hash import LEAST_KEY

__all__ = ["ListNow", "ListTaken", "Lists", "PeopleLists"]

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class ListNow:
    """A list in use: its rows, and the SHA-256 of its file in hexadecimal."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, repr=False)
class Lists:
    """All that is in use. ``day`` is whose appointments these are."""

    key: bytes | None = None
    grades: Grades | None = None
    day: str | None = None
    appointments: Appointments | None = None
    used: Mapping[str, ListNow] = field(default_factory=lambda: MappingProxyType({}))
    #: By file (``key_file`` and ``lists`` among them): why it cannot be used.
    wrong: Mapping[str, Sentence] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ListTaken:
    """A list that was brought: what it is now, and whether it is another than before."""

    name: str
    rows: int
    sha256: str
    changed: bool


class PeopleLists:
    """The lists of one hall. ``items`` are the ids of the catalogue."""

    def __init__(self, folder: Path | None, key_file: Path | None, items: Container[str]) -> None:
        self._folder = folder
        self._key_file = key_file
        self._items = items
        #: One thread at a time looks or brings.
        self._lock = threading.Lock()
        self._stamps: dict[str, Stamp] = {}
        self.now = Lists()

    def look(self, day: str | None, over: str | None = None) -> None:
        """Read what changed. ``day`` has the appointments in use, None while no clock is known.

        Appointments of days before ``over``, a business day, have served and are removed.
        """
        with self._lock:
            self._look_at_key()
            if self._folder is not None:
                self._look_at_lists(self._folder, day, over)

    # ---- the key

    def _look_at_key(self) -> None:
        if self._key_file is None:
            return
        try:
            stamp = _stamp(self._key_file)
            if self._stamps.get("key_file") == stamp:
                return
            self._stamps["key_file"] = stamp
            key = _read_key(self._key_file)
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._stamps.pop("key_file", None)
            self._say(
                "key_file",
                f"无法读取密钥文件 {self._key_file}：{why}",
                f"the key file {self._key_file} cannot be read: {why}",
            )
            self.now = replace(self.now, key=None)
        except BadList as error:
            self._say("key_file", error.zh, error.en)
            self.now = replace(self.now, key=None)
        else:
            self._unsay("key_file")
            self.now = replace(self.now, key=key)

    # ---- the lists

    def _look_at_lists(self, folder: Path, day: str | None, over: str | None) -> None:
        todays = f"appointments-{day}.csv"
        if self.now.day != day:
            # Yesterday's appointments hold for nobody today.
            used = {n: one for n, one in self.now.used.items() if n == GRADES}
            self.now = replace(self.now, day=day, appointments=None, used=used)
            self._stamps = {n: s for n, s in self._stamps.items() if day_of(n) is None}
        try:
            there = {path.name: path for path in folder.iterdir() if is_list(path.name)}
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not self.now.used:
                return  # No list was ever brought.
            # What was in use stays: a share may be away for a minute.
            why = error.strerror or type(error).__name__
            self._say("lists", f"无法读取名单文件夹：{why}", f"the lists cannot be read: {why}")
            return
        else:
            self._unsay("lists")
        for name in (GRADES, todays):
            if name in there:
                self._look_at(there[name])
            elif name in self.now.used or name in self.now.wrong:
                # Somebody took it away on purpose.
                self._drop(name)
        for name in [n for n in self.now.wrong if day_of(n) not in {None, day}]:
            self._unsay(name)
        self._remove_served(there, over)

    def _remove_served(self, there: Mapping[str, Path], over: str | None) -> None:
        for name, path in there.items():
            of = day_of(name)
            if of is not None and over is not None and of < over:
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    log.warning("%s has served and cannot be removed: %s", name, error.strerror)

    def _look_at(self, path: Path) -> None:
        name = path.name
        try:
            stamp = _stamp(path)
            if self._stamps.get(name) == stamp:
                return
            data = _read_bounded(path)
            self._stamps[name] = stamp
            self._use(name, data)
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._say(name, f"无法读取 {name}：{why}", f"{name} cannot be read: {why}")
        except BadList as error:
            self._say(name, f"{name}：{error.zh}", f"{name}: {error.en}")

    def _use(self, name: str, data: bytes) -> int:
        """Check a list and go by it; return its rows. Raises ``BadList``."""
        if name == GRADES:
            grades = read_grades(data)
            rows = len(grades)
            self.now = replace(self.now, grades=grades)
        else:
            appointments = read_appointments(data, self._items)
            rows = appointments.count
            self.now = replace(self.now, appointments=appointments)
        one = ListNow(name, rows, hashlib.sha256(data).hexdigest())
        self.now = replace(self.now, used={**self.now.used, name: one})
        self._unsay(name)
        log.info("%s: %d rows", name, rows)
        return rows

    def _drop(self, name: str) -> None:
        used = {n: one for n, one in self.now.used.items() if n != name}
        if name == GRADES:
            self.now = replace(self.now, used=used, grades=None)
        else:
            self.now = replace(self.now, used=used, appointments=None)
        self._stamps.pop(name, None)
        self._unsay(name)
        log.info("%s: gone", name)

    def _say(self, name: str, zh: str, en: str) -> None:
        said = Sentence(zh, en)
        if self.now.wrong.get(name) != said:
            log.error("a list of people cannot be used: %s", en)
            self.now = replace(self.now, wrong={**self.now.wrong, name: said})

    def _unsay(self, name: str) -> None:
        if name in self.now.wrong:
            wrong = {n: one for n, one in self.now.wrong.items() if n != name}
            self.now = replace(self.now, wrong=wrong)

    # ---- a list that is brought

    def bring(self, name: str, data: bytes) -> ListTaken:
        """Check a whole list, keep it durably in the folder and, if it is of now, go by it.

        Raises ``BadList`` (nothing has changed then) and ``OSError``.
        """
        with self._lock:
            if self._folder is None:
                raise BadList(
                    "本厅没有设置名单文件夹（people.lists）。",
                    "This hall has no folder for lists (people.lists).",
                )
            if not is_list(name):
                raise BadList(
                    "名单文件名应为 grades.csv 或 appointments-2026-11-23.csv。",
                    "A list is called grades.csv or appointments-2026-11-23.csv.",
                )
            sha256 = hashlib.sha256(data).hexdigest()
            of = day_of(name)
            read = read_grades if of is None else self._read_appointments
            found = read(data)
            rows = found.count if isinstance(found, Appointments) else len(found)
            path = self._folder / name
            if path.exists() and hashlib.sha256(_read_bounded(path)).hexdigest() == sha256:
                return ListTaken(name, rows, sha256, changed=False)
            _keep(path, data)
            if of is None or of == self.now.day:
                self._use(name, data)
                self._stamps[name] = _stamp(path)
            return ListTaken(name, rows, sha256, changed=True)

    def _read_appointments(self, data: bytes) -> Appointments:
        return read_appointments(data, self._items)


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    # The time of change of its rights too: the key's are looked at again.
    return status.st_mtime_ns ^ status.st_ctime_ns, status.st_size, status.st_ino


def _read_bounded(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _read_key(path: Path) -> bytes:
    """Return the key: hexadecimal digits. Raises ``OSError``, ``BadList`` for any other file."""
    status = path.stat()
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise BadList(
            f"密钥文件 {path} 其他用户也能读，已停用；请执行 chmod 600 {path}，并更换密钥。",
            f"Others may read the key file {path}, so it is not used: chmod 600 {path}, and take "
            "a new key.",
        )
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) < LEAST_KEY:
        raise BadList(
            f"密钥文件 {path} 应为至少 {2 * LEAST_KEY} 位十六进制数字。",
            f"The key file {path} does not hold {2 * LEAST_KEY} or more hexadecimal digits.",
        )
    return key


def _keep(path: Path, data: bytes) -> None:
    """Write a whole file in one step, for its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
