"""What can be wrong with the journal, as exceptions that tell a person what to do.

Each carries ``path`` (the file), ``zh`` and ``en`` (a sentence each) and ``detail`` (the words of
SQLite or the operating system, for the technician). Each is also the builtin that fits.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from firmware_py.store.problems import Problem

__all__ = [
    "BackupPlaceMissing",
    "CommandKnown",
    "EventsGone",
    "JournalDamaged",
    "JournalError",
    "JournalForeign",
    "JournalFull",
    "JournalLocked",
    "JournalReadOnly",
    "JournalTooNew",
    "JournalUnreliable",
    "from_os",
    "from_sqlite",
]


class JournalError(Exception):
    """Root of everything that the journal raises on purpose."""

    def __init__(self, path: Path, zh: str, en: str, detail: str = "") -> None:
        super().__init__(f"{path}: {en}" + (f" ({detail})" if detail else ""))
        self.path = path
        self.zh = zh
        self.en = en
        self.detail = detail


class JournalDamaged(JournalError, ValueError):
    """The journal is not what was written: the hall must not start from it, nor from nothing."""

    def __init__(self, path: Path, problem: Problem) -> None:
        super().__init__(
            path,
            f"{problem.zh}请勿删除任何文件；请用 hallctl restore 从最近的有效备份恢复。",
            f"{problem.en} Delete nothing; restore the newest good backup with hallctl restore.",
            problem.detail,
        )
        self.problem = problem


class JournalForeign(JournalDamaged):
    """The journal is sound but belongs to another hall's node."""


class JournalTooNew(JournalError):
    """A newer program has written this journal; this one must not touch it."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            path,
            f"业务流水库的版本是 {found}，本程序只认识到版本 {known}。请升级程序，不要降级使用。",
            f"The journal has version {found}, this program knows up to {known}. "
            "Upgrade the program.",
        )


class JournalFull(JournalError, OSError):
    """No room on the disk. Nothing of the batch is remembered; appending works again later."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(
            path,
            "存储空间已满，无法写入。请腾出空间（例如删除旧备份），之后系统会自动继续记录。",
            "The disk is full, nothing can be written. Make room (old backups, for example); "
            "recording then goes on by itself.",
            detail,
        )
        self.errno = errno.ENOSPC


class JournalReadOnly(JournalError, PermissionError):
    """The file, its folder or the file system cannot be written."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(
            path,
            "业务流水库只读，无法记录业务。请检查存储卡是否被写保护或已损坏、目录权限是否正确。",
            "The journal cannot be written. Check whether the card is write-protected or failing, "
            "and who owns the folder.",
            detail,
        )
        self.errno = errno.EROFS


class JournalLocked(JournalError, BlockingIOError):
    """Another process has the journal open for writing; ``pid`` says which, when known."""

    def __init__(self, path: Path, pid: int | None, detail: str = "") -> None:
        super().__init__(
            path,
            f"业务流水库正被另一个程序使用（进程号 {pid or '未知'}）。请先停止那个程序。",
            f"Another program is using the journal (process {pid or 'unknown'}). Stop it first.",
            detail,
        )
        self.pid = pid
        self.errno = errno.EAGAIN


class JournalUnreliable(JournalError, OSError):
    """The disk failed in a way that leaves open what it holds: open the journal anew."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(
            path,
            "存储卡读写出错，业务流水可能没有写入。请重启服务；若再次出现，请更换存储卡。",
            "The disk failed while recording. Restart the service; replace the card if it "
            "happens again.",
            detail,
        )
        self.errno = errno.EIO


class CommandKnown(JournalError, ValueError):
    """A command id that already has an outcome was appended again; nothing was recorded."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(
            path,
            "这个操作已经记录过，不会重复执行。",
            "This command was recorded before and does not count twice.",
            detail,
        )


class BackupPlaceMissing(JournalError, FileNotFoundError):
    """The folder for backups is not there: its disk is probably not mounted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder,
            "备份目录不存在。请检查备份盘是否已插好并已挂载，或在配置中改正目录。",
            "The folder for backups is not there. Check that its disk is plugged in and mounted, "
            "or correct the folder in the configuration.",
        )
        self.errno = errno.ENOENT


class EventsGone(JournalError, LookupError):
    """The events asked for were compacted; the oldest left is ``first_seq``."""

    def __init__(self, path: Path, first_seq: int) -> None:
        super().__init__(
            path,
            f"更早的明细已压缩为统计数据，现存明细从第 {first_seq} 条开始。",
            f"Older events were compacted to figures; events begin at {first_seq}.",
        )
        self.first_seq = first_seq


def from_os(error: OSError, path: Path) -> JournalError:
    """Return the journal's error for what the operating system said about ``path``."""
    if isinstance(error, JournalError):
        return error
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return JournalFull(path, str(error))
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return JournalReadOnly(path, str(error))
    return JournalUnreliable(path, str(error))


def from_sqlite(error: sqlite3.Error, path: Path) -> JournalError:
    """Return the journal's error for an SQLite error on ``path``.

    The primary result code (https://www.sqlite.org/rescode.html) decides; for an input/output
    error the file system is asked whether it is full or read-only.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    detail = f"{getattr(error, 'sqlite_errorname', type(error).__name__)}: {error}"
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return JournalDamaged(path, Problem.of("pages", detail=detail))
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return JournalLocked(path, None, detail)
    # No room for the index of the log, which is 32 KiB, is an input/output error to SQLite.
    no_index = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHMSIZE
    if code == sqlite3.SQLITE_FULL or no_index:
        return JournalFull(path, detail)
    if code == sqlite3.SQLITE_READONLY:
        return JournalReadOnly(path, detail)
    if code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
        return _from_file_system(path, detail)
    # Wrong columns, text that is not UTF-8, a broken rule of a table: not what we wrote.
    return JournalDamaged(path, Problem.of("structure", detail=detail))


def _from_file_system(path: Path, detail: str) -> JournalError:
    try:
        room = os.statvfs(path.parent)
    except OSError as error:
        return JournalUnreliable(path, f"{detail}; {error}")
    if room.f_flag & os.ST_RDONLY or not os.access(path.parent, os.W_OK):
        return JournalReadOnly(path, detail)
    # SQLite takes the shared index of its log in steps of 32 KiB.
    if room.f_bavail * room.f_frsize < 32_768:
        return JournalFull(path, detail)
    return JournalUnreliable(path, detail)
