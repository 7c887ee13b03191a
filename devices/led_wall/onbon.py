r"""The Onbon BX-5 and BX-6 cards' protocol as pure functions (never tried on hardware).

Sources: the vendor's description as two independent programs have it; their frames are in the
tests. A frame, ``A5`` eight times, then everything to the end escaped, then ``5A``::

    A5 x8  0100  0080  000000 00 00 00  FE  02  0500  A2 00 01 0000  68F8  5A
           |     |     |      |  |  |   |   |   |     |  |  |  |     CRC-16/ARC of all before
           card  we    |      |  |  |   |   |   |     |  |  |  |     it, not escaped, little
                       reserved  |  |   |   |   |     |  |  |  2 more     endian; so are all
                              |  |  |   |   |   |     |  |  01: answer        numbers
                              |  |  |   |   |   |     |  command
                              option|   |   |   |     command group
                                 |  |   |   |   bytes from group to the end
                          check: 0 CRC  |   version of the protocol
                                    |   kind of card; FE any, 61 BX-6K1
                                    01: dynamic areas may lie over the card's own programs

Escapes: ``A5`` is ``A602``, ``A6`` is ``A601``, ``5A`` is ``5B02``, ``5B`` is ``5B01``; so ``A5``
and ``5A`` stand at a frame's ends only. In an answer the third byte of the data is the card's
status, 0 for done; group and command are the question's, or ``A000`` taken, ``A001`` refused.

A backslash begins a command inside a text (``\C1`` red): ``CHARSET`` writes it in full width.
"""

from __future__ import annotations

import functools
import re
import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from devices.led_wall.charset import gb2312
from devices.led_wall.page import Colour

__all__ = [
    "ACK",
    "AREAS",
    "BRIGHTNESS",
    "CHARSET",
    "CLEAR",
    "NACK",
    "PING",
    "STATUSES",
    "Area",
    "Frame",
    "FrameFinder",
    "area_data",
    "areas_data",
    "areas_of",
    "brightness_data",
    "coloured",
    "crc",
    "encode",
    "explain",
]

CHARSET = gb2312("\\")

_START, _END = b"\xa5" * 8, b"\x5a"
_HEADER = struct.Struct("<HH3sBBBBBH")
_AREA = struct.Struct("<BHHHHBBBH3sBBBBBBI")
#: The longest body that is looked at: sixteen long lines and their escapes.
_MOST = 4096
_ANY_CARD, _VERSION = 0xFE, 2

PING = (0xA2, 0x00)
BRIGHTNESS = (0xA3, 0x02)
AREAS = (0xA3, 0x06)
CLEAR = (0xA3, 0x10)
ACK = (0xA0, 0x00)
NACK = (0xA0, 0x01)

#: What a status says, as an independent program lists them.
STATUSES: dict[int, tuple[str, str]] = {
    0x01: ("命令分组错误", "unknown group of commands"),
    0x02: ("没有此命令", "unknown command"),
    0x03: ("控制卡忙", "the card is busy"),
    0x04: ("存储空间不足", "out of memory"),
    0x05: ("校验错误", "wrong checksum"),
    0x0C: ("字库不存在", "its character set is missing"),
    0x0D: ("控制卡型号不符", "wrong kind of card"),
}

_COLOURS: dict[Colour, bytes] = {"red": b"\\C1", "green": b"\\C2", "yellow": b"\\C3"}
_COLOUR_OF = {code: colour for colour, code in _COLOURS.items()}


@functools.cache
def _crc_table() -> array[int]:
    """Return the CRC of each pair of bytes: half as many steps in a frame as by single bytes."""
    one = []
    for value in range(256):
        left = value
        for _ in range(8):
            left = left >> 1 ^ (0xA001 if left & 1 else 0)
        one.append(left)
    halves = [one[low] ^ high for high in range(256) for low in range(256)]
    return array("H", [one[half & 0xFF] ^ half >> 8 for half in halves])


def crc(data: bytes) -> int:
    """Return the CRC-16/ARC of ``data`` (polynomial A001 reflected, begins with 0)."""
    table = _crc_table()
    # Zeros before the data change nothing, because the CRC begins with 0.
    even = data if len(data) % 2 == 0 else b"\0" + data
    value = 0
    for pair in struct.unpack(f"<{len(even) // 2}H", even):
        value = table[value ^ pair]
    return value


