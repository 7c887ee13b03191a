"""Whose turn it is on a line whose pads speak only when they are asked.

One round belongs to one open line; all pads of the line take part. A pad is asked, and the line is
its own until its answer came or its time is over; then an acknowledgement goes out, and one frame
of those that wait, and the next pad is asked. So nothing of the host's meets an answer on the wire,
and new numbers for sixteen displays do not keep a key waiting until all of them are shown.

An answer that was lost is asked for once more at once: a key does not wait a whole round for one
byte. A pad that is gone is asked in few rounds only, and once: each of its questions costs all
others its ``answer_ms``.

No thread and no clock of its own: ``step`` is called by the pads' polls, ``answered`` by the one
that was heard. The only wait is the silence before a frame, some milliseconds.
"""

from __future__ import annotations

import enum
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from devices.base import Line
from devices.pad.engine import PadReader
from devices.pad.profile_tables import Poll, Profile

__all__ = ["PollRound", "Polled", "Turn", "round_of"]


@dataclass(slots=True, eq=False)
class Turn:
    """One pad's place in its line's round."""

    address: int
    question: bytes
    poll: Poll
    #: Seconds that a byte takes on the wire.
    byte_s: float
    #: Questions in a row that found no answer.
    missed: int = 0
    #: Times that it is still asked at once after its last key.
    again: int = 0
    #: Called when a question, or a command that wants an answer, found none.
    on_silence: Callable[[], None] = lambda: None

    @classmethod
    def of(cls, profile: Profile, poll: Poll, address: int, question: bytes) -> Turn:
        """Make the place of a pad with this profile."""
        serial = profile.serial
        bits = 1 + serial.bytesize + (serial.parity != "N") + serial.stopbits
        return cls(address, question, poll, bits / serial.baud)

    @property
    def gone(self) -> bool:
        """Whether it has been silent for so long that it is only looked for."""
        return self.missed >= self.poll.missed


class Part(enum.Enum):
    """Whether bytes are of the answer that is awaited, of one before, or came unasked."""

    AWAITED = enum.auto()
    BEFORE = enum.auto()
    NOBODYS = enum.auto()


def _pause(seconds: float) -> float:
    begun = time.monotonic()
    time.sleep(seconds)
    return time.monotonic() - begun


