"""Answers: JSON for programs, tables and colours for people.

rich is imported when a table is drawn, never before. What is not a terminal gets no colours and
no limit of width: each record stays on its line, for grep.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from firmware_py.cli.errors import WrongUse
from firmware_py.cli.words import t

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "Column",
    "level_style",
    "minutes",
    "prose",
    "say",
    "span",
    "state_style",
    "table",
    "terminal_width",
    "write_json",
]

#: A column: its heading, and how it is set (``right``, ``wrap``, or nothing).
Column = tuple[str, str]
_UNLIMITED = 10_000


def write_json(value: Any, *, line: bool = False) -> None:
    """Write ``value`` as JSON in UTF-8, whatever the terminal speaks."""
    text = json.dumps(value, ensure_ascii=False, indent=None if line else 2)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.buffer.flush()


def _console() -> Console:
    try:
        from rich.console import Console
    except ModuleNotFoundError:
        raise WrongUse(
            "no_rich",
            "缺少 rich 软件包，不能显示表格。请安装 hall-controller[cli]，或加上 --json。",
            "The package rich is missing, so there are no tables. "
            "Install hall-controller[cli], or add --json.",
        ) from None
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _UNLIMITED
    return Console(highlight=False, emoji=False, markup=False, width=width)


def say(*parts: str | tuple[str, str], end: str = "\n") -> None:
    """Write a line; a part ``(words, style)`` is in that style on a terminal.

    Plain words do without rich, so that a quick command stays quick.
    """
    if all(isinstance(part, str) for part in parts) or not sys.stdout.isatty():
        words = "".join(part if isinstance(part, str) else part[0] for part in parts)
        sys.stdout.write(words + end)
        return
    from rich.text import Text

    sys.stdout.flush()
    _console().print(Text.assemble(*parts), end=end)


def prose(text: str) -> None:
    """Write sentences; on a terminal they break between words."""
    from firmware_py.cli.helptext import wrap

    sys.stdout.writelines(line + "\n" for line in wrap(text, terminal_width()))


def terminal_width() -> int:
    """Return how many columns a line may have; as good as unlimited where it is no terminal."""
    return _console().width if sys.stdout.isatty() else _UNLIMITED


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[str | tuple[str, str]]],
    title: str = "",
) -> None:
    """Write a table. A cell is words, or words and their style."""
    from rich.table import Table
    from rich.text import Text

    console = _console()
    shown = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for heading, form in columns:
        shown.add_column(
            heading,
            justify="right" if form == "right" else "left",
            no_wrap=form != "wrap",
            overflow="fold" if form == "wrap" else "ellipsis",
        )
    for row in rows:
        shown.add_row(*(Text(c) if isinstance(c, str) else Text(*c) for c in row))
    if title:
        say((title, "bold"))
    with console.capture() as captured:
        console.print(shown)
    sys.stdout.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))


def span(seconds: float | None) -> str:
    """Return a duration as ``4:07`` or ``1:02:09``; nothing for None."""
    if seconds is None:
        return ""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def minutes(seconds: float | None) -> str:
    """Return a wait in words: about how many minutes."""
    if seconds is None:
        return t("无法估计", "cannot be said")
    whole = round(seconds / 60)
    if whole < 1:
        return t("不到 1 分钟", "less than a minute")
    return t(f"约 {whole} 分钟", f"about {whole} min")


_STATES = {
    "ok": "green",
    "open": "green",
    "serving": "green",
    "called": "cyan",
    "warning": "yellow",
    "paused": "yellow",
    "starting": "yellow",
    "fault": "bold red",
    "gone": "bold red",
    "closed": "dim",
    "disabled": "dim",
}


def state_style(state: object) -> str:
    """Return how a state looks."""
    return _STATES.get(str(state), "")


def level_style(level: object) -> str:
    """Return how an alarm of this level looks: as its lamp."""
    return "bold red" if level == "red" else "yellow"
