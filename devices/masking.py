"""Keeps personal data out of traces: what may be an ID number, and all that a card reader reads.

A mask sees one direction of one line, in whatever pieces the bytes come, and returns as many
bytes: what is personal is ``*``. It holds nothing back and never takes a byte back, so a trace
shows each piece at once and in its place. A kind whose bytes are personal as a whole names its
own mask in the registry (``Kind.mask``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

__all__ = ["MASKED", "FrameHeads", "IdNumbers", "Mask", "Masks", "spans"]

#: Stands for each masked byte.
MASKED = 0x2A
#: The region's code, as in 110105********002X: what may be seen of an ID number.
_SHOWN = 6
#: Digits of an ID number (GB 11643) before its check character, a digit or X.
_BODY = 17
#: In UTF-16 a zero byte stands before or behind each digit.
_RUN = re.compile(rb"[0-9](?:\x00?[0-9])*(?:\x00?[Xx]|\x00?\Z)?")
_LONG = re.compile(rb"[0-9](?:\x00?[0-9]){6}")
_MAY_GO_ON = frozenset(b"0123456789\x00")
#: Enough of a run to know what it is, however long it becomes: 18 digits of UTF-16, and some.
_KEPT = 48


class Mask(Protocol):
    """One direction of one line."""

    def feed(self, data: bytes) -> bytes:
        """Return as many bytes, what is personal replaced by ``*``."""


class IdNumbers:
    """Masks every run of 17 digits and a digit or X, in ASCII, GB18030, UTF-8 and UTF-16.

    Of a run the first six digits are shown, the region. A run that the end of a piece cuts off
    may become an ID number: what is beyond its sixth digit is masked at once.
    """

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> bytes:
        """As ``Mask.feed``."""
        tail = self._tail
        if not tail and data[-1:] and data[-1] not in _MAY_GO_ON and not _LONG.search(data):
            return data
        joined = tail + data
        masked = bytearray(joined)
        self._tail = b""
        for run in _RUN.finditer(joined):
            places = [at for at in range(run.start(), run.end()) if joined[at]]
            goes_on = run.end() == len(joined) and joined[places[-1]] not in b"Xx"
            if goes_on:
                self._tail = run[0][-_KEPT:]
            if goes_on or len(places) > _BODY:
                for at in places[_SHOWN:]:
                    masked[at] = MASKED
        return bytes(masked[len(tail) :])


class FrameHeads:
    """Masks everything but the heads of frames: ``length`` bytes from each ``start`` on.

    For readers of cards and codes: a trace shows that there was an exchange and which, never
    what was read.
    """

    def __init__(self, start: bytes, length: int) -> None:
        if not 0 < len(start) <= length:
            raise ValueError(f"a head of {length} bytes cannot begin with {start.hex(' ')}")
        self._start = start
        self._length = length
        self._seen = 0

    def feed(self, data: bytes) -> bytes:
        """As ``Mask.feed``."""
        return bytes(byte if self._shows(byte) else MASKED for byte in data)

    def _shows(self, byte: int) -> bool:
        """Follow the head byte by byte: a start that breaks off shows constants only."""
        start = self._start
        if len(start) <= self._seen < self._length:
            self._seen += 1
            return True
        if self._seen >= self._length:
            self._seen = 0
        while self._seen and start[self._seen] != byte:
            # As much of the start as may have begun again (Knuth, Morris, Pratt).
            self._seen = _border(start[: self._seen])
        if start[self._seen] == byte:
            self._seen += 1
            return True
        return False


class Masks:
    """Several masks, one after another: the kinds that share a line."""

    def __init__(self, makers: Sequence[Callable[[], Mask]]) -> None:
        self._masks = [make() for make in makers]

    def feed(self, data: bytes) -> bytes:
        """As ``Mask.feed``."""
        for mask in self._masks:
            data = mask.feed(data)
        return data


def spans(data: bytes, masked: bytes) -> tuple[tuple[int, int], ...]:
    """Return where ``masked`` differs from ``data``: (first byte, how many), in order."""
    if data == masked:
        return ()
    found: list[tuple[int, int]] = []
    for at, (raw, shown) in enumerate(zip(data, masked, strict=True)):
        if raw == shown:
            continue
        if found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((at, 1))
    return tuple(found)


def _border(begun: bytes) -> int:
    """Return how long the longest proper end of ``begun`` is that is also its beginning."""
    return next((n for n in range(len(begun) - 1, 0, -1) if begun[-n:] == begun[:n]), 0)
