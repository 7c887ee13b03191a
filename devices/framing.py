"""Finds frames in a stream of bytes, whatever the chunking and the noise.

A codec brings one pure function that looks at the front of the buffer::

    match(buffer) -> Frame(length, value)   a good frame of so many bytes
                   | NEED_MORE              perhaps a frame, not yet complete
                   | NOISE                  no frame begins with the first byte
                   | BAD                    looked like a frame, and is broken (checksum, trailer)

After ``NOISE`` and ``BAD`` one byte is skipped, never more: a good frame may begin inside a broken
one. What survives: single bytes, two frames glued, noise before and between, a frame cut short
(``flush`` at the gap that ends a frame, or the next frames push it out).
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

__all__ = ["BAD", "NEED_MORE", "NOISE", "Frame", "Match", "Splitter", "Verdict"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Verdict(enum.Enum):
    """What the front of the buffer is, when it is no good frame."""

    NEED_MORE = "need more"
    NOISE = "noise"
    BAD = "bad"


NEED_MORE: Literal[Verdict.NEED_MORE] = Verdict.NEED_MORE
NOISE: Literal[Verdict.NOISE] = Verdict.NOISE
BAD: Literal[Verdict.BAD] = Verdict.BAD


@dataclass(frozen=True, slots=True)
class Frame(Generic[T_co]):
    """A good frame: ``length`` bytes from the front, at least 1, and what they mean."""

    length: int
    value: T_co


Match = Callable[[bytes], Frame[T] | Verdict]


class Splitter(Generic[T]):
    """Cuts a stream into the frames that ``match`` knows.

    ``limit`` bounds the buffer in bytes: at least the longest frame. A front that wants more than
    that is broken.
    """

    def __init__(self, match: Match[T], *, limit: int = 1024) -> None:
        if limit < 1:
            raise ValueError(f"limit: {limit} is not at least 1")
        self._match = match
        self._limit = limit
        self._buffer = b""
        #: Fronts that looked like a frame and were none.
        self.bad_frames = 0
        #: Bytes that belong to no good frame, those of bad ones included.
        self.skipped_bytes = 0

    @property
    def pending(self) -> int:
        """Bytes of a frame that may still become complete."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[T]:
        """Return the frames that ``data`` completes, in order."""
        return self._split(self._buffer + data, final=False)

    def flush(self) -> list[T]:
        """Give up the frame that has begun; return the good ones that were hidden behind it.

        For the gap after which a frame can no longer go on (a false header in noise asks for
        bytes that never come).
        """
        return self._split(self._buffer, final=True)

    def clear(self) -> None:
        """Forget what was received, as after opening the line again."""
        self._buffer = b""

    def _split(self, buffer: bytes, *, final: bool) -> list[T]:
        found: list[T] = []
        at = 0
        while at < len(buffer):
            # A window, not the whole rest: a long run of noise must not be copied at every byte.
            verdict = self._match(buffer[at : at + self._limit])
            if isinstance(verdict, Frame):
                found.append(verdict.value)
                at += max(1, verdict.length)
                continue
            if verdict is NEED_MORE and not final and len(buffer) - at < self._limit:
                break
            self.bad_frames += verdict is not NOISE
            self.skipped_bytes += 1
            at += 1
        self._buffer = buffer[at:]
        return found
