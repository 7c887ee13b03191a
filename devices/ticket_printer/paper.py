"""A printed piece of paper as a picture, at 203 dpi, one dot a pixel."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from devices.ticket_printer.fonts import face_for
from devices.ticket_printer.interpreter import Feed, Logo, Piece, Qr, Raster, Run, TextRow

__all__ = ["draw", "save"]

_PAPER = 253
_INK = 28
_DESK = (196, 199, 204)
_EDGE = 24  # dots of desk around the paper
_TOP, _BOTTOM = 36, 48  # paper before the first line and between the last line and the cutter
_QUIET = 12  # dots that the printer leaves below a QR code


def draw(piece: Piece, dots: int, paper_mm: int) -> Image.Image:
    """Return the piece as somebody holds it: paper, print, cut or torn edge."""
    parts = [_row(row, dots) for row in piece.rows]
    height = _TOP + sum(part.height for part in parts) + _BOTTOM
    width = paper_mm * 8
    slip = Image.new("L", (width, height), _PAPER)
    y = _TOP
    for part in parts:
        ink = Image.new("L", part.size, _INK)
        slip.paste(ink, ((width - dots) // 2, y), part)
        y += part.height
    whole = Image.new("RGB", (width + 2 * _EDGE, height + 2 * _EDGE), _DESK)
    shadow = ImageDraw.Draw(whole)
    shadow.rectangle((_EDGE + 4, _EDGE + 4, _EDGE + width + 3, _EDGE + height + 3), (160, 163, 168))
    whole.paste(slip.convert("RGB"), (_EDGE, _EDGE), _outline(width, height, piece.ended))
    _sound(shadow, piece, whole.size)
    return whole


def save(piece: Piece, dots: int, paper_mm: int, file: Path) -> None:
    """Write the piece's picture as PNG with its real size (203 dpi)."""
    draw(piece, dots, paper_mm).save(file, dpi=(203, 203), optimize=True)


def _sound(desk: ImageDraw.ImageDraw, piece: Piece, size: tuple[int, int]) -> None:
    """Show each beep on the desk below the paper: three arcs, as a loudspeaker is drawn."""
    x, y = _EDGE + 8, size[1] - _EDGE // 2
    for _ in range(sum(beeps.times for beeps in piece.beeps)):
        for radius in (3, 6, 9):
            desk.arc((x - radius, y - radius, x + radius, y + radius), 300, 60, (60, 60, 60), 2)
        x += 24


def _outline(width: int, height: int, ended: str) -> Image.Image:
    """Paper is 255: a saw's edge where the cutter went, a ragged one where it was torn."""
    mask = Image.new("L", (width, height), 255)
    edge = ImageDraw.Draw(mask)
    step, depth = (40, 18) if ended == "torn" else (8, 5)
    for index, x in enumerate(range(0, width, step)):
        low = depth if ended != "torn" else 4 + depth * (index * 7 % 5) // 4
        triangle = [(x, height), (x + step // 2, height - low), (x + step, height)]
        edge.polygon(triangle, fill=0)
    if ended == "partial":
        # A partial cut leaves a bridge in the middle, by which the slip hung until it was taken.
        edge.rectangle((width // 2 - 8, height - depth, width // 2 + 8, height), fill=255)
    return mask


def _row(row: TextRow | Raster | Qr | Feed | Logo, dots: int) -> Image.Image:
    """Return one row as a mask, ink is 255."""
    if isinstance(row, Feed):
        return Image.new("L", (dots, row.height), 0)
    if isinstance(row, Raster):
        body = Image.frombytes("1", (row.width_bytes * 8, row.height), row.data).convert("L")
        return _aligned(body, row.align, dots, row.height)
    if isinstance(row, Qr):
        code = _qr(row)
        return _aligned(code, row.align, dots, code.height + _QUIET)
    if isinstance(row, Logo):
        return _aligned(_stored(row), row.align, dots, row.height)
    line = Image.new("L", (sum(run.dots for run in row.runs), row.height), 0)
    x = 0
    for run in row.runs:
        body = _run(run)
        line.paste(body, (x, 0))
        x += run.dots
    return _aligned(line, row.align, dots, row.height)


def _aligned(body: Image.Image, align: int, dots: int, height: int) -> Image.Image:
    whole = Image.new("L", (dots, height), 0)
    whole.paste(body, ((0, (dots - body.width) // 2, dots - body.width)[align], 0))
    return whole


def _qr(row: Qr) -> Image.Image:
    import segno

    code = segno.make(row.text, error=row.level, micro=False, boost_error=False)
    modules = [bytes(255 if dark else 0 for dark in line) for line in code.matrix]
    small = Image.frombytes("L", (len(modules[0]), len(modules)), b"".join(modules))
    size = (small.width * row.module, small.height * row.module)
    return small.resize(size, Image.Resampling.NEAREST)


def _stored(row: Logo) -> Image.Image:
    """A frame with the logo's name: what is stored in the printer is not known here."""
    frame = Image.new("L", (240, row.height), 0)
    draw_on = ImageDraw.Draw(frame)
    draw_on.rectangle((0, 0, 239, row.height - 1), outline=255, width=2)
    body = _run(Run(row.which))
    frame.paste(body, ((240 - body.width) // 2, (row.height - body.height) // 2))
    return frame


def _run(run: Run) -> Image.Image:
    """Draw in the printer's cells; a head has only black and white dots."""
    scale = max(run.width, run.height)
    image = Image.new("L", (run.dots // run.width * scale, 24 * scale), 0)
    draw_on = ImageDraw.Draw(image)
    x = 0
    for character in run.text:
        face = face_for(character)
        if face is None:
            draw_on.rectangle((x + 2, 2, x + 22 * scale, 22 * scale), outline=255, width=scale)
        else:
            font = face.at(24 * scale)
            # Letters stand a little higher than characters, to keep their descenders.
            baseline = round(24 * scale * (0.79 if character < "\x80" else 0.86))
            for shift in (0, scale) if run.bold else (0,):
                draw_on.text((x + shift, baseline), character, font=font, fill=255, anchor="ls")
        x += (12 if character < "\x80" else 24) * scale
    if run.width != run.height:
        image = image.resize((run.dots, 24 * run.height), Image.Resampling.BOX)
    sharp = image.point(lambda value: 255 if value >= 110 else 0)
    return sharp.point(lambda value: 255 - value) if run.invert else sharp
