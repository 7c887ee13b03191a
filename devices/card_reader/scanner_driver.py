"""A scanner of QR and bar codes on a serial port (never tried on hardware).

Wiring: serial or USB serial (virtual COM), usually 9600 8N1, set to end each code with CR and LF.
One that types as a keyboard is set to serial by the maker's setting code, or left as it is: then
``devices.card_reader.hid_driver`` reads it. Lock its setting codes afterwards: else anybody can
hold one before it.

A code is data, whatever it says: it is bounded in length and time, held against the hall's
patterns, and reported as ``CodeRead``; what fits none is ``CodeRefused`` and gone. A scanner that
sees a code sends it again and again: the same one is reported once, until it was away for
``repeat_s``.

A scanner is never asked: it stays ``UNKNOWN``. Several lines in a row that cannot be read are a
wrong baud rate, which is a ``WARNING``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from devices.base import Driver, HealthState, Line, Report, Sentence, Status
from devices.card_reader.codes import CodeBook, Lines, Wrong
from devices.card_reader.reports import CodeRefused
from devices.card_reader.scanner_options import ScannerOptions

__all__ = ["SerialScanner"]

_TEST_S = 30.0
_UNREADABLE = 5

NEVER_ASKED = Status(
    HealthState.UNKNOWN,
    "never_asked",
    Sentence(
        "扫码器不应答查询，请扫一个码确认是否正常。",
        "A scanner cannot be asked: scan a code to see whether it works.",
    ),
)
UNREADABLE = Status(
    HealthState.WARNING,
    "unreadable",
    Sentence(
        "扫码器连续发来无法识别的内容：请检查波特率和结束符（回车换行）设置。",
        "What the scanner sends cannot be read, time after time: check its baud rate, and that it "
        "ends codes with CR LF.",
    ),
)
TEST_CODE = Status(
    HealthState.UNKNOWN,
    "test_code_read",
    Sentence(
        "自检：已读到一个码，内容未保留，也未用于业务。",
        "Self-test: a code was read; it was neither kept nor used.",
    ),
)
_SAYS = {
    Wrong.UNKNOWN: Sentence(
        "这不是本厅的号票或预约码，请出示正确的码，或现场取号。",
        "This is no ticket or appointment code of this hall. Please show the right one, or take a "
        "ticket.",
    ),
    Wrong.TOO_LONG: Sentence(
        "这不是本厅的码：内容太长。请出示号票或预约码。",
        "This is no code of this hall: it is too long. Please show your ticket or appointment.",
    ),
    Wrong.CUT_SHORT: Sentence(
        "没有读全，请再扫一次。", "The code came in part. Please scan it again."
    ),
}


class SerialScanner(Driver):
    """One scanner. ``options`` are ``ScannerOptions``; ``clock`` is any steady clock in seconds.

    Reports ``CodeRead`` and ``CodeRefused`` (``devices.card_reader.reports``).
    """

    poll_every_s = 0.25
    #: What it says when line after line is none.
    unreadable: ClassVar[Status] = UNREADABLE

    def __init__(
        self,
        name: str,
        options: ScannerOptions,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self.options: ScannerOptions = options
        self._clock = clock
        self._book = CodeBook(options)
        self._forget()

    def _forget(self) -> None:
        self._lines = Lines(self.options.longest)
        self._heard_at = 0.0
        #: A hash of the code that lies before the scanner, and when it was last seen.
        self._last: int | None = None
        self._last_at = 0.0
        self._status = NEVER_ASKED
        self._unreadable = 0
        self._test_until = 0.0

    def open(self) -> Status:
        """Begin to listen; what waits on the line is of before. Raises ``DeviceUnavailable``."""
        self._forget()
        self.line.read_available()
        return self._status

    def close(self) -> None:
        """Forget what was read."""
        self._forget()

    def self_test(self) -> Sentence:
        """Take the next code, within 30 s, for a trial; the state then says ``test_code_read``."""
        self._test_until = self._clock() + _TEST_S
        seconds = round(_TEST_S)
        return Sentence(
            f"请在 {seconds} 秒内扫任意一个码；读到后设备状态会显示“已读到一个码”，不用于业务。",
            f"Scan any code within {seconds} s; the scanner's state then says that one was read. "
            "It is not used.",
        )

    def feed(self, data: bytes) -> list[Report]:
        """Take what the scanner sends; return the codes in it."""
        reports = self._given_up()
        self._heard_at = self._clock()
        for line in self._lines.feed(data):
            self._take(line, reports)
        return reports

    def poll(self) -> list[Report]:
        """Give up what does not go on; forget the last code when its time is over."""
        if self._last is not None and self._clock() - self._last_at >= self.options.repeat_s:
            self._last = None
        return self._given_up()

    def _given_up(self) -> list[Report]:
        reports: list[Report] = []
        if self._lines.pending and self._clock() - self._heard_at >= self.options.gap_s:
            for line in self._lines.give_up():
                self._take(line, reports)
        return reports

    def _take(self, line: str | Wrong, reports: list[Report]) -> None:
        if isinstance(line, str):
            self._code(line, reports)
        else:
            self._refuse(line, reports)

    def _code(self, line: str, reports: list[Report]) -> None:
        self.counters.frames_in += 1
        now = self._clock()
        code_hash = hash(line)
        again = code_hash == self._last and now - self._last_at < self.options.repeat_s
        self._last, self._last_at = code_hash, now
        if again:
            self._count("repeated")
            return
        if now < self._test_until:
            self._test_until = 0.0
            self._unreadable = 0
            self._say(TEST_CODE, reports)
            return
        code = self._book.read(line)
        if code is None:
            # Readable, and somebody else's: no fault of the line.
            self._count("refused_unknown")
            reports.append(CodeRefused(Wrong.UNKNOWN.value, _SAYS[Wrong.UNKNOWN]))
        else:
            reports.append(code)
        self._unreadable = 0
        self._say(NEVER_ASKED, reports)

    def _refuse(self, why: Wrong, reports: list[Report]) -> None:
        self.counters.bad_frames += 1
        self._count(f"refused_{why.value}")
        self._unreadable += 1
        reports.append(CodeRefused(why.value, _SAYS[why]))
        if self._unreadable >= _UNREADABLE:
            self._say(self.unreadable, reports)

    def _say(self, status: Status, reports: list[Report]) -> None:
        if status is not self._status:
            self._status = status
            reports.append(status)

    def _count(self, what: str) -> None:
        self.counters.extra[what] = self.counters.extra.get(what, 0) + 1
