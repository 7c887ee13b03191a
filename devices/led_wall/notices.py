"""Notices and price lists on the lines of a zone, page after page. Pure: no clock inside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from devices.led_wall.layout import Shown, Zone
from devices.led_wall.page import Colour, LedLine, columns

__all__ = ["Frame", "Notice", "Rotation", "frames_of", "shown_in", "wrap"]

#: A word, or one character of Chinese.
_WORD = re.compile(r"[!-~]+|\s+|.")
#: What does not begin a line.
_CLOSING = frozenset("，。、；：？！）》”’】…％,.;:?!)%")
#: In a line of a list: what is behind it stands at the right end.
_RIGHT = "|"


@dataclass(frozen=True, slots=True)
class Notice:
    """A text; with ``lines`` a list, and the text is its title. ``key`` names it.

    Only those of the highest ``priority`` are on show; equal ones take turns.
    """

    key: str
    text: str
    lines: tuple[str, ...] = ()
    colour: Colour | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """What a zone shows for ``seconds``, before the next one has its turn."""

    lines: tuple[LedLine, ...]
    seconds: float
    #: Of the notice; empty for a zone's own text.
    key: str = ""


def shown_in(shown: Shown, notice: Notice) -> bool:
    """Say whether a place for ``shown`` takes ``notice``."""
    return ("lists" if notice.lines else "notices") in shown


def frames_of(zone: Zone, shown: Shown, notices: Iterable[Notice], width: int) -> list[Frame]:
    """Return all that ``notices`` (or the zone's own text) show in a zone of ``width`` columns."""
    if shown == "text":
        colour = zone.colour or "green"
        return [
            Frame(tuple(LedLine(one, colour, "still", zone.align) for one in page), zone.page_s)
            for page in zone.pages
        ]
    fitting = [notice for notice in notices if shown_in(shown, notice)]
    highest = max((notice.priority for notice in fitting), default=0)
    return [
        frame
        for notice in fitting
        if notice.priority == highest
        for frame in _frames(zone, notice, width)
    ]


def _frames(zone: Zone, notice: Notice, width: int) -> Iterator[Frame]:
    if notice.lines:
        yield from _list_frames(zone, notice, width)
        return
    colour = notice.colour or zone.colour or "yellow"
    if zone.moves:
        passes_s = (width + columns(notice.text)) * zone.column_s
        line = LedLine(notice.text, colour, "scroll", zone.align)
        yield Frame((line,), max(zone.page_s, passes_s), notice.key)
        return
    for page in _pages(wrap(notice.text, width), zone.rows):
        lines = tuple(LedLine(one, colour, "still", zone.align) for one in page)
        yield Frame(lines, zone.page_s, notice.key)


def _list_frames(zone: Zone, notice: Notice, width: int) -> Iterator[Frame]:
    colour = notice.colour or zone.colour or "green"
    title = (notice.text,) if notice.text else ()
    head: tuple[str, ...] = ()
    body = [_spread(line, width) for line in notice.lines]
    if zone.rows > 1:
        head = title
    else:
        body = [*title, *body]
    for page in _pages(body, zone.rows - len(head)):
        lines = [LedLine(one, "yellow", "still", "center") for one in head]
        lines += [LedLine(one, colour, "still", zone.align) for one in page]
        yield Frame(tuple(lines), zone.page_s, notice.key)


def _spread(line: str, width: int) -> str:
    """Return a line of a list with what is behind ``|`` at the right end.

    Dots lead there: runs of spaces do not survive in a line.
    """
    left, bar, right = (part.strip() for part in line.partition(_RIGHT))
    if not bar:
        return left
    dots = width - columns(left) - columns(right) - 2
    return f"{left} {'.' * dots} {right}" if dots > 0 else f"{left} {right}"


def _pages(lines: Sequence[str], rows: int) -> Iterator[Sequence[str]]:
    for at in range(0, len(lines), rows):
        yield lines[at : at + rows]


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` in lines of at most ``width`` columns; a longer word stands alone."""
    lines = [""]
    for word in _WORD.findall(text.strip()):
        if columns((lines[-1] + word).rstrip()) <= width:
            lines[-1] += word
        elif word in _CLOSING and len(lines[-1]) > 1:
            # It takes the character before it along.
            lines[-1], taken = lines[-1][:-1], lines[-1][-1]
            lines.append(taken + word)
        else:
            lines.append(word.lstrip())
    return [line.strip() for line in lines if line.strip()]


class Rotation:
    """Frames that take turns. ``now`` is seconds of any clock that never goes back."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._at = 0
        self._since = 0.0

    def take(self, frames: list[Frame], now: float) -> None:
        """Show these from now on; what is on show stays its time if it is still among them."""
        present = self.frame(now)
        self._frames = frames
        if present is not None and present in frames:
            self._at = frames.index(present)
        else:
            self._at, self._since = 0, now

    def frame(self, now: float) -> Frame | None:
        """Return what is on show."""
        if not self._frames:
            return None
        if now - self._since > sum(frame.seconds for frame in self._frames):
            # Nobody asked for longer than a whole turn.
            self._since = now
        while now >= self._since + self._frames[self._at].seconds:
            self._since += self._frames[self._at].seconds
            self._at = (self._at + 1) % len(self._frames)
        return self._frames[self._at]

    @property
    def keys(self) -> set[str]:
        """The notices that take turns here."""
        return {frame.key for frame in self._frames if frame.key}

    def next_change(self, now: float) -> float | None:
        """Return when another frame has its turn; None when only one is there."""
        frame = self.frame(now)
        return None if frame is None or len(self._frames) == 1 else self._since + frame.seconds
