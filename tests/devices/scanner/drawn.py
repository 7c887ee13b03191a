"""Pages drawn for tests: made-up forms in Chinese, laid crooked on grounds, with known corners."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from devices.scanner.pages.geometry import Floats, mapping, rectangle

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
#: The Simplified Chinese face of the collection.
FACE = 2
SENTENCE = "办税服务厅今日收到申请材料共三份，请于二十个工作日内凭本受理单到原窗口领取结果。"
A4 = (210 / 25.4, 297 / 25.4)


def font(points: float, dpi: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, round(points * dpi / 72), index=FACE)


def form(dpi: int = 150, *, paper: int = 250, lines: int = 34, seal: bool = True) -> Image.Image:
    """An A4 form: a heading, lines of text, a small table, and a red seal across the last ones."""
    width, height = (round(side * dpi) for side in A4)
    page = Image.new("RGB", (width, height), (paper, paper, paper - 4))
    pen = ImageDraw.Draw(page)
    black = (30, 30, 34)
    pen.text((width // 2, dpi), "文书受理单", font=font(20, dpi), fill=black, anchor="mm")
    small = font(10.5, dpi)
    left, top, step = round(0.9 * dpi), round(1.5 * dpi), round(0.235 * dpi)
    for line in range(lines):
        shift = line * 7 % len(SENTENCE)
        text = (SENTENCE[shift:] + SENTENCE[:shift])[: 42 if line % 5 else 25]
        pen.text((left, top + line * step), text, font=small, fill=black)
    if lines > 20:
        for row in range(4):
            y = height - round((1.8 - 0.3 * row) * dpi)
            pen.line([(left, y), (width - left, y)], fill=black, width=max(1, dpi // 100))
    if seal:
        middle = (width - round(2.4 * dpi), height - round(2.6 * dpi))
        radius = round(0.8 * dpi)
        red = (214, 40, 48)
        box = [(middle[0] - radius, middle[1] - radius), (middle[0] + radius, middle[1] + radius)]
        pen.ellipse(box, outline=red, width=max(2, dpi // 20))
        pen.text(middle, "★", font=font(36, dpi), fill=red, anchor="mm")
    return page


@dataclass(frozen=True)
class Laid:
    """A picture of a page on a ground, and where the page's corners lie in it."""

    picture: Image.Image
    corners: Floats


def laid(
    page: Image.Image,
    size: tuple[int, int],
    lean_deg: float,
    *,
    ground: tuple[int, int, int] = (70, 62, 55),
    scale: float = 0.8,
    shift: tuple[float, float] = (0.0, 0.0),
    tilt: float = 0.0,
    shadow: float = 0.0,
    noise: float = 3.0,
    wood: float = 0.0,
    seed: int = 1,
) -> Laid:
    """Lay a page on a ground.

    ``tilt`` narrows the far edge, as a camera that looks from the side sees it; ``shadow`` takes
    that share of the light away towards the left; ``wood`` is the grain of the desk.
    """
    width, height = size
    fit = scale * min(width / page.width, height / page.height)
    corners = rectangle(width, height, lean_deg, (page.width * fit, page.height * fit))
    corners = corners + np.array(shift) * np.array(size)
    corners[0, 0] += tilt * page.width * fit / 2
    corners[1, 0] -= tilt * page.width * fit / 2
    dice = np.random.default_rng(seed)
    grain = dice.normal(0, wood, (height, 1, 1)) if wood else np.zeros((1, 1, 1))
    under = np.clip(np.ones((height, width, 3)) * np.array(ground) + grain, 0, 255)
    back = Image.fromarray(under.astype(np.uint8))
    finer = page.resize((max(1, round(page.width * fit)), max(1, round(page.height * fit))))
    seen = _seen_from(finer, corners, size)
    mask = _seen_from(Image.new("L", finer.size, 255), corners, size)
    back.paste(seen, (0, 0), mask)
    light = np.asarray(back, dtype=np.float64)
    if shadow:
        fall = 1 - shadow / (1 + np.exp((np.arange(width) - width * 0.45) / (width * 0.06)))
        light = light * fall[None, :, None]
    light = light + dice.normal(0, noise, (height, width, 1))
    return Laid(Image.fromarray(np.clip(light, 0, 255).astype(np.uint8)), corners)


def _seen_from(page: Image.Image, corners: Floats, size: tuple[int, int]) -> Image.Image:
    inverse = np.linalg.inv(np.append(np.array(mapping(corners, *page.size)), 1.0).reshape(3, 3))
    numbers = (inverse / inverse[2, 2]).ravel()[:8].tolist()
    return page.transform(
        size, Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BICUBIC, fillcolor=0
    )


def leaning(page: Image.Image, lean_deg: float) -> Image.Image:
    """A page that fills its picture and leans clockwise; what was outside is as white as it."""
    return page.rotate(-lean_deg, Image.Resampling.BICUBIC, fillcolor=page.getpixel((2, 2)))


def jpeg(picture: Image.Image, quality: int = 92, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, **more)
    return out.getvalue()


def far_off(found: Floats, wanted: Floats) -> float:
    """How far the worst corner is off, in pixels."""
    return float(max(math.dist(a, b) for a, b in zip(found, wanted, strict=True)))


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))
