"""Makes docs/pictures/console.png again: `hallctl console` at 80 x 24, on a hall at work.

    python -m config.setup.console_picture [--lang zh] [--page 2] [--to FILE]

It starts a bench hall below a temporary folder and draws the console's cells as a terminal does;
no terminal and no browser is needed, only Debian's fonts-noto-cjk.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from PIL import Image

from config.setup.run_picture import drawn_cells
from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.stage import Stage
from firmware_py.cli.console.app import HallConsole
from firmware_py.cli.words import use

PAGE = Path(__file__).parents[2] / "docs" / "pictures" / "console.png"
COLUMNS, ROWS = 80, 24
#: The daemon looks at its devices, and the console at the daemon.
SETTLE_S = 3.0
ITEMS = ("F01", "A01", "D01", "F01", "B01", "F01", "A01", "D01", "F01", "F01", "A01", "D01")


def drawn(console: HallConsole) -> Image.Image:
    """Return the console's screen as a terminal shows it."""
    # No public way leads to the cells, only to SVG, which needs a browser to become a picture.
    strips = console.screen._compositor.render_strips()  # noqa: SLF001
    return drawn_cells(strips, console.size.width, console.size.height)


async def play(hall: HallClient, bench: BenchClient) -> None:
    """Bring the hall to a moment that is worth seeing."""
    await hall.call("day.open", day="2026-11-23")
    for window in ("1", "2", "3", "5", "8"):
        await hall.call("window.open", window=window, clerk=f"10{window}")
    for item in ITEMS:
        await hall.call("ticket.take", item=item, origin="kiosk-1")
    for window in ("1", "2", "8"):
        await hall.call("window.next", window=window)
    await hall.call("window.start", window="1")
    await hall.call("window.pause", window="5")
    await hall.call("window.help", window="3")
    await hall.call("journal.backup")
    await bench.do("unplug", "led-wall")


async def photograph(to: Path, page: int) -> None:
    """Set the hall up and write the picture."""
    with tempfile.TemporaryDirectory(prefix="hall-") as folder:
        async with (
            Stage(Path(folder)) as stage,
            await HallClient.connect(stage.hall_socket) as hall,
            await BenchClient.connect(stage.bench_socket) as bench,
        ):
            await asyncio.sleep(SETTLE_S)
            await play(hall, bench)
            console = HallConsole(stage.hall_socket)
            async with console.run_test(size=(COLUMNS, ROWS)) as pilot:
                await pilot.press(str(page))
                await asyncio.sleep(SETTLE_S)
                drawn(console).save(to, optimize=True)


def main() -> int:
    """Set up, look, draw."""
    parser = argparse.ArgumentParser(description="Remakes docs/pictures/console.png.")
    parser.add_argument("--lang", choices=["en", "zh"], default="en")
    parser.add_argument("--page", type=int, choices=range(1, 7), default=1)
    parser.add_argument("--to", type=Path, default=PAGE)
    options = parser.parse_args()
    use(options.lang)
    asyncio.run(photograph(options.to, options.page))
    return 0


if __name__ == "__main__":
    sys.exit(main())
