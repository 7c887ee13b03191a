"""A display that takes its lines one by one: what every family shares beside its wire.

Only what changed is sent. A page that has not changed goes out again every ``refresh_s``: a card
that was switched off shows the right thing again, and a silent one is noticed. How long a job
takes: the wire, then the card's answer. A card that does not answer costs ``1 + retries`` waits of
``ack_timeout_s`` the first time and one wait a job from then on, so a dead strip does not hold up
its neighbours.

A family adds how a line is encoded, how lines go out, and what an answer is.
"""

from __future__ import annotations

import contextlib
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from devices.base import HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceError, DeviceFault, DeviceTimeout
from devices.led_wall.display import LedDisplay
from devices.led_wall.options import PanelOptions
from devices.led_wall.page import Align, Colour, LedLine, LedPage, columns
from devices.led_wall.words import Words

__all__ = ["REFUSED", "TAKEN", "Heard", "RowDisplay", "too_long"]

_RETRY_S = 5.0
_BITS_A_BYTE = 10

_OK = Status(HealthState.OK, "ok", Sentence("LED 屏应答正常。", "The LED display answers."))
_UNCONFIRMED = Status(
    HealthState.UNKNOWN,
    "unconfirmed",
    Sentence(
        "LED 屏设置为不应答，无法确认是否正常显示。",
        "The LED display is set not to answer: whether it shows anything cannot be known.",
    ),
)
_COLOURS = {"red": "红", "green": "绿", "yellow": "黄"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What a card answered; ``why`` is its reason for a refusal, when it gives one."""

    taken: bool
    why: Sentence | None = None


TAKEN = Heard(taken=True)
REFUSED = Heard(taken=False)

_USUAL_REFUSAL = Sentence(
    "LED 控制卡拒绝了显示内容，请检查卡的型号和屏幕尺寸设置。",
    "The LED card refused what it was sent: check its model and the panel's size.",
)


def too_long(text: str, most: int) -> DeviceFault:
    """Return the refusal of a line that takes more than ``most`` bytes; nothing was sent."""
    return DeviceFault(
        "too_long",
        f"LED 屏一行最多 {most} 个字节，“{text[:12]}……”太长，请分成几行或缩短。",
        f'A line of the LED display takes {most} bytes; "{text[:24]}..." is longer: shorten it.',
    )


class RowDisplay(LedDisplay):
    """Everything but the wire. A subclass has the methods below ``what a family adds``."""

    #: Fills a line with light in the self-test.
    full: ClassVar[str] = "■"

    def __init__(self, name: str, options: PanelOptions, line: Line | None) -> None:
        super().__init__(name, options, line)
        self.options: PanelOptions = options
        #: Seconds, monotonic; only for when to refresh. A test puts its own here.
        self.clock: Callable[[], float] = time.monotonic
        self._page: LedPage | None = None
        self._want: list[bytes] = []
        #: What each row of the card shows as far as it confirmed; None when nobody knows.
        self._have: list[bytes | None] = [None] * options.rows
        #: Nothing is known of the card: whatever it shows must go first.
        self._fresh = True
        #: Lines of ``_want`` wait for the next ``poll``.
        self._more = False
        self._sweep: deque[LedPage] = deque()
        self._sweeping = False
        self._percent: int | None = None
        self._percent_known = False
        self._due = 0.0
        self._silent = False
        self._reports: list[Report] = []

    # ---- what a family adds

    @abstractmethod
    def _encode_line(self, row: int, line: LedLine) -> bytes:
        """Return what makes a row show ``line``. Raises ``UnwritableText``, ``ValueError``."""

    @abstractmethod
    def _write_rows(self, rows: Mapping[int, bytes], *, fresh: bool) -> None:
        """Exchange what makes these rows change; when ``fresh``, whatever the card shows goes."""

    @abstractmethod
    def _write_dark(self) -> None:
        """Exchange what makes the panel dark."""

    @abstractmethod
    def _hear(self, data: bytes) -> list[Heard]:
        """Return the answers that ``data`` completes."""

    @abstractmethod
    def _forget(self) -> int:
        """Forget an answer that never came whole; return how many bytes were noise so far."""

    @abstractmethod
    def _who(self) -> str:
        """Return the card as an error names it: ``LED card 001``."""

    @property
    def _rows_a_job(self) -> int | None:
        """How many lines a job sends before others may use the wire; None: all."""
        return None

    def _greet(self) -> None:
        """Exchange what comes before all else at each opening."""

    def _rows_done(self) -> None:
        """Exchange what comes after the last row of a page."""

    def _write_brightness(self, percent: int) -> None:
        """Exchange what sets the brightness."""

    def _look_after(self) -> None:
        """Exchange what keeps watch on the card while nothing is to be shown."""

    def _lost(self) -> None:
        """Forget what is known of the card: it was opened, or an exchange failed."""

    def _transmit(self, data: bytes) -> None:
        self.line.write(data)

    def _aligned(self, text: bytes, align: Align) -> bytes:
        """Return GB2312 with spaces before it, for cards that do not align by themselves.

        A character has as many bytes as it takes columns. An empty line is one space: whether a
        card takes one without any text is unknown.
        """
        spare = max(0, self.columns - len(text)) if text else 0
        return b" " * {"left": 0, "center": spare // 2, "right": spare}[align] + (text or b" ")

    # ---- the verbs

    @property
    def rows(self) -> int:
        """How many lines of text the panel has."""
        return self.options.rows

    @property
    def columns(self) -> int:
        """How many columns a line has."""
        return self.options.columns

    @property
    def words(self) -> Words:
        """What the hall says on this display."""
        return self.options.words

    def open(self) -> Status:
        """Greet and clear the card, or bring back the page of before. Raises ``DeviceError``."""
        self._lose()
        self._forget()
        self._end_sweep()
        self._deliver(self._greet)
        self._again()
        self._reports.clear()
        return _OK if self.options.ack else _UNCONFIRMED

    def close(self) -> None:
        """Darken the panel: calls that stand on a wall nobody drives would look alive."""
        if not self._silent:
            # One try: whoever closes is waited for.
            self._silent = True
            with contextlib.suppress(DeviceError):
                self._write_dark()
        self._lose()

    def show(self, page: LedPage) -> None:
        """Show ``page``: only the rows that changed go out. Raises as ``LedDisplay.show`` says."""
        want = self._encode(page)
        self._end_sweep()
        self._page = page
        self._bring(want)

    def check(self, page: LedPage) -> None:
        """Raise what ``show`` would raise of the page itself; nothing is sent."""
        self._encode(page)

    def clear(self) -> None:
        """Make the panel dark. Raises as ``show`` does."""
        self._end_sweep()
        self._page = None
        self._again()

    def brightness(self, percent: int) -> bool:
        """Set the brightness, if the card can. Raises as ``LedDisplay.brightness`` says."""
        super().brightness(percent)
        if self.options.dims and not (self._percent_known and percent == self._percent):
            self._percent = percent
            self._percent_known = False
            self._bring_brightness()
        return self.options.dims

    def feed(self, data: bytes) -> list[Report]:
        """Count answers that came too late; they say nothing that is still asked."""
        late = len(self._hear(data))
        if late:
            extra = self.counters.extra
            extra["late_answers"] = extra.get("late_answers", 0) + late
        return []

    def poll(self) -> list[Report]:
        """Go on with what was begun; send the page again when due. Raises ``DeviceError``."""
        if self._more:
            self._step()
        elif self._sweep:
            self._bring(self._encode(self._sweep.popleft()))
        elif self._sweeping:
            self._end_sweep()
            self._again()
        elif self.clock() >= self._due:
            self._again()
        else:
            self._look_after()
        reports, self._reports = self._reports, []
        return reports

    def self_test(self) -> Sentence:
        """Begin the sweep: each colour on every dot row, then the rows' numbers, then the page.

        The first colour is sent at once; each ``poll`` takes the next step, so no job waits. A
        page that is shown meanwhile ends the sweep. Raises ``DeviceError``.
        """
        rows, words = self.rows, self.words
        full = self.full * (self.columns // columns(self.full))
        steps = [LedPage((LedLine(full, colour),) * rows) for colour in self.options.colours]
        numbers = [words.row.format(row=row) for row in range(1, rows + 1)]
        steps.append(LedPage(tuple(LedLine(text, align="left") for text in numbers)))
        self._sweep = deque(steps)
        self._sweeping = True
        self._bring(self._encode(self._sweep.popleft()))
        zh = "、".join(_COLOURS[colour] for colour in self.options.colours)
        en = ", ".join(self.options.colours)
        return Sentence(
            f"LED 屏依次满屏显示{zh}色，再显示每行行号，然后恢复原内容；请查看有无不亮的点。",
            f"The LED display fills with {en}, one after the other, numbers its lines, then shows "
            "its page again; look for dots that stay dark.",
        )

    # ---- inside

    def _end_sweep(self) -> None:
        self._sweep.clear()
        self._sweeping = False

    def _encode(self, page: LedPage) -> list[bytes]:
        """Return what each row is to show. Raises ``ValueError``, ``UnwritableText``."""
        rows = self.rows
        if len(page.lines) > rows:
            raise ValueError(f"{self.name} has {rows} rows, the page {len(page.lines)} lines")
        lines = (*page.lines, *(LedLine(""),) * (rows - len(page.lines)))
        return [self._encode_line(row, line) for row, line in enumerate(lines)]

    def _colour(self, wanted: Colour) -> Colour:
        return wanted if wanted in self.options.colours else self.options.colours[0]

    def _again(self) -> None:
        """Send everything that should be on show, whether the card has it or not."""
        if self._percent is not None and not self._percent_known:
            self._bring_brightness()
        self._have = [None] * self.rows
        self._more = False
        if self._page is None:
            self._fresh = True
            self._deliver(self._write_dark)
            return
        self._bring(self._encode(self._page))

    def _bring_brightness(self) -> None:
        percent = self._percent
        if percent is not None:
            self._deliver(lambda: self._write_brightness(percent))
            self._percent_known = True

    def _bring(self, want: list[bytes]) -> None:
        """Send what differs from what the card shows."""
        self._want = want
        self._step()

    def _step(self) -> None:
        self._more = False
        both = zip(self._want, self._have, strict=True)
        changed = {row: new for row, (new, old) in enumerate(both) if new != old}
        if not changed:
            return
        now = dict(list(changed.items())[: self._rows_a_job])
        last = len(now) == len(changed)

        def exchange() -> None:
            self._write_rows(now, fresh=self._fresh)
            if last:
                self._rows_done()

        self._deliver(exchange)
        self._fresh = False
        for row, data in now.items():
            self._have[row] = data
        if not last:
            self._more = True
            self.wake()

    def _lose(self) -> None:
        """Nothing is known of the card any more."""
        self._have = [None] * self.rows
        self._fresh = True
        self._more = False
        self._percent_known = False
        self._lost()

    def _deliver(self, exchange: Callable[[], None], *, refreshes: bool = True) -> None:
        """Do an exchange; what the card shows is unknown when it fails."""
        try:
            exchange()
        except DeviceError:
            self._lose()
            self._silent = True
            self._due = self.clock() + min(_RETRY_S, self.options.refresh_s)
            raise
        if refreshes:
            self._due = self.clock() + self.options.refresh_s
        if self._silent:
            self._silent = False
            if self.options.ack:
                self._reports.append(_OK)
                self.wake()

    def _exchange(self, data: bytes) -> None:
        """Write one frame and wait for its answer, again when there is none."""
        refused: Heard | None = None
        tries = 1 if self._silent else 1 + self.options.retries
        wait_s = len(data) * _BITS_A_BYTE / self.options.wire_baud + self.options.ack_timeout_s
        for attempt in range(tries):
            if attempt:
                self.counters.retries += 1
            self._discard_late_answers()
            self._transmit(data)
            self.counters.frames_out += 1
            if not self.options.ack:
                return
            heard = self._answer(wait_s)
            if heard is None:
                continue
            if heard.taken:
                self.counters.frames_in += 1
                return
            self.counters.bad_frames += 1
            refused = heard
        if refused is not None:
            say = refused.why or _USUAL_REFUSAL
            raise DeviceFault("refused", say.zh, say.en)
        raise DeviceTimeout(f"answer of {self._who()}", round(wait_s * tries, 2))

    def _answer(self, timeout_s: float) -> Heard | None:
        deadline = time.monotonic() + timeout_s
        left = timeout_s
        while left > 0:
            left = deadline - time.monotonic()
            # What came while the whole machine stood still came in time.
            heard = self._hear(self.line.read_some(max(left, 0.0)))
            if heard:
                return heard[0]
        return None

    def _discard_late_answers(self) -> None:
        late = self.line.read_available()
        if late:
            self.feed(late)
        self.counters.extra["noise_bytes"] = self._forget()
