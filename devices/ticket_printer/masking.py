"""Keeps pictures out of a printer's trace: one may be somebody's signature.

``GS v 0`` stays readable with its size, its dots are masked::

    1D 76 30  m  xL xH  yL yH  d1 ... dk      k = (xL + 256 xH) * (yL + 256 yH)
"""

from __future__ import annotations

from devices.masking import MASKED

__all__ = ["PictureData"]

_START = b"\x1d\x76\x30"
_HEAD = len(_START) + 5
#: No command of ours is longer: noise that looks like a head hides no more of a trace.
_MOST = 8192


class PictureData:
    """A mask (``devices.masking.Mask``) of one direction of a printer's line."""

    def __init__(self) -> None:
        #: The beginning of a head that the last piece ended with.
        self._begun = b""
        #: Dots that are still to come.
        self._left = 0

    def feed(self, data: bytes) -> bytes:
        """As ``Mask.feed``."""
        if not self._left and not self._begun and b"\x1d" not in data:
            return data
        joined = self._begun + data
        masked = bytearray(joined)
        at, end = 0, len(joined)
        if self._left:
            at = self._hide(masked, at)
        while (at := joined.find(_START, at)) >= 0:
            if at + _HEAD > end:
                break
            wide, high = (int.from_bytes(joined[at + n : at + n + 2], "little") for n in (4, 6))
            self._left = min(wide * high, _MOST)
            at = self._hide(masked, at + _HEAD)
        shown = bytes(masked[len(self._begun) :])
        self._begun = b"" if self._left else _begun(joined, at)
        return shown

    def _hide(self, masked: bytearray, at: int) -> int:
        """Mask the dots from ``at`` on; return where they end."""
        until = min(at + self._left, len(masked))
        masked[at:until] = bytes([MASKED]) * (until - at)
        self._left -= until - at
        return until


def _begun(joined: bytes, found: int) -> bytes:
    """Return the end of a piece that may be the beginning of a head."""
    if found >= 0:
        return joined[found:]
    for length in (len(_START) - 1, 1):
        if joined.endswith(_START[:length]):
            return _START[:length]
    return b""
