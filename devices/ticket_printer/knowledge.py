"""What was found out about a printer, kept for its next opening.

Probing a printer that answers nothing costs seconds at each start; and one that once broke its
word about the end of a job would be believed again. So what was found out is kept by the printer's
own identity (GS I, a USB device ID), or by its port where it has none: in ``HALL_DATA``, or in the
folders that systemd gives. Losing it costs one probe. ``Memory()`` alone keeps nothing.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from devices.ticket_printer.slip import How

__all__ = ["Known", "Memory"]

_log = logging.getLogger(__name__)
_FOLDERS = ("HALL_DATA", "STATE_DIRECTORY", "CACHE_DIRECTORY")


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a printer is known to do; None where that was not found out."""

    #: Who it is, as it was asked for: a file that was copied to another name is not believed.
    printer: str
    #: Its strongest way to say that a job came out.
    how: How | None = None
    #: Whether it reports changes by itself (GS a).
    asb: bool | None = None


# Made here, not in a thread: two that decode a type for the first time at once crash msgspec.
_DECODER = msgspec.json.Decoder(Known)
_ENCODER = msgspec.json.Encoder()


class Memory:
    """One small JSON file for each printer in ``folder``; None keeps nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    @classmethod
    def of_this_hall(cls, env: Mapping[str, str] = os.environ) -> Memory:
        """Return the memory of the program's data folder, one that keeps nothing without it."""
        for name in _FOLDERS:
            # systemd lists several folders with colons.
            folder = env.get(name, "").partition(":")[0]
            if folder:
                return cls(Path(folder) / "printers")
        return cls()

    def recall(self, printer: str) -> Known:
        """Return what is known of a printer; nothing of it where there is no usable file."""
        file = self._file(printer)
        if file is None:
            return Known(printer)
        try:
            known = _DECODER.decode(file.read_bytes())
        except FileNotFoundError:
            return Known(printer)
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("what was known of the printer %s is unusable: %s", printer, error)
            return Known(printer)
        return known if known.printer == printer else Known(printer)

    def keep(self, known: Known) -> None:
        """Keep what is known of a printer; a folder that cannot be written is no fault."""
        file = self._file(known.printer)
        if file is None:
            return
        new = file.with_suffix(".new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(_ENCODER.encode(known) + b"\n")
            new.replace(file)
        except OSError as error:
            _log.info("what is known of the printer %s cannot be kept: %s", known.printer, error)

    def forget(self, printer: str) -> None:
        """Know nothing more of a printer."""
        file = self._file(printer)
        if file is not None:
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                _log.warning("what is known of %s cannot be forgotten: %s", printer, error)

    def _file(self, printer: str) -> Path | None:
        digest = hashlib.sha256(printer.encode()).hexdigest()[:16]
        return self.folder / f"{digest}.json" if self.folder is not None else None
