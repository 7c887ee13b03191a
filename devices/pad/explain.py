"""What the bytes of an FF68 line mean, for people; both directions have the same frame.

Source: the FF68 document of a deployed hall, as the pad's driver. A hall with a profile of its
own reads its traces in hex: a trace knows no profile.
"""

from __future__ import annotations

from devices.pad.codec import FrameCodec, PadFrame
from devices.pad.engine import PadReader
from devices.pad.profile import load_profile

__all__ = ["explain"]

_KEYS = {
    b"\x0c": "next",
    b"\x0d": "recall",
    b"\x0b": "finish, rating begins",
    b"\x0e": "cancel",
    b"\x06\x0f": "no-show",
    b"\x00\x0f": "park",
    b"\x03\x0f": "call back",
    b"\x11": "one-metre line",
    b"\x12": "pause",
    b"\x13": "transfer",
}
_BLANK = 0x0A


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the frames say, a line each; ``answers``: the pads' side."""
    frames = PadReader(FrameCodec(load_profile("ff68").frame.parts)).feed(data, 0.0)
    return [f"pad {frame.address}: {_words(frame, from_pad=answers)}" for frame in frames]


def _words(frame: PadFrame, *, from_pad: bool) -> str:
    data, shown = frame.data, frame.data.hex(" ")
    match frame.function:
        case 0x01:
            name = _KEYS.get(data, shown)
            return f"key {name}" if from_pad else f"key {name} taken"
        case 0x11 if from_pad and len(data) == 1:
            return f"rating {data[0]}"
        case 0x02 if len(data) == 6:
            return f"show {_digits(data[:3])} waiting, number {_digits(data[3:])}"
        case 0x02 if len(data) == 1:
            return f"stars {data[0]}"
        case 0x03 if not data:
            return "beep"
        case _:
            return f"function {frame.function}: {shown}"


def _digits(data: bytes) -> str:
    return "".join(" " if digit == _BLANK else f"{digit:x}" for digit in data).strip() or "-"
