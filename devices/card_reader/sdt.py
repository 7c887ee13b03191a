"""The SDT protocol of ID-card readers (their SAM module), as pure functions.

Source: the published protocol of the SAM_V module (GA 450); never tried on hardware. 115200 8N1.
Lengths count all that follows them; the last byte is the XOR of all from the length on::

    AA AA AA 96 69  00 03        20   01               22     find a card
                    length       command               xor
    AA AA AA 96 69  00 08        00 00  9F  00000000   97     found
                    length       SW1-2  SW3 data       xor

SW1 and SW2 are the card's own, SW3 the reader's. An answer does not say which question it is of:
only one may be open. ``READ`` answers 0100 0400 (how long text and photo are), 256 bytes of text
and 1024 of a photo. The photo goes no further than the checksum: what is found here holds the
text alone.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from types import MappingProxyType

from devices.card_reader.card import BLOCK

__all__ = [
    "LONGEST",
    "START",
    "STATES",
    "Answer",
    "Answers",
    "Command",
    "State",
    "encode",
    "sam_id",
    "xor",
]

START = b"\xaa\xaa\xaa\x96\x69"
#: Start and length.
_HEAD = 7
#: State and checksum alone; and the longest that is ever asked for: text and photo.
_LEAST, _MOST = 4, 0x0508
LONGEST = _HEAD + _MOST
#: Bytes of a SAM's number; nothing shorter is of a card.
_SAM_ID = 16
_SIZES = 4


class Command(bytes, enum.Enum):
    """Command and parameter."""

    RESET = b"\x10\xff"
    STATUS = b"\x11\xff"
    SAM_ID = b"\x12\xff"
    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ = b"\x30\x01"
    #: An address that was added later. Asked only to learn whether the card still lies there.
    ADDITION = b"\x30\x03"


class State(enum.IntEnum):
    """SW3, as far as something follows from it."""

    DONE = 0x90
    #: The card has no such item.
    NO_ITEM = 0x91
    FOUND = 0x9F
    BAD_COMMAND = 0x21
    SELF_TEST_FAILED = 0x60
    UNAUTHORISED = 0x66
    NO_CARD = 0x80


#: SW3 -> what it says.
STATES = MappingProxyType(
    {
        0x90: "done",
        0x91: "no such item on the card",
        0x9F: "card found",
        0x10: "the question's checksum is wrong",
        0x11: "the question's length is wrong",
        0x21: "bad command",
        0x24: "unknown error",
        0x31: "the card refuses the reader",
        0x32: "the reader refuses the card",
        0x33: "the card's data is not genuine",
        0x40: "wrong sort of card",
        0x41: "read failed",
        0x47: "no random number",
        0x60: "the reader's self-test failed",
        0x66: "the reader is not authorised",
        0x80: "no card",
        0x81: "select failed",
    }
)

_WITH_CARD = frozenset({Command.SELECT, Command.READ, Command.ADDITION})
#: Failures that only some questions have; others may be the answer to any.
_OF = MappingProxyType(
    {
        0x31: _WITH_CARD,
        0x32: _WITH_CARD,
        0x33: _WITH_CARD,
        0x40: _WITH_CARD,
        0x41: _WITH_CARD,
        0x47: _WITH_CARD,
        0x80: frozenset({Command.FIND, Command.ADDITION}),
        0x81: frozenset({Command.SELECT, Command.ADDITION}),
        0x91: frozenset({Command.ADDITION}),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A reader's answer. ``size`` counts its data; ``data`` holds 16 bytes of it or less.

    ``text`` is a card's block of 256 bytes, b"" in any other answer. The photo is in neither.
    """

    state: int
    size: int
    data: bytes = field(default=b"", repr=False)
    text: bytes = field(default=b"", repr=False)

    def fits(self, command: Command) -> bool:
        """Say whether this may be the answer to ``command``: a late one of another is not."""
        if self.state == State.FOUND:
            return command is Command.FIND
        if self.state != State.DONE:
            return command in _OF.get(self.state, {command})
        match command:
            case Command.READ:
                return bool(self.text)
            case Command.SAM_ID:
                return self.size == _SAM_ID
            case Command.STATUS | Command.RESET:
                return not self.size
            case Command.SELECT:
                return 0 < self.size < _SAM_ID
            case _:
                return command is Command.ADDITION and not self.text


