"""A speech chip on a serial port: SYN6288 or XFS5152CE (never tried on hardware).

A new frame cuts off what the chip is saying: so one goes out only when the chip is known to be
idle, by its own word (4F) or asked, or has taken the command to stop (02). Every wait has a limit:
a chip that takes nothing is asked, one that never says that it is idle is asked when the sentence
must be over, and one that answers no question is gone.
"""

from __future__ import annotations

import enum
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from devices.base import Input, Line, Report, Sentence, Status
from devices.errors import DeviceFault, DeviceTimeout
from devices.voice.chip_words import OK, REFUSED, STUCK, UNCONFIRMED
from devices.voice.chips import SYN6288, XFS5152, Chip, Command, Reply, guess_s, replies
from devices.voice.options import ChipOptions
from devices.voice.speech import SPOKEN, UNSPOKEN, Phrase, Speech, UnspeakableText, Voice

__all__ = ["ChipVoice", "Syn6288Voice", "Xfs5152Voice"]

#: Speeches that may wait inside the driver; the hall keeps its own queue before it.
_MOST_WAITING = 8
_BUSY_S, _CALM_S = 0.25, 1.0
#: An idle chip that spoke less than this part of the guess is asked whether it really is.
_TOO_SOON = 0.3
#: A sentence that lasts longer than so many guesses is stopped.
_STUCK = 4.0
#: After so many sentences said to their end, nobody needs to look at it any more.
_WELL_AGAIN = 3


class _State(enum.Enum):
    IDLE = "idle"
    SENT = "sent"
    SPEAKING = "speaking"
    #: It was told to fall silent, and has not taken that yet.
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A frame's text; ``ends`` is the number of the speech that it completes."""

    frame: bytes
    guess_s: float
    number: int
    last: bool


