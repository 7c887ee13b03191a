"""A recorded trace plays the device's side of a line: the same bytes come back for the same bytes.

So a driver can be run against what a hall recorded, without the device: for a test, or to look
into a report. What the host writes is one stream that is held against the recorded one; the
device's bytes follow once all that the host had written before them is there, after the recorded
time. A difference is told and the play goes on behind it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from devices.simulator import Simulator
from devices.tracefile import Chunk, Trace

__all__ = ["Difference", "Player"]

#: How far ahead a piece is looked for that came instead of the expected one.
_LOOK_AHEAD = 16


@dataclass(frozen=True, slots=True)
class Difference:
    """The host wrote ``got`` where the trace has ``expected`` (``got`` empty: not yet, or never).

    ``position`` counts the trace's bytes to the device, ``at_ns`` is the expected piece's time.
    """

    position: int
    at_ns: int
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
        #: The step whose bytes are expected next, and how much of them is there.
        self._at = 0
        self._got = 0
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
                found.append(Difference(position, step.out.at_ns, step.out.data[got:], b""))
                position += len(step.out.data) - got
            got = 0
        return found

    def plugged(self) -> None:
        """The line is there: what the device said before anything was written comes at once."""
        if not self._begun:
            self._begun = True
            self._finish_step(self._steps[0])

    def feed(self, data: bytes) -> None:
        """Hold what the host wrote against the trace."""
        while data:
            data = self._take(data)
        self.on_change()

    def _take(self, data: bytes) -> bytes:
        """Take what belongs to one step; return the rest."""
        step = self._steps[self._at] if self._at < len(self._steps) else None
        if step is None or step.out is None:
            # A host that polls goes on when the trace is over.
            self.after_end += len(data)
            return b""
        out, got = step.out, self._got
        count = min(len(data), len(out.data) - got)
        if _fits(out, got, data[:count]):
            self._got += count
            self._position += count
            if self._got == len(out.data):
                self._finish_step(step)
            return data[count:]
        return self._differs(out, data)

    def _differs(self, out: Chunk, data: bytes) -> bytes:
        """Tell it; go on with the next piece that fits, else take this write for the step's."""
        self.differences.append(Difference(self._position, out.at_ns, out.data[self._got :], data))
        for ahead in range(self._at + 1, min(self._at + _LOOK_AHEAD, len(self._steps))):
            later = self._steps[ahead].out
            if later is not None and _fits(later, 0, data[: len(later.data)]):
                while self._at < ahead:
                    self._pass_step()
                return data
        self._pass_step()
        return b""

    def _pass_step(self) -> None:
        step = self._steps[self._at]
        if step.out is not None:
            self._position += len(step.out.data) - self._got
        self._finish_step(step)

    def _finish_step(self, step: _Step) -> None:
        self._at += 1
        self._got = 0
        began_ns = step.out.at_ns if step.out is not None else None
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


def _fits(out: Chunk, start: int, data: bytes) -> bool:
    """Whether ``data`` is what the piece has from ``start`` on; masked bytes fit any."""
    expected = out.data[start : start + len(data)]
    if expected == data:
        return True
    masked = {at for first, count in out.masked for at in range(first, first + count)}
    return len(expected) == len(data) and all(
        want == got or start + at in masked
        for at, (want, got) in enumerate(zip(expected, data, strict=True))
    )


def _nothing() -> None:
    return None