@dataclass(frozen=True, slots=True)
class Frame:
    """A good frame, in either direction. ``flag`` is the third byte of its data.

    In a question ``flag`` is 1 (answer) or 2 (do not); in an answer it is the status.
    """

    destination: int
    source: int
    group: int
    command: int
    flag: int
    payload: bytes = b""
    more: bytes = b"\0\0"
    over_programs: bool = False
    card_type: int = _ANY_CARD
    version: int = _VERSION
    reserved: bytes = b"\0\0\0"


def encode(frame: Frame) -> bytes:
    """Return a frame as it goes over the wire."""
    data = bytes([frame.group, frame.command, frame.flag]) + frame.more + frame.payload
    header = _HEADER.pack(
        frame.destination,
        frame.source,
        frame.reserved,
        0,
        0,
        frame.over_programs,
        frame.card_type,
        frame.version,
        len(data),
    )
    body = header + data
    body += crc(body).to_bytes(2, "little")
    body = body.replace(b"\xa6", b"\xa6\x01").replace(b"\xa5", b"\xa6\x02")
    body = body.replace(b"\x5b", b"\x5b\x01").replace(b"\x5a", b"\x5b\x02")
    return _START + body + _END


@dataclass(frozen=True, slots=True)
class Area:
    """A dynamic area: a rectangle of the panel in dots and a text in it.

    ``effect``: 1 static, 2 fast, 3 left, 4 right, 5 up, 6 down. ``speed`` 0 (fast) to 24;
    ``stay`` in half seconds. ``run_mode``: 0 for ever, 2 until nothing new came for
    ``timeout_s``, then dark. ``text`` is as it goes out: colour, then GB2312.
    """

    number: int
    x: int
    y: int
    width: int
    height: int
    text: bytes
    effect: int = 1
    speed: int = 4
    stay: int = 5
    run_mode: int = 0
    timeout_s: int = 2
    single_line: bool = True
    wrap: bool = False
    line_spacing: int = 0
    exit: int = 0


def coloured(colour: Colour, text: bytes) -> bytes:
    r"""Return an encoded text with the colour before it: ``\C1`` red, ``\C2``, ``\C3`` yellow."""
    return _COLOURS[colour] + text


def _across(dots: int) -> int:
    """X and width count bytes of 8 dots, or dots when the high bit is set."""
    return dots | 0x8000 if dots % 8 else dots // 8


def _dots(across: int) -> int:
    return across & 0x7FFF if across & 0x8000 else across * 8


def areas_data(areas: Sequence[bytes]) -> bytes:
    """Return the payload of ``AREAS`` that puts encoded areas on show, deleting none."""
    return bytes([0, len(areas)]) + b"".join(areas)


def area_data(area: Area) -> bytes:
    """Return one area with its length before it."""
    head = _AREA.pack(
        0,
        _across(area.x),
        area.y,
        _across(area.width),
        area.height,
        area.number,
        area.line_spacing,
        area.run_mode,
        area.timeout_s,
        b"\0\0\0",
        1 if area.single_line else 2,
        2 if area.wrap else 1,
        area.effect,
        area.exit,
        area.speed,
        area.stay,
        len(area.text),
    )
    return (len(head) + len(area.text)).to_bytes(2, "little") + head + area.text


def brightness_data(level: int) -> bytes:
    """Return the payload of ``BRIGHTNESS``: by hand, ``level`` 1 to 16, and the day's 48 halves.

    As an independent program sends it; which level is the brightest was never seen on hardware.
    """
    return bytes([1, level]) + bytes([level]) * 48


def areas_of(payload: bytes) -> list[Area] | None:
    """Return the areas of an ``AREAS`` payload; None when it is not well formed."""
    try:
        deleted = payload[0]
        at = 1 + (0 if deleted == 0xFF else deleted)
        count, at = payload[at], at + 1
        found = []
        for _ in range(count):
            size = int.from_bytes(payload[at : at + 2], "little")
            record = payload[at + 2 : at + 2 + size]
            values = _AREA.unpack_from(record)
            text = record[_AREA.size :]
            if len(record) != size or len(text) != values[-1]:
                return None
            found.append(_area(values, text))
            at += 2 + size
    except (IndexError, struct.error):
        return None
    return found if at == len(payload) else None


