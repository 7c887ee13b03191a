"""What goes over each line: the last of it always kept, and followed live by who asks.

Every line has a tap. The newest pieces stay in it, masked, so that a trace that is asked for
after a failure shows what led to it; that costs the worker about a microsecond a piece (a slip
of a few hundred bytes: ten). A reader gets pieces through a bounded queue: one that is slow loses
some, is told how many, and never holds up the worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from devices.masking import IdNumbers, Mask, Masks, spans
from devices.tracefile import Chunk, Way

__all__ = ["Follower", "LineTap"]

#: What a tap keeps: so many pieces and bytes at most.
KEPT_CHUNKS, KEPT_BYTES = 200, 65_536
#: A longer write (an image) is several pieces of the same time.
PIECE = 4096
#: What may wait for one reader: then it loses pieces.
WAITING_BYTES = 1_048_576
#: How long a reader whose socket is full is left alone.
_AGAIN_S = 0.05
#: A piece's share of memory beside its bytes.
_OVERHEAD = 200

Take = Callable[[Chunk], None]


class LineTap:
    """One line's tap. ``masks`` are those of the kinds on it, beside ID numbers.

    The worker's thread calls ``sent``, ``heard`` and ``note``; any thread the others.
    """

    def __init__(
        self,
        masks: Sequence[Callable[[], Mask]] = (),
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.clock_ns = clock_ns
        self._makers = (IdNumbers, *masks)
        self._out, self._in = Masks(self._makers), Masks(self._makers)
        self._kept: deque[Chunk] = deque(maxlen=KEPT_CHUNKS)
        self._bytes = 0
        self._takers: tuple[Take, ...] = ()
        self._lock = threading.Lock()

    def sent(self, data: bytes, at_ns: int) -> None:
        """Take what was written, or should have been: the write began at ``at_ns``."""
        self._add(at_ns, "out", data, self._out.feed(data))

    def heard(self, data: bytes) -> None:
        """Take what was read."""
        self._add(self.clock_ns(), "in", data, self._in.feed(data))

    def note(self, words: str) -> None:
        """Take what happened to the line itself; a line that opens begins masking anew."""
        self._out, self._in = Masks(self._makers), Masks(self._makers)
        self._keep(Chunk(self.clock_ns(), "note", note=words))

    def kept(self) -> list[Chunk]:
        """Return the newest pieces."""
        with self._lock:
            return list(self._kept)

    def follow(self, take: Take) -> list[Chunk]:
        """Have ``take`` called with each piece from now on, in the worker's thread.

        Returns what was kept: between it and the first piece taken nothing is missing.
        """
        with self._lock:
            self._takers = (*self._takers, take)
            return list(self._kept)

    def leave(self, take: Take) -> None:
        """End ``follow``."""
        with self._lock:
            self._takers = tuple(one for one in self._takers if one != take)

    def _add(self, at_ns: int, way: Way, data: bytes, masked: bytes) -> None:
        hidden = () if masked is data else spans(data, masked)
        if len(data) <= PIECE:
            self._keep(Chunk(at_ns, way, masked, hidden))
            return
        for start in range(0, len(data), PIECE):
            piece = masked[start : start + PIECE]
            self._keep(Chunk(at_ns, way, piece, spans(data[start : start + PIECE], piece)))

    def _keep(self, chunk: Chunk) -> None:
        kept = self._kept
        with self._lock:
            self._bytes += len(chunk.data)
            if len(kept) == KEPT_CHUNKS:
                self._bytes -= len(kept.popleft().data)
            while self._bytes > KEPT_BYTES:
                self._bytes -= len(kept.popleft().data)
            kept.append(chunk)
            takers = self._takers
        for take in takers:
            take(chunk)


class Follower:
    """One reader of a tap: a bounded queue from the worker's thread into the event loop.

    ``send`` gets each piece in the loop, or how many were lost, while ``room()`` says that the
    reader takes more.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        send: Callable[[Chunk | int], None],
        room: Callable[[], bool],
    ) -> None:
        self._loop = loop
        self._send = send
        self._room = room
        self._queue: deque[Chunk | int] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._awake = False
        self._closed = False

    def take(self, chunk: Chunk) -> None:
        """Take a piece, in the worker's thread; never waits."""
        with self._lock:
            queue = self._queue
            if self._bytes >= WAITING_BYTES:
                last = queue[-1]
                if isinstance(last, int):
                    queue[-1] = last + 1
                else:
                    queue.append(1)
                return
            queue.append(chunk)
            self._bytes += len(chunk.data) + _OVERHEAD
            wake, self._awake = not self._awake, True
        if wake:
            # The loop may have ended before its reader left: then nobody is there to be told.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._drain)

    def close(self) -> None:
        """Send nothing any more."""
        self._closed = True

    def _drain(self) -> None:
        while not self._closed:
            if not self._room():
                self._loop.call_later(_AGAIN_S, self._drain)
                return
            with self._lock:
                if not self._queue:
                    self._awake = False
                    return
                one = self._queue.popleft()
                if isinstance(one, Chunk):
                    self._bytes -= len(one.data) + _OVERHEAD
            self._send(one)
