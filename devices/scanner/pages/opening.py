"""Opens pictures that others made: bounded before they are decoded, and upright."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import IO

from PIL import ExifTags, Image, ImageOps

from devices.scanner.pages.errors import PageError
from devices.scanner.pages.page import MOST_BYTES, too_large

__all__ = ["bounded", "checked", "reduced", "upright"]

#: JPEG quality of what a screen shows for a moment.
_SCREEN_QUALITY = 75
# What the file says of its size is checked below, before anything is decoded.
Image.MAX_IMAGE_PIXELS = MOST_BYTES


@contextlib.contextmanager
def checked(file: IO[bytes], formats: tuple[str, ...], *, grey: bool) -> Iterator[Image.Image]:
    """Open a picture of one of ``formats`` whose header says no more than ``MOST_BYTES``.

    Raises ``PageError``; decoding errors within the block become one too.
    """
    try:
        with Image.open(file, formats=formats) as picture:
            bounded(picture, grey=grey)
            yield picture
    except Image.DecompressionBombError:
        raise PageError("page_too_large") from None
    except PageError:
        raise
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError):
        # Pillow raises any of these for a file that is damaged.
        raise PageError("page_damaged") from None


def reduced(jpeg: bytes | bytearray, longest: int) -> bytes:
    """Return a JPEG of at most ``longest`` pixels on its longer side; a smaller one as it is.

    Raises ``PageError``.
    """
    with checked(io.BytesIO(jpeg), ("JPEG",), grey=False) as picture:
        if max(picture.size) <= longest:
            return bytes(jpeg)
        picture.draft(None, (longest, longest))
        picture.thumbnail((longest, longest))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=_SCREEN_QUALITY)
        return out.getvalue()


def bounded(picture: Image.Image, *, grey: bool) -> None:
    """Refuse a picture that is too large to be decoded. Raises ``PageError``."""
    # Pillow decodes JPEG alone straight to grey; anything else is first decoded as it is.
    plain = picture.mode in {"1", "L"} or (grey and picture.format == "JPEG")
    if too_large(picture.width, picture.height, 1 if plain else len(picture.getbands())):
        raise PageError("page_too_large")


def upright(picture: Image.Image, *, grey: bool) -> Image.Image:
    """Return it decoded, in grey or red, green, blue, turned as its EXIF says it was taken.

    Only that: what stands on a page is never guessed from its content. Transparent is white.
    """
    if grey:
        # A JPEG then decodes its brightness alone: twice as fast.
        picture.draft("L", None)
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        ground = Image.new("RGBA", coloured.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(ground, coloured)
    turn = picture.getexif().get(ExifTags.Base.Orientation, 1)
    if picture.mode.startswith("I;16") or picture.mode in {"I", "F"}:
        picture = picture.point(lambda value: value / 256, "L") if picture.mode != "F" else picture
    mode = "L" if grey or picture.mode in {"1", "L"} else "RGB"
    done = picture.convert(mode) if picture.mode != mode else picture
    done.load()
    return ImageOps.exif_transpose(done) if turn != 1 else done
