"""One page while its rows come: the only one that the driver holds."""

from __future__ import annotations

from typing import Any

from devices.scanner.base import RawPage
from devices.scanner.faults import ScanFault
from devices.scanner.sane_wire import WireError

__all__ = ["PageInWork"]

_DPI = range(1, 10_000)
_WIDTHS = range(1, 200_000)
_TALLEST = 200_000


class PageInWork:
    """Collects rows of 8 bits a sample; ``most_bytes`` is what a page may need.

    Raises ``ScanFault`` (``too_large``), ``WireError`` for a page that cannot be.
    """

    def __init__(self, about: dict[str, Any], most_bytes: int) -> None:
        numbers = (about.get(name) for name in ("width", "height", "channels", "dpi"))
        self._width, height, self._channels, self._dpi = (_whole(one) for one in numbers)
        if self._width not in _WIDTHS or self._channels not in {1, 3} or self._dpi not in _DPI:
            raise WireError("a page that cannot be")
        self._row = self._width * self._channels
        self._most = most_bytes
        if not -1 <= height <= _TALLEST or max(height, 1) * self._row > most_bytes:
            raise ScanFault("too_large")
        #: Made at once: growing would copy it, and let go of what was in it without a wipe.
        self._pixels = bytearray(max(height, 0) * self._row)
        self._end = 0
        self._plane: int | None = None
        self._plane_end = 0

    def begin_plane(self, about: dict[str, Any]) -> None:
        """The rows that follow are one colour alone. Raises ``WireError``."""
        plane = _whole(about.get("plane"))
        if plane not in {0, 1, 2} or self._channels != 3:
            raise WireError("no such plane")
        self._plane, self._plane_end = plane, 0

    def take(self, rows: bytearray) -> None:
        """Take whole rows."""
        if self._plane is None:
            if len(rows) % self._row:
                raise WireError("half a row")
            self._make_room(self._end + len(rows))
            self._pixels[self._end : self._end + len(rows)] = rows
            self._end += len(rows)
            return
        if len(rows) % self._width:
            raise WireError("half a row")
        start, stop = self._plane_end * 3, (self._plane_end + len(rows)) * 3
        self._make_room(stop)
        self._pixels[start + self._plane : stop : 3] = rows
        self._plane_end += len(rows)
        self._end = max(self._end, stop)

    def finish(self, turn: int) -> RawPage:
        """Return the page; it is the caller's. Raises ``ScanFault`` for one without a row."""
        if not self._end:
            raise ScanFault("io_error")
        del self._pixels[self._end :]
        pixels, self._pixels = self._pixels, bytearray()
        height = len(pixels) // self._row
        return RawPage(pixels, self._width, height, self._channels, self._dpi, "raw", turn)

    def drop(self) -> None:
        """Write over what came of it."""
        if self._pixels:
            RawPage(self._pixels, len(self._pixels), 1, 1, self._dpi).wipe()
        self._pixels, self._end = bytearray(), 0

    def _make_room(self, end: int) -> None:
        if end > self._most:
            raise ScanFault("too_large")
        if end > len(self._pixels):
            # A scanner that did not know how long the paper is.
            self._pixels.extend(bytes(min(self._most, end + end // 4) - len(self._pixels)))


def _whole(number: object) -> int:
    if not isinstance(number, int):
        raise WireError("no number")
    return number
