"""A USB keypad as a pad: a clerk's caller, or a taxpayer's rating keys (never tried on hardware).

Wiring: USB. Any keypad that Linux knows as a keyboard will do; what its keys mean is in its
options. It is grabbed while it is open: nothing of what is pressed reaches a console or a screen.

A key counts when it goes down, once, however long it is held: the kernel's repeats mean nothing.
One that goes down again within ``bounce_s`` of going up is its contact (or the key "00", which
sends two). Keypads that send END for 1 when NumLock is off, or the digits above the letters, are
understood; NumLock itself means nothing.

A keypad shows nothing and cannot beep. Has it the lamp that its options name, that is lit while a
rating is asked for. When the kernel lost records, the keys that are down are asked again: a press
in the gap is lost, and none is made up.

A keypad cannot be asked: it is ``UNKNOWN`` until its first key. A pulled plug is told by its line.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from devices.base import FIGURES, Driver, HealthState, Input, Line, Report, Sentence, Status
from devices.hid.keyboard import Edge, Keyboard
from devices.hid.keys import CODES
from devices.hid.opening import must_be_input
from devices.hid.port import keys_down, lamps, who_is
from devices.hid.records import EV_LED, EV_SYN, SYN_REPORT, Record
from devices.pad.hid_options import HidPadOptions, Meaning
from devices.pad.states import HEARD, NOT_HEARD

__all__ = ["HidPad"]

#: A lamp that nobody put out: the rating was over long ago.
_ASKED_S = 120.0
_LAMPS = {"num": 0, "caps": 1, "scroll": 2}
_SHIFTS = frozenset({CODES["LEFTSHIFT"], CODES["RIGHTSHIFT"]})
#: What keypads send instead: with NumLock off, or as the digits above the letters.
_SAME = {
    CODES[other]: CODES[key]
    for other, key in {
        "END": "KP1", "DOWN": "KP2", "PAGEDOWN": "KP3", "LEFT": "KP4", "CLEAR": "KP5",
        "RIGHT": "KP6", "HOME": "KP7", "UP": "KP8", "PAGEUP": "KP9", "INSERT": "KP0",
        "DELETE": "KPDOT", "ENTER": "KPENTER", "SLASH": "KPSLASH", "MINUS": "KPMINUS",
        "DOT": "KPDOT", **{digit: f"KP{digit}" for digit in "0123456789"},
    }.items()
}  # fmt: skip
_SAME_WITH_SHIFT = {CODES["8"]: CODES["KPASTERISK"], CODES["EQUAL"]: CODES["KPPLUS"]}

STUCK = Status(
    HealthState.WARNING,
    "stuck",
    Sentence(
        "有按键一直处于按下状态：请检查是否卡住或被物品压住。",
        "A key stays pressed: see whether it is stuck, or whether something lies on it.",
    ),
)


class HidPad(Driver):
    """One keypad. ``clock`` is any steady clock in seconds; keys come with the kernel's time."""

    poll_every_s = 1.0

    def __init__(
        self,
        name: str,
        options: HidPadOptions,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self._pad = options
        self._clock = clock
        self._meanings = options.meanings()
        self._typing = options.typing()
        self._lamp: int | None = None
        self._begin(frozenset())

    def _begin(self, down: frozenset[int]) -> None:
        self._keys = Keyboard(down)
        self._up_at: dict[int, float] = {}
        #: When keys went down, by our clock.
        self._down_at = {code: self._clock() for code in down}
        self._status = NOT_HEARD
        self._heard = False
        self._half = False
        self._lit_at: float | None = None
        self._number = ""

    def open(self) -> Status:
        """Ask who it is, which lamps it has, and what is down: that was not pressed."""
        fd = must_be_input(self.line)
        self.identity = who_is(fd)
        self._begin(keys_down(fd))
        wanted = _LAMPS.get(self._pad.lamp)
        self._lamp = wanted if wanted in lamps(fd) else None
        self._light(on=False)
        return self._status

    def feed(self, data: bytes) -> list[Report]:
        """Take records; return what was pressed."""
        reports: list[Report] = []
        self._half = False
        for edge in self._keys.feed(data):
            if isinstance(edge, Edge):
                self._edge(edge, reports)
            else:
                down = keys_down(self.line.fileno())
                self._keys.now_down(down)
                self._down_at = {code: self._down_at.get(code, self._clock()) for code in down}
        self.counters.bad_frames = self._keys.bad
        for what, times in (("repeats", self._keys.repeats), ("overruns", self._keys.dropped)):
            if times:
                self.counters.extra[what] = times
        return reports

    def poll(self) -> list[Report]:
        """Look for keys that are stuck, and at a lamp that was forgotten."""
        now = self._clock()
        reports: list[Report] = []
        if self._keys.unfinished and self._half:
            self._keys.give_up()
            self.counters.bad_frames = self._keys.bad
        self._half = self._keys.unfinished
        if any(now - at >= self._pad.stuck_s for at in self._down_at.values()):
            self._say(STUCK, reports)
        if self._lit_at is not None and now - self._lit_at >= _ASKED_S:
            self._light(on=False)
        return reports

    def _edge(self, edge: Edge, reports: list[Report]) -> None:
        if not edge.down:
            self._up_at[edge.code] = edge.at_s
            self._down_at.pop(edge.code, None)
            if self._status is STUCK and not self._down_at:
                self._say(HEARD if self._heard else NOT_HEARD, reports)
            return
        self._down_at[edge.code] = self._clock()
        up_at = self._up_at.get(edge.code)
        if up_at is not None and 0 <= edge.at_s - up_at < self._pad.bounce_s:
            self._count("bounces")
            return
        self.counters.frames_in += 1
        meaning, typed = self._meaning_of(edge.code)
        if meaning is None and not typed:
            if edge.code not in _SHIFTS and edge.code != CODES["NUMLOCK"]:
                self._count("keys_without_meaning")
        else:
            event, value = meaning or (FIGURES, None)
            reports.append(Input(event, value, typed))
        self._heard = True
        if self._status is not STUCK:
            self._say(HEARD, reports)

    def _meaning_of(self, code: int) -> tuple[Meaning | None, str]:
        """Return what a key means, and what it types."""
        same = (_SAME_WITH_SHIFT if self._keys.down & _SHIFTS else _SAME).get(code, code)
        meaning = self._meanings.get(code) or self._meanings.get(same)
        return meaning, self._typing.get(same, "")

    # ---- what a pad is asked to do

    def show(self, waiting: int | None, number: str) -> None:
        """Put the lamp out when another number is called; there is nothing to show it on."""
        if waiting is None or (number and number != self._number):
            self._light(on=False)
        self._number = number or self._number

    def beep(self) -> None:
        """Do nothing: a keypad has no beeper."""

    def ask_rating(self) -> None:
        """Light the lamp, where there is one. Raises ``DeviceError``."""
        self._light(on=True)

    def thank(self, stars: int) -> None:
        """Put the lamp out. Raises ``DeviceError``."""
        self._light(on=False)

    def self_test(self) -> Sentence:
        """Light the lamp, where there is one, and ask for a key that means nothing."""
        zh = (
            f"请按 NumLock 键（不起任何作用），再用 hallctl devices show {self.name} 查看："
            "“收到帧”应加一。"
        )
        en = (
            f"Press NumLock, which does nothing, then hallctl devices show {self.name}: frames in "
            "counts one more."
        )
        if self._lamp is None:
            return Sentence(
                f"此键盘没有可控制的指示灯。{zh}",
                f"This keypad has no lamp to light. {en}",
            )
        self._light(on=True)
        return Sentence(
            f"键盘的指示灯应亮起。{zh}",
            f"A lamp of the keypad should be lit. {en}",
        )

    def _light(self, *, on: bool) -> None:
        self._lit_at = self._clock() if on else None
        if self._lamp is None:
            return
        records = Record(EV_LED, self._lamp, int(on)), Record(EV_SYN, SYN_REPORT, 0)
        self.line.write(b"".join(record.to_bytes() for record in records))
        self.counters.frames_out += 1

    def _say(self, status: Status, reports: list[Report]) -> None:
        if status is not self._status:
            self._status = status
            reports.append(status)

    def _count(self, what: str) -> None:
        self.counters.extra[what] = self.counters.extra.get(what, 0) + 1
