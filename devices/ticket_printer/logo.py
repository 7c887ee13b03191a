"""A hall's logo: a PNG becomes black and white dots, once, when the template is compiled.

Pillow is imported with this module, by the compiling process and by the check of a configuration.
"""

from __future__ import annotations

from PIL import Image

from devices.ticket_printer.codec import raster_image
from devices.ticket_printer.template import logo_file

__all__ = ["BAND_BYTES", "LogoError", "dots_of", "load", "printed"]

#: Of one command: less than what ``codec.UNSTICK`` can fill up.
BAND_BYTES = 1792
#: 40 mm of paper: more is a poster, and seconds of waiting.
_HIGHEST = 320
_LARGEST_PIXELS = 16_000_000


class LogoError(ValueError):
    """A logo that cannot be printed."""


def load(name: str) -> Image.Image:
    """Open a logo: a path, or a name in ``/etc/hall/templates``. Raises ``LogoError``."""
    try:
        with Image.open(logo_file(name)) as image:
            if image.width * image.height > _LARGEST_PIXELS:
                raise LogoError(f"{name}: {image.width} x {image.height} is too large / 图片太大")
            return image.copy()
    except FileNotFoundError as error:
        raise LogoError(f"{name}: no such picture / 没有这个图片") from error
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise LogoError(f"{name}: is no picture / 不是图片: {error}") from error


def dots_of(image: Image.Image, dots: int) -> Image.Image:
    """Return the logo as the printer's dots (mode 1, ink is 1), centred in a line of ``dots``.

    Too wide a picture is made smaller, never larger. Half tones are dithered (Floyd-Steinberg);
    what is transparent stays white.
    """
    flat = Image.new("RGBA", image.size, "white")
    flat.alpha_composite(image.convert("RGBA"))
    grey = flat.convert("L")
    share = min(1.0, dots / grey.width, _HIGHEST / grey.height)
    if share < 1.0:
        size = max(1, round(grey.width * share)), max(1, round(grey.height * share))
        grey = grey.resize(size, Image.Resampling.LANCZOS)
    line = Image.new("L", (dots, grey.height), 255)
    line.paste(grey, ((dots - grey.width) // 2, 0))
    return line.point(lambda value: 255 - value).convert("1", dither=Image.Dither.FLOYDSTEINBERG)


def printed(image: Image.Image, dots: int) -> bytes:
    """Return GS v 0 commands for the logo, full width, in bands."""
    ink = dots_of(image, dots)
    width = dots // 8
    data, rows = ink.tobytes(), BAND_BYTES // width
    return b"".join(
        raster_image(width, min(rows, ink.height - top), data[top * width : (top + rows) * width])
        for top in range(0, ink.height, rows)
    )
