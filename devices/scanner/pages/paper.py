"""How large a sheet is that a camera saw: only its shape is known."""

from __future__ import annotations

__all__ = ["dpi_by_shape"]

#: A4 of ISO 216, in millimetres.
_LONG, _SHORT = 297.0, 210.0
_MM = 25.4


def dpi_by_shape(width: int, height: int) -> int:
    """Return the resolution at which a page of these pixels just fits on a sheet of A4.

    A sheet of A4 is then as large as it was. What is smaller (a card, a receipt) comes out as
    large as A4 lets it: a camera that is to keep its size needs its own resolution set.
    """
    longer, shorter = max(width, height), min(width, height)
    return max(1, round(max(longer / _LONG, shorter / _SHORT) * _MM))
