"""How large a picture file may be that the hall's screens show; ``halld`` and screens ask here."""

from __future__ import annotations

__all__ = ["MOST_FILE_BYTES", "MOST_PIXELS", "PICTURE_SUFFIXES"]

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})
MOST_FILE_BYTES = 20_000_000
#: 25 million pixels, as of a good camera, take 100 MB for as long as they are made smaller.
MOST_PIXELS = 25_000_000
