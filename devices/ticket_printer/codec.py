"""ESC/POS status and confirmation on the wire, pure.

Source: Epson's ESC/POS command reference (DLE EOT, GS a, GS r, GS ( H, GS I, GS ( k, GS v 0);
never tried on hardware. Replies are told apart by fixed bits of their first byte::

    DLE EOT n   1 byte   0xx1xx10                 at once, even while the printer is stopped
    GS a (ASB)  4 bytes  0xx1xx00 0xx0xxxx x 3    at every change
    GS r 1      1 byte   0xx0eenn                 after all that was sent before it
    GS ( H      7 bytes  37 22 d1 d2 d3 d4 00     after all before it is printed
    GS I n      2..82    5F text 00               after all that was sent before it
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

__all__ = [
    "DLE_EOT_ERROR",
    "DLE_EOT_OFFLINE_CAUSE",
    "DLE_EOT_PAPER",
    "DLE_EOT_PRINTER",
    "ESC_AT",
    "FS_AMPERSAND",
    "FS_PERIOD",
    "GS_A_ALL",
    "GS_A_NONE",
    "GS_I_WHO",
    "GS_R_PAPER",
    "UNSTICK",
    "AutomaticStatus",
    "Information",
    "PaperStatus",
    "ProcessEnd",
    "RealTimeStatus",
    "Reply",
    "ReplyDecoder",
    "process_id",
    "qr_code",
    "raster_image",
    "request_process_end",
]

#: DLE EOT n: transmit real-time status.
DLE_EOT_PRINTER = b"\x10\x04\x01"
DLE_EOT_OFFLINE_CAUSE = b"\x10\x04\x02"
DLE_EOT_ERROR = b"\x10\x04\x03"
DLE_EOT_PAPER = b"\x10\x04\x04"
#: GS r 1: transmit paper sensor status, queued behind what was sent before.
GS_R_PAPER = b"\x1d\x72\x01"
#: GS a n: automatic status back for online (b1), error (b2) and paper (b3) changes.
GS_A_ALL = b"\x1d\x61\x0e"
GS_A_NONE = b"\x1d\x61\x00"
#: GS I n: transmit maker (66), model (67), serial number (68) and firmware version (65).
GS_I_WHO = b"\x1d\x49\x42\x1d\x49\x43\x1d\x49\x44\x1d\x49\x41"
#: ESC @: initialise. Empties the line buffer and cancels automatic status.
ESC_AT = b"\x1b\x40"
#: FS &, FS .: Chinese mode on and off.
FS_AMPERSAND = b"\x1c\x26"
FS_PERIOD = b"\x1c\x2e"
#: GS ( k fn 181: print the QR whose data was sent.
_QR_PRINT = b"\x1d\x28\x6b\x03\x00\x31\x51\x30"
#: More NULs than any unfinished command of ours can swallow (a raster band, a QR's text).
UNSTICK = bytes(2048)

_Fits = Callable[[int, int], bool]
_ID_DIGITS = 94  # of the 95 values 20..7E
_LONGEST_TEXT = 80  # of GS I


@dataclass(frozen=True, slots=True)
class RealTimeStatus:
    """One byte that answers DLE EOT; which n was asked is not in it."""

    value: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """Four bytes of automatic status back (ASB)."""

    value: bytes


@dataclass(frozen=True, slots=True)
class PaperStatus:
    """One byte that answers GS r 1."""

    value: int

    @property
    def near_end(self) -> bool:
        """Bits 0-1."""
        return bool(self.value & 0x03)

    @property
    def end(self) -> bool:
        """Bits 2-3."""
        return bool(self.value & 0x0C)


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """GS ( H's answer: everything before the request with this id is printed."""

    process_id: bytes


@dataclass(frozen=True, slots=True)
class Information:
    """GS I's answer: one text of at most 80 characters, perhaps empty."""

    text: str


Reply = RealTimeStatus | AutomaticStatus | PaperStatus | ProcessEnd | Information


def process_id(job: int, attempt: int = 0) -> bytes:
    """Return the four bytes (each 20..7D) that name a try to print a job.

    ``job`` counts modulo 94**3 in the first three, ``attempt`` modulo 94 in the last: the late
    answer of a first try, printed when paper came back, must not confirm the second.
    """
    low = job % _ID_DIGITS**3
    digits = (low // _ID_DIGITS**2, low // _ID_DIGITS % _ID_DIGITS, low % _ID_DIGITS)
    return bytes(0x20 + digit for digit in (*digits, attempt % _ID_DIGITS))


def request_process_end(identifier: bytes) -> bytes:
    """GS ( H fn 48: ask for ``identifier`` (four bytes 20..7E) once all before it is printed."""
    if len(identifier) != 4 or not all(0x20 <= byte <= 0x7E for byte in identifier):
        raise ValueError(f"a process id is four bytes 20..7E, not {identifier.hex(' ')}")
    return b"\x1d\x28\x48\x06\x00\x30\x30" + identifier


def qr_code(text: str, *, module: int, level: str = "M") -> bytes:
    """GS ( k: print ``text`` as QR model 2, ``module`` dots (1..16) a square.

    ``level`` of error correction is one of L, M, Q, H.
    """
    data = text.encode()
    if not 0 < len(data) <= 700 or not 1 <= module <= 16:
        raise ValueError(f"a ticket's QR has 1..700 bytes and module 1..16: {len(data)}, {module}")
    length = (len(data) + 3).to_bytes(2, "little")
    return _qr_form(module, level) + length + b"\x31\x50\x30" + data + _QR_PRINT


@cache
def _qr_form(module: int, level: str) -> bytes:
    """GS ( k fn 165 (model), 167 (module), 169 (level), and the beginning of fn 180 (the data)."""
    return b"".join(
        (
            b"\x1d\x28\x6b\x04\x00\x31\x41\x32\x00",
            b"\x1d\x28\x6b\x03\x00\x31\x43" + bytes((module,)),
            b"\x1d\x28\x6b\x03\x00\x31\x45" + bytes((0x30 + "LMQH".index(level),)),
            b"\x1d\x28\x6b",
        )
    )


def raster_image(width_bytes: int, rows: int, data: bytes) -> bytes:
    """GS v 0, normal density: ``rows`` of ``width_bytes`` each, top first, 1 is black."""
    if len(data) != width_bytes * rows:
        raise ValueError(f"{width_bytes} x {rows} bytes are not {len(data)}")
    size = width_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
    return b"\x1d\x76\x30\x00" + size + data


class ReplyDecoder:
    """Finds replies in the bytes of a printer, whatever the pieces and the noise between.

    Survives: replies glued or cut, a real-time byte inside another reply, noise before, between
    and within. A block that breaks off costs its first byte; the rest is looked at again.
    ``automatic`` False takes no ASB: its last three bytes look like GS r's. ``information`` takes
    GS I's texts; only while they are awaited, for every status byte may stand in a text.
    """

    def __init__(self, *, automatic: bool = True, information: bool = False) -> None:
        self.automatic = automatic
        self.information = information
        #: Bytes that were no reply, since the start.
        self.noise = 0
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Reply]:
        """Take bytes, return the replies complete by now."""
        self._rest += data
        found: list[Reply] = []
        while self._rest:
            before = len(self._rest)
            reply = self._next()
            if reply is not None:
                found.append(reply)
            elif len(self._rest) == before:
                break
        return found

    def forget(self) -> None:
        """Drop an unfinished reply: it will never be finished."""
        self.noise += len(self._rest)
        self._rest.clear()

    def _next(self) -> Reply | None:
        rest = self._rest
        first = rest[0]
        if self.information and first == 0x5F:
            return self._text()
        if _is_real_time(first):
            return RealTimeStatus(rest.pop(0))
        if first == 0x37:
            return self._block(7, _fits_process_end)
        if self.automatic and first & 0x93 == 0x10:
            return self._block(4, _fits_automatic)
        del rest[0]
        near, end = first & 0x03, first & 0x0C
        # Two sensors a line, always equal: what differs is noise.
        if first & 0x90 == 0 and near in {0, 0x03} and end in {0, 0x0C}:
            return PaperStatus(first)
        self.noise += 1
        return None

    def _text(self) -> Reply | None:
        """Return GS I's text: printable characters up to a NUL."""
        rest = self._rest
        for place in range(1, min(len(rest), _LONGEST_TEXT + 2)):
            if rest[place] == 0:
                text = rest[1:place].decode("ascii")
                del rest[: place + 1]
                return Information(text)
            if not 0x20 <= rest[place] <= 0x7E:
                break
        else:
            if len(rest) < _LONGEST_TEXT + 2:
                return None
        del rest[0]
        self.noise += 1
        return None

    def _block(self, length: int, fits: _Fits) -> Reply | None:
        """Return a block of ``length`` bytes, or a real-time byte that came within it."""
        rest = self._rest
        for place in range(1, min(length, len(rest))):
            if fits(place, rest[place]):
                continue
            if _is_real_time(rest[place]):
                return RealTimeStatus(rest.pop(place))
            del rest[0]
            self.noise += 1
            return None
        if len(rest) < length:
            return None
        block = bytes(rest[:length])
        del rest[:length]
        return ProcessEnd(block[2:6]) if length == 7 else AutomaticStatus(block)


def _is_real_time(byte: int) -> bool:
    return byte & 0x93 == 0x12


def _fits_automatic(place: int, byte: int) -> bool:
    del place
    return byte & 0x90 == 0


def _fits_process_end(place: int, byte: int) -> bool:
    if place == 1:
        return byte == 0x22
    return byte == 0 if place == 6 else 0x20 <= byte <= 0x7E
