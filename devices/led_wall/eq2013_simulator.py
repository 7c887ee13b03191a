"""Plays an EQ2013 card and its panel, from the vendors' document (not from a real card).

The card reads ``!#`` + its number + tags and texts + ``$$``, shows them and says ``##FOK$$$``. A
frame for another number it ignores; a frame that it does not understand it drops without a word
(what a real card does then is in no document). Power off and on, and it shows nothing.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from devices.led_wall.options import Eq2013Options
from devices.led_wall.picture import PanelText, save_panel
from devices.simulator import Simulator

__all__ = ["Eq2013Simulator"]

_START, _END = b"!#", b"$$"
_LONGEST = 8192
#: A day of calls is a few hundred states; older ones than these are not drawn.
_KEPT_STATES = 200
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


class Eq2013Simulator(Simulator):
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
        self._frames = 0
        self._bad_frames = 0
        self._foreign_frames = 0
        self._last_rx_ns = 0
        self._new_states: deque[tuple[PanelText, ...]] = deque(maxlen=_KEPT_STATES)
        self._last_state: tuple[PanelText, ...] | None = None
        self._drawn_states: set[tuple[PanelText, ...]] = set()
        self._pictures = 0

    def feed(self, data: bytes) -> None:
        """Take bytes in whatever pieces; obey each whole frame for this card."""
        self._last_rx_ns = time.monotonic_ns()
        self._buffer += data
        while (end := self._buffer.find(_END)) >= 0:
            body = self._buffer[:end]
            self._buffer = self._buffer[end + len(_END) :]
            # A frame that was cut short is followed by a whole one: the last start counts.
            start = body.rfind(_START)
            if start >= 0:
                self._take(body[start + len(_START) :])
        self._buffer = self._buffer[-_LONGEST:]

    def faults_changed(self) -> None:
        """Lose the power when told to."""
        if "power-cycle" in self.active_faults:
            self.active_faults.discard("power-cycle")
            self._buffer = b""
            self._zones.clear()
            self._remember()

    def seen(self) -> Mapping[str, Any]:
        """Return what is on show from top to bottom, and what came over the wire.

        ``last_rx_ns`` is ``time.monotonic_ns()`` when the newest bytes came in.
        """
        zones = self._in_order()
        return {
            "lines": [zone.text.strip(" ") for zone in zones],
            "colours": [_COLOURS[zone.colour] for zone in zones],
            "effects": [zone.effect for zone in zones],
            "frames": self._frames,
            "bad_frames": self._bad_frames,
            "foreign_frames": self._foreign_frames,
            "last_rx_ns": self._last_rx_ns,
        }

    def save_pictures(self, folder: Path) -> list[Path]:
        """Write each state of the panel since the last call that was never drawn before."""
        paths = []
        while self._new_states:
            state = self._new_states.popleft()
            if state in self._drawn_states:
                continue
            self._pictures += 1
            path = folder / f"{self.name}-{self._pictures:04d}.png"
            save_panel(path, self.options.width, self.options.height, state)
            self._drawn_states.add(state)
            paths.append(path)
        return paths

    def _take(self, body: bytes) -> None:
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

    def _in_order(self) -> list[_Zone]:
        return sorted(self._zones.values(), key=lambda zone: (zone.y, zone.x))

    def _remember(self) -> None:
        state = tuple(
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
            )
            for zone in self._in_order()
            if zone.text.strip()
        )
        # Compared with what was remembered, not with what is still to be drawn: drawing takes
        # states away in a thread of its own.
        if state != self._last_state:
            self._last_state = state
            self._new_states.append(state)


def _without(zones: dict[int, _Zone], number: int) -> dict[int, _Zone]:
    """``%ZD00`` deletes every zone, another number that one."""
    return {key: zone for key, zone in zones.items() if number and key != number}