class ChipVoice(Voice):
    """One chip. ``options`` are ``ChipOptions``; ``clock`` is any steady clock in seconds."""

    chip: ClassVar[Chip]
    #: While it speaks or is asked; an idle chip has no limits in time but its next question.
    poll_every_s: float = _BUSY_S

    def __init__(
        self,
        name: str,
        options: ChipOptions,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self.options: ChipOptions = options
        self._clock = clock
        self._waiting: deque[_Piece] = deque()
        self._current: _Piece | None = None
        self._state = _State.IDLE
        #: When the present state must be over, and when it began.
        self._due = 0.0
        self._since = 0.0
        self._tries = 0
        self._asked_at: float | None = None
        self._asked_times = 0
        self._heard_at = 0.0
        self._status = OK
        self._said_well = 0

    # ---- opening and health

    def open(self) -> Status:
        """Ask the chip how it is. Raises ``DeviceTimeout``, ``DeviceUnavailable``."""
        self._heard_at = self._clock()
        if not self.options.answers:
            return UNCONFIRMED
        self.line.read_available()
        for _ in range(1 + self.options.retries):
            self._write(Command.STATUS)
            state = self._wait_for_state()
            if state is None:
                self.counters.retries += 1
                continue
            if state is Reply.SPEAKING:
                # What it says was begun by an earlier run of ours: it is not cut off.
                self._enter(_State.SPEAKING, 10.0)
            self.identity = self.chip.name
            return OK
        raise DeviceTimeout(f"{self.chip.name}: state", self.options.answer_timeout_s)

    def _wait_for_state(self) -> Reply | None:
        end = self._clock() + self.options.answer_timeout_s
        while (left := end - self._clock()) > 0:
            data = self.line.read_some(left)
            if not data:
                return None
            for reply in self._replies(data):
                if reply in {Reply.IDLE, Reply.SPEAKING}:
                    return reply
        return None

    # ---- speaking

    def cannot_say(self, phrase: Phrase) -> Sentence | None:
        """Return why the chip cannot say a phrase; None when it can."""
        try:
            self.chip.encode(phrase.text)
        except UnspeakableText as error:
            return Sentence(error.zh, error.en)
        return None

    def speak(self, speech: Speech) -> None:
        """Say it after what is being said; see ``Voice.speak``."""
        if len({piece.number for piece in self._waiting}) >= _MOST_WAITING:
            raise DeviceFault(
                "busy",
                "语音模块待播内容过多，请稍候再试。",
                "Too much waits to be said; try again in a moment.",
            )
        tags = self.chip.tags(speech.volume, self.options.speed)
        texts = [
            piece for phrase in speech.phrases for piece in self.chip.pieces(phrase.text, tags)
        ]
        for place, text in enumerate(texts):
            self._waiting.append(
                _Piece(
                    self.chip.say(text),
                    guess_s(text.removeprefix(tags), self.options.speed),
                    speech.number,
                    last=place == len(texts) - 1,
                )
            )
        self._next()

    def fall_silent(self) -> None:
        """Send the command to stop; what comes next waits for its answer."""
        self._waiting.clear()
        self._current = None
        if self._state in {_State.IDLE, _State.STOPPING}:
            return
        self._write(Command.STOP)
        if self.options.answers:
            self._tries = 0
            self._enter(_State.STOPPING, self.options.answer_timeout_s)
        else:
            self._enter(_State.IDLE, 0.0)

    def _stopped(self) -> None:
        self._state = _State.IDLE
        self._take_pace()
        self._next()

    def _stop_again(self) -> None:
        """It speaks on: the command was lost on its way. Once too often, it may say it all."""
        self._tries += 1
        if self._tries > self.options.retries:
            self._begun()
            return
        self.counters.retries += 1
        self._write(Command.STOP)
        self._enter(_State.STOPPING, self.options.answer_timeout_s)

    def _next(self) -> None:
        if self._state is _State.IDLE and self._asked_at is None and self._waiting:
            self._current = self._waiting.popleft()
            self._tries = 0
            self._send_current()

    def _send_current(self) -> None:
        if self._current is None:
            return
        self._write_frame(self._current.frame)
        if self.options.answers:
            self._enter(_State.SENT, self.options.answer_timeout_s)
        else:
            self._enter(_State.SPEAKING, self._current.guess_s * 1.3 + 0.3)

    def _enter(self, state: _State, lasts_s: float) -> None:
        self._state = state
        self._since = self._clock()
        self._due = self._since + lasts_s
        self._take_pace()

    # ---- what the chip says

    def feed(self, data: bytes) -> list[Report]:
        """Take the chip's answers."""
        found: list[Report] = []
        for reply in self._replies(data):
            found += self._take(reply)
        return found

    def _replies(self, data: bytes) -> list[Reply]:
        heard = replies(data)
        self.counters.frames_in += len(heard)
        self.counters.bad_frames += len(data) - len(heard)
        if heard:
            self._heard_at = self._clock()
        return heard

    def _take(self, reply: Reply) -> list[Report]:
        match reply:
            case Reply.READY:
                return self._restarted()
            case Reply.ACCEPTED if self._state is _State.SENT and self._asked_at is None:
                self._begun()
            case Reply.ACCEPTED if self._state is _State.STOPPING and self._asked_at is None:
                self._stopped()
            case Reply.REJECTED if self._state is _State.SENT:
                return self._again_or(REFUSED)
            case Reply.SPEAKING:
                self._answered()
                if self._state is _State.STOPPING:
                    self._stop_again()
                elif self._state is not _State.SPEAKING:
                    self._begun()
                elif self._clock() >= self._due:
                    self._due = self._clock() + 2.0
            case Reply.IDLE:
                return self._idle()
            case _:
                pass
        return []

    def _begun(self) -> None:
        guess = self._current.guess_s if self._current is not None else 3.0
        self._enter(_State.SPEAKING, guess * 2 + 3.0)

    def _idle(self) -> list[Report]:
        asked = self._answered()
        if self._state is _State.IDLE:
            self._next()
            return []
        if self._state is _State.STOPPING:
            # Without a question the word is of the sentence that ended meanwhile.
            if asked:
                self._stopped()
            return []
        if self._state is _State.SENT and asked:
            # It took nothing: the frame was lost on its way.
            return self._again_or(REFUSED)
        spoke_s = self._clock() - self._since
        if not asked and self._current and spoke_s < self._current.guess_s * _TOO_SOON:
            # A disturbed byte must not cut off a sentence.
            self._ask()
            return []
        self._said_well += 1
        recovering = self._status.code == "stuck" and self._said_well < _WELL_AGAIN
        return self._over(self._status if recovering else OK)

    def _restarted(self) -> list[Report]:
        """The chip was switched off and on: what it was saying is said again, from its start."""
        self._answered()
        if self._state is _State.IDLE:
            return []
        self.counters.extra["restarts"] = self.counters.extra.get("restarts", 0) + 1
        if self._current is None:
            self._state = _State.IDLE
            self._next()
            return []
        return self._again_or(REFUSED)

    def _again_or(self, give_up: Status) -> list[Report]:
        self._tries += 1
        if self._tries <= self.options.retries:
            self.counters.retries += 1
            self._send_current()
            return []
        number = self._current.number if self._current is not None else 0
        # The rest of a sentence makes no sense without its beginning.
        while self._waiting and self._waiting[0].number == number:
            self._waiting.popleft()
        return self._over(give_up, UNSPOKEN)

    def _over(self, status: Status, event: str = SPOKEN) -> list[Report]:
        done, self._current = self._current, None
        self._state = _State.IDLE
        found: list[Report] = []
        if done is not None and (done.last or event == UNSPOKEN):
            found.append(Input(event, done.number))
        if self.options.answers and status is not self._status:
            self._status = status
            found.append(status)
        self._next()
        return found

    # ---- asking

    def poll(self) -> list[Report]:
        """See to the limits in time. Raises ``DeviceTimeout`` for a chip that answers nothing."""
        found = self._look_after()
        self._take_pace()
        return found

    def _take_pace(self) -> None:
        """Be polled as often as there are limits to see to."""
        before = self.poll_every_s
        idle = self._state is _State.IDLE and self._asked_at is None
        # The worker reads it before each poll.
        self.poll_every_s = min(_CALM_S, self.options.ask_every_s) if idle else _BUSY_S
        if self.poll_every_s < before:
            self.wake()

    def _look_after(self) -> list[Report]:
        now = self._clock()
        if not self.options.answers:
            return self._over(UNCONFIRMED) if self._blind_end(now) else []
        if self._asked_at is not None:
            if now - self._asked_at >= self.options.answer_timeout_s:
                self._ask_again()
            return []
        if self._state is _State.SPEAKING and self._stuck(now):
            self._write(Command.STOP)
            self._said_well = 0
            return self._over(STUCK, UNSPOKEN)
        busy = self._state is not _State.IDLE and now >= self._due
        if busy or now - self._heard_at >= self.options.ask_every_s:
            self._ask()
        return []

    def _blind_end(self, now: float) -> bool:
        return self._state is _State.SPEAKING and now >= self._due

    def _stuck(self, now: float) -> bool:
        guess = self._current.guess_s if self._current is not None else 10.0
        return now - self._since > guess * _STUCK + 6.0

    def _ask(self) -> None:
        self._asked_times = 0
        self._ask_once()

    def _ask_again(self) -> None:
        self._asked_times += 1
        self.counters.retries += 1
        if self._asked_times > self.options.retries:
            raise DeviceTimeout(f"{self.chip.name}: state", self.options.answer_timeout_s)
        self._ask_once()

    def _ask_once(self) -> None:
        self._write(Command.STATUS)
        self._asked_at = self._clock()

    def _answered(self) -> bool:
        """Forget the question; say whether there was one."""
        asked, self._asked_at = self._asked_at is not None, None
        return asked

    def _write(self, command: Command) -> None:
        self._write_frame(self.chip.frame(command))

    def _write_frame(self, frame: bytes) -> None:
        self.line.write(frame)
        self.counters.frames_out += 1


class Syn6288Voice(ChipVoice):
    """A SYN6288: Chinese, digits and single letters."""

    chip: ClassVar[Chip] = SYN6288


class Xfs5152Voice(ChipVoice):
    """An XFS5152CE: Chinese and English."""

    chip: ClassVar[Chip] = XFS5152
