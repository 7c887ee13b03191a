"""Files that ``hallctl`` writes for people: there as a whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from firmware_py.cli.errors import Refused

__all__ = ["whole_file"]


@contextmanager
def whole_file(file: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Let a file appear under its name only when all of it is on the disk. Raises ``Refused``.

    Nobody but its owner may read a ``private`` one.
    """
    part = file.with_name(f".{file.name}.part")
    mode = 0o600 if private else 0o666
    try:
        # Of an earlier try that was killed: with whatever mode that gave it.
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except OSError as error:
        raise Refused(
            "not_written",
            f"无法写入 {file}：{error.strerror}。",
            f"{file} cannot be written: {error.strerror}.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
