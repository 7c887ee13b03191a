"""A recorded trace plays the device's side of a line: the same bytes come back for the same bytes.

So a driver can be run against what a hall recorded, without the device: for a test, or to look
into a report. What the host writes is one stream that is held against the recorded one; the
device's bytes follow once all that the host had written before them is there, after the recorded
time. A difference is told and the play goes on behind it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from devices.simulator import Simulator
from devices.tracefile import Chunk, Trace

__all__ = ["Difference", "Player"]

#: How far ahead a piece is looked for that came instead of the expected one.
_LOOK_AHEAD = 16
#: Fewer bytes are no sign of where the host is in the trace.
_SURE = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """The host wrote ``got`` where the trace has ``expected``, one whole piece of it.

    They differ from byte ``offset`` on, byte ``position`` of all that the trace has to the device;
    ``at_ns`` is the piece's time. ``got`` may have broken off there: then that is all that came.
    """

    position: int
    at_ns: int
    offset: int
    expected: bytes
    got: bytes


@dataclass(slots=True)
class _Step:
    """A piece that the host should write, then what the device says before the next one."""

    out: Chunk | None
    answers: list[Chunk] = field(default_factory=list)


class Player(Simulator):
    """The far end of a line, from a trace; goes into ``SimHost`` like a simulator.

    ``speed`` 1 keeps the recorded times, 2 halves them, ``inf`` waits for nothing. ``on_change``
    is called whenever something was heard or said.
    """

    def __init__(
        self,
        name: str,
        trace: Trace,
        *,
        speed: float = float("inf"),
        on_change: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(name, None)
        self.differences: list[Difference] = []
        #: Bytes that the host wrote when the trace was over.
        self.after_end = 0
        self._speed = speed
        self.on_change = on_change or _nothing
        self._steps = _steps(trace.chunks)
        #: The step whose bytes are expected next, and what of them is there.
        self._at = 0
        self._got = b""
        #: This step differs, and was told.
        self._differs = False
        self._position = 0
        self._begun = False
        #: What the device is still to say, in its order whenever the times come.
        self._pending: deque[bytes] = deque()

    @property
    def done(self) -> bool:
        """Whether all was written and all was said."""
        return self._begun and self._at == len(self._steps) and not self._pending

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the host's pieces are there, of how many."""
        return max(self._at - 1, 0), len(self._steps) - 1

    def missing(self) -> list[Difference]:
        """Return what the host has not written yet."""
        found: list[Difference] = []
        position, got = self._position, self._got
        for step in self._steps[self._at :]:
            if step.out is not None:
                data = step.out.data
                place = position + len(got)
                found.append(Difference(place, step.out.at_ns, len(got), data, got))
                position += len(data)
            got = b""
        return found

    def plugged(self) -> None:
        """The line is there: what the device said before anything was written comes at once."""
        if not self._begun:
            self._begun = True
            self._finish_step()

    def feed(self, data: bytes) -> None:
        """Hold what the host wrote against the trace."""
        if self._differs:
            self._find_again(data)
        while data:
            data = self._take(data)
        self.on_change()

    def _take(self, data: bytes) -> bytes:
        """Take what belongs to one step; return the rest."""
        out = self._expected(self._at)
        if out is None:
            # A host that polls goes on when the trace is over.
            self.after_end += len(data)
            return b""
        place = len(self._got)
        piece = data[: len(out.data) - place]
        if self._differs:
            self.differences[-1] = replace(self.differences[-1], got=self._got + piece)
        elif (fits := _fitting(out, place, piece)) < len(piece):
            if self._pass_to(data):
                return data
            self._tell(out, place + fits, self._got + piece)
        self._got += piece
        if len(self._got) == len(out.data):
            self._finish_step()
        return data[len(piece) :]

    def _expected(self, at: int) -> Chunk | None:
        return self._steps[at].out if at < len(self._steps) else None

    def _tell(self, out: Chunk, offset: int, got: bytes) -> None:
        found = Difference(self._position + offset, out.at_ns, offset, out.data, got)
        self.differences.append(found)
        self._differs = True

    def _pass_to(self, data: bytes) -> bool:
        """Pass steps that the host left out, each a difference; say whether ``data`` fits then."""
        for ahead in range(self._at + 1, self._at + _LOOK_AHEAD):
            later = self._expected(ahead)
            if later is None:
                return False
            piece = data[: len(later.data)]
            if len(piece) >= _SURE and _fitting(later, 0, piece) == len(piece):
                while self._at < ahead:
                    out = self._expected(self._at)
                    if out is not None and not self._differs:
                        self._tell(out, len(self._got), self._got)
                    self._finish_step()
                return True
        return False

    def _find_again(self, data: bytes) -> None:
        """A write after one that differed: it may begin this step again, or another one."""
        out = self._expected(self._at)
        piece = b"" if out is None else data[: len(out.data)]
        if out is not None and len(piece) >= _SURE and _fitting(out, 0, piece) == len(piece):
            self._got, self._differs = b"", False
        else:
            self._pass_to(data)

    def _finish_step(self) -> None:
        step = self._steps[self._at]
        self._at += 1
        self._got, self._differs = b"", False
        began_ns = None
        if step.out is not None:
            self._position += len(step.out.data)
            began_ns = step.out.at_ns
        for answer in step.answers:
            begun_ns = answer.at_ns if began_ns is None else began_ns
            self._say(answer.data, max(0, answer.at_ns - begun_ns) / 1e9 / self._speed)

    def _say(self, data: bytes, after_s: float) -> None:
        if not after_s and not self._pending:
            self.send(data)
            return
        self._pending.append(data)

        def say() -> None:
            self.send(self._pending.popleft())
            self.on_change()

        self.later(after_s, say)


def _steps(chunks: Sequence[Chunk]) -> list[_Step]:
    steps = [_Step(None)]
    for chunk in chunks:
        if chunk.way == "out" and chunk.data:
            steps.append(_Step(chunk))
        elif chunk.way == "in":
            steps[-1].answers.append(chunk)
    return steps


def _fitting(out: Chunk, start: int, data: bytes) -> int:
    """Return how much of ``data`` is what the piece has from ``start`` on; masked bytes fit any."""
    expected = out.data[start : start + len(data)]
    if expected == data:
        return len(data)
    masked = {at for first, count in out.masked for at in range(first, first + count)}
    for at, (want, got) in enumerate(zip(expected, data, strict=False)):
        if want != got and start + at not in masked:
            return at
    return len(expected)


def _nothing() -> None:
    return None