class PollRound:
    """The round of one line. ``pause`` waits, and tells how long; a test puts its own there."""

    def __init__(self, line: Line) -> None:
        self._line = weakref.ref(line)
        self.pause: Callable[[float], float] = _pause
        #: How long the last whole round took, in seconds; 0 before one was over.
        self.round_s = 0.0
        self._turns: list[Turn] = []
        self._left: deque[Turn] = deque()
        self._asked: Turn | None = None
        #: When its question began to go out, and until when its answer is waited for.
        self._asked_at = self._deadline = 0.0
        #: Whose poll found the wait over.
        self._overdue: Turn | None = None
        #: Acknowledgements; and what can wait for its turn.
        self._urgent: deque[tuple[Turn, bytes]] = deque()
        self._waiting: deque[tuple[Turn, bytes, bool]] = deque()
        #: No frame of the host's before then: the last one is still going out, or just has.
        self._free_at = 0.0
        self._rounds = 0
        self._begun_at: float | None = None

    def join(self, turn: Turn) -> None:
        """Take part from the next round on."""
        self._turns.append(turn)
        if turn.poll.order == "address":
            self._turns.sort(key=lambda one: one.address)

    def leave(self, turn: Turn) -> None:
        """Take no part any more; what waits for this pad is dropped."""
        self._turns = [one for one in self._turns if one is not turn]
        self._left = deque(one for one in self._left if one is not turn)
        self._urgent = deque(one for one in self._urgent if one[0] is not turn)
        self._waiting = deque(one for one in self._waiting if one[0] is not turn)
        if self._asked is turn:
            self._asked = None
        if self._overdue is turn:
            self._overdue = None

    def asks(self, turn: Turn) -> bool:
        """Say whether the line is this pad's now."""
        return self._asked is turn

    def part(self, at: float) -> Part:
        """Say what bytes are a part of that came at that time."""
        if at <= self._asked_at:
            return Part.BEFORE
        return Part.NOBODYS if self._asked is None else Part.AWAITED

    def answered(self, turn: Turn, now: float, *, key: bool) -> None:
        """The pad has spoken; ``key``: of a key, so there may be more."""
        turn.missed = 0
        if self._asked is not turn:
            return
        self._asked = self._overdue = None
        self._free_at = max(self._free_at, now + turn.poll.pause_ms / 1000)
        if key:
            turn.again = turn.poll.again
        elif turn.again:
            turn.again -= 1
        if turn.again:
            self._left.appendleft(turn)

    def send(self, turn: Turn, data: bytes, now: float, *, answered: bool) -> None:
        """Send ``data`` to a pad, at once or when the line is free. Raises ``DeviceError``."""
        if self._asked is not None or self._urgent or self._waiting:
            self._waiting.append((turn, data, answered))
        else:
            self._write(turn, data, now, answered=answered)

    def send_next(self, turn: Turn, data: bytes) -> None:
        """Have ``data`` sent before anything else, by the next ``step``."""
        self._urgent.append((turn, data))

    def step(self, by: Turn, now: float) -> bool:
        """Do what is due: end a wait, send what waits, ask the next. Raises ``DeviceError``.

        True: the line must be read, and this pad polled again, at once. A thread that was kept
        from running finds the wait over and the answer there, unread.
        """
        if self._asked is not None:
            if now < self._deadline:
                return False
            if self._overdue is None:
                self._overdue = by
                return True
            if self._overdue is not by:
                return False
            self._no_answer(self._asked)
        while self._urgent:
            turn, data = self._urgent.popleft()
            now = self._write(turn, data, now, answered=False)
        if self._waiting:
            turn, data, answered = self._waiting.popleft()
            now = self._write(turn, data, now, answered=answered)
        if self._asked is None:
            following = self._next(now)
            if following is not None:
                self._write(following, following.question, now, answered=True)
        return False

    def _no_answer(self, silent: Turn) -> None:
        self._asked = self._overdue = None
        if not silent.missed:
            self._left.appendleft(silent)
        silent.missed += 1
        silent.again = 0
        silent.on_silence()

    def _next(self, now: float) -> Turn | None:
        if not self._left:
            self._begin_round(now)
        return self._left.popleft() if self._left else None

    def _begin_round(self, now: float) -> None:
        shortest_s = max((turn.poll.round_ms for turn in self._turns), default=0) / 1000
        if self._begun_at is not None:
            if now - self._begun_at < shortest_s:
                return
            self.round_s = now - self._begun_at
        self._rounds += 1
        self._left.extend(
            turn
            for place, turn in enumerate(self._turns)
            if not turn.gone or (self._rounds + place) % turn.poll.gone_every == 0
        )
        self._begun_at = now

    def _write(self, turn: Turn, data: bytes, now: float, *, answered: bool) -> float:
        """Send as soon as the line is free; return when that was."""
        line = self._line()
        if line is None:
            return now
        if now < self._free_at:
            now += self.pause(self._free_at - now)
        line.write(data)
        gone_out = now + len(data) * turn.byte_s
        self._free_at = gone_out + turn.poll.pause_ms / 1000
        if answered:
            self._asked, self._asked_at = turn, now
            self._deadline = gone_out + turn.poll.answer_ms / 1000
        return now


#: How often the pads of a round look whether a wait is over: the bounds.
_QUICKEST_S, _SLOWEST_S = 0.002, 0.02


@dataclass(frozen=True, slots=True)
class Polled:
    """What a pad that is asked has beside the others: its place in its line's round."""

    poll: Poll
    turn: Turn
    round: PollRound

    @property
    def pace_s(self) -> float:
        """How often it looks whether a wait is over."""
        return max(_QUICKEST_S, min(self.poll.answer_ms / 4000, _SLOWEST_S))

    def step(self, now: float) -> bool:
        """As ``PollRound.step``, by this pad's poll."""
        return self.round.step(self.turn, now)

    def hold(self, reader: PadReader, now: float) -> None:
        """Keep half an answer while the rest may come, and never for the next question's."""
        if not reader.unfinished:
            return
        part = self.round.part(reader.fed_at)
        if part is Part.AWAITED:
            reader.hold(now)
        elif part is Part.BEFORE:
            reader.expire()

    def leave(self) -> None:
        """Leave the round."""
        self.round.leave(self.turn)


_rounds: weakref.WeakKeyDictionary[Line, PollRound] = weakref.WeakKeyDictionary()
_rounds_lock = threading.Lock()


def round_of(line: Line) -> PollRound:
    """Return the round of an open line; it ends with the line.

    Each line has a thread of its own, so only finding the round needs the lock.
    """
    with _rounds_lock:
        found = _rounds.get(line)
        if found is None:
            found = _rounds[line] = PollRound(line)
        return found
