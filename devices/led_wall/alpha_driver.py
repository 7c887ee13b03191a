"""An Alpha or BetaBrite sign (serial 9600 7E1 or 4800 7E2, or TCP; never tried on hardware).

Each line is a STRING file, and one TEXT file that is written once calls them all: so only the
lines that changed go out, and a STRING does not blank the sign. The protocol wants 0.1 s of
nothing inside each packet, so a job sends one line and asks for ``poll`` to send the next: between
two lines the neighbours on a shared line have their turn. The sign keeps its files without power.

It writes letters only: what the hall says on it is ``LETTERS``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from devices.base import Line
from devices.led_wall import alpha
from devices.led_wall.alpha_options import AlphaOptions
from devices.led_wall.page import LedLine
from devices.led_wall.rows import REFUSED, TAKEN, Heard, RowDisplay, too_long

__all__ = ["AlphaDisplay"]

_COLOUR_BYTES = 2
#: Room for the TEXT: a call of two bytes and a line end for each of sixteen lines, and some.
_TEXT_SIZE = 64
#: This file is there before the memory is divided.
_USUAL_TEXT = "A"


class AlphaDisplay(RowDisplay):
    """One sign. ``options`` are ``AlphaOptions``."""

    #: Every dot that a sign's characters have.
    full = "#"

    def __init__(self, name: str, options: AlphaOptions, line: Line | None) -> None:
        super().__init__(name, options, line)
        self.options: AlphaOptions = options
        #: Waits so many seconds; a test puts its own here.
        self.pause: Callable[[float], None] = time.sleep
        self._answers = alpha.AnswerFinder()
        self._divided = False
        self._text_written = False

    @property
    def _rows_a_job(self) -> int | None:
        return 1 if self.options.files == "strings" else None

    def _lost(self) -> None:
        self._divided = False
        self._text_written = False

    def _encode_line(self, row: int, line: LedLine) -> bytes:
        text = alpha.CHARSET.encode(line.text)
        most = alpha.LONGEST_STRING - _COLOUR_BYTES
        if self.options.files == "priority":
            most = alpha.LONGEST_STRING // self.rows - _COLOUR_BYTES - 1
        if len(text) > most:
            raise too_long(line.text, most)
        return alpha.coloured(self._colour(line.colour), text or b" ")

    def _write_rows(self, rows: Mapping[int, bytes], *, fresh: bool) -> None:
        del fresh
        options = self.options
        if options.files == "priority":
            page = alpha.LINE_END.join(self._want)
            self._command(alpha.write_text(alpha.PRIORITY, options.position, options.mode, page))
            return
        self._divide()
        for row, text in rows.items():
            self._command(alpha.write_string(options.string_labels[row], text))

    def _rows_done(self) -> None:
        """Write the TEXT that calls the lines; after them, or it would show those of before."""
        if self.options.files == "strings" and not self._text_written:
            calls = (alpha.call(label) for label in self.options.string_labels[: self.rows])
            self._write_text(alpha.LINE_END.join(calls))
            self._text_written = True

    def _write_dark(self) -> None:
        options = self.options
        if options.files == "priority":
            # Without position and mode the sign would go back to its other files.
            self._command(alpha.write_text(alpha.PRIORITY, options.position, options.mode, b""))
            return
        if options.text_label != _USUAL_TEXT:
            self._divide()
        self._text_written = False
        self._write_text(b"")

    def _write_text(self, text: bytes) -> None:
        options = self.options
        self._command(alpha.write_text(options.text_label, options.position, options.mode, text))

    def _divide(self) -> None:
        """Make room for the files, once after each opening."""
        options = self.options
        if self._divided or not options.divide_memory:
            return
        strings = options.string_labels[: self.rows]
        self._command(alpha.memory(options.text_label, _TEXT_SIZE, strings))
        self.pause(options.divided_s)
        self._command(alpha.run_sequence(options.text_label))
        self._divided = True

    def _write_brightness(self, percent: int) -> None:
        self._command(alpha.dim(self.options.dim_mode or 0, percent))

    def _command(self, command: bytes) -> None:
        options = self.options
        self._exchange(
            alpha.packet(options.sign_type, options.address, [command], checksum=options.checksum)
        )

    def _transmit(self, data: bytes) -> None:
        head, stx, rest = data.partition(alpha.STX)
        self.line.write(head + stx)
        self.pause(self.options.pause_s)
        self.line.write(rest)

    def _hear(self, data: bytes) -> list[Heard]:
        answers = self._answers.feed(data)
        return [TAKEN if answer is alpha.Answer.TAKEN else REFUSED for answer in answers]

    def _forget(self) -> int:
        return self._answers.noise

    def _who(self) -> str:
        return f"LED sign {self.options.sign_type}{self.options.address:02X}"
