"""Codes from a scanner: lines of printable ASCII, as pure functions.

A line ends with CR, LF or both. What is longer than ``longest`` is thrown away up to its end, and
what is not printable ASCII makes its line none. Nothing here looks at what a code says.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence

from devices.card_reader.patterns import Pattern
from devices.card_reader.reports import CodeKind, CodeRead
from devices.card_reader.scanner_options import ScannerOptions

__all__ = ["CodeBook", "CodeHider", "Lines", "Wrong", "explain"]

_ENDS = frozenset(b"\r\n")
_END = re.compile(rb"[\r\n]")
_PRINTABLE = re.compile(rb"[ -~]*")


class Wrong(enum.Enum):
    """Why a line is no code."""

    UNKNOWN = "unknown"
    TOO_LONG = "too_long"
    CUT_SHORT = "cut_short"


class Lines:
    """Cuts a stream into lines of at most ``longest`` characters; empty ones are none."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._line = bytearray()
        self._wrong: Wrong | None = None

    @property
    def pending(self) -> bool:
        """Whether a line has begun."""
        return bool(self._line) or self._wrong is not None

    def feed(self, data: bytes) -> list[str | Wrong]:
        """Return the lines that ``data`` ends, or why one is none."""
        found: list[str | Wrong] = []
        *ended, begun = _END.split(data)
        for part in ended:
            self._add(part)
            found += self._end()
        self._add(begun)
        return found

    def give_up(self) -> list[str | Wrong]:
        """End a line that does not go on."""
        if not self.pending:
            return []
        wrong = self._wrong or Wrong.CUT_SHORT
        self._begin()
        return [wrong]

    def spoil(self) -> None:
        """Make the line that is coming none: some of it was lost on its way."""
        self._wrong = self._wrong or Wrong.CUT_SHORT
        self._line.clear()

    def _add(self, part: bytes) -> None:
        if not part or self._wrong is not None:
            return
        printable = _PRINTABLE.match(part)
        good = printable.end() if printable else 0
        if good > self._longest - len(self._line):
            self._wrong = Wrong.TOO_LONG
        elif good < len(part):
            self._wrong = Wrong.UNKNOWN
        else:
            self._line += part
            return
        self._line.clear()

    def _end(self) -> list[str | Wrong]:
        if not self.pending:
            return []
        line: str | Wrong = self._wrong or self._line.decode("ascii")
        self._begin()
        return [line]

    def _begin(self) -> None:
        self._line.clear()
        self._wrong = None


class CodeBook:
    """Says which sort of code a line is, by the hall's patterns. A ticket's are tried first."""

    def __init__(self, options: ScannerOptions) -> None:
        self._prefix, self._suffix = options.prefix, options.suffix
        self._patterns: Sequence[tuple[CodeKind, Pattern]] = (
            *(("ticket", Pattern.of(text)) for text in options.ticket),
            *(("appointment", Pattern.of(text)) for text in options.appointment),
        )

    def read(self, line: str) -> CodeRead | None:
        """Return what ``line`` is; None for what is no code of the hall."""
        marks = len(self._prefix) + len(self._suffix)
        if len(line) < marks or not (line.startswith(self._prefix) and line.endswith(self._suffix)):
            return None
        text = line[len(self._prefix) : len(line) - len(self._suffix)]
        for kind, pattern in self._patterns:
            if pattern.fits(text):
                return CodeRead(kind, text)
        return None


class CodeHider:
    """Masks for traces all that was scanned: only the ends of lines are shown."""

    def feed(self, data: bytes) -> bytes:
        """As ``devices.masking.Mask.feed``."""
        return bytes(byte if byte in _ENDS else 0x2A for byte in data)


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return how long the codes in a trace are, one line each; nothing goes to a scanner."""
    if not answers:
        return []
    lines = data.replace(b"\r", b"\n").split(b"\n")
    return [f"a code of {len(line)} characters (not shown)" for line in lines[:-1] if line]
