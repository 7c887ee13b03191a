"""How large a sheet is that a camera saw: only its shape is known."""

from __future__ import annotations

import math

__all__ = ["dpi_by_shape"]

#: Longer side in millimetres by long : short. A4 of ISO 216; a card is ID-1 of ISO/IEC 7810.
_SHAPES = ((297.0, math.sqrt(2)), (85.6, 85.60 / 53.98))
_NEAR = 0.04
_MM = 25.4


def dpi_by_shape(width: int, height: int) -> int:
    """Return the resolution of a page of these pixels: that of a card or of A4 by its shape.

    What has another shape (a receipt, a folded sheet) is taken for one that fits on A4.
    """
    longer, shorter = max(width, height), max(1, min(width, height))
    for longer_mm, shape in _SHAPES:
        if abs(longer / shorter / shape - 1) <= _NEAR:
            return max(1, round(longer / longer_mm * _MM))
    return max(1, math.ceil(max(longer / 297.0, shorter / 210.0) * _MM))
