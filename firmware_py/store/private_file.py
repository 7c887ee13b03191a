"""Small files that are there as a whole or not at all, for whoever they belong to."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["write_private"]


def write_private(
    path: Path, data: bytes, *, mode: int = 0o600, owner: tuple[int, int] | None = None
) -> None:
    """Put a file in place: whole, on the disk, and with these rights from its first byte on.

    ``owner`` is a user's and a group's number. Without it a file that root writes belongs to
    whoever its folder belongs to. Raises ``OSError``.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            if owner is None and os.geteuid() == 0:
                folder = path.parent.stat()
                owner = folder.st_uid, folder.st_gid
            made = os.fstat(file)
            # Not asked where nothing changes: the unit's filters forbid it altogether.
            if owner is not None and owner != (made.st_uid, made.st_gid):
                os.fchown(file, *owner)
            if mode != 0o600:
                os.fchmod(file, mode)
            with os.fdopen(os.dup(file), "wb") as out:
                out.write(data)
            os.fsync(file)
        finally:
            os.close(file)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    """Have the disk keep the new name too."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
