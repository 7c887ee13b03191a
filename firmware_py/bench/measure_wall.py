"""What a wall of eight lines costs on the wire of two protocols: only what changed goes out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devices.led_wall.display import LedDisplay
from devices.led_wall.layout import Layout, Zone
from devices.led_wall.notices import Notice
from devices.led_wall.page import LedPage
from devices.led_wall.wall import WallPicture
from devices.registry import convert_options, load_driver, load_simulator
from devices.simulator import Simulator
from firmware_py.bench.figure import Figure

__all__ = ["WallBytes", "measure", "wall_bytes"]

PANEL = {"width": 256, "height": 128, "rows": 8, "font": 16}
WALLS = (("EQ", "led_wall.eq2013"), ("Onbon", "led_wall.onbon"))
CALLS = 7
NOTICE = Notice("notice", "60周岁以上老年人可到导税台优先取号，请提前备齐资料")
MIN_SHOW_S = 8.0


class _Wire:
    """Both ends of a wire in one object: what the driver writes, the simulated card obeys."""

    port = "memory"

    def __init__(self, card: Simulator) -> None:
        self.written = bytearray()
        self._card = card
        self._answers: deque[bytes] = deque()
        card.send = self._answers.append

    def read_available(self) -> bytes:
        data = b"".join(self._answers)
        self._answers.clear()
        return data

    def read_some(self, timeout_s: float) -> bytes:
        del timeout_s
        return self._answers.popleft() if self._answers else b""

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        del timeout_s
        self.written += data
        self._card.feed(data)

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        return None


class WallBytes:
    """A wall with a driver and its card; ``show`` returns how many bytes a page cost."""

    def __init__(self, kind: str) -> None:
        options: Any = convert_options(kind, PANEL)
        self._card = load_simulator(kind)("wall", options)
        self._wire = _Wire(self._card)
        driver = load_driver(kind)("wall", options, self._wire)
        if not isinstance(driver, LedDisplay):
            raise TypeError(f"{kind} is no LED display")
        self._driver = driver
        driver.open()

    def show(self, page: LedPage) -> int:
        """Show a page; the card must show it then. Raises ``RuntimeError`` when it does not."""
        self._wire.written.clear()
        self._driver.show(page)
        seen: Sequence[str] = self._card.seen()["lines"]
        if [text for text in seen if text] != [line.text for line in page.lines]:
            raise RuntimeError(f"the wall shows {seen}")
        return len(self._wire.written)


def text_bytes(page: LedPage, before: LedPage | None = None) -> int:
    """Return the bare GB2312 of the lines that differ from those of the page before."""
    old = before.lines if before is not None else ()
    return sum(
        len(line.text.encode("gb2312"))
        for row, line in enumerate(page.lines)
        if row >= len(old) or old[row] != line
    )


def pages() -> tuple[LedPage, LedPage]:
    """Return a full wall, and the same when one person has come to the window."""
    layout = Layout(zone=(Zone(show="calls", rows=CALLS), Zone(show="notices")))
    wall = WallPicture(layout, PANEL["width"] * 2 // PANEL["font"], MIN_SHOW_S)
    wall.take((NOTICE,), 0.0)
    if wall.board is None:
        raise RuntimeError("the layout has no calls")
    for number in range(1, CALLS + 1):
        wall.board.called(f"A{number:03}", str(number), 0.0)
    full = wall.page(0.0)
    wall.page(MIN_SHOW_S)
    settled = wall.page(MIN_SHOW_S)
    wall.board.served("A003")
    changed = wall.page(MIN_SHOW_S)
    if len(full.lines) != PANEL["rows"] or text_bytes(changed, settled) == 0:
        raise RuntimeError("the pages are not those that should be measured")
    return settled, changed


def wall_bytes(kind: str) -> tuple[int, int, int]:
    """Return the bytes of a full page, of one changed line, and of the same page again."""
    wall = WallBytes(kind)
    full, changed = pages()
    return wall.show(full), wall.show(changed), wall.show(changed)


async def measure(folder: Path) -> list[Figure]:
    """Return the figures of both wires; nothing is written to ``folder``."""
    del folder
    full, changed = pages()
    bare, bare_line = text_bytes(full), text_bytes(changed, full)
    figures = []
    for name, kind in WALLS:
        page, line, again = wall_bytes(kind)
        figures.append(
            Figure(
                f"a wall of 8 lines on {name}: full page, one changed line, the same again",
                "what changed only; the same again 0 bytes",
                f"{page}, {line}, {again} bytes",
                f"the bare text {bare}, {bare_line}, 0 bytes",
                # A line's share of the page, and as much again for its frame.
                kept=again == 0 and line <= 2 * page / PANEL["rows"],
            )
        )
    return figures
