"""What a hub that stood down keeps beside its journal: which epoch it heard of, what is kept.

On the disk before anything else, so that a restart does not decide again (spread-rules, rule 14),
and until the new hub has every record of the kept journal (rule 15).
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from firmware_py.core.epoch import NO_EPOCH, Epoch, epoch_in
from firmware_py.store.private_file import write_private
from firmware_py.sync.ports import EpochStart

__all__ = ["HubNote", "Kept", "read_note", "write_note"]


class Kept(msgspec.Struct, frozen=True):
    """A journal of this Pi's own time as hub, under ``file`` in the journal's folder.

    ``last`` is its last event, ``epochs`` are ``(name, first event)``; ``merged`` says up to which
    event a hub has it all, by the hub's epoch, and one more when it has the numbers too.
    """

    file: str
    source: str
    last: int
    epochs: tuple[tuple[str, int], ...]
    merged: dict[str, int] = {}
    #: To which hub the usual numbers were given, by name (rule 3); noted before it is told.
    given: str = ""
    #: Records that an older hub did not know, and what that one speaks.
    passed: dict[int, int] = {}

    @property
    def starts(self) -> tuple[EpochStart, ...]:
        """Return its epochs as the broker's side compares them."""
        return tuple(EpochStart(name, first) for name, first in self.epochs)


class HubNote(msgspec.Struct, frozen=True):
    """``heard``: the highest epoch of another hub that this Pi knows, such as ``2-standby-1``."""

    heard: str = ""
    kept: tuple[Kept, ...] = ()

    @property
    def epoch(self) -> Epoch:
        """Return the highest epoch heard of."""
        return epoch_in(self.heard) or NO_EPOCH


_decode = msgspec.json.Decoder(HubNote).decode


def _path(journal: Path) -> Path:
    return journal.with_suffix(".hubs")


def read_note(journal: Path) -> HubNote:
    """Return the note beside ``journal``; an empty one where there is none.

    Raises ``OSError`` and ``msgspec.DecodeError``: a Pi that cannot read it must not decide.
    """
    try:
        return _decode(_path(journal).read_bytes())
    except FileNotFoundError:
        return HubNote()


def write_note(journal: Path, note: HubNote) -> None:
    """Write the note durably. Raises ``OSError``."""
    write_private(_path(journal), msgspec.json.encode(note))
