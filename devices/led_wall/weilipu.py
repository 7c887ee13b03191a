"""The Weilipu strip's protocol as pure functions (never tried on hardware).

Source: the vendor's description as an independent program has it. 9600 8N1, no answers. A frame::

    F0 01 D0  01    01    01     05        00      41303031  9B
              line  mode  speed  length+1  colour  text      sum of all bytes before it,
              1-3   1 still                0 red   GB2312    its low byte
                    2 left                 1 green
                                           2 blue
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.framing import BAD, NEED_MORE, NOISE, Frame, Splitter, Verdict
from devices.led_wall.charset import gb2312

__all__ = ["CHARSET", "LONGEST_TEXT", "LineText", "encode", "explain", "finder"]

CHARSET = gb2312()

_HEAD = b"\xf0\x01\xd0"
_BEFORE_TEXT = 8
#: Bytes of text: the length byte counts the colour too.
LONGEST_TEXT = 254
_COLOURS = ("red", "green", "blue")


@dataclass(frozen=True, slots=True)
class LineText:
    """A line of the strip. ``speed`` 0 (fast) to 250; ``colour`` 0 red, 1 green, 2 blue."""

    line: int
    text: bytes
    colour: int = 0
    moves: bool = False
    speed: int = 1


def encode(line: LineText) -> bytes:
    """Return the frame that shows a line. Raises ``ValueError`` for more than 254 bytes."""
    if len(line.text) > LONGEST_TEXT:
        raise ValueError(f"{len(line.text)} bytes of text, a line of the strip takes 254")
    mode = 2 if line.moves else 1
    body = _HEAD + bytes([line.line, mode, line.speed, len(line.text) + 1, line.colour]) + line.text
    return body + bytes([sum(body) & 0xFF])


def _match(buffer: bytes) -> Frame[LineText] | Verdict:
    head = buffer[:3]
    if head != _HEAD[: len(head)]:
        return NOISE
    if len(buffer) < _BEFORE_TEXT:
        return NEED_MORE
    line, mode, speed, length, colour = buffer[3:_BEFORE_TEXT]
    if not (1 <= line <= 3 and 1 <= mode <= 2 and length and colour <= 2):
        return BAD
    end = _BEFORE_TEXT + length - 1
    if len(buffer) <= end:
        return NEED_MORE
    if sum(buffer[:end]) & 0xFF != buffer[end]:
        return BAD
    return Frame(end + 1, LineText(line, buffer[_BEFORE_TEXT:end], colour, mode == 2, speed))


def finder() -> Splitter[LineText]:
    """Return what finds frames in a stream: for traces, the strip itself never speaks."""
    return Splitter(_match, limit=_BEFORE_TEXT + LONGEST_TEXT + 1)


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the frames in a trace say, one line each; the strip has no answers."""
    return [] if answers else [_words(line) for line in finder().feed(data)]


def _words(line: LineText) -> str:
    how = "moving" if line.moves else "still"
    text = line.text.decode("gb2312", "replace")
    return f"line {line.line} {_COLOURS[line.colour]} {how} {text!r}"