def _area(values: tuple[int, ...], text: bytes) -> Area:
    _, x, y, width, height, number, spacing, mode, timeout = values[:9]
    single, wrap, effect, leave, speed, stay, _ = values[10:]
    return Area(
        number,
        _dots(x),
        y,
        _dots(width),
        height,
        text,
        effect,
        speed,
        stay,
        mode,
        timeout,
        single == 1,
        wrap == 2,
        spacing,
        leave,
    )


class FrameFinder:
    """Finds frames in a stream, in whatever pieces it comes, whatever noise is between them.

    Survives: one byte at a time, frames glued, noise before and between, a frame cut short and
    followed by a whole one, fewer ``A5`` than eight (the first bytes of a burst get lost where
    RS-485 turns round). Since ``A5`` stands in no body, every place where a frame may begin is
    looked at, and a broken one costs no other.
    """

    _FRAME = re.compile(rb"\xa5([^\xa5\x5a]{21,%d}+)\x5a" % _MOST)
    _BAD_ESCAPE = re.compile(rb"[\xa6\x5b](?![\x01\x02])")

    def __init__(self) -> None:
        self.noise = 0
        self.bad_frames = 0
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that ``data`` completes, in order. Never raises."""
        buffer = self._rest + data
        found = []
        done = 0
        for match in self._FRAME.finditer(buffer):
            frame = self._decoded(match[1])
            if frame is None:
                self.bad_frames += 1
                continue
            head = buffer[done : match.start()].rstrip(b"\xa5")
            self.noise += len(head)
            done = match.end()
            found.append(frame)
        last = buffer.rfind(b"\xa5", done)
        keep = len(buffer) if last < 0 or buffer.find(b"\x5a", last) >= 0 else last
        keep = max(keep, len(buffer) - _MOST - 2)
        self.noise += len(buffer[done:keep].rstrip(b"\xa5"))
        self._rest = buffer[keep:]
        return found

    def reset(self) -> None:
        """Forget the beginning of a frame that never came whole."""
        self.noise += len(self._rest.strip(b"\xa5"))
        self._rest = b""

    def _decoded(self, body: bytes) -> Frame | None:
        if b"\xa6" in body or b"\x5b" in body:
            if self._BAD_ESCAPE.search(body):
                return None
            body = body.replace(b"\xa6\x02", b"\xa5").replace(b"\xa6\x01", b"\xa6")
            body = body.replace(b"\x5b\x02", b"\x5a").replace(b"\x5b\x01", b"\x5b")
        # The CRC of a frame with its own CRC behind it is 0.
        if len(body) < _HEADER.size + 7 or crc(body):
            return None
        head = _HEADER.unpack_from(body)
        data = body[_HEADER.size : -2]
        # A bar code (option 1), and a frame that is summed or not checked at all (check 1, 2), are
        # never asked for.
        if head[8] != len(data) or head[3] or head[4] or head[5] > 1:
            return None
        return Frame(
            destination=head[0],
            source=head[1],
            group=data[0],
            command=data[1],
            flag=data[2],
            payload=data[5:],
            more=data[3:5],
            over_programs=bool(head[5]),
            card_type=head[6],
            version=head[7],
            reserved=head[2],
        )


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the frames in a trace say, one line each; ``answers``: the card's side."""
    return [_line(frame, answer=answers) for frame in FrameFinder().feed(data)]


def _line(frame: Frame, *, answer: bool) -> str:
    name = f"{frame.group:02X}{frame.command:02X}"
    if answer:
        words = STATUSES.get(frame.flag, ("", "unknown"))[1] if frame.flag else "done"
        return f"card {frame.source} answers {name}: status {frame.flag:02X} ({words})"
    what = {
        PING: "ping",
        BRIGHTNESS: "brightness",
        CLEAR: "clear",
        AREAS: "areas",
    }.get((frame.group, frame.command), "command")
    told = f"to card {frame.destination} {name} {what}"
    areas = areas_of(frame.payload) if (frame.group, frame.command) == AREAS else None
    return told + "".join(f"; {_area_words(area)}" for area in areas or ())


def _area_words(area: Area) -> str:
    colour, text = _split_colour(area.text)
    place = f"{area.width}x{area.height}+{area.x}+{area.y}"
    return f"area {area.number} {place} {colour} {text.decode('gb2312', 'replace')!r}"


def _split_colour(text: bytes) -> tuple[str, bytes]:
    colour = _COLOUR_OF.get(text[:3])
    return (colour, text[3:]) if colour else ("plain", text)
