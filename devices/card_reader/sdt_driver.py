"""A reader of resident ID cards with an SDT/SAM module (never tried on hardware).

Source: ``devices.card_reader.sdt``. 115200 8N1, alone on its port; vendors' readers with a serial
port or a USB one that is a serial port.

A card is looked for every ``find_every_s``; found, it is selected and read at once, and who it is
goes out as ``CardRead``. What lies there after that is not looked at again: the protocol finds a
card anew only once it was lifted. Whether it was lifted is asked by its added address (``30 03``):
a card answers "no such item" or with one, which is dropped; two questions without such an answer
are ``Lifted``. Readers that find a card as long as it lies take ``presence = "find"``.

``OK`` is a SAM that says so, asked every ``status_every_s``. Its number is the ``identity``. A
reader that answers nothing is gone and opened again; a card that cannot be read is no fault of the
reader but a ``CardRefused``, once for each time that it is laid.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from devices.base import Driver, Line, Report, Sentence, Status
from devices.card_reader.card import BadCard, decode
from devices.card_reader.reports import CardRead, CardRefused, Lifted
from devices.card_reader.sdt import Answer, Answers, Command, State, encode, sam_id
from devices.card_reader.sdt_options import SdtOptions
from devices.card_reader.words import (
    OK,
    SAM_BROKEN,
    SAM_UNAUTHORISED,
    TEST_CARD,
    TEST_REFUSED,
    refused,
    unreadable,
)
from devices.errors import DeviceTimeout, FrameError

__all__ = ["SdtReader"]

#: How long a self-test waits for a card.
_TEST_S = 30.0
#: A card shaken by a hand may miss one question.
_MISSED = 2
#: They answer any question.
_FAULTS = frozenset({State.SELF_TEST_FAILED, State.UNAUTHORISED})


class SdtReader(Driver):
    """One reader. ``options`` are ``SdtOptions``; ``clock`` is any steady clock in seconds.

    Reports ``CardRead``, ``CardRefused`` and ``Lifted`` (``devices.card_reader.reports``).
    """

    #: Not a find each time: see ``find_every_s``.
    poll_every_s = 0.1

    def __init__(
        self,
        name: str,
        options: SdtOptions,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self.options: SdtOptions = options
        self._clock = clock
        self._answers = Answers()
        self._status = OK
        self._forget()

    def _forget(self) -> None:
        self._answers.clear()
        #: The question that is open, until when, and how often it was put.
        self._asked: Command | None = None
        self._deadline = 0.0
        self._tries = 0
        #: Bytes of no good answer, when the question was put.
        self._garbage = 0
        self._looked_at = self._status_at = 0.0
        #: A card that was read lies there; others know of it; so many questions in a row it did
        #: not answer.
        self._held = self._told = False
        self._missed = 0
        #: Why the card that lies there was refused.
        self._refused = ""
        self._presence = self.options.presence
        self._asked_name = False
        #: Until when the next card is one of the self-test, and how that ended is shown.
        self._test_until = self._shown_until = 0.0

    # ---- opening and the self-test

    def open(self) -> Status:
        """Ask the reader how and who it is.

        Raises ``DeviceTimeout``, ``FrameError`` (something answers, and not so),
        ``DeviceUnavailable``.
        """
        self._forget()
        self.line.read_available()
        self._status = _status(self._exchange(Command.STATUS))
        self._status_at = self._clock()
        if self._status is OK:
            self._named(self._exchange(Command.SAM_ID))
        return self._status

    def _named(self, answer: Answer) -> None:
        self._asked_name = True
        if answer.state == State.DONE:
            self.identity = f"SAM {sam_id(answer.data)}"

    def close(self) -> None:
        """Forget what was received."""
        self._forget()

    def self_test(self) -> Sentence:
        """Take the next card, within 30 s, for a trial: it is read, and nobody hears of whom.

        The reader's state then says ``test_card_read`` or ``test_card_refused``.
        """
        self._test_until = self._clock() + _TEST_S
        seconds = round(_TEST_S)
        return Sentence(
            f"请在 {seconds} 秒内把一张身份证放到读卡器上；读到后设备状态会显示“已读到一张卡”，"
            "内容不显示、不保留，也不用于业务。",
            f"Lay an ID card on the reader within {seconds} s; its state then says that a card was "
            "read. What stands on it is neither shown nor kept nor used.",
        )

    def _exchange(self, command: Command) -> Answer:
        """Put a question and wait for its answer, before there is anybody else to take it."""
        heard = False
        for attempt in range(1 + self.options.retries):
            self.counters.retries += attempt > 0
            self._write(command)
            deadline = self._clock() + self.options.answer_timeout_s
            left = self.options.answer_timeout_s
            while left > 0:
                left = deadline - self._clock()
                # What came while the whole machine stood still came in time.
                data = self.line.read_some(max(left, 0.0))
                if not data:
                    break
                heard = True
                for answer in self._heard(self._answers.feed(data)):
                    if answer.fits(command):
                        return answer
            for answer in self._heard(self._answers.flush()):
                if answer.fits(command):
                    return answer
        if heard:
            # Never with the bytes: they may be a card's.
            raise FrameError(f"answer of {self.name}")
        raise DeviceTimeout(f"answer of {self.name}", self.options.answer_timeout_s)

    # ---- asking

    def poll(self) -> list[Report]:
        """Look for a card when it is time, and see to answers that do not come.

        Raises ``DeviceTimeout`` for a silent reader, ``FrameError`` for a garbled answer,
        ``DeviceUnavailable``.
        """
        reports: list[Report] = []
        now = self._clock()
        if self._asked is not None:
            if now < self._deadline:
                return []
            self._take_all(self._answers.flush(), reports)
            if self._asked is not None:
                self._again(self._asked, reports)
            return reports
        if now - self._status_at >= self.options.status_every_s:
            self._status_at = now
            self._ask(Command.STATUS)
        elif now - self._looked_at >= self.options.find_every_s:
            self._looked_at = now
            by_address = self._held and self._presence == "addition"
            self._ask(Command.ADDITION if by_address else Command.FIND)
        return reports

    def _ask(self, command: Command) -> None:
        self._tries = 0
        self._put(command)

    def _put(self, command: Command) -> None:
        reading = command is Command.READ
        wait_s = self.options.read_timeout_s if reading else self.options.answer_timeout_s
        self._asked = command
        self._deadline = self._clock() + wait_s
        self._garbage = self._answers.skipped_bytes
        self._write(command)

    def _write(self, command: Command) -> None:
        self.line.write(encode(command))
        self.counters.frames_out += 1

    def _again(self, command: Command, reports: list[Report]) -> None:
        """No answer came, or none that could be read: ask once more, or give it up."""
        garbled = self._answers.skipped_bytes > self._garbage
        if self._tries < self.options.retries:
            self._tries += 1
            self.counters.retries += 1
            self._looked_at = self._clock()
            self._put(command)
            return
        self._asked = None
        if not garbled:
            raise DeviceTimeout(f"answer of {self.name}", self.options.answer_timeout_s)
        if command in {Command.SELECT, Command.READ}:
            self._refuse(refused("garbled"), reports)
            return
        raise FrameError(f"answer of {self.name}")

    # ---- what the reader answers

    def feed(self, data: bytes) -> list[Report]:
        """Take the reader's answers. Raises ``DeviceError`` when the next question cannot go."""
        reports: list[Report] = []
        self._take_all(self._answers.feed(data), reports)
        return reports

    def _heard(self, found: list[Answer]) -> list[Answer]:
        self.counters.frames_in += len(found)
        self.counters.bad_frames = self._answers.bad_frames
        return found

    def _take_all(self, found: list[Answer], reports: list[Report]) -> None:
        for answer in self._heard(found):
            asked = self._asked
            if asked is None or not answer.fits(asked):
                extra = self.counters.extra
                extra["stray_answers"] = extra.get("stray_answers", 0) + 1
                continue
            self._asked = None
            self._take(asked, answer, reports)

    def _take(self, asked: Command, answer: Answer, reports: list[Report]) -> None:
        if asked is Command.STATUS or answer.state in _FAULTS:
            self._is(_status(answer), reports)
            return
        match asked:
            case Command.SAM_ID:
                self._named(answer)
            case Command.FIND:
                self._looked(answer, reports)
            case Command.SELECT if answer.state == State.DONE:
                self._ask(Command.READ)
            case Command.READ if answer.state == State.DONE:
                self._read(answer, reports)
            case Command.ADDITION:
                self._still_there(answer, reports)
            case _:
                self._refuse(unreadable(answer.state), reports)

    def _is(self, status: Status, reports: list[Report]) -> None:
        if status is not OK or self._clock() >= self._shown_until:
            self._say(status, reports)
        if status is OK and not self._asked_name:
            # It was in a fault when it was opened.
            self._ask(Command.SAM_ID)

    def _looked(self, answer: Answer, reports: list[Report]) -> None:
        if answer.state == State.FOUND:
            if not self._held:
                self._ask(Command.SELECT)
            return
        self._refused = ""
        if self._held:
            self._lifted(reports)

    def _still_there(self, answer: Answer, reports: list[Report]) -> None:
        if answer.state in {State.DONE, State.NO_ITEM}:
            self._missed = 0
        elif answer.state == State.BAD_COMMAND:
            # An older reader, which does not know the question.
            self._presence = "find"
        else:
            self._missed += 1
            if self._missed >= _MISSED:
                self._lifted(reports)

    def _lifted(self, reports: list[Report]) -> None:
        self._held = False
        if self._told:
            reports.append(Lifted())

    def _read(self, answer: Answer, reports: list[Report]) -> None:
        try:
            person = decode(answer.text)
        except BadCard as error:
            self._refuse(refused("bad_data", error.field), reports)
            return
        self._held, self._missed, self._refused = True, 0, ""
        self._looked_at = self._clock()
        self._count("cards_read")
        self._told = not self._tried(TEST_CARD, reports)
        if self._told:
            self._say(OK, reports)
            reports.append(CardRead(person))

    def _refuse(self, report: CardRefused, reports: list[Report]) -> None:
        """Tell why a card was refused: once, for as long as it lies there."""
        self._count(f"refused_{report.code}")
        why = report.code + report.field
        if self._refused != why and not self._tried(TEST_REFUSED, reports):
            reports.append(report)
        self._refused = why

    def _tried(self, status: Status, reports: list[Report]) -> bool:
        """Say whether the card was one of the self-test; then tell how that ended."""
        if self._clock() >= self._test_until:
            return False
        self._test_until = 0.0
        self._shown_until = self._clock() + _TEST_S
        self._say(status, reports)
        return True

    def _say(self, status: Status, reports: list[Report]) -> None:
        if status is not self._status:
            self._status = status
            reports.append(status)

    def _count(self, what: str) -> None:
        self.counters.extra[what] = self.counters.extra.get(what, 0) + 1


def _status(answer: Answer) -> Status:
    """Return what an answer to ``STATUS`` says of the reader."""
    if answer.state == State.DONE:
        return OK
    # What is no success to this question is the SAM's own failure, whatever its number.
    return SAM_UNAUTHORISED if answer.state == State.UNAUTHORISED else SAM_BROKEN
