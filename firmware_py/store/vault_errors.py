"""What can be wrong with what is kept of people, as exceptions that tell a person what to do.

Each carries ``path``, ``zh`` and ``en`` (a sentence each) and ``detail`` (the operating system's
words, for the technician), and is also the builtin that fits. None holds anything of what is kept.
"""

from __future__ import annotations

import errno
from pathlib import Path

__all__ = [
    "KeyDestroyed",
    "KeyMissing",
    "VaultDamaged",
    "VaultError",
    "VaultFull",
    "VaultMissing",
    "VaultReadOnly",
    "VaultTooLarge",
    "VaultUnreliable",
    "from_os",
]


class VaultError(Exception):
    """Root of everything that the vault raises on purpose."""

    zh = "加密存储出错，请联系技术人员。"
    en = "The encrypted store failed; call the technician."

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(f"{path}: {self.en}" + (f" ({detail})" if detail else ""))
        self.path = path
        self.detail = detail


class VaultMissing(VaultError, FileNotFoundError):
    """Nothing of this name is kept: never was, or was deleted."""

    zh = "没有这份资料：未保存过，或已经删除。"
    en = "Nothing of this name is kept: it never was, or it was deleted."


class VaultDamaged(VaultError, ValueError):
    """The file is not what was written there: cut off, changed, or put in another's place."""

    zh = "这份资料的文件已损坏或被调换，无法读取；请重新扫描或重新读取证件。"
    en = (
        "The file of this is damaged or was swapped and cannot be read; "
        "scan it or read the card again."
    )


class KeyDestroyed(VaultError, LookupError):
    """The day's key was destroyed as its time was over: nobody can read the day any more."""

    zh = "这一天的密钥已按期销毁，当日资料无法再读取或新增。"
    en = "The key of this day was destroyed; what it protected can neither be read nor added to."


class KeyMissing(VaultError, LookupError):
    """The day has a key, but not where keys lie: the medium is not there, or another is."""

    zh = (
        "找不到这一天的密钥，或密钥不符：请检查存放密钥的目录（privacy.keys）及其存储盘是否已挂载。"
        "排队叫号不受影响。"
    )
    en = (
        "The key of this day is not there, or is another one: check that the folder of keys "
        "(privacy.keys) and its medium are mounted. The queue goes on."
    )


class VaultFull(VaultError, OSError):
    """No room; what was there before is untouched."""

    zh = "存储空间已满，资料没有保存。请腾出空间后重试。"
    en = "The disk is full; this was not kept. Make room, then try again."

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(path, detail)
        self.errno = errno.ENOSPC


class VaultTooLarge(VaultError, ValueError):
    """More than one file of the vault may hold."""

    zh = "文件过大，没有保存。请降低分辨率，或分成几份扫描。"
    en = "This is too large and was not kept. Scan at a lower resolution or in several parts."


class VaultReadOnly(VaultError, PermissionError):
    """The folder of the vault or of its keys cannot be written, or not be read."""

    zh = "加密存储的目录无法读写，资料没有保存。请检查存储盘是否写保护或损坏、目录权限是否正确。"
    en = (
        "The folder of the encrypted store cannot be used; nothing was kept. Check whether the "
        "disk is write-protected or failing, and who owns the folder."
    )

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(path, detail)
        self.errno = errno.EROFS


class VaultUnreliable(VaultError, OSError):
    """The disk failed in another way."""

    zh = "存储盘读写出错，资料可能没有保存。请重试；若再次出现，请更换存储盘。"
    en = "The disk failed; this may not be kept. Try again; replace the disk if it happens again."

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(path, detail)
        self.errno = errno.EIO


def from_os(error: OSError, path: Path) -> VaultError:
    """Return the vault's error for what the operating system said about ``path``."""
    if isinstance(error, VaultError):
        return error
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return VaultFull(path, str(error))
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR}:
        return VaultReadOnly(path, str(error))
    return VaultUnreliable(path, str(error))
