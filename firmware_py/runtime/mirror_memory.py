"""Which windows show the clerk's screen, kept over a restart of the daemon and no longer.

A daemon that ends in the middle of a service and is back at once goes on as the clerk had chosen:
nobody at the window should notice. It lies in the runtime folder, which a reboot empties: after a
power cut nobody knows what the clerk's PC shows now, and it stays blank until the clerk says so.

Only windows that show it stand here, so what is not known is blank; so is a frozen one, because its
picture went with the line. A ticket's number and the start of its service tell whether it is still
the same person's; a digest of the settings, that it is the same screen with the same masks.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from firmware_py.settings import MirrorSettings

__all__ = ["AWAY_S", "MirrorMemory", "ShownTo", "digest_of"]

log = logging.getLogger(__name__)

#: After so many seconds of the hall without a daemon somebody else may stand at the window.
AWAY_S = 60
#: How often the file says that the daemon is there.
_ALIVE_S = 10


class ShownTo(msgspec.Struct, frozen=True):
    """To whom a window shows the clerk's screen: a ticket, and when its service began."""

    number: str
    started_ms: int
    settings: str


class _Kept(msgspec.Struct, frozen=True):
    epoch: str
    at_ms: int
    shown: dict[str, ShownTo]


def digest_of(settings: MirrorSettings) -> str:
    """Return what tells one mirror's settings, masks included, from another's."""
    return hashlib.sha256(msgspec.json.encode(settings)).hexdigest()


class MirrorMemory:
    """A file that tells it; ``now_ms`` is hall time, of the journal's ``epoch``."""

    def __init__(self, file: Path, epoch: str, now_ms: Callable[[], int]) -> None:
        self._file = file
        self._epoch = epoch
        self._now_ms = now_ms
        self._shown: Mapping[str, ShownTo] = {}
        self._written_ms = 0
        self._failing = False

    @classmethod
    def in_folder(cls, run: Path, epoch: object, now_ms: Callable[[], int]) -> MirrorMemory:
        """Return the memory in the runtime folder ``run``."""
        return cls(run / "mirrors.json", str(epoch), now_ms)

    def recall(self) -> Mapping[str, ShownTo]:
        """Return which windows showed it when the daemon ended, a moment ago; else none."""
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            log.warning("what windows showed before the restart is not known: %s", error)
            return {}
        away_ms = self._now_ms() - kept.at_ms
        same = kept.epoch == self._epoch and 0 <= away_ms <= AWAY_S * 1000
        return kept.shown if same else {}

    def keep(self, shown: Mapping[str, ShownTo]) -> None:
        """Keep which windows show it from now on."""
        if shown != self._shown:
            self._shown = dict(shown)
            self._write()

    def still_here(self) -> None:
        """Say now and then that the daemon goes on, while anything is shown."""
        if self._shown and self._now_ms() - self._written_ms >= _ALIVE_S * 1000:
            self._write()

    def _write(self) -> None:
        self._written_ms = self._now_ms()
        kept = _Kept(self._epoch, self._written_ms, dict(self._shown))
        new = self._file.with_suffix(".new")
        try:
            # Memory, not a disk: nothing is waited for, and a power cut may take it.
            new.write_bytes(msgspec.json.encode(kept))
            new.replace(self._file)
            self._failing = False
        except OSError as error:
            # What stands there may be of somebody who left: rather nothing.
            with contextlib.suppress(OSError):
                self._file.unlink()
            if not self._failing:
                log.warning("what windows show is not kept over a restart: %s", error)
            self._failing = True
