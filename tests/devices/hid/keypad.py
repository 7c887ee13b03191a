"""Records of keys as a test wants them, and a line that brings none."""

from __future__ import annotations

import struct

from devices.hid.keys import CODES, TYPED

_KEYS = {text: (code, False) for code, (text, _) in reversed(tuple(TYPED.items()))}
_KEYS |= {above: (code, True) for code, (text, above) in TYPED.items() if above != text}


def packet(code: int, value: int, at_us: int) -> bytes:
    """Return a key's packet at a time, as this machine's programs read it."""
    seconds, micros = divmod(at_us, 1_000_000)
    records = [(1, code, value), (0, 0, int(value == 2))]
    if value != 2:
        records.insert(0, (4, 4, 0x70000 + code))
    return b"".join(struct.pack("@llHHi", seconds, micros, *one) for one in records)


def tap(code: int, at_us: int, held_us: int = 50_000) -> bytes:
    return packet(code, 1, at_us) + packet(code, 0, at_us + held_us)


def typed(text: str, at_us: int = 0) -> tuple[bytes, int]:
    """Return the records of a text typed on a US keyboard (a newline is Enter), and the time."""
    stream = b""
    for letter in text:
        code, shift = (CODES["ENTER"], False) if letter == "\n" else _KEYS[letter]
        if shift:
            stream += packet(CODES["LEFTSHIFT"], 1, at_us + 1)
        stream += tap(code, at_us + 2, 500)
        if shift:
            stream += packet(CODES["LEFTSHIFT"], 0, at_us + 600)
        at_us += 1000
    return stream, at_us


class Line:
    """A line without a descriptor, which takes what is written."""

    port = "records"

    def __init__(self) -> None:
        self.written = b""

    def read_available(self) -> bytes:
        return b""

    def read_some(self, timeout_s: float) -> bytes:
        return b""

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        self.written += data

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        """Nothing is open."""
