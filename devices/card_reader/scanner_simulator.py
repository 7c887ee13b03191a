"""Plays a scanner of QR and bar codes, as makers' manuals describe it: a code, then CR LF.

Nothing that is sent to it does anything.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.card_reader.scanner_options import ScannerOptions
from devices.simulator import Simulator, UnknownKey

__all__ = ["ScannerSimulator"]

_ENDS = {"ends-cr": b"\r", "ends-lf": b"\n"}
#: What people hold before a scanner that is none of the hall's today.
_STRANGE = {
    "link": b"https://example.com/pay?amount=1000000",
    "command": b"$(reboot); DROP TABLE tickets; ../../etc/passwd",
    "long": b"A" * 400,
    "chinese": "税务".encode(),
    "former": b"2020-01-02/A001",
}


class ScannerSimulator(Simulator):
    """One scanner.

    Keys: ``ticket`` with a number (7 is today's A007), ``appointment`` with a number (made up:
    YY-00000042), ``link``, ``command``, ``long``, ``chinese`` (codes that are none of the hall's),
    ``former`` (the ticket A001 of a day long ago).

    Faults: ``ends-cr``, ``ends-lf`` (set to one of them), ``repeats`` (sends each code five times,
    as one that goes on seeing it), ``cut-short`` (half of a code, without its end), ``other-baud``
    (what comes at the wrong speed).
    """

    faults: ClassVar[tuple[str, ...]] = (
        "ends-cr", "ends-lf", "repeats", "cut-short", "other-baud",
    )  # fmt: skip

    def __init__(self, name: str, options: ScannerOptions) -> None:
        super().__init__(name, options)
        self._prefix = options.prefix.encode("ascii")
        self._suffix = options.suffix.encode("ascii")
        self._scanned = 0
        self._heard = 0

    def feed(self, data: bytes) -> None:
        """Nothing that comes means anything to it."""
        self._heard += len(data)

    def press(self, key: str, value: int | None = None) -> None:
        """Hold a code before it. Raises ``UnknownKey``."""
        if key == "ticket" and value is not None and 0 <= value <= 999_999:
            day = datetime.datetime.now().astimezone().date()
            code = f"{day}/A{value:03d}".encode()
        elif key == "appointment" and value is not None and 0 <= value <= 99_999_999:
            code = b"YY-%08d" % value
        elif key in _STRANGE and value is None:
            code = _STRANGE[key]
        else:
            raise UnknownKey(f"ticket N, appointment N, {', '.join(_STRANGE)}")
        self.scan(code)

    def scan(self, code: bytes) -> None:
        """Read a code."""
        self._scanned += 1
        data = self._prefix + code + self._suffix
        if "cut-short" in self.active_faults:
            self.send(data[: len(data) // 2])
            return
        set_to = [end for fault, end in _ENDS.items() if fault in self.active_faults]
        data += set_to[0] if set_to else b"\r\n"
        if "other-baud" in self.active_faults:
            data = bytes(byte << 1 & 0xFF | 0x80 for byte in data)
        for _ in range(5 if "repeats" in self.active_faults else 1):
            self.send(data)

    def seen(self) -> Mapping[str, Any]:
        """How many codes were scanned, and how many bytes came that nobody expects."""
        return {"scanned": self._scanned, "heard_bytes": self._heard}
