"""What every scanner is: pages of paper become pictures in memory, one at a time.

A page shows personal data. It is handed on in a ``RawPage``, which can be emptied, shows nothing
of itself and cannot be copied by accident; nothing of it is ever written to a disk here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, NoReturn

from devices.base import Driver, Reading
from devices.scanner.faults import ScanFault

__all__ = [
    "Encoding",
    "Mode",
    "PageWiped",
    "PreviewFrame",
    "RawPage",
    "ScanSettings",
    "Scanner",
    "Source",
]

Source = Literal["flatbed", "feeder", "duplex"]
Mode = Literal["grey", "colour", "lineart"]
Encoding = Literal["raw", "jpeg"]

#: Zeros that are written over a page, a piece at a time.
_ZEROS = bytes(1 << 16)


class PageWiped(RuntimeError):
    """A page was asked for its pixels after its purpose had ended."""


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What a clerk wants scanned.

    ``resolution_dpi`` is a wish: the page says what it became. ``lineart`` is grey where a device
    has no black and white of its own. ``turn`` is how far the page lies turned, in degrees
    clockwise (0, 90, 180, 270); a scanner passes it on with nothing done. ``most_pages`` ends a
    feeder's run; a flatbed always gives one page.
    """

    source: Source = "flatbed"
    resolution_dpi: int = 300
    mode: Mode = "grey"
    turn: int = 0
    most_pages: int = 50

    def __post_init__(self) -> None:
        """Refuse what can never be. Raises ``ValueError``."""
        if not 50 <= self.resolution_dpi <= 1200:
            raise ValueError("resolution_dpi: 50 to 1200")
        if self.turn not in {0, 90, 180, 270}:
            raise ValueError("turn: 0, 90, 180 or 270")
        if not 1 <= self.most_pages <= 500:
            raise ValueError("most_pages: 1 to 500")


class RawPage:
    """One page as a device gave it.

    ``raw``: rows from the top, each ``width * channels`` bytes, without padding; 8 bits a sample,
    grey (1; 0 is black) or red, green, blue (3). ``jpeg``: one whole JPEG picture of that size.
    Whoever takes a page calls ``wipe()`` when it is done with it: what was handed over as a
    ``bytearray`` is then overwritten, ``bytes`` are only let go of.

    Compared by identity; it cannot be pickled or copied, and its ``repr`` shows sizes alone.
    """

    __slots__ = ("_pixels", "channels", "dpi", "encoding", "height", "turn", "width")

    def __init__(
        self,
        pixels: bytes | bytearray,
        width: int,
        height: int,
        channels: int,
        dpi: int,
        encoding: Encoding = "raw",
        turn: int = 0,
    ) -> None:
        if channels not in {1, 3}:
            raise ValueError("channels: 1 or 3")
        if encoding == "raw" and len(pixels) != width * height * channels:
            raise ValueError("a raw page needs width * height * channels bytes")
        self._pixels: bytes | bytearray | None = pixels
        self.width = width
        self.height = height
        self.channels = channels
        self.dpi = dpi
        self.encoding: Encoding = encoding
        self.turn = turn

    @property
    def pixels(self) -> memoryview:
        """The bytes, without a copy; let go of the view before ``wipe``. Raises ``PageWiped``."""
        if self._pixels is None:
            raise PageWiped("the page was wiped")
        return memoryview(self._pixels).toreadonly()

    @property
    def size(self) -> int:
        """How many bytes it holds; 0 once it is wiped."""
        return 0 if self._pixels is None else len(self._pixels)

    @property
    def wiped(self) -> bool:
        """Whether its pixels are gone."""
        return self._pixels is None

    def wipe(self) -> None:
        """Write over the pixels and let go of them; a second call does nothing."""
        pixels, self._pixels = self._pixels, None
        if isinstance(pixels, bytearray):
            with memoryview(pixels) as whole:
                for start in range(0, len(pixels), len(_ZEROS)):
                    piece = whole[start : start + len(_ZEROS)]
                    piece[:] = _ZEROS[: len(piece)]

    def __repr__(self) -> str:
        what = "wiped" if self._pixels is None else self.encoding
        return f"<RawPage {self.width}x{self.height}x{self.channels} {self.dpi} dpi {what}>"

    __str__ = __repr__

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("personal data is not copied")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PreviewFrame(Reading):
    """One picture of a live preview: a whole JPEG of ``width`` x ``height`` pixels."""

    jpeg: bytes
    width: int
    height: int

    def __repr__(self) -> str:
        return f"<PreviewFrame {self.width}x{self.height}, {len(self.jpeg)} bytes>"

    __str__ = __repr__

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("personal data is not copied")


class Scanner(Driver):
    """A device that takes pictures of paper.

    ``scan`` and ``preview`` are called by the worker, one at a time; ``cancel`` by anybody. What
    keeps a scan from working is a ``devices.scanner.faults.ScanFault`` (a ``DeviceFault``); its
    codes are there.
    """

    #: Whether ``preview`` gives frames.
    can_preview: ClassVar[bool] = False

    @abstractmethod
    def scan(self, settings: ScanSettings, on_page: Callable[[RawPage], None]) -> int:
        """Scan; call ``on_page`` for each page as soon as it is whole; return how many.

        The page is the caller's: the driver holds no other one while ``on_page`` runs. Raises
        ``ScanFault``; the pages that were handed over before it stay good. What ``on_page``
        raises ends the scan and is raised again.
        """

    @abstractmethod
    def cancel(self) -> None:
        """End a running scan within a second: ``scan`` raises the fault ``cancelled``.

        Callable from any thread, at once and at any time; with nothing to end it does nothing.
        """

    def interrupt(self) -> None:
        """Whoever stops the device's worker does not wait for a feeder of fifty pages."""
        self.cancel()

    def preview(self, on: bool) -> None:
        """Begin or end a live preview: ``poll`` reports ``PreviewFrame``.

        Raises ``ScanFault`` (``no_preview``) for a device without one.
        """
        if on:
            raise ScanFault("no_preview")
