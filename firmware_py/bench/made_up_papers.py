"""Papers that nobody ever handed in, as a scanner and a camera see them: for the figures."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

__all__ = ["camera_frames", "scanned_page"]

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
#: The Simplified Chinese face of the collection.
_FACE = 2
_LINE = "今收到样本纳税人提交的申请材料共三份，请于二十个工作日内凭受理单到原窗口领取办理结果"


def _page(dpi: int) -> Image.Image:
    width, height = round(8.27 * dpi), round(11.69 * dpi)
    page = Image.new("RGB", (width, height), (248, 248, 244))
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(FONT, round(10.5 * dpi / 72), index=_FACE)
    for line in range(42):
        text = _LINE[: 40 if line % 5 else 22]
        pen.text((0.9 * dpi, (1 + 0.23 * line) * dpi), text, font=font, fill=(32, 32, 36))
    box = [5.2 * dpi, 8.6 * dpi, 6.9 * dpi, 10.3 * dpi]
    pen.ellipse(box, outline=(214, 40, 48), width=max(2, dpi // 20))
    return page


def _laid(page: Image.Image, size: tuple[int, int], lean: float, noise: float) -> Image.Image:
    ground = Image.new("RGB", size, (52, 50, 48))
    turned = page.convert("RGBA").rotate(-lean, Image.Resampling.BICUBIC, expand=True)
    place = ((size[0] - turned.width) // 2, (size[1] - turned.height) // 2)
    ground.paste(turned, place, turned)
    values = np.asarray(ground, dtype=np.int16)
    grain = np.random.default_rng(1).normal(0, noise, (*values.shape[:2], 1)).astype(np.int16)
    return Image.fromarray(np.clip(values + grain, 0, 255).astype(np.uint8))


def scanned_page(dpi: int = 300, lean: float = 3.0) -> Image.Image:
    """Return what the glass of an A4 scanner sees in grey: a page that leans, on a dark lid."""
    size = (round(8.27 * dpi), round(11.69 * dpi))
    page = _page(dpi).resize((size[0] * 92 // 100, size[1] * 92 // 100))
    return _laid(page, size, lean, 2).convert("L")


def camera_frames(count: int) -> bytes:
    """Return Motion JPEG of 1920 x 1080, as a document camera gives it: about 300 kB a frame."""
    frames = []
    for number in range(count):
        picture = _laid(_page(88), (1920, 1080), 2.0 + number / 10, 5)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=88, subsampling=1)
        frames.append(out.getvalue())
    return b"".join(frames)
