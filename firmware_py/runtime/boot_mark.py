"""How far this Pi's own records are, kept beside its card: in ``/run``, for this boot alone.

A data folder that is put back from a copy, while the machine runs on, looks like a restart: it
knows the boot, and not which of its numbers are on papers since the copy was made. What is in
``/run`` was not copied, so the two disagree, and the Pi joins before it gives a number, as it does
after a reboot.
"""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Lock

import msgspec

from firmware_py.app.ports import JournalPort

__all__ = ["BootMark"]

log = logging.getLogger(__name__)


class _Marked(msgspec.Struct, frozen=True):
    boot: str
    #: The journal, its last record of our own by number and command, the day; "" none.
    epoch: str = ""
    seq: int = 0
    command_id: str = ""
    day: str = ""
    #: How often an older folder was put back in this boot: what it writes has a name of its own.
    put_back: int = 0


class BootMark:
    """``records.json`` in the run folder. Any thread may call it; a disk is not waited for."""

    def __init__(self, folder: Path, boot: str, epoch: str) -> None:
        self._path = folder / "records.json"
        self._lock = Lock()
        self._marked = _Marked(boot, epoch)
        self._known = False
        try:
            marked = msgspec.json.decode(self._path.read_bytes(), type=_Marked)
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError) as error:
            log.warning("how far our records were in this boot cannot be read: %s", error)
            return
        if marked.boot == boot:
            self._marked, self._known = marked, True

    @property
    def put_back(self) -> int:
        """How often an older folder was put back in this boot."""
        return self._marked.put_back

    def fits(self, journal: JournalPort, epoch: str, day: str | None) -> bool:
        """Say whether a card with this journal and day has all that this boot knows of it."""
        marked = self._marked
        if not self._known:
            return True
        if marked.seq and (
            epoch != marked.epoch or _command(journal, marked.seq) != marked.command_id
        ):
            return False
        return (day or "") >= marked.day

    def begin_anew(self, journal: JournalPort, epoch: str) -> None:
        """Another folder was put in: go on from what it has, under another name."""
        log.warning(
            "this data folder is not the one of before in this boot; the hub is asked first"
        )
        seq = journal.last_seq
        self._keep(
            epoch=epoch, seq=seq, command_id=_command(journal, seq), day="",
            put_back=self._marked.put_back + 1,
        )  # fmt: skip

    def recorded(self, seq: int, command_id: str) -> None:
        """A record is on the card; nothing came of it yet."""
        self._keep(seq=seq, command_id=command_id)

    def turned(self, day: str | None) -> None:
        """This day is known on the card."""
        if (day or "") > self._marked.day:
            self._keep(day=day)

    def _keep(self, **changed: str | int | None) -> None:
        with self._lock:
            self._marked = msgspec.structs.replace(self._marked, **changed)
            self._known = True
            beside = self._path.with_suffix(".new")
            try:
                beside.write_bytes(msgspec.json.encode(self._marked))
                beside.replace(self._path)
            except OSError as error:
                # Numbers go on: only a folder that is put back in this boot would not be noticed.
                log.warning("how far our records are was not kept: %s", error)


def _command(journal: JournalPort, seq: int) -> str:
    """Return whose record this is; "" when the journal does not have it."""
    found = journal.read(seq - 1, 1) if 0 < seq <= journal.last_seq else ()
    return found[0].command_id if found else ""
