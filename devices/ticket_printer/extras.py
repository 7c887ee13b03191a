"""What a printer does beside writing: its buzzer, a logo from its own memory. Pure.

Source: Epson's ESC/POS command reference (ESC ( A function 48, FS p, GS ( L function 69), the
TM-U230 specification (ESC ( A function 97); ``ESC B`` is from memory of clones. Never tried on
hardware.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["Buzzer", "buzz", "keyed_logo", "numbered_logo"]

#: ``esc_b``: most clones of 58 and 80 mm; ``esc_a_48``: Epson's with a buzzer; ``esc_a_97``: an
#: Epson's external or integrated beeper.
Buzzer = Literal["none", "esc_b", "esc_a_48", "esc_a_97"]

_BEEP = 2  # x 100 ms
_TONE = 1  # of ESC ( A 48: the first pattern of sound


def buzz(buzzer: Buzzer, times: int) -> bytes:
    """Beep ``times`` (1..9) times, a fifth of a second each; nothing for ``none``."""
    if not 1 <= times <= 9:
        raise ValueError(f"a printer beeps 1 to 9 times, not {times}")
    match buzzer:
        case "none":
            return b""
        case "esc_b":
            # ESC B n t: n times, t x 50 to 100 ms each by the model.
            return bytes((0x1B, 0x42, times, _BEEP))
        case "esc_a_48":
            # ESC ( A 04 00 30 n c t: sound n, c times, each t x 100 ms.
            return bytes((0x1B, 0x28, 0x41, 4, 0, 0x30, _TONE, times, _BEEP))
        case "esc_a_97":
            # ESC ( A 05 00 61 64 c t1 t2: c times t1 x 100 ms on, t2 x 100 ms off.
            return bytes((0x1B, 0x28, 0x41, 5, 0, 0x61, 100, times, _BEEP, _BEEP))


def numbered_logo(number: int) -> bytes:
    """FS p: print the NV bit image with this number (1..255), normal size."""
    return bytes((0x1C, 0x70, number, 0))


def keyed_logo(key: str) -> bytes:
    """GS ( L function 69: print the NV graphics with this key code (two characters 20..7E)."""
    return b"\x1d\x28\x4c\x06\x00\x30\x45" + key.encode("ascii") + b"\x01\x01"
