"""A voter's file: small, beside the journal, there as a whole or not at all."""

from __future__ import annotations

import logging
from pathlib import Path

from firmware_py.store.private_file import write_private

__all__ = ["LeaseFile"]

log = logging.getLogger(__name__)

#: Nothing of ours is larger.
_MOST = 1024


class LeaseFile:
    """Implements ``sync.lease.Disk``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes | None:
        """Return what was kept; None when it is not there, or cannot be read: both are a loss."""
        try:
            with self._path.open("rb") as file:
                return file.read(_MOST)
        except FileNotFoundError:
            return None
        except OSError as error:
            log.error("what this Pi voted cannot be read, and counts as lost: %s", error)  # noqa: TRY400
            return None

    def write(self, data: bytes) -> None:
        """Put it in place, on the disk. Raises ``OSError``."""
        try:
            write_private(self._path, data)
        except OSError as error:
            log.error("a vote cannot be kept, so it is not given: %s", error)  # noqa: TRY400
            raise
