"""Makes docs/pictures/run.png again: the live view of ``make run``, at its most telling moment.

    python config/setup/run_picture.py

It plays a day of the bench below a temporary folder and draws the view's cells itself, so that it
needs no terminal and no browser; only Debian's fonts-noto-cjk.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import deque
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme

from firmware_py.bench.client import HallClient
from firmware_py.bench.day import Day
from firmware_py.bench.follow import Event, Follow
from firmware_py.bench.papers import Pictures
from firmware_py.bench.picture import picture
from firmware_py.bench.play import Play
from firmware_py.bench.telling import Teller
from firmware_py.bench.troubles import Troubles
from firmware_py.bench.view import View, look, news_of
from firmware_py.cli.words import use
from firmware_py.core.rules import Rules
from firmware_py.sync.consumer import Consumer

PAGE = Path(__file__).parents[2] / "docs" / "pictures" / "run.png"
COLUMNS, ROWS = 102, 28
CELL_W, CELL_H, FONT_PX, MARGIN = 9, 22, 18, 4
FONTS = "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc"
FACE = "Noto Sans Mono CJK SC"
LOOK_S = 0.2
THEME = TerminalTheme(
    (26, 27, 32),
    (214, 216, 220),
    [(60, 62, 70), (255, 85, 80), (90, 200, 120), (245, 190, 70),
     (95, 150, 230), (190, 130, 220), (90, 200, 215), (214, 216, 220)],
    [(120, 122, 130), (255, 110, 105), (120, 220, 145), (255, 210, 100),
     (125, 175, 245), (210, 155, 240), (120, 225, 235), (255, 255, 255)],
)  # fmt: skip

Font = ImageFont.FreeTypeFont


def worth(view: View) -> int:
    """Return how much of what the view can show is to be seen."""
    red = any(alarm["level"] == "red" for alarm in view.status["alarm_list"])
    busy = sum(window["ticket"] is not None for window in view.windows)
    broker_down = not (view.status["broker"] or {}).get("connected")
    crowded = int(view.status["waiting"]) > 4
    return 4 * red + busy + 3 * bool(view.troubles) + 2 * broker_down + crowded


class Photographer(Teller):
    """Looks at the day as the live view does, and keeps the best moment."""

    def __init__(self) -> None:
        super().__init__(lambda line: None)
        self.best: View | None = None
        self._news: deque[str] = deque(maxlen=20)

    async def follow(
        self,
        day: Day,
        follow: Follow,
        troubles: Troubles,
        pictures: Pictures,
        hall: HallClient,
        consumer: Consumer,
        rules: Rules,
    ) -> None:
        """Look, until cancelled."""
        del pictures

        def note(event: Event) -> None:
            if (words := news_of(event)) is not None:
                self._news.appendleft(f"{day.time.text()}  {words}")

        follow.on_event.append(note)
        while True:
            owed = sum((await hall.call("hall.status"))["papers_owed"].values())
            printed = follow.counts["ticket.issued"] - owed
            view = await look(day, hall, consumer, troubles, rules, printed, self._news)
            if self.best is None or worth(view) > worth(self.best):
                self.best = view
            await asyncio.sleep(LOOK_S)


@cache
def face(weight: str) -> Font:
    """Return the Simplified Chinese fixed-width face: the collection's first is Japanese."""
    for index in range(20):
        font = ImageFont.truetype(FONTS.format(weight), FONT_PX, index=index)
        if font.getname()[0] == FACE:
            return font
    raise SystemExit(f"{FONTS.format(weight)} has no {FACE}")


def colours(style: Style) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return the colours of ink and ground."""
    ink = (
        tuple(style.color.get_truecolor(THEME))
        if style.color is not None
        else THEME.foreground_color
    )
    ground = (
        tuple(style.bgcolor.get_truecolor(THEME, foreground=False))
        if style.bgcolor is not None and not style.bgcolor.is_default
        else THEME.background_color
    )
    if style.dim:
        ink = tuple((a + b) // 2 for a, b in zip(ink, ground, strict=True))
    if style.reverse:
        ink, ground = ground, ink
    return (ink[0], ink[1], ink[2]), (ground[0], ground[1], ground[2])


def drawn(view: View) -> Image.Image:
    """Return the view as a terminal of 102 x 28 cells shows it."""
    console = Console(width=COLUMNS, height=ROWS, force_terminal=True, color_system="truecolor")
    options = console.options.update(width=COLUMNS, height=ROWS)
    return drawn_cells(console.render_lines(picture(view, ROWS), options), COLUMNS, ROWS)


def drawn_cells(lines: Iterable[Iterable[Segment]], columns: int, rows: int) -> Image.Image:
    """Return lines of a terminal of so many cells, as it shows them."""
    size = (columns * CELL_W + 2 * MARGIN, rows * CELL_H + 2 * MARGIN)
    image = Image.new("RGB", size, tuple(THEME.background_color))
    pen = ImageDraw.Draw(image)
    regular, bold = face("Regular"), face("Bold")
    for row, line in enumerate(lines):
        column = 0
        for text, style, _ in (Segment(*one) for one in line):
            ink, ground = colours(style or Style.null())
            font = bold if style is not None and style.bold else regular
            for character in text:
                width = cell_len(character)
                x, y = MARGIN + column * CELL_W, MARGIN + row * CELL_H
                if ground != tuple(THEME.background_color):
                    pen.rectangle((x, y, x + width * CELL_W - 1, y + CELL_H - 1), fill=ground)
                draw(pen, character, (x, y), ink, font)
                column += width
    return image


#: Box characters as lines between the middles of a cell's sides, so that they meet.
_BOX = {
    "─": "lr", "━": "LR", "╸": "L", "╺": "R", "│": "tb",
    "╭": "rb", "╮": "lb", "╰": "rt", "╯": "lt",
}  # fmt: skip


def draw(
    pen: ImageDraw.ImageDraw, what: str, at: tuple[int, int], ink: tuple[int, int, int], font: Font
) -> None:
    """Draw one character into its cell."""
    x, y = at
    if what not in _BOX:
        room = cell_len(what) * CELL_W
        if (taken := pen.textlength(what, font)) > room:
            # An arrow or a bullet: as wide as a Chinese character in this face.
            font = font.font_variant(size=int(FONT_PX * room / taken))
            pen.text((x, y + CELL_H / 2), what, fill=ink, font=font, anchor="lm")
        else:
            pen.text((x, y + CELL_H - 5), what, fill=ink, font=font, anchor="ls")
        return
    middle = (x + CELL_W // 2, y + CELL_H // 2)
    ends = {
        "l": (x, middle[1]),
        "r": (x + CELL_W, middle[1]),
        "t": (middle[0], y),
        "b": (middle[0], y + CELL_H),
    }
    for side in _BOX[what]:
        pen.line((*middle, *ends[side.lower()]), fill=ink, width=3 if side.isupper() else 1)


def main() -> int:
    """Play, look, draw."""
    parser = argparse.ArgumentParser(description="Remakes docs/pictures/run.png.")
    parser.add_argument("--lang", choices=["en", "zh"], default="en")
    parser.add_argument("--to", type=Path, default=PAGE)
    options = parser.parse_args()
    use(options.lang)
    photographer = Photographer()
    with tempfile.TemporaryDirectory(prefix="hall-") as folder:
        played = argparse.Namespace(
            once=True, out=Path(folder), people=60, speed=160.0, seed=1, plain=True
        )
        code = asyncio.run(Play(played, photographer).run())
    if photographer.best is None:
        return 1
    drawn(photographer.best).save(options.to, optimize=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
