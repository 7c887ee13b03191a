"""What a USB printer of the printer class (07) says of itself: its IEEE 1284 device ID.

The kernel's ``usblp`` reads ``MFG:EPSON;CMD:ESC/POS;MDL:TM-T20III;CLS:PRINTER;SN:J3F2;`` from the
printer once and gives it to whoever holds /dev/usb/lpN open; nothing goes to the printer for it.
The kernel's driver is taken for USB and not libusb: it needs no library, lets one program at a
time hold a printer, and reads and writes like any other file (``devices.printer_port``).

Source: Linux drivers/usb/class/usblp.c; IEEE 1284-2000, 7.6. Never tried on hardware.
"""

from __future__ import annotations

import fcntl
from dataclasses import dataclass

__all__ = ["DeviceId", "device_id"]

_ID_SIZE = 1024
#: LPIOC_GET_DEVICE_ID(len): _IOC(_IOC_READ, 'P', 1, len).
_GET_DEVICE_ID = 2 << 30 | _ID_SIZE << 16 | ord("P") << 8 | 1


@dataclass(frozen=True, slots=True)
class DeviceId:
    """What a printer says of itself; "" where it says nothing."""

    maker: str = ""
    model: str = ""
    serial: str = ""

    @classmethod
    def parse(cls, answer: bytes) -> DeviceId:
        """Read the answer: two bytes of length, big-endian, themselves counted; then the pairs.

        Keys are short or long (``MFG`` or ``MANUFACTURER``). Printers that count wrongly exist,
        so the length only ends the text, and what is no pair is passed over.
        """
        length = max(2, min(int.from_bytes(answer[:2], "big"), len(answer)))
        said: dict[str, str] = {}
        for pair in answer[2:length].decode("ascii", "replace").strip("\0").split(";"):
            key, colon, value = pair.partition(":")
            if colon:
                said.setdefault(key.strip().upper(), value.strip())

        def first(*keys: str) -> str:
            return next((said[key] for key in keys if said.get(key)), "")

        return cls(
            first("MFG", "MANUFACTURER"),
            first("MDL", "MODEL"),
            first("SN", "SERN", "SERIALNUMBER"),
        )

    def __str__(self) -> str:
        """Join what is known: ``EPSON TM-T20III J3F2``."""
        return " ".join(part for part in (self.maker, self.model, self.serial) if part)


def device_id(fd: int | None) -> DeviceId:
    """Ask the kernel who an open printer is; all "" for a line that is no USB printer's."""
    answer = bytearray(_ID_SIZE)
    if fd is None:
        return DeviceId()
    try:
        fcntl.ioctl(fd, _GET_DEVICE_ID, answer)
    except OSError:
        return DeviceId()
    return DeviceId.parse(bytes(answer))
