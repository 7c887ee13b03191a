"""The EQ2013 cards' ASCII protocol as pure functions (vendors' document; never tried on hardware).

A frame to a card, no checksum::

    !#  001  %ZD00  %ZI01 %ZC0000000000480016 %ZA01 %ZS03 %ZH6000 %F16 %C1 %AH2 %AV2 DL48  $$
    |   |    |      |     |                   |     |     |       |    |   |     |   |     end
    |   card |      |     x y width height    |     |     hold    |    |   |     |   text, GB2312
    start    |      zone  (4 digits each)     |     speed         |    |   |     vertical 1 2 3
             delete all zones                 effect              font |   horizontal 1 2 3
                                                                       colour 1 red 2 green 3 yellow

Several zones follow one another in one frame. The card answers ``##FOK$$$`` or ``##KOK$$$``
without its number. What it says to a frame that it does not take is in no document we have; any
other word in that shape is read as a refusal.

Since nothing is escaped or counted, a text that holds ``%``, ``$$``, ``!#`` or ``##`` (commands of
the same cards) would be obeyed rather than shown: ``clean`` writes those in full width.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass

from devices.led_wall.charset import gb2312
from devices.led_wall.page import Align, Colour

__all__ = [
    "CHARSET",
    "Answer",
    "AnswerFinder",
    "Zone",
    "clean",
    "clear_frame",
    "encode_tags",
    "encode_text",
    "explain",
    "frame",
]

_COLOURS: dict[Colour, int] = {"red": 1, "green": 2, "yellow": 3}
_ALIGNS: dict[Align, int] = {"left": 1, "center": 2, "right": 3}
_MIDDLE = 2
_DELETE_ZONES = b"%ZD00"

#: ``%``, ``$`` and ``#`` are what a frame is made of.
CHARSET = gb2312("%$#")


def clean(text: str) -> str:
    """Return ``text`` as it may stand inside a frame: one line, and never read as a command."""
    return CHARSET.clean(text)


def encode_text(text: str) -> bytes:
    """Return the cleaned ``text`` in GB2312. Raises ``UnwritableText``, naming what it lacks."""
    return CHARSET.encode(text)


@dataclass(frozen=True, slots=True)
class Zone:
    """A rectangle of the panel in dots and how text stands in it; codes as in the document."""

    number: int
    x: int
    y: int
    width: int
    height: int
    font: int
    effect: int = 1
    speed: int = 3
    hold: int = 6000


def encode_tags(zone: Zone, colour: Colour, align: Align) -> bytes:
    """Return the part of a frame that sets one zone; its text follows (``encode_text``)."""
    return (
        f"%ZI{zone.number:02d}%ZC{zone.x:04d}{zone.y:04d}{zone.width:04d}{zone.height:04d}"
        f"%ZA{zone.effect:02d}%ZS{zone.speed:02d}%ZH{zone.hold:04d}"
        f"%F{zone.font:02d}%C{_COLOURS[colour]}%AH{_ALIGNS[align]}%AV{_MIDDLE}"
    ).encode("ascii")


def frame(card: int, zones: Iterable[bytes], *, delete_first: bool = False) -> bytes:
    """Return one frame for ``card`` (1-999) with the encoded ``zones``."""
    head = b"!#%03d" % card + (_DELETE_ZONES if delete_first else b"")
    return head + b"".join(zones) + b"$$"


def clear_frame(card: int) -> bytes:
    """Return the frame that deletes all zones: a dark panel."""
    return frame(card, (), delete_first=True)


class Answer(enum.Enum):
    """What a card said to a frame."""

    TAKEN = "taken"
    REFUSED = "refused"


class AnswerFinder:
    """Finds answers in a stream, in whatever pieces it comes, whatever noise is between them.

    Survives: one byte at a time, several answers glued, bytes before and between, an answer cut
    short and followed by a whole one. ``noise`` counts the bytes that belonged to no answer.
    """

    _ANSWER = re.compile(rb"##([A-Z]{1,12})\$\$\$")
    _LONGEST = 2 + 12 + 3
    _GOOD = frozenset({b"FOK", b"KOK"})

    def __init__(self) -> None:
        self.noise = 0
        self._rest = b""

    def feed(self, data: bytes) -> list[Answer]:
        """Return the answers that ``data`` completes, in order. Never raises."""
        buffer = self._rest + data
        found = []
        done = 0
        for match in self._ANSWER.finditer(buffer):
            self.noise += match.start() - done
            done = match.end()
            found.append(Answer.TAKEN if match[1] in self._GOOD else Answer.REFUSED)
        keep = max(done, len(buffer) - (self._LONGEST - 1))
        self.noise += keep - done
        self._rest = buffer[keep:]
        return found

    def reset(self) -> None:
        """Forget the beginning of an answer that never came whole."""
        self.noise += len(self._rest)
        self._rest = b""


#: A frame to a card; text and tags are not told apart. ``!#`` begins another frame.
_FRAME = re.compile(rb"!#(\d{3})((?:(?!\$\$|!#)[\s\S]){0,4000}?)\$\$")


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the frames in a trace say, one line each; ``answers``: the cards' side."""
    if answers:
        return [answer.value for answer in AnswerFinder().feed(data)]
    return [
        f"to card {match[1].decode()}: {match[2].decode('gb2312', 'replace')}"
        for match in _FRAME.finditer(data)
    ]
