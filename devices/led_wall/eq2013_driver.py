"""An LED wall or strip on an EQ2013 card (RS-232, RS-485 or TCP; never tried on hardware).

The card keeps what it shows until it loses power and never speaks unasked, so its only sign of
life is the answer to a frame: the refresh of ``RowDisplay`` is what notices a silent one.

Several cards may share one RS-485 line, each a device of its own with its own ``card``. The answer
carries no number: the driver that wrote last takes the next answer. That is right because one
worker serves the line and runs one job at a time, and because every write first discards what
arrived late. Do not spread one line over two workers.

8 full lines are about 700 bytes, 0.13 s at 57600 baud.
"""

from __future__ import annotations

from collections.abc import Mapping

from devices.base import Line
from devices.led_wall import eq2013
from devices.led_wall.options import Eq2013Options
from devices.led_wall.page import Align, Colour, LedLine
from devices.led_wall.rows import REFUSED, TAKEN, Heard, RowDisplay

__all__ = ["Eq2013Display"]

#: Encoded texts that are kept; a call comes back on every row while it moves down the wall.
_KEPT_TEXTS = 512


class Eq2013Display(RowDisplay):
    """One EQ2013 card. ``options`` are ``Eq2013Options``; a line of 57600 8N1 as documented."""

    def __init__(self, name: str, options: Eq2013Options, line: Line | None) -> None:
        super().__init__(name, options, line)
        self.options: Eq2013Options = options
        self._answers = eq2013.AnswerFinder()
        self._texts: dict[str, tuple[bytes, bool]] = {}
        self._tags: dict[tuple[int, Colour, bool, Align], bytes] = {}

    def _encode_line(self, row: int, line: LedLine) -> bytes:
        text, wide = self._texts.get(line.text) or self._learn_text(line.text)
        key = (row, line.colour, wide or line.effect == "scroll", line.align)
        tags = self._tags.get(key)
        if tags is None:
            zone = self._zone(row, scroll=key[2])
            tags = eq2013.encode_tags(zone, self._colour(line.colour), line.align)
            self._tags[key] = tags
        return tags + text

    def _learn_text(self, text: str) -> tuple[bytes, bool]:
        encoded = eq2013.encode_text(text)
        if len(self._texts) >= _KEPT_TEXTS:
            self._texts.clear()
        # A GB2312 character has as many bytes as it takes columns. An empty text goes out as one
        # space: whether a card takes a zone without any is unknown.
        learnt = (encoded or b" ", len(encoded) > self.columns)
        self._texts[text] = learnt
        return learnt

    def _zone(self, row: int, *, scroll: bool) -> eq2013.Zone:
        options = self.options
        height = options.height // options.rows
        return eq2013.Zone(
            number=row + 1,
            x=0,
            y=row * height,
            width=options.width,
            height=height,
            font=options.font,
            effect=options.scroll_effect if scroll else options.effect,
            speed=options.speed,
            hold=options.hold,
        )

    def _write_rows(self, rows: Mapping[int, bytes], *, fresh: bool) -> None:
        card = self.options.card
        if self.options.zones_per_frame == "all":
            self._exchange(eq2013.frame(card, rows.values(), delete_first=fresh))
            return
        if fresh:
            self._write_dark()
        for zone in rows.values():
            self._exchange(eq2013.frame(card, [zone]))

    def _write_dark(self) -> None:
        self._exchange(eq2013.clear_frame(self.options.card))

    def _hear(self, data: bytes) -> list[Heard]:
        answers = self._answers.feed(data)
        return [TAKEN if answer is eq2013.Answer.TAKEN else REFUSED for answer in answers]

    def _forget(self) -> int:
        self._answers.reset()
        return self._answers.noise

    def _who(self) -> str:
        return f"LED card {self.options.card:03d}"
