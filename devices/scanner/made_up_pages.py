"""Papers of companies that do not exist, as a simulated scanner sees them on its glass."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

__all__ = ["A4_MM", "page_jpeg"]

A4_MM = (210.0, 297.0)
_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
#: The Simplified Chinese face of the collection.
_FACE = 2
_PAPER = (252, 251, 247)
_LID = (224, 226, 228)
_INK = (28, 28, 34)
_SEAL = (206, 32, 40)

_TITLES = ("增值税及附加税费申报表", "税务登记信息变更表", "印花税票申购单", "委托代理声明")
_LINES = (
    "纳税人名称：云上测试文具有限公司（虚构）",
    "纳税人识别号：91000000TEST00000X",
    "所属期间：二〇二六年第三季度",
    "填表说明：本表内容均为测试编造，不对应任何单位和个人。",
)
_ITEMS = ("销售额", "销项税额", "进项税额", "应纳税额", "附加税费", "合计")


def page_jpeg(number: int, size: tuple[int, int], dpi: int, *, colour: bool) -> bytes:
    """Return what a scanner sees of its ``number``th paper: a JPEG of ``size`` pixels.

    The paper is A4 and lies a little askew, each one otherwise; around it is the white lid.
    """
    return _jpeg(number % len(_TITLES), size, dpi, colour)


@lru_cache(maxsize=8)
def _jpeg(number: int, size: tuple[int, int], dpi: int, colour: bool) -> bytes:
    from PIL import Image as Images
    from PIL.Image import Resampling

    sheet = _sheet(number, dpi)
    seen = Images.new("RGB", size, _LID)
    if not colour:
        # Before it is turned: a third of the work.
        sheet, seen = sheet.convert("L"), seen.convert("L")
    lean = (-1.4, 0.6, 2.1, -0.3)[number]
    lid = seen.getpixel((0, 0))
    lying = sheet.rotate(lean, Resampling.BILINEAR, expand=True, fillcolor=lid)
    seen.paste(lying, (max(0, (size[0] - lying.width) // 2), 0))
    kept = io.BytesIO()
    seen.save(kept, "JPEG", quality=88, dpi=(dpi, dpi))
    return kept.getvalue()


def _sheet(number: int, dpi: int) -> Image:
    from PIL import Image as Images
    from PIL import ImageDraw

    width, height = (round(side / 25.4 * dpi) for side in A4_MM)
    sheet = Images.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    unit = width / 210
    _text(draw, (width / 2, 24 * unit), _TITLES[number], 7 * unit, middle=True)
    for row, line in enumerate(_LINES):
        _text(draw, (20 * unit, (44 + row * 9) * unit), line, 4 * unit)
    for row, item in enumerate(_ITEMS):
        top = (90 + row * 12) * unit
        for left, right in ((20, 110), (110, 190)):
            box = (left * unit, top, right * unit, top + 12 * unit)
            draw.rectangle(box, outline=_INK, width=max(1, round(unit / 3)))
        _text(draw, (24 * unit, top + 6 * unit), item, 4.4 * unit)
        money = f"{(row + 3) * (number + 7) * 137.25:,.2f}"
        _text(draw, (120 * unit, top + 6 * unit), money, 4.4 * unit)
    seal = (130 * unit, 190 * unit, 172 * unit, 232 * unit)
    draw.ellipse(seal, outline=_SEAL, width=max(1, round(1.2 * unit)))
    _text(draw, (151 * unit, 211 * unit), "测试专用章", 6 * unit, middle=True, ink=_SEAL)
    _text(draw, (20 * unit, 270 * unit), f"第 {number + 1} 页  测试样张，无真实内容", 3.5 * unit)
    return sheet


def _text(
    draw: ImageDraw,
    place: tuple[float, float],
    text: str,
    pixels: float,
    *,
    middle: bool = False,
    ink: tuple[int, int, int] = _INK,
) -> None:
    from PIL import ImageFont

    if not _FONT.exists():
        # Without the font: bars where the lines are, which is all that a page finder needs.
        length = len(text) * pixels * 0.8
        left = place[0] - (length / 2 if middle else 0)
        draw.rectangle((left, place[1] - pixels / 2, left + length, place[1] + pixels / 2), ink)
        return
    font = ImageFont.truetype(_FONT, max(4, round(pixels)), index=_FACE)
    draw.text(place, text, ink, font, anchor="mm" if middle else "lm")
