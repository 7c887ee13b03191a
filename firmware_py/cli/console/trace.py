"""A device's line, live: the bytes in hex, and what they mean.

Pieces wait in a bounded queue and are drawn at each look (twice a second at most): a busy line
costs the console some lines, which it counts, and never its answers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import Any

from rich.text import Text
from textual.widgets import RichLog

from devices.tracewords import TraceWords
from firmware_py.cli.console.link import Link
from firmware_py.cli.device_trace import chunk_of
from firmware_py.cli.errors import CliError
from firmware_py.cli.words import t

__all__ = ["TracePanel", "trace_lines"]

Record = dict[str, Any]
_ROW = 16
#: A longer piece is cut: an image is thousands of bytes, and `hallctl devices trace` has them all.
_MOST_ROWS = 4
#: So few bytes leave room for what they mean on the same line.
_SHORT = 8
_KEPT_LINES = 1000
_WAITING = 200
_INDENT = " " * 15


class TracePanel(RichLog):
    """The panel; ``device`` is whose line it shows, "" while it shows none."""

    def __init__(self, link: Link, *, id: str) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id, max_lines=_KEPT_LINES, wrap=True, min_width=20)
        self.can_focus = False
        self._link = link
        self.device = ""
        self._waiting: deque[Record] = deque(maxlen=_WAITING)
        self._lost = 0
        self._words: TraceWords | None = None
        self._following: asyncio.Task[None] | None = None

    def start(self, device: str) -> None:
        """Begin to follow a device."""
        self.stop()
        self.device = device
        self.clear()
        self.write(
            Text(
                t(
                    f"{device} 的线路，实时；身份证号已遮盖；按 w 结束",
                    f"the line of {device}, live; ID numbers are masked; w ends it",
                ),
                "bold underline",
            )
        )
        self._following = asyncio.create_task(self._follow(device), name=f"trace-{device}")

    def stop(self) -> None:
        """End following."""
        self.device = ""
        self._words = None
        self._waiting.clear()
        if self._following is not None:
            self._following.cancel()
            self._following = None

    def on_unmount(self) -> None:
        """End with the screen."""
        self.stop()

    async def _follow(self, device: str) -> None:
        try:
            await self._link.trace(device, self._take)
        except CliError as error:
            self.write(Text(f"!! {error.sentence}", "bold red"))

    def _take(self, record: Record) -> None:
        if self._words is None:
            # The head comes first.
            self._words = TraceWords(record["kind"], record.get("options"))
            return
        if len(self._waiting) == _WAITING:
            self._lost += 1
        self._waiting.append(record)

    def draw(self) -> None:
        """Draw what came since."""
        if self._lost:
            self.write(_lost(self._lost))
            self._lost = 0
        while self._waiting and self._words is not None:
            for line in trace_lines(self._waiting.popleft(), self._words):
                self.write(line)


def trace_lines(record: Record, words: TraceWords) -> Iterator[Text]:
    """Yield a piece in lines of 62 cells and the lines of what it means."""
    time = record["at"][11:23]
    if "lost" in record:
        yield _lost(record["lost"])
        return
    told = words.of(chunk_of(record))
    if "note" in record:
        yield Text(f"{time} -- {record['note']}", "dim")
        return
    data = record["hex"].split()
    rows = [" ".join(data[at : at + _ROW]) for at in range(0, len(data), _ROW)]
    arrow = ("> ", "cyan") if record["dir"] == "out" else ("< ", "green")
    line = Text.assemble((time, "dim"), " ", arrow, rows[0] if rows else "")
    if len(data) <= _SHORT and len(told) == 1:
        yield Text.assemble(line, " " * (3 * (_SHORT - len(data)) + 2), (told[0], "bold"))
        return
    yield line
    for row in rows[1:_MOST_ROWS]:
        yield Text(f"{_INDENT}{row}")
    if (more := len(data) - _ROW * _MOST_ROWS) > 0:
        yield Text(f"{_INDENT}{t(f'……还有 {more} 字节', f'... {more} more bytes')}", "dim")
    for meaning in told:
        yield Text(f"{_INDENT}{meaning}", "bold")


def _lost(count: int) -> Text:
    words = t(f"线路太忙，{count} 段没有显示", f"{count} pieces not shown: the line is busy")
    return Text(f"! {words}", "yellow")
