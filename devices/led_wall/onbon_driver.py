"""An LED wall or strip on an Onbon BX-5 or BX-6 card (TCP 5005 or serial; never tried on hardware).

Each line is a dynamic area of its own, numbered from 0, so only what changed goes out, all of it
in one frame. The card is asked every ``ping_s`` whether it is there, which is cheaper than sending
the page again. It centres a text by itself in some models only: the driver does it with spaces.

Several cards may share one RS-485 line. An answer names its card, and one of another is passed by.
"""

from __future__ import annotations

from collections.abc import Mapping

from devices.base import Line, Sentence
from devices.led_wall import onbon
from devices.led_wall.onbon_options import OnbonOptions
from devices.led_wall.page import LedLine
from devices.led_wall.rows import TAKEN, Heard, RowDisplay

__all__ = ["OnbonDisplay"]

#: The number of whoever asks; the vendor's programs begin there.
_WE = 0x8000
_ANSWER, _NO_ANSWER = 1, 2
_LEVELS = 16


class OnbonDisplay(RowDisplay):
    """One card. ``options`` are ``OnbonOptions``; 57600 8N1, some cards 9600."""

    def __init__(self, name: str, options: OnbonOptions, line: Line | None) -> None:
        super().__init__(name, options, line)
        self.options: OnbonOptions = options
        self._answers = onbon.FrameFinder()
        self._asked: tuple[int, int] = onbon.PING
        self._ping_due = 0.0

    def _greet(self) -> None:
        self._ping()

    def _look_after(self) -> None:
        if self.options.ack and self.clock() >= self._ping_due:
            self._deliver(self._ping, refreshes=False)

    def _ping(self) -> None:
        self._ask(onbon.PING)

    def _write_rows(self, rows: Mapping[int, bytes], *, fresh: bool) -> None:
        # Lines cover the panel from top to bottom: what was there before goes with them.
        del fresh
        self._ask(onbon.AREAS, onbon.areas_data(list(rows.values())))

    def _write_dark(self) -> None:
        self._ask(onbon.CLEAR)

    def _write_brightness(self, percent: int) -> None:
        level = 1 + round(percent * (_LEVELS - 1) / 100)
        self._ask(onbon.BRIGHTNESS, onbon.brightness_data(level))

    def _encode_line(self, row: int, line: LedLine) -> bytes:
        options = self.options
        text = onbon.CHARSET.encode(line.text)
        scroll = line.effect == "scroll" or len(text) > self.columns
        height = options.height // options.rows
        return onbon.area_data(
            onbon.Area(
                number=row,
                x=0,
                y=row * height,
                width=options.width,
                height=height,
                text=onbon.coloured(self._colour(line.colour), self._aligned(text, line.align)),
                effect=options.scroll_effect if scroll else options.effect,
                speed=options.speed,
                stay=options.stay,
                run_mode=options.run_mode,
                timeout_s=options.dark_after_s or 2,
            )
        )

    def _ask(self, what: tuple[int, int], payload: bytes = b"") -> None:
        group, command = self._asked = what
        self._exchange(
            onbon.encode(
                onbon.Frame(
                    destination=self.options.address,
                    source=_WE,
                    group=group,
                    command=command,
                    flag=_ANSWER if self.options.ack else _NO_ANSWER,
                    payload=payload,
                    over_programs=self.options.over_programs,
                    card_type=self.options.card_type,
                )
            )
        )
        self._ping_due = self.clock() + self.options.ping_s

    def _hear(self, data: bytes) -> list[Heard]:
        return [heard for frame in self._answers.feed(data) for heard in self._heard(frame)]

    def _heard(self, frame: onbon.Frame) -> list[Heard]:
        """Return what an answer says; nothing when it is another card's or to another question."""
        what = (frame.group, frame.command)
        ours = frame.destination == _WE and frame.source == self.options.address
        if not ours or what not in {self._asked, onbon.ACK, onbon.NACK}:
            extra = self.counters.extra
            extra["foreign_frames"] = extra.get("foreign_frames", 0) + 1
            return []
        if frame.flag == 0 and what != onbon.NACK:
            return [TAKEN]
        zh, en = onbon.STATUSES.get(frame.flag, ("原因不明", "no reason that is known"))
        return [
            Heard(
                taken=False,
                why=Sentence(
                    f"LED 控制卡拒绝了命令（状态 {frame.flag:02X}：{zh}），"
                    "请检查卡的型号、屏幕尺寸和卡内节目。",
                    f"The LED card refused (status {frame.flag:02X}: {en}): check its model, the "
                    "panel's size and the programs on it.",
                ),
            )
        ]

    def _forget(self) -> int:
        self._answers.reset()
        self.counters.extra["checksum_errors"] = self._answers.bad_frames
        return self._answers.noise

    def _who(self) -> str:
        return f"LED card {self.options.address}"
