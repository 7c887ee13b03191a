"""Papers of the marked people: in the drawing, the pixels, and what a file says of itself."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFont

from tests.e2e.marked import PEOPLE

__all__ = ["camera_picture", "paper_file", "pieces_of", "pixels_of"]

_FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
_WIDTH, _HEIGHT = 827, 1169
#: A band of noise across the page: its pixels are nobody else's.
_BAND = (100, 900, 700, 964)
_PIECE = 32


def paper_file(kind: str, pages: int = 1, seed: int = 1) -> bytes:
    """Return a file as a copier makes it: ``JPEG``, ``PNG``, ``TIFF`` or ``PDF``, at 100 dpi."""
    drawn = [_sheet(seed * 100 + page) for page in range(pages)]
    out = io.BytesIO()
    old = PEOPLE[0]
    if kind == "JPEG":
        exif = drawn[0].getexif()
        exif[0x010E], exif[0x013B] = old.number, "QWYXTHORNE"
        comment = f"{old.fields[0][2]} {old.fields[4][2]} {old.number}".encode()
        drawn[0].save(out, kind, quality=92, dpi=(100, 100), comment=comment, exif=exif)
    elif kind == "PDF":
        drawn[0].save(
            out, kind, resolution=100.0, save_all=True, append_images=drawn[1:],
            title=old.fields[0][2], author=old.number, subject=old.fields[4][2],
        )  # fmt: skip
    else:
        several = {"save_all": True, "append_images": drawn[1:]} if pages > 1 else {}
        drawn[0].save(out, kind, dpi=(100, 100), **several)
    return out.getvalue()


def camera_picture(sheet: int) -> bytes:
    """Return what the camera sees: a JPEG of 1280 x 960 with a paper on a dark counter."""
    counter = Image.new("RGB", (1280, 960), (58, 54, 50))
    counter.paste(_sheet(9000 + sheet).resize((620, 876)).convert("RGB"), (330, 40))
    out = io.BytesIO()
    counter.save(out, "JPEG", quality=80, comment=PEOPLE[1].number.encode())
    return out.getvalue()


def pieces_of(data: bytes) -> dict[str, bytes]:
    """Return pieces from within a file or a page; a copy of it has them, nothing else."""
    places = (len(data) * share // 8 for share in range(2, 8))
    return {f"at {at} of {len(data)}": data[at : at + _PIECE] for at in places}


def pixels_of(jpeg: bytes) -> dict[str, bytes]:
    """Return rows of a picture's band of noise as a program has them when it is opened."""
    picture = Image.open(io.BytesIO(jpeg))
    found: dict[str, bytes] = {}
    for mode in ("L", "RGB"):
        pixels = picture.convert(mode).tobytes()
        step = len(mode) * picture.width
        for row in range(_BAND[1] + 8, _BAND[3] - 8, 12):
            at = row * step + (_BAND[0] + 40) * len(mode)
            found[f"{mode} pixels of row {row}"] = pixels[at : at + _PIECE]
    return found


def _sheet(seed: int) -> Image.Image:
    sheet = Image.new("L", (_WIDTH, _HEIGHT), 252)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(_FONT, 24, index=2)
    lines = [text for one in PEOPLE for _, _, text in one.fields if len(text) > 3]
    for row, text in enumerate(lines[seed % 5 : seed % 5 + 24]):
        pen.text((90, 80 + row * 32), text, 30, font)
    dice = random.Random(seed)
    left, top, right, bottom = _BAND
    size = (right - left, bottom - top)
    sheet.paste(Image.frombytes("L", size, dice.randbytes(size[0] * size[1])), (left, top))
    return sheet
