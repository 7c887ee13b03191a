"""An LED wall or strip on an EQ2013 card (RS-232, RS-485 or TCP; never tried on hardware).

The card keeps what it shows until it loses power and never speaks unasked, so its only sign of
life is the answer to a frame. ``poll`` therefore sends the present page again every
``refresh_s``: a card that was switched off shows the right thing again, and a silent one is
noticed.

Several cards may share one RS-485 line, each a device of its own with its own ``card``. The answer
carries no number: the driver that wrote last takes the next answer. That is right because one
worker serves the line and runs one job at a time, and because every write first discards what
arrived late. Do not spread one line over two workers.

How long a job takes: the wire (8 full lines are about 700 bytes, 0.13 s at 57600 baud), then the
card's answer. A card that does not answer costs ``1 + retries`` waits of ``ack_timeout_s`` the
first time and one wait a job from then on, so a dead strip does not hold up its neighbours.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable

from devices.base import HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceError, DeviceFault, DeviceTimeout
from devices.led_wall import eq2013
from devices.led_wall.display import LedDisplay
from devices.led_wall.options import Eq2013Options
from devices.led_wall.page import Align, Colour, LedLine, LedPage

__all__ = ["Eq2013Display"]

#: Encoded texts that are kept; a call comes back on every row while it moves down the wall.
_KEPT_TEXTS = 512
_RETRY_S = 5.0
_BITS_A_BYTE = 10

_OK = Status(
    HealthState.OK,
    "ok",
    Sentence("LED 屏应答正常。", "The LED display answers."),
)
_UNCONFIRMED = Status(
    HealthState.UNKNOWN,
    "unconfirmed",
    Sentence(
        "LED 屏设置为不应答，无法确认是否正常显示。",
        "The LED display is set not to answer: whether it shows anything cannot be known.",
    ),
)


class Eq2013Display(LedDisplay):
    """One EQ2013 card. ``options`` are ``Eq2013Options``; a line of 57600 8N1 as documented."""

    def __init__(self, name: str, options: Eq2013Options, line: Line | None) -> None:
        super().__init__(name, options, line)
        self.options: Eq2013Options = options
        #: Seconds, monotonic; only for when to refresh. A test puts its own here.
        self.clock: Callable[[], float] = time.monotonic
        self._answers = eq2013.AnswerFinder()
        self._texts: dict[str, tuple[bytes, bool]] = {}
        self._tags: dict[tuple[int, Colour, bool, Align], bytes] = {}
        self._page: LedPage | None = None
        #: What each row of the card shows as far as it confirmed; None when nobody knows.
        self._shown: list[bytes] | None = None
        self._sweep: deque[LedPage] = deque()
        self._sweeping = False
        self._due = 0.0
        self._silent = False
        self._reports: list[Report] = []

    @property
    def rows(self) -> int:
        """How many lines of text the panel has."""
        return self.options.rows

    @property
    def columns(self) -> int:
        """How many columns a line has."""
        return self.options.columns

    def open(self) -> Status:
        """Clear the card, or bring back the page of before. Raises ``DeviceError``."""
        self._shown = None
        self._answers.reset()
        self._end_sweep()
        self._send_page()
        self._reports.clear()
        return _OK if self.options.ack else _UNCONFIRMED

    def close(self) -> None:
        """Darken the panel: calls that stand on a wall nobody drives would look alive."""
        if not self._silent:
            with contextlib.suppress(DeviceError):
                self._exchange(eq2013.clear_frame(self.options.card), tries=1)
        self._shown = None

    def show(self, page: LedPage) -> None:
        """Show ``page``: only the rows that changed go out, in one write.

        Raises as ``LedDisplay.show`` says.
        """
        zones = self._encode(page)
        self._end_sweep()
        self._page = page
        self._send(zones)

    def clear(self) -> None:
        """Make the panel dark. Raises as ``show`` does."""
        self._end_sweep()
        self._page = None
        self._shown = None
        self._send_page()

    def feed(self, data: bytes) -> list[Report]:
        """Count answers that came too late; they say nothing that is still asked."""
        late = len(self._answers.feed(data))
        if late:
            self._count("late_answers", late)
        return []

    def poll(self) -> list[Report]:
        """Go on with a self-test; send the page again when it is due. Raises ``DeviceError``."""
        if self._sweep:
            self._send(self._encode(self._sweep.popleft()))
        elif self._sweeping:
            self._end_sweep()
            self._send_page()
        elif self.clock() >= self._due:
            self._send_page()
        reports, self._reports = self._reports, []
        return reports

    def self_test(self) -> Sentence:
        """Begin the sweep: each colour on every dot row, then the rows' numbers, then the page.

        The first colour is sent at once; each ``poll`` takes the next step, so no job waits. A
        page that is shown meanwhile ends the sweep. Raises ``DeviceError``.
        """
        rows = self.rows
        full = "■" * (self.columns // 2)
        steps = [LedPage((LedLine(full, colour),) * rows) for colour in self.options.colours]
        numbers = [LedLine(f"第{row}行 {row}", align="left") for row in range(1, rows + 1)]
        steps.append(LedPage(tuple(numbers)))
        self._sweep = deque(steps)
        self._sweeping = True
        self._send(self._encode(self._sweep.popleft()))
        zh = "、".join(
            {"red": "红", "green": "绿", "yellow": "黄"}[c] for c in self.options.colours
        )
        en = ", ".join(self.options.colours)
        return Sentence(
            f"LED 屏依次满屏显示{zh}色，再显示每行行号，然后恢复原内容；请查看有无不亮的点。",
            f"The LED display fills with {en}, one after the other, numbers its lines, then shows "
            "its page again; look for dots that stay dark.",
        )

    def _end_sweep(self) -> None:
        self._sweep.clear()
        self._sweeping = False

    def _encode(self, page: LedPage) -> list[bytes]:
        """Return one encoded zone for each row. Raises ``ValueError``, ``UnwritableText``."""
        rows = self.rows
        if len(page.lines) > rows:
            raise ValueError(f"{self.name} has {rows} rows, the page {len(page.lines)} lines")
        blank = LedLine("")
        lines = (*page.lines, *(blank,) * (rows - len(page.lines)))
        return [self._encode_line(row, line) for row, line in enumerate(lines)]

    def _encode_line(self, row: int, line: LedLine) -> bytes:
        text, wide = self._texts.get(line.text) or self._learn_text(line.text)
        key = (row, line.colour, wide or line.effect == "scroll", line.align)
        tags = self._tags.get(key)
        if tags is None:
            zone = self._zone(row, scroll=key[2])
            tags = eq2013.encode_tags(zone, self._colour(line.colour), line.align)
            self._tags[key] = tags
        return tags + text

    def _learn_text(self, text: str) -> tuple[bytes, bool]:
        encoded = eq2013.encode_text(text)
        if len(self._texts) >= _KEPT_TEXTS:
            self._texts.clear()
        # A GB2312 character has as many bytes as it takes columns. An empty text goes out as one
        # space: whether a card takes a zone without any is unknown.
        learnt = (encoded or b" ", len(encoded) > self.columns)
        self._texts[text] = learnt
        return learnt

    def _zone(self, row: int, *, scroll: bool) -> eq2013.Zone:
        options = self.options
        height = options.height // options.rows
        return eq2013.Zone(
            number=row + 1,
            x=0,
            y=row * height,
            width=options.width,
            height=height,
            font=options.font,
            effect=options.scroll_effect if scroll else options.effect,
            speed=options.speed,
            hold=options.hold,
        )

    def _colour(self, wanted: Colour) -> Colour:
        return wanted if wanted in self.options.colours else self.options.colours[0]

    def _send_page(self) -> None:
        """Send everything that should be on show, whether the card has it or not."""
        if self._page is None:
            self._deliver([eq2013.clear_frame(self.options.card)])
            return
        zones = self._encode(self._page)
        self._deliver(self._frames(zones, delete_first=self._shown is None))
        self._shown = zones

    def _send(self, zones: list[bytes]) -> None:
        """Send what differs from what the card shows."""
        shown = self._shown
        if shown is None:
            changed = zones
        else:
            changed = [new for new, old in zip(zones, shown, strict=True) if new != old]
            if not changed:
                return
        self._deliver(self._frames(changed, delete_first=shown is None))
        self._shown = zones

    def _frames(self, zones: list[bytes], *, delete_first: bool) -> list[bytes]:
        card = self.options.card
        if self.options.zones_per_frame == "all":
            return [eq2013.frame(card, zones, delete_first=delete_first)]
        first = [eq2013.clear_frame(card)] if delete_first else []
        return first + [eq2013.frame(card, [zone]) for zone in zones]

    def _deliver(self, frames: list[bytes]) -> None:
        """Exchange ``frames``; what the card shows is unknown when one fails."""
        try:
            for data in frames:
                self._exchange(data, tries=1 if self._silent else 1 + self.options.retries)
        except DeviceError:
            self._shown = None
            self._silent = True
            self._due = self.clock() + min(_RETRY_S, self.options.refresh_s)
            raise
        self._due = self.clock() + self.options.refresh_s
        if self._silent:
            self._silent = False
            if self.options.ack:
                self._reports.append(_OK)
                self.wake()

    def _exchange(self, data: bytes, tries: int) -> None:
        """Write one frame and wait for its answer, again when there is none."""
        refused = False
        wire_s = len(data) * _BITS_A_BYTE / self.options.wire_baud
        wait_s = wire_s + self.options.ack_timeout_s
        for attempt in range(tries):
            if attempt:
                self.counters.retries += 1
            self._discard_late_answers()
            self.line.write(data)
            self.counters.frames_out += 1
            if not self.options.ack:
                return
            answer = self._answer(wait_s)
            if answer is eq2013.Answer.TAKEN:
                self.counters.frames_in += 1
                return
            if answer is eq2013.Answer.REFUSED:
                self.counters.bad_frames += 1
                refused = True
        if refused:
            raise DeviceFault(
                "refused",
                "LED 控制卡拒绝了显示内容，请检查卡的型号和屏幕尺寸设置。",
                "The LED card refused what it was sent: check its model and the panel's size.",
            )
        raise DeviceTimeout(f"answer of LED card {self.options.card:03d}", round(wait_s * tries, 2))

    def _answer(self, timeout_s: float) -> eq2013.Answer | None:
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            answers = self._answers.feed(self.line.read_some(left))
            if answers:
                return answers[0]
        return None

    def _discard_late_answers(self) -> None:
        late = self.line.read_available()
        if late:
            self.feed(late)
        self._answers.reset()
        self.counters.extra["noise_bytes"] = self._answers.noise

    def _count(self, what: str, much: int) -> None:
        self.counters.extra[what] = self.counters.extra.get(what, 0) + much
