"""What is asked before something is done: yes or no, a word, or nothing (a page to read)."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from firmware_py.cli.console.bars import KeyLine
from firmware_py.cli.console.page import Key
from firmware_py.cli.console.rows import fitted
from firmware_py.cli.words import t

__all__ = ["Confirm", "Prompt", "Reading"]


class Confirm(ModalScreen[bool]):
    """Asks once: y is yes, everything else is no. Enter is none: it is pressed too easily."""

    BINDINGS = [  # noqa: RUF012 - textual's own form; it is never changed
        Binding("y", "answer(True)", show=False),
        Binding("n,escape,q", "answer(False)", show=False),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical(classes="box"):
            yield Static(Text(self._question), id="question")
            yield KeyLine(id="choices")

    def on_mount(self) -> None:
        """Show the choices."""
        self.query_one(KeyLine).show([("y", t("是", "yes")), ("n", t("否", "no"))])

    def action_answer(self, yes: bool) -> None:
        """Answer."""
        self.dismiss(yes)


class Prompt(ModalScreen[str | None]):
    """Asks for a word; Enter gives it, Escape gives None."""

    BINDINGS = [Binding("escape", "leave", show=False)]  # noqa: RUF012 - as above

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical(classes="box"):
            yield Static(Text(self._question), id="question")
            yield Input(compact=True, max_length=32)
            yield KeyLine(id="choices")

    def on_mount(self) -> None:
        """Show the choices."""
        keys = [("enter", t("确定", "do it")), ("escape", t("取消", "leave"))]
        self.query_one(KeyLine).show(keys)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give what was typed."""
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)


class Reading(ModalScreen[None]):
    """A page of keys; any key closes it."""

    def __init__(self, title: str, keys: list[Key]) -> None:
        super().__init__()
        self._title = title
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Lay it out."""
        text = Text(f"{self._title}\n\n", "bold")
        for key, words in self._keys:
            text.append_text(fitted(Text(key, "bold"), 12)).append(f"{words}\n", "not bold")
        with Vertical(classes="box"):
            yield Static(text)

    def on_key(self) -> None:
        """Close."""
        self.dismiss(None)

    def on_click(self) -> None:
        """Close."""
        self.dismiss(None)
