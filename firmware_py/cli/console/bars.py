"""The lines around the pages: the head, the tabs, the banner, the last answer, the keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.style import Style
from rich.text import Text
from textual import events
from textual.widget import Widget
from textual.widgets import Static

from firmware_py.cli.console.page import Key
from firmware_py.cli.console.rows import fitted
from firmware_py.cli.words import chosen, t

__all__ = ["Banner", "Head", "KeyLine", "Press", "Tabs", "not_there"]


class Press(Widget):
    """One line of things to press; a click on one is the press of its key."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id)
        self._line = Text(no_wrap=True, overflow="crop")
        #: Where each begins and ends, and its key.
        self._places: list[tuple[int, int, str]] = []

    def begin(self) -> None:
        """Begin the line anew."""
        self._line = Text(no_wrap=True, overflow="crop")
        self._places = []

    def add(self, words: Text, key: str, gap: int = 1) -> None:
        """Add something to press."""
        start = self._line.cell_len
        self._line.append_text(words).append(" " * gap)
        self._places.append((start, start + words.cell_len, key))
        self.refresh()

    def render(self) -> Text:
        """Return the line."""
        return self._line

    def on_click(self, event: events.Click) -> None:
        """Press what was clicked."""
        for start, end, key in self._places:
            if start <= event.x < end:
                self.app.simulate_key(key)


class Tabs(Press):
    """The pages by number; the one to be seen is reversed and in brackets."""

    def show(self, titles: Sequence[str], here: int) -> None:
        """Show the pages' titles."""
        self.begin()
        for n, title in enumerate(titles):
            words = f"[{n + 1} {title}]" if n == here else f" {n + 1} {title} "
            self.add(Text(words, "bold reverse" if n == here else ""), str(n + 1), 0)


class KeyLine(Press):
    """What the keys do here."""

    def show(self, keys: Sequence[Key]) -> None:
        """Show them."""
        self.begin()
        for key, words in keys:
            shown = {"question_mark": "?", "slash": "/", "enter": "Enter", "escape": "Esc"}.get(
                key, key
            )
            self.add(Text.assemble((shown, "bold underline"), f" {words}"), key, 2)


class Head(Static):
    """Which hall, and what time it has."""

    def show(self, status: Mapping[str, Any]) -> None:
        """Show a status."""
        now = str(status.get("now", ""))
        node = f"{status['hall']}/{status['node']}"
        right = Text.assemble((node, "dim"), "  ", now)
        left = fitted(Text(chosen(status["name"]), "bold"), self.size.width - right.cell_len - 1)
        self.update(left.append(" ").append_text(right))


class Banner(Static):
    """What everybody must see before all else; away when there is nothing."""

    def say(self, words: str) -> None:
        """Show the words, or nothing."""
        self.display = bool(words)
        self.update(Text(f"!! {words}", Style(bold=True, reverse=True, color="red")))


def not_there(code: str, seen: str) -> str:
    """Say that the daemon is not there, and of when is what is still shown."""
    words = {
        "no_permission": t("没有权限连接 halld，正在重试", "no right to use halld, trying again"),
        "no_answer": t("halld 没有应答，正在重试", "halld does not answer, trying again"),
        "not_halld": t("应答的不是 halld，正在重试", "what answers is no halld, trying again"),
    }.get(code, t("halld 没有运行，正在重试", "halld is not running, trying again"))
    return words + (t(f"（以下为 {seen} 的情况）", f" (below: as of {seen})") if seen else "")
