"""SYN6288 and XFS5152CE, speech chips on a serial port, as pure functions.

Source: the makers' data sheets (宇音天下 SYN6288, 科大讯飞 XFS5152CE); never tried on hardware.
9600 8N1. A frame::

    FD  000B     01       00        D3EED2F4CCECCFC2  C1
        length   01 say   encoding  text              SYN6288 only: xor of all bytes
        of what  02 stop                              before it, FD included
        follows  03 pause
                 04 resume
                 21 status

Encoding: 0 GB2312, 1 GBK, 2 BIG5, 3 Unicode (XFS5152CE: UTF-16, low byte first); the SYN6288 has
the number of a background music above its three bits. The chip answers single bytes: 4A ready,
41 accepted, 45 rejected, 4E speaking, 4F idle; that one also by itself when it has finished. The
status comes as two: ``414E`` or ``414F``.

Tags in the text: ``[v10]`` volume (XFS5152CE 0-10, SYN6288 0-16), speed ``[s5]`` (XFS5152CE,
0-10) or ``[t4]`` (SYN6288, 0-5).
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import reduce
from operator import xor

from devices.framing import BAD, NEED_MORE, NOISE, Frame, Splitter, Verdict
from devices.led_wall.charset import one_line
from devices.voice.speech import UnspeakableText

__all__ = [
    "SYN6288",
    "XFS5152",
    "Chip",
    "Command",
    "Reply",
    "explain_syn",
    "explain_xfs",
    "finder",
    "guess_s",
    "replies",
]

_START = 0xFD
#: Where a long text is best cut: after these.
_ENDS = "。！？；.!?;"
_PAUSES = "，、：,: "
#: Capitals alone (VAT) are letters to be read one by one.
_WORD = re.compile(r"(?=[A-Za-z]*[a-z])[A-Za-z]{2,}")
#: ``[`` begins a tag: in a text for people it is written in full width.
_NO_TAGS = str.maketrans("[]", "［］")
_CODECS = {0: "gb2312", 1: "gbk", 2: "big5", 3: "utf-16-le"}


class Command(enum.IntEnum):
    """What a frame asks for."""

    SAY = 0x01
    STOP = 0x02
    PAUSE = 0x03
    RESUME = 0x04
    STATUS = 0x21


class Reply(enum.IntEnum):
    """What the chip answers, a byte each."""

    READY = 0x4A
    ACCEPTED = 0x41
    REJECTED = 0x45
    SPEAKING = 0x4E
    IDLE = 0x4F


_COMMANDS = frozenset(int(one) for one in Command)
_REPLIES = {int(one): one for one in Reply}


def replies(data: bytes) -> list[Reply]:
    """Return the answers among ``data``; other bytes are noise."""
    return [_REPLIES[byte] for byte in data if byte in _REPLIES]


@dataclass(frozen=True, slots=True)
class Chip:
    """One of the two chips: what differs between them.

    ``longest`` is bytes of text in a frame, tags included; ``encodings`` are tried in order.
    """

    name: str
    checked: bool
    longest: int
    encodings: tuple[int, ...]
    reads_words: bool
    loudest: int
    speed_tag: str
    fastest: int

    def frame(self, command: Command, body: bytes = b"") -> bytes:
        """Return a frame."""
        length = 1 + len(body) + self.checked
        data = bytes([_START, *length.to_bytes(2, "big"), command]) + body
        return data + bytes([reduce(xor, data)]) if self.checked else data

    def say(self, text: str) -> bytes:
        """Return the frame that says ``text``, which may hold tags.

        Raises ``UnspeakableText``; ``ValueError`` when it is too long (see ``pieces``).
        """
        encoding, data = self._encoded(text)
        if len(data) > self.longest:
            raise ValueError(f"{len(data)} bytes of text; {self.name} takes {self.longest}")
        return self.frame(Command.SAY, bytes([encoding]) + data)

    def tags(self, volume: int, speed: int) -> str:
        """Return the tags for a volume of 0 to 100 per cent and a speed of 0 (slow) to 10."""
        loud = round(volume * self.loudest / 100)
        return f"[v{loud}][{self.speed_tag}{round(speed * self.fastest / 10)}]"

    def clean(self, text: str) -> str:
        """Return what people wrote as one line that holds no tags."""
        return one_line(text).translate(_NO_TAGS)

    def encode(self, text: str) -> bytes:
        """Return the bytes of a text for people. Raises ``UnspeakableText``."""
        return self._encoded(self.clean(text))[1]

    def pieces(self, text: str, tags: str = "") -> list[str]:
        """Return ``text`` in pieces that fit a frame, each behind ``tags``; cut where it pauses.

        Raises ``UnspeakableText``.
        """
        rest = self.clean(text)
        self._encoded(rest)
        found: list[str] = []
        while rest:
            piece = self._front(rest, tags)
            found.append(tags + piece.strip())
            rest = rest[len(piece) :].strip()
        return found

    def _front(self, text: str, tags: str) -> str:
        """Return as much of ``text`` as fits one frame."""
        fits = len(text)
        while len(self._encoded(tags + text[:fits])[1]) > self.longest:
            # A character takes at most two bytes: this cuts too little, never too much.
            over = len(self._encoded(tags + text[:fits])[1]) - self.longest
            fits -= max(1, over // 2)
        if fits == len(text):
            return text
        for marks in (_ENDS, _PAUSES):
            end = max(text.rfind(mark, 0, fits) for mark in marks)
            if end > 0:
                return text[: end + 1]
        return text[:fits]

    def _encoded(self, text: str) -> tuple[int, bytes]:
        if not self.reads_words and (word := _WORD.search(text)) is not None:
            raise UnspeakableText(
                text,
                f"{self.name} 只会逐个字母读，不会读英文单词 {word[0]}。",
                f"the {self.name} reads single letters, not English words such as {word[0]}.",
            )
        for encoding in self.encodings:
            if encoding == 3 and any(ord(one) > 0xFFFF for one in text):
                break
            try:
                return encoding, text.encode(_CODECS[encoding])
            except UnicodeEncodeError:
                continue
        lacks = "、".join(dict.fromkeys(one for one in text if not self._has(one)))
        raise UnspeakableText(
            text, f"{self.name} 不认识：{lacks}", f"the {self.name} does not know: {lacks}"
        )

    def _has(self, one: str) -> bool:
        if 3 in self.encodings:
            return ord(one) <= 0xFFFF and not 0xD800 <= ord(one) <= 0xDFFF
        try:
            one.encode("gbk")
        except UnicodeEncodeError:
            return False
        return True


SYN6288 = Chip("SYN6288", True, 200, (0, 1), False, 16, "t", 5)
XFS5152 = Chip("XFS5152CE", False, 4000, (0, 1, 3), True, 10, "s", 10)


def guess_s(text: str, speed: int = 5) -> float:
    """Return about how many seconds a chip takes for a text; slow chips are within twice of it."""
    han = sum(ord(one) > 0x2E7F for one in text)
    seconds = 0.5 + 0.27 * han + 0.09 * (len(text) - han)
    return seconds * (1.0 + (5 - speed) * 0.08)


def finder(chip: Chip) -> Splitter[bytes]:
    """Return what finds the frames to a chip in a stream, each whole."""
    longest = 2 + chip.longest + chip.checked

    def match(buffer: bytes) -> Frame[bytes] | Verdict:
        if buffer[0] != _START:
            return NOISE
        if len(buffer) < 4:
            return NEED_MORE
        length = int.from_bytes(buffer[1:3], "big")
        end = 3 + length
        if not 1 + chip.checked <= length <= longest or buffer[3] not in _COMMANDS:
            return BAD
        if len(buffer) < end:
            return NEED_MORE
        if chip.checked and reduce(xor, buffer[: end - 1]) != buffer[end - 1]:
            return BAD
        return Frame(end, buffer[:end])

    return Splitter(match, limit=3 + longest)


def _words(frame: bytes, chip: Chip) -> str:
    command, body = Command(frame[3]), frame[4 : len(frame) - chip.checked]
    if command is not Command.SAY or not body:
        return command.name.lower()
    codec = _CODECS.get(body[0] & 7, "gb2312")
    return f"say {body[1:].decode(codec, 'replace')!r} ({codec})"


def explain_syn(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the bytes of a SYN6288's trace mean, one line each."""
    return _explained(SYN6288, data, answers=answers)


def explain_xfs(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the bytes of an XFS5152CE's trace mean, one line each."""
    return _explained(XFS5152, data, answers=answers)


def _explained(chip: Chip, data: bytes, *, answers: bool) -> list[str]:
    if answers:
        return [one.name.lower() for one in replies(data)]
    return [_words(frame, chip) for frame in finder(chip).feed(data)]
