"""A zlib stream that goes on from rectangle to rectangle, and gives no more than is wanted."""

from __future__ import annotations

import zlib
from collections.abc import Generator

from kiosk_ui.rfb.errors import RfbError

__all__ = ["PIECE", "Inflater"]

#: Compressed bytes are taken off the wire in pieces of at most so many.
PIECE = 65_536


class Inflater:
    """Holds at most one piece of compressed bytes; gives plain ones as they are wanted.

    ``begin`` says how many compressed bytes a rectangle has, ``end`` that it is complete: then
    they must be used up, and no plain byte left over.
    """

    def __init__(self) -> None:
        self._stream = zlib.decompressobj()
        self._piece = b""
        self._left = 0

    def begin(self, length: int) -> None:
        """A rectangle begins whose compressed bytes are ``length``."""
        self._left = length

    def whole(self, data: bytes, size: int) -> bytes:
        """Return all plain bytes of a rectangle whose compressed ones came in one piece."""
        self._piece = data
        # One more than there should be: so nothing can be left behind unnoticed.
        plain = self._some(size + 1)
        if len(plain) != size or self._piece:
            raise RfbError("lies", f"zlib: other than {size} bytes")
        return plain

    def take(self, least: int, most: int) -> Generator[int, bytes, bytes]:
        """Return ``least`` to ``most`` plain bytes; what the wire must give for it is yielded.

        Fewer only where the rectangle has no more.
        """
        found = self._some(most) if self._piece else b""
        while len(found) < least:
            if not self._piece and not self._left:
                rest = self._some(most - len(found))  # what zlib itself still holds
                return found + rest
            if not self._piece:
                yield from self._next()
            more = self._some(most - len(found))
            found = found + more if found else more
        return found

    def end(self) -> Generator[int, bytes, None]:
        """The rectangle is complete. RfbError when its data would give more bytes."""
        while True:
            if self._some(1):
                raise RfbError("lies", "zlib: more bytes than the rectangle has")
            if not self._left:
                return
            yield from self._next()

    def _next(self) -> Generator[int, bytes, None]:
        size = min(self._left, PIECE)
        self._left -= size
        self._piece = yield size

    def _some(self, most: int) -> bytes:
        try:
            plain = self._stream.decompress(self._piece, most)
        except zlib.error as error:
            raise RfbError("lies", f"zlib: {error}") from error
        self._piece = self._stream.unconsumed_tail
        if self._stream.unused_data:
            raise RfbError("lies", "zlib: bytes after the end of the stream")
        return plain
