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
def whole_file(file: Path) -> Iterator[BinaryIO]:
    """Let a file appear under its name only when all of it is on the disk. Raises ``Refused``."""
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as out:
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
