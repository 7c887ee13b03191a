"""The bytes of a serial signal tower, Adafruit's 2993 (9600 8N1; never tried on hardware).

Source: Adafruit's guide to its tri-color USB tower light; the buzzer's bytes are those of the same
guide's program as two others use them. One byte switches one part; nothing is ever answered::

    1x on    2x off    4x blink    x: 1 red, 2 yellow, 4 green, 8 buzzer
"""

from __future__ import annotations

from typing import Literal

__all__ = ["Mode", "encode", "explain"]

Mode = Literal["on", "off", "blink"]

_PARTS = {"red": 0x01, "amber": 0x02, "green": 0x04, "buzzer": 0x08}
_MODES: dict[Mode, int] = {"on": 0x10, "off": 0x20, "blink": 0x40}
_WORDS = {
    mode | part: f"{part_name} {mode_name}"
    for mode_name, mode in _MODES.items()
    for part_name, part in _PARTS.items()
}


def encode(part: str, mode: Mode) -> bytes:
    """Return the byte that switches ``part`` (red, amber, green, buzzer)."""
    return bytes((_MODES[mode] | _PARTS[part],))


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the bytes in a trace say, one line each; the tower has no answers."""
    return [] if answers else [_WORDS[byte] for byte in data if byte in _WORDS]
