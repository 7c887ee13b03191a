"""What is wanted of a page, and what it became. Plain data, without any library of pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

__all__ = ["MOST_BYTES", "QUALITY", "FinishedPage", "PageWish", "too_large"]

#: What a page may have, decoded: A4 at 400 dpi in colour has 46 million bytes, at 600 dpi in grey
#: 35. It lies in memory 3.3 times in all, and the daemon's unit lets it all have 256 MB.
MOST_BYTES = 48_000_000
#: JPEG quality. Of a page of 9-point Chinese at 300 dpi: docs/devices/scanner.md has the figures.
QUALITY = 80


def too_large(width: int, height: int, channels: int) -> bool:
    """Say whether a page is refused before it is decoded."""
    return width * height * channels > MOST_BYTES


@dataclass(frozen=True, slots=True)
class PageWish:
    """What is to be done with a page.

    ``crop`` cuts the page out of its ground where its edges are seen; ``straighten`` turns it
    upright by its text where they are not. ``grey`` gives up the colours: a seal (公章) is red, so
    papers that bear one are kept in colour. ``quality`` is JPEG's, 1 to 95.
    """

    grey: bool = True
    crop: bool = True
    straighten: bool = True
    quality: int = QUALITY

    def __post_init__(self) -> None:
        """Refuse what can never be. Raises ``ValueError``."""
        if not 1 <= self.quality <= 95:
            raise ValueError("quality: 1 to 95")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FinishedPage:
    """A page that is ready to be kept: a JPEG of ``width`` x ``height`` pixels.

    ``dpi`` makes it as large as the sheet was. ``turned`` is by how many quarters, in degrees
    clockwise, the picture was turned; ``skew_deg`` how far it leaned clockwise, which is put
    right; ``cropped``: its edges were found and the ground cut off. ``blank``: nothing stands on
    it that could be read; it is told, never dropped.
    """

    jpeg: bytes
    width: int
    height: int
    dpi: int
    turned: int
    skew_deg: float
    cropped: bool
    blank: bool
    grey: bool

    def __repr__(self) -> str:
        return f"<FinishedPage {self.width}x{self.height} {self.dpi} dpi, {len(self.jpeg)} bytes>"

    __str__ = __repr__

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("personal data is not copied")
