"""What a JPEG says of itself, read without decoding it; and whole JPEGs cut out of a stream.

Markers as in ITU-T T.81, annex B: ``FFD8`` begins a picture, ``FFD9`` ends it; between ``FFDA`` and
there the entropy-coded bytes have ``FF00`` for ``FF``, so that ``FFD9`` can only be the end.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FrameCutter", "JpegHead", "NoJpeg", "jpeg_head"]

#: Frame headers (SOF0 to SOF15) without DHT, JPG and DAC, which lie among them.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN, _END, _APP0 = 0xDA, 0xD9, 0xE0
#: One picture of a camera: 13 million pixels at the best quality are 8 MB.
MOST_BYTES = 16 << 20


class NoJpeg(ValueError):
    """These bytes are no JPEG, or end within its header."""


class JpegHead(NamedTuple):
    """Size in pixels, components (1 grey, 3 colour, 4 for print), dpi or 0, where the scan is."""

    width: int
    height: int
    components: int
    dpi: int
    scan_at: int


def jpeg_head(data: bytes | bytearray | memoryview) -> JpegHead:
    """Read a JPEG's header. Raises ``NoJpeg``."""
    if bytes(data[:3]) != b"\xff\xd8\xff":
        raise NoJpeg("it does not begin as a JPEG")
    at, width, height, components, dpi = 2, 0, 0, 0, 0
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise NoJpeg("a marker is missing")
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = data[at + 2] << 8 | data[at + 3]
        segment = bytes(data[at + 4 : at + 2 + length])
        if length < 2 or len(segment) != length - 2 or marker == _END:
            break
        if marker in _FRAMES and len(segment) >= 6:
            height = segment[1] << 8 | segment[2]
            width = segment[3] << 8 | segment[4]
            components = segment[5]
        elif marker == _APP0 and segment[:5] == b"JFIF\0" and len(segment) >= 12:
            across = segment[8] << 8 | segment[9]
            dpi = {1: across, 2: round(across * 2.54)}.get(segment[7], 0)
        elif marker == _SCAN:
            if not width or not height:
                raise NoJpeg("it does not say how large it is")
            return JpegHead(width, height, components, dpi, at)
        at += 2 + length
    raise NoJpeg("its header ends too soon")


class FrameCutter:
    """Cuts whole JPEGs out of a stream (Motion JPEG): garbage between them is passed over.

    At most ``limit`` bytes wait for the rest of a picture; what claims to be longer is none.
    """

    def __init__(self, limit: int = MOST_BYTES) -> None:
        self._limit = limit
        self._bytes = bytearray()
        self._scanned = 0

    def feed(self, data: bytes | memoryview) -> list[bytes]:
        """Take bytes; return the pictures that they complete."""
        self._bytes += data
        found: list[bytes] = []
        while (whole := self._take()) is not None:
            if whole:
                found.append(whole)
        return found

    def _take(self) -> bytes | None:
        """Return one picture, b"" where something was passed over, None for "wait"."""
        begun = self._bytes.find(b"\xff\xd8\xff")
        if begun < 0:
            # The last two may be the beginning of one.
            del self._bytes[: max(0, len(self._bytes) - 2)]
            self._scanned = 0
            return None
        if begun:
            del self._bytes[:begun]
            self._scanned = 0
        if not self._scanned:
            try:
                self._scanned = jpeg_head(self._bytes).scan_at
            except NoJpeg as error:
                if "too soon" in str(error) and len(self._bytes) < min(self._limit, 1 << 17):
                    return None
                return self._pass_over()
        end = self._bytes.find(b"\xff\xd9", self._scanned)
        if end < 0:
            self._scanned = max(self._scanned, len(self._bytes) - 1)
            return self._pass_over() if len(self._bytes) > self._limit else None
        # A picture that was cut off runs into the next one, and is none.
        other = self._bytes.find(b"\xff\xd8\xff", 3, end)
        picture = bytes(self._bytes[: end + 2])
        if other > 0 and other > jpeg_head(picture).scan_at:
            del self._bytes[:other]
            self._scanned = 0
            return b""
        del self._bytes[: end + 2]
        self._scanned = 0
        return picture

    def _pass_over(self) -> bytes:
        del self._bytes[:2]
        self._scanned = 0
        return b""
