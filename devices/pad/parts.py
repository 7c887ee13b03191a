"""The parts that a frame is put together from, as a profile file names them.

Bytes are written in hexadecimal (``"FF 68"``) or as ASCII text (``"text:NEXT"``).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

__all__ = [
    "Address",
    "Byte",
    "Checksum",
    "Constant",
    "Data",
    "Field",
    "Function",
    "Length",
    "Part",
    "Trailer",
    "bytes_of",
    "name_of",
]

Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
#: Parts that a length may count, and those that a checksum may cover, by name.
Counted = Literal["address", "function", "data"]
Covered = Literal["address", "function", "data", "length"]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="part"):
    """One part of a frame; ``part`` says which."""


class Constant(_Part, frozen=True, tag="constant"):
    """Bytes that are always the same."""

    bytes: str


class Trailer(_Part, frozen=True, tag="trailer"):
    """Bytes that end the frame; without a length part they also end the data."""

    bytes: str


class Length(_Part, frozen=True, tag="length"):
    """The number of bytes of the parts in ``counts``, plus ``plus``; ``size`` bytes, high first."""

    counts: tuple[Counted, ...]
    plus: Annotated[int, msgspec.Meta(ge=-255, le=255)] = 0
    size: Literal[1, 2] = 1


class Address(_Part, frozen=True, tag="address"):
    """The pad's number: a byte, or ``size`` decimal or hexadecimal digits."""

    format: Literal["byte", "decimal", "hex"] = "byte"
    size: Annotated[int, msgspec.Meta(ge=1, le=3)] = 1


class Function(_Part, frozen=True, tag="function"):
    """What the frame is about, one byte."""


class Field(_Part, frozen=True, tag="field"):
    """``size`` bytes of which nothing is known or wanted (a counter, a battery).

    An acknowledgement has what the pad's frame had there; what the host sends by itself has zeros.
    """

    size: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1


class Data(_Part, frozen=True, tag="data"):
    """The data: ``size`` bytes, or at most ``max`` where a length, a trailer or silence tells."""

    max: Annotated[int, msgspec.Meta(ge=1, le=255)] = 32
    size: Annotated[int, msgspec.Meta(ge=1, le=255)] | None = None


class Checksum(_Part, frozen=True, tag="checksum"):
    """A check over the parts in ``covers``, or over all from byte ``first`` (0 begins the frame).

    ``sum8``: the sum's last byte. ``xor8``: all bytes by exclusive or. ``lrc``: what makes the
    sum 0, as Modbus ASCII has it. ``crc16_modbus``: two bytes, low first. ``none``: no bytes; a
    profile may say that there is no check. ``format = "hex"`` writes it as capital digits.
    """

    kind: Literal["sum8", "xor8", "lrc", "crc16_modbus", "none"]
    covers: tuple[Covered, ...] = ()
    first: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = None
    format: Literal["byte", "hex"] = "byte"


Part = Constant | Trailer | Length | Address | Function | Field | Data | Checksum


def name_of(part: Part) -> str:
    """Return what a profile calls such a part."""
    return type(part).__name__.lower()


def bytes_of(text: str) -> bytes:
    """Return the bytes that ``"FF 68"`` or ``"text:NEXT"`` stand for. Raises ``ValueError``."""
    if text.startswith("text:"):
        try:
            return text[5:].encode("ascii")
        except UnicodeEncodeError:
            raise ValueError(f"{text!r} is not ASCII") from None
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither hexadecimal nor text:...") from None
