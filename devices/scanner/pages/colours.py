"""The colours that a page's numbers mean: sRGB, as a profile that every reader of a PDF knows.

ICC.1:2001-04 (version 2.4): a display profile with three primaries and one curve. Primaries and
white are those of IEC 61966-2-1, adapted to D50 by Bradford's matrix, as the ICC publishes them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache

__all__ = ["srgb_profile"]

_WHITE = (0.96420, 1.00000, 0.82491)
_PRIMARIES = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_STEPS = 1024


@cache
def srgb_profile() -> bytes:
    """Return the profile: about 2.6 kB."""
    curve = b"curv\0\0\0\0" + struct.pack(
        f">I{_STEPS}H", _STEPS, *(_linear(i) for i in range(_STEPS))
    )
    name = b"sRGB IEC61966-2.1\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(8 + 3 + 67)
    tags: list[tuple[tuple[bytes, ...], bytes]] = [
        ((b"desc",), described),
        ((b"cprt",), b"text\0\0\0\0No copyright\0"),
        ((b"wtpt",), _xyz(_WHITE)),
        *(((name,), _xyz(point)) for name, point in _PRIMARIES.items()),
        ((b"rTRC", b"gTRC", b"bTRC"), curve),
    ]
    table, body = [], b""
    start = 128 + 4 + 12 * sum(len(names) for names, _ in tags)
    for names, data in tags:
        table += [name + struct.pack(">II", start + len(body), len(data)) for name in names]
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4xI4s4s4s6H4s28x12s48x",
        start + len(body),
        0x02400000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        *(2001, 4, 1, 0, 0, 0),
        b"acsp",
        _xyz(_WHITE)[8:],
    )
    return head + struct.pack(">I", len(table)) + b"".join(table) + body


def _linear(step: int) -> int:
    """Return the light of one of 1,024 steps of a value, of 65,535."""
    value = step / (_STEPS - 1)
    light = value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    return round(light * 65535)


def _xyz(point: Sequence[float]) -> bytes:
    """Return a colour as three s15Fixed16Numbers."""
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(one * 65536) for one in point))
