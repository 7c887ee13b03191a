"""How far this Pi's printers are, where the hall's journal is on another Pi.

One small file of JSON, written beside and renamed: after a power cut it is the old one or the new
one. A file that cannot be read is kept aside and said; printing begins anew at what is owed now.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from firmware_py.app.spool import PrinterSpool

__all__ = ["PositionsFile"]

log = logging.getLogger(__name__)

_decode = msgspec.json.Decoder(dict[str, int]).decode


class PositionsFile:
    """As ``runtime.kept_positions.KeptPositions``: reader -> sequence number."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.of: dict[str, int] = {}
        try:
            self.of = _decode(path.read_bytes())
        except FileNotFoundError:
            pass
        except (OSError, msgspec.DecodeError) as error:
            log.error("the printers' positions cannot be read: %s", error)  # noqa: TRY400
            path.replace(path.with_suffix(".unreadable"))

    def keep(self, positions: Mapping[str, int], done: Callable[[], None] | None) -> None:
        """Write positions durably, then call ``done``; while the disk fails it is said."""
        self.of.update(positions)
        try:
            self._write()
        except OSError as error:
            # The paper comes all the same: twice after a power cut is better than never.
            log.warning("positions were not written: %s", error)
        if done is not None:
            done()

    def sent_with_events(self, spools: Iterable[PrinterSpool]) -> None:
        """Positions that were written with a ticket's own events."""
        for spool in spools:
            if spool.sent > self.of.get(spool.sent_key, 0):
                self.of[spool.sent_key] = spool.sent

    def _write(self) -> None:
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(self.of))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
