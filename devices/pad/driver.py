"""A caller or rating pad on a serial line, RS-485 or its own.

Source: the FF68 document of a deployed hall; the frame and the meaning of the keys are in the
pad's profile (``config/pads``). Never tried on hardware.

Several pads share one line: each driver gets every byte and takes the frames with its own
address. A pad is acknowledged at once. One that missed its acknowledgement sends the same frame
again; the same frame within ``repeat_window_ms`` of the last one is therefore acknowledged again
but is no second press.

A pad that speaks by itself (FF68) is never asked: idle and unplugged look the same. It is
``UNKNOWN`` until its first good frame and ``OK`` from then on; ``silent_for_s`` and the counter
``heard_at_monotonic_s`` tell when it last spoke. A pad with a ``poll`` table is asked in turn with
the others of its line (``devices.pad.poll_round``): ``OK`` once it has answered, ``GONE`` after
``missed`` questions without an answer, and shown its number again when it is back.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from devices.base import FIGURES, Driver, Input, Line, Report, Sentence, Status
from devices.errors import DeviceError
from devices.pad.codec import FrameCodec, PadFrame
from devices.pad.engine import (
    KeyEvent,
    KeyMeaning,
    PadReader,
    codec_for,
    command_data,
    is_nothing,
)
from devices.pad.options import Ff68Options
from devices.pad.parts import bytes_of
from devices.pad.poll_round import Polled, Turn, round_of
from devices.pad.profile import load_profile
from devices.pad.profile_tables import Acknowledge, Command, Poll
from devices.pad.states import (
    ANSWERS,
    HEARD,
    NOT_ASKED,
    NOT_HEARD,
    NOT_HEARING,
    ODD_SCORE,
    SILENT,
)

__all__ = ["ProfilePad"]

#: Repeats of one frame that are still answered. More means that the pad does not hear us, or
#: that the line hears itself: then answering would feed itself for ever.
_MOST_REPEATS = 5
_SHOWN_MOST = 999
#: On a line that hears itself: how late an echo may come, and how many may be on the way.
_ECHO_WITHIN_S = 0.5
_MOST_ECHOES = 16
_BOUNCE_S = 0.05
#: How often a pad that speaks by itself is polled by its worker.
_CALM_S = 1.0


class ProfilePad(Driver):
    """One pad, as its profile describes it.

    Example: ``ProfilePad("pad-3", Ff68Options(address=3), line)``. Emits ``Input`` with
    the events of its profile (``call_next``, ``finish`` for the key "start rating" ...), ``rate``
    with the hall's score 1 to 5, and what the keys are while a number is typed. ``clock`` is any
    steady clock in seconds.
    """

    def __init__(
        self,
        name: str,
        options: Ff68Options,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self._pad = options
        self._profile = load_profile(options.profile)
        self._codec = codec_for(self._profile)
        self._scores = options.score_map()
        self._clock = clock
        # These outlive a reopened line: a pad may repeat across it.
        self._last_raw = b""
        self._last_at = 0.0
        self._repeats = 0
        self._answer = self._profile.acknowledge
        self._polled: Polled | None = None
        self._reset()

    def _reset(self) -> None:
        self._reader = PadReader(self._codec, self._profile.frame.gap_ms / 1000)
        self._meaning = KeyMeaning(self._profile)
        self._status = NOT_HEARD
        self._heard_at: float | None = None
        self._shown = b""
        self._shown_at = 0.0
        self._show_again = False
        self._sent: deque[tuple[bytes, float]] = deque(maxlen=_MOST_ECHOES)
        self._failed: DeviceError | None = None
        #: What nobody has asked for yet: said at the next poll.
        self._unsaid: list[Report] = []

    def open(self) -> Status:
        """Start listening, and take part in the line's round where pads are asked.

        Nothing is sent: a pad that speaks by itself cannot be asked whether it is there.
        """
        self.close()
        self._reset()
        poll = self._profile.poll
        if poll is not None:
            self._status = NOT_ASKED
            self._polled = self._take_part(poll)
        self._set_pace()
        return self._status

    def close(self) -> None:
        """Leave the line's round."""
        if self._polled is not None:
            self._polled.leave()
            self._polled = None

    def _take_part(self, poll: Poll) -> Polled:
        parts = self._profile.frame.parts if poll.parts is None else poll.parts
        codec = self._codec if poll.parts is None else FrameCodec(parts)
        question = codec.build(self._pad.address, poll.function, bytes_of(poll.data))
        turn = Turn.of(self._profile, poll, self._pad.address, question)
        turn.on_silence = self._silent
        polled = Polled(poll, turn, round_of(self.line))
        polled.round.join(turn)
        return polled

    def _set_pace(self) -> None:
        """Be polled as often as something may be due."""
        if self._polled is not None:
            pace_s = self._polled.pace_s
        elif self._codec.ends_by_silence and self._reader.unfinished:
            pace_s = self._profile.frame.gap_ms / 1000
        else:
            pace_s = _CALM_S
        before, self.poll_every_s = self.poll_every_s, pace_s
        if pace_s < before:
            self.wake()

    def silent_for_s(self) -> float | None:
        """Return the seconds since the pad's last good frame; None when there was none."""
        return None if self._heard_at is None else self._clock() - self._heard_at

    def feed(self, data: bytes) -> list[Report]:
        """Take bytes of the line, acknowledge this pad's frames, return what they mean."""
        now = self._clock()
        reports: list[Report] = []
        if self._polled is not None:
            self._polled.hold(self._reader, now)
        for frame in self._reader.feed(data, now):
            self._take(frame, now, reports)
        self.counters.bad_frames = self._reader.bad_frames
        self._set_pace()
        return reports

    def poll(self) -> list[Report]:
        """Look at what noise may have hidden, and show the number again when it is time.

        Raises the ``DeviceError`` that an acknowledgement met: the press itself was reported.
        """
        if self._failed is not None:
            failed, self._failed = self._failed, None
            raise failed
        now = self._clock()
        reports: list[Report] = []
        if self._polled is not None:
            self._polled.hold(self._reader, now)
        for frame in self._reader.idle(now):
            self._take(frame, now, reports)
        self._set_pace()
        if self._polled is not None:
            if self._polled.step(now):
                self.wake()
            self.counters.extra["round_ms"] = round(self._polled.round.round_s * 1000)
        unsaid, self._unsaid = self._unsaid, []
        reports += unsaid
        refresh_s = self._pad.refresh_s
        due = self._show_again or (refresh_s and now - self._shown_at >= refresh_s)
        if self._shown and due and self._status is not SILENT:
            self._send(self._shown)
            self._shown_at, self._show_again = now, False
        return reports

    def _take(self, frame: PadFrame, now: float, reports: list[Report]) -> None:
        if frame.address not in (None, self._pad.address) or self._is_echo(frame, now):
            return
        self.counters.frames_in += 1
        self._heard_at = now
        self.counters.extra["heard_at_monotonic_s"] = int(now)
        if self._polled is not None and not self._answers(self._polled, frame, now, reports):
            return
        repeated = self._is_repeat(frame, now)
        if repeated and self._held():
            return
        if repeated and self._repeats > _MOST_REPEATS:
            self._say(NOT_HEARING, reports)
            if self._polled is None:
                return
        if repeated:
            self._acknowledge(frame, self._answer)
            return
        event = self._meaning.of(frame, now)
        self._answer = self._profile.acknowledge
        if event is not None and event.acknowledge is not None:
            self._answer = event.acknowledge
        self._acknowledge(frame, self._answer)
        self._report(event, reports)

    def _answers(self, polled: Polled, frame: PadFrame, now: float, reports: list[Report]) -> bool:
        """Take an answer's part in the round; say whether it is of a key."""
        if not polled.round.asks(polled.turn):
            self._count("late_answers")
        nothing = is_nothing(polled.poll, frame)
        back = polled.turn.gone
        # A key that is told once more earns no further question: it would keep the line for ever.
        key = not nothing and not polled.poll.held and frame.raw != self._last_raw
        polled.round.answered(polled.turn, now, key=key)
        self.wake()
        if back:
            # It may have lost its power; what stood there is shown at the next poll.
            self._show_again = True
        if nothing:
            # The same frame after this is a second press.
            self._last_raw = b""
            self._repeats = 0
            if self._status in {NOT_ASKED, SILENT, NOT_HEARING}:
                self._say(ANSWERS, reports)
        return not nothing

    def _silent(self) -> None:
        """The pad was asked and did not answer."""
        self.counters.retries += 1
        self._count("missed_polls")
        if self._polled is not None and self._polled.turn.gone:
            self._last_raw = b""
            self._say(SILENT, self._unsaid)

    def _held(self) -> bool:
        return self._polled is not None and self._polled.poll.held

    def _count(self, what: str) -> None:
        self.counters.extra[what] = self.counters.extra.get(what, 0) + 1

    def _is_repeat(self, frame: PadFrame, now: float) -> bool:
        window_s = self._pad.repeat_window_ms / 1000
        if self._polled is not None:
            # Until the pad says that there is no key, it is the one that it has said already:
            # our acknowledgement was lost, or somebody holds the key down.
            repeated = frame.raw == self._last_raw
        else:
            if self._profile.acknowledge.how == "none":
                # It has nothing to repeat for; but no finger is as quick as a contact that bounces.
                window_s = min(window_s, _BOUNCE_S)
            repeated = frame.raw == self._last_raw and now - self._last_at < window_s
        self._last_raw, self._last_at = frame.raw, now
        self._repeats = self._repeats + 1 if repeated else 0
        self.counters.retries += repeated
        return repeated

    def _report(self, event: KeyEvent | None, reports: list[Report]) -> None:
        if event is None:
            self._count("frames_without_meaning")
            self._say(HEARD, reports)
            return
        value = event.value
        if event.event == "rate":
            value = self._scores.get(-1 if value is None else value)
            if value is None and not event.typed:
                self._say(ODD_SCORE, reports)
                return
        # A figure that is no score is one all the same.
        odd = event.event == "rate" and value is None
        reports.append(Input(FIGURES if odd else event.event, value, event.typed))
        self._say(HEARD, reports)

    def _say(self, status: Status, reports: list[Report]) -> None:
        if status is not self._status:
            self._status = status
            reports.append(status)

    def _acknowledge(self, frame: PadFrame, how: Acknowledge) -> None:
        if how.how == "none":
            return
        answer = frame.raw
        if how.how == "template":
            function = frame.function if how.function is None else how.function
            data = frame.data if how.data is None else bytes_of(how.data)
            answer = self._codec.build(self._pad.address, function, data, frame.fields)
        if self._polled is not None:
            # The press is on its way first: before a frame goes out, the line must be silent.
            self._polled.round.send_next(self._polled.turn, answer)
            self.counters.frames_out += 1
            return
        try:
            self._send(answer)
        except DeviceError as error:
            # The press happened: it must reach the hall even when the line just broke.
            self._failed = error

    def _send(self, data: bytes) -> None:
        now = self._clock()
        if self._pad.local_echo:
            self._sent.append((data, now))
        if self._polled is None:
            self.line.write(data)
        else:
            answered = self._polled.poll.commands_answered
            self._polled.round.send(self._polled.turn, data, now, answered=answered)
        self.counters.frames_out += 1

    def _is_echo(self, frame: PadFrame, now: float) -> bool:
        if self._polled is not None and frame.raw == self._polled.turn.question:
            # Of an adapter that hears itself. Taken for an answer, it would make a dead pad live.
            return True
        for index, (sent, at) in enumerate(self._sent):
            if sent == frame.raw and now - at < _ECHO_WITHIN_S:
                del self._sent[index]
                return True
        return False

    def show(self, waiting: int | None, number: str) -> None:
        """Show how many wait and a ticket's number; nothing is sent when both stand there already.

        The display has digits only: letters of ``number`` are dropped and its last digits kept
        (``A015`` shows 015); an empty ``number`` or ``waiting=None`` leaves that part dark. A
        pad without a display does nothing. Raises ``DeviceError``.
        """
        frame = self._frame(
            self._profile.commands.show,
            waiting="" if waiting is None else str(max(0, min(waiting, _SHOWN_MOST))),
            number="".join(c for c in number if c in "0123456789"),
        )
        if frame and frame != self._shown:
            if self._status is not SILENT:
                self._send(frame)
            self._shown, self._shown_at = frame, self._clock()

    def beep(self) -> None:
        """Beep once, where the pad can. Raises ``DeviceError``."""
        self._command(self._profile.commands.beep)

    def ask_rating(self) -> None:
        """Let the taxpayer rate: the pad lights or speaks its question. Raises ``DeviceError``."""
        self._command(self._profile.commands.ask_rating)

    def thank(self, stars: int) -> None:
        """Show that the rating was taken, ``stars`` 1 to 5 where the pad can count them.

        Raises ``DeviceError``.
        """
        self._command(self._profile.commands.thank, stars=str(stars))
        # The stars took the number's place on the display.
        self._shown = b""

    def self_test(self) -> Sentence:
        """Beep and light every digit, where the pad can."""
        commands = self._profile.commands
        if commands.beep is None or commands.show is None:
            return Sentence(
                "此评价器不能由主机控制：请按任一键，应出现一次按键记录。",
                "This pad takes nothing from here: press a key, and it should be noted once.",
            )
        self.beep()
        self._command(commands.show, waiting="888", number="888")
        self._shown = b""
        return Sentence(
            f"评价器 {self._pad.address} 号应响一声，并显示 888 888。",
            f"Pad {self._pad.address} should beep once and show 888 888.",
        )

    def _command(self, command: Command | None, **values: str) -> None:
        frame = self._frame(command, **values)
        if frame:
            self._send(frame)

    def _frame(self, command: Command | None, **values: str) -> bytes:
        if command is None:
            return b""
        data = command_data(command, self._profile, values)
        return self._codec.build(self._pad.address, command.function, data)
