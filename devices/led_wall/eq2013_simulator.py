"""Plays an EQ2013 card and its panel, from the vendors' document (not from a real card).

The card reads ``!#`` + its number + tags and texts + ``$$``, shows them and says ``##FOK$$$``. A
frame for another number it ignores; a frame that it does not understand it drops without a word
(what a real card does then is in no document). Power off and on, and it shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from devices.led_wall.options import Eq2013Options
from devices.led_wall.panel_simulator import PanelSimulator
from devices.led_wall.picture import PanelText

__all__ = ["Eq2013Simulator"]

_START, _END = b"!#", b"$$"
_LONGEST = 8192
_SLOW_S = 0.8
_TAG = re.compile(
    rb"%(?:ZD(?P<delete>\d\d)|ZI(?P<zone>\d\d)|ZC(?P<place>\d{16})|ZA(?P<effect>\d\d)"
    rb"|ZS(?P<speed>\d\d)|ZH(?P<hold>\d{4})|F(?P<font>16|24|32)|C(?P<colour>[123])"
    rb"|AH(?P<across>[123])|AV(?P<down>[123]))"
)
_COLOURS: tuple[Any, ...] = ("", "red", "green", "yellow")
_ACROSS: tuple[Any, ...] = ("", "left", "center", "right")
_DOWN: tuple[Any, ...] = ("", "top", "middle", "bottom")


class _UnknownFrameError(ValueError):
    """A frame that this card does not understand."""


@dataclass(frozen=True, slots=True)
class _Zone:
    x: int
    y: int
    width: int
    height: int
    effect: int = 1
    speed: int = 1
    hold: int = 0
    font: int = 16
    colour: int = 1
    across: int = 1
    down: int = 1
    text: str = ""


class Eq2013Simulator(PanelSimulator):
    """One card. ``options`` are ``Eq2013Options``; several may listen on one wire.

    Faults: ``no-ack`` (shows but says nothing), ``nak`` (drops each frame and says
    ``##KERR$$$``), ``slow-ack`` (says it 0.8 s late), ``power-cycle`` (forgets everything, at
    once and once).
    """

    faults: ClassVar[tuple[str, ...]] = ("no-ack", "nak", "slow-ack", "power-cycle")

    def __init__(self, name: str, options: Eq2013Options) -> None:
        super().__init__(name, options)
        self.options: Eq2013Options = options
        self._buffer = b""
        self._zones: dict[int, _Zone] = {}

    def _take(self, data: bytes) -> None:
        """Obey each whole frame for this card."""
        self._buffer += data
        while (end := self._buffer.find(_END)) >= 0:
            body = self._buffer[:end]
            self._buffer = self._buffer[end + len(_END) :]
            # A frame that was cut short is followed by a whole one: the last start counts.
            start = body.rfind(_START)
            if start >= 0:
                self._obey_frame(body[start + len(_START) :])
        self._buffer = self._buffer[-_LONGEST:]

    def _power_cycle(self) -> None:
        self._buffer = b""
        self._zones.clear()

    def _obey_frame(self, body: bytes) -> None:
        if body[:3] != b"%03d" % self.options.card:
            self._foreign_frames += 1
            return
        if "nak" in self.active_faults:
            self.send(b"##KERR$$$")
            return
        try:
            self._zones = self._obey(body[3:])
        except (_UnknownFrameError, UnicodeDecodeError):
            self._bad_frames += 1
            return
        self._frames += 1
        self._remember()
        if "slow-ack" in self.active_faults:
            self.later(_SLOW_S, self._acknowledge)
        elif "no-ack" not in self.active_faults:
            self._acknowledge()

    def _acknowledge(self) -> None:
        self.send(b"##FOK$$$")

    def _obey(self, rest: bytes) -> dict[int, _Zone]:
        """Return the zones after a frame. Raises ``_UnknownFrameError``, ``UnicodeDecodeError``."""
        zones = dict(self._zones)
        number: int | None = None
        while rest:
            tag = _TAG.match(rest)
            if tag is None:
                text, percent, after = rest.partition(b"%")
                if not text or number is None:
                    raise _UnknownFrameError(rest)
                zones[number] = replace(zones[number], text=text.decode("gb2312"))
                rest = percent + after
                continue
            rest = rest[tag.end() :]
            name = str(tag.lastgroup)
            digits = tag[name]
            if name == "delete":
                zones = _without(zones, int(digits))
                number = None
            elif name == "zone":
                number = int(digits)
                zones.setdefault(number, self._whole_panel())
            elif number is None:
                raise _UnknownFrameError(tag[0])
            else:
                zones[number] = self._changed(zones[number], name, digits)
        return zones

    def _whole_panel(self) -> _Zone:
        return _Zone(0, 0, self.options.width, self.options.height)

    def _changed(self, zone: _Zone, name: str, digits: bytes) -> _Zone:
        if name != "place":
            changed: dict[str, Any] = {name: int(digits)}
            return replace(zone, **changed)
        x, y, width, height = (int(digits[at : at + 4]) for at in (0, 4, 8, 12))
        if not width or not height:
            raise _UnknownFrameError(digits)
        if x + width > self.options.width or y + height > self.options.height:
            raise _UnknownFrameError(digits)
        return replace(zone, x=x, y=y, width=width, height=height)

    def _on_show(self) -> Sequence[tuple[PanelText, int]]:
        return [
            (
                PanelText(
                    zone.x,
                    zone.y,
                    zone.width,
                    zone.height,
                    zone.text,
                    zone.font,
                    _COLOURS[zone.colour],
                    _ACROSS[zone.across],
                    _DOWN[zone.down],
                ),
                zone.effect,
            )
            for zone in sorted(self._zones.values(), key=lambda zone: (zone.y, zone.x))
        ]


def _without(zones: dict[int, _Zone], number: int) -> dict[int, _Zone]:
    """``%ZD00`` deletes every zone, another number that one."""
    return {key: zone for key, zone in zones.items() if number and key != number}