def xor(data: bytes | bytearray) -> int:
    """Return all bytes of ``data`` XORed."""
    left = len(data)
    value = int.from_bytes(data, "big")
    # Folded in the middle: twenty times as fast for a card's 1288 bytes as one after another.
    while left > 1:
        half = (left + 1) // 2
        value = value >> 8 * half ^ value & (1 << 8 * half) - 1
        left = half
    return value


def encode(command: Command) -> bytes:
    """Return the frame that asks for ``command``."""
    body = b"\x00\x03" + command.value
    return START + body + bytes((xor(body),))


def sam_id(data: bytes) -> str:
    """Return a SAM's number as it stands on the reader: ``05.03-20240101-0000000042-0123456789``.

    Two numbers of 16 bits and three of 32, low byte first, as an independent implementation has
    it. Raises ``ValueError`` unless there are 16 bytes.
    """
    if len(data) != _SAM_ID:
        raise ValueError(f"{len(data)} bytes are no SAM's number")
    sizes = ((0, 2), (2, 4), (4, 8), (8, 12), (12, 16))
    area, sort, day, number, rest = (int.from_bytes(data[a:b], "little") for a, b in sizes)
    return f"{area:02d}.{sort:02d}-{day:08d}-{number:010d}-{rest:010d}"


class Answers:
    """Finds answers in a stream, whatever the chunking and the noise.

    As ``devices.framing.Splitter``: after a broken frame one byte is skipped, never more. It looks
    for the next beginning at once, though, where a card's 1295 bytes would be tried one by one,
    and writes over what it no longer needs.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        #: Until there are so many bytes, there is nothing new to find.
        self._wanted = 0
        #: Beginnings that were of no good answer.
        self.bad_frames = 0
        #: Bytes that belong to no good answer.
        self.skipped_bytes = 0

    @property
    def pending(self) -> int:
        """Bytes of an answer that may still become complete."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Answer]:
        """Return the answers that ``data`` completes, in order."""
        self._buffer += data
        if len(self._buffer) < self._wanted:
            return []
        return self._scan(final=False)

    def flush(self) -> list[Answer]:
        """Give up the answer that has begun; return the good ones that were hidden behind it."""
        return self._scan(final=True)

    def clear(self) -> None:
        """Forget what was received."""
        self._drop(len(self._buffer))
        self._wanted = 0

    def _scan(self, *, final: bool) -> list[Answer]:
        buffer, at = self._buffer, 0
        found: list[Answer] = []
        self._wanted = 0
        while at < len(buffer):
            start = buffer.find(START, at)
            if start < 0:
                start = len(buffer) - (0 if final else _begun(buffer[at:]))
                self.skipped_bytes += start - at
                at = start
                break
            self.skipped_bytes += start - at
            at = start
            length = int.from_bytes(buffer[at + 5 : at + _HEAD], "big")
            end = at + _HEAD + length
            if len(buffer) < at + _HEAD or (_LEAST <= length <= _MOST and len(buffer) < end):
                if not final:
                    self._wanted = end - at if len(buffer) >= at + _HEAD else _HEAD
                    break
            elif _LEAST <= length <= _MOST and not xor(buffer[at + 5 : end]):
                # With the checksum itself it comes to nothing.
                found.append(_answer(buffer[at + 9], bytes(buffer[at + 10 : end - 1])))
                at = end
                continue
            self.bad_frames += 1
            self.skipped_bytes += 1
            at += 1
        self._drop(at)
        return found

    def _drop(self, count: int) -> None:
        self._buffer[:count] = bytes(count)
        del self._buffer[:count]


def _begun(rest: bytearray) -> int:
    """Return how many bytes at the end of ``rest`` may begin an answer."""
    return next((n for n in range(len(START) - 1, 0, -1) if rest.endswith(START[:n])), 0)


def _answer(state: int, data: bytes) -> Answer:
    size = len(data)
    if size <= _SAM_ID:
        return Answer(state, size, data=data)
    text, photo = data[0] << 8 | data[1], data[2] << 8 | data[3]
    if state == State.DONE and text == BLOCK and size == _SIZES + text + photo:
        return Answer(state, size, text=data[_SIZES : _SIZES + BLOCK])
    return Answer(state, size)
