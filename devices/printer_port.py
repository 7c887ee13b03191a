"""The near end of a USB printer of the printer class: ``/dev/usb/lp0`` (the kernel's usblp).

Source: Linux drivers/usb/class/usblp.c. One program at a time (a second open is EBUSY); a read of
nothing is EAGAIN, or empty when the printer sent an empty packet, which is no hang-up; a pulled
plug is POLLHUP (from Linux 5.12 on) and ENODEV. Never tried on hardware.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from pathlib import Path

__all__ = ["USB_MAJOR", "PrinterEnd"]

#: The major number of usblp's files (Documentation/admin-guide/devices.txt: 180 char).
USB_MAJOR = 180


class PrinterEnd:
    """A descriptor of the printer's file, not blocking. Raises ``OSError``.

    ``exclusive`` takes an advisory lock, as on a serial port.
    """

    #: An empty read is an empty packet; the end of the line is told by poll and errors.
    empty_is_hang_up = False

    def __init__(self, path: str | Path, *, exclusive: bool = True) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            if exclusive:
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._forget_what_waited()
        except OSError:
            os.close(self.fd)
            raise

    def waiting(self) -> int:
        """Return 0: what the kernel took, it sends by itself, and the close does not wait long."""
        return 0

    def discard(self) -> None:
        """Do nothing: usblp drops at its close what the printer did not take."""

    def close(self) -> None:
        """Close the descriptor."""
        with contextlib.suppress(OSError):
            os.close(self.fd)

    def _forget_what_waited(self) -> None:
        for _ in range(16):
            try:
                if not os.read(self.fd, 4096):
                    return
            except OSError as error:
                if error.errno == errno.EAGAIN:
                    return
                raise
