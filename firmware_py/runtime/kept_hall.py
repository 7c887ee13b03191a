"""What this Pi last knew of the hall, on its own card: a restart goes on from there.

Beside the journal, ``known.hall``: a line of JSON (``Known``) and the compressed state, written
beside and renamed. A kiosk may give numbers from it without having heard the hub only in the boot
in which it has joined: a card that was swapped for an old copy must not give numbers that were
used after the copy was made.
"""

from __future__ import annotations

import logging
import zlib
from pathlib import Path

import msgspec

from firmware_py.app.own_records import Told
from firmware_py.runtime.durable import write_durably
from firmware_py.sync.seen import NOTHING_SEEN, Seen

__all__ = ["BOOT_ID", "Known", "KnownFile", "boot_id"]

log = logging.getLogger(__name__)

#: random(4): made anew by the kernel at each boot.
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id(path: Path = BOOT_ID) -> str:
    """Return the kernel's id of this boot; one of its own where there is none to read."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        log.warning("the boot has no id (%s): after a restart this Pi waits for the hub", error)
        return ""


class Known(msgspec.Struct, frozen=True):
    """What stands beside the state."""

    #: The boot in which the hub was joined; "" when not since it began.
    boot: str
    #: The hub's event up to which the state goes, and the hub's epochs.
    seq: int
    epochs: tuple[tuple[str, int], ...]
    #: Hall time minus the running time of the machine.
    ahead_ms: int | None
    #: The own record up to which the state has them, and up to which the hub's own picture had.
    records: int = 0
    joined_records: int = 0
    #: Another hub was heard, and its hall had not come yet: the state is of none of its epochs.
    joining: bool = False
    told: Told = Told()
    #: What the program that wrote it speaks, and the hub that it heard.
    wire: int = 1
    hub_wire: int = 1
    #: The farthest that was seen of the hub, in whichever boot.
    seen: Seen = NOTHING_SEEN
    crc: int = 0


class KnownFile:
    """``load`` once, ``save`` as often as it is worth it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[Known, bytes] | None:
        """Return what was kept, state in the form of ``app.wire``; None when there is nothing."""
        try:
            head, _, packed = self._path.read_bytes().partition(b"\n")
            known = msgspec.json.decode(head, type=Known)
            state = zlib.decompress(packed) if zlib.crc32(packed) == known.crc else b""
        except FileNotFoundError:
            return None
        except (OSError, ValueError, zlib.error) as error:
            log.warning("what was known of the hall cannot be read (%s); the hub is asked", error)
            return None
        if not state:
            log.warning("what was known of the hall is damaged; the hub is asked")
            return None
        return known, state

    def save(self, known: Known, state: bytes) -> None:
        """Write durably; any thread may. While the disk fails it is said, and no more."""
        packed = zlib.compress(state, 1)
        head = msgspec.json.encode(msgspec.structs.replace(known, crc=zlib.crc32(packed)))
        try:
            write_durably(self._path, head + b"\n" + packed)
        except OSError as error:
            log.warning("what is known of the hall was not kept: %s", error)
