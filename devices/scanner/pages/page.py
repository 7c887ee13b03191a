"""What is wanted of a page, and what it became. Plain data, without any library of pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

__all__ = ["MOST_PIXELS", "QUALITY", "FinishedPage", "PageWish"]

#: An A4 page at 600 dpi has 34.8 million; what says it has more is refused before it is decoded.
MOST_PIXELS = 40_000_000
#: JPEG quality. Of a page of 9-point Chinese at 300 dpi: docs/devices/scanner.md has the figures.
QUALITY = 80


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
