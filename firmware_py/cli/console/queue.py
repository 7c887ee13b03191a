"""Page 3: the queue. Whoever asks "why not me?" gets an answer here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from firmware_py.cli.console.link import Link
from firmware_py.cli.console.page import Key, Page, Status
from firmware_py.cli.console.rows import Column, Row, Rows
from firmware_py.cli.errors import CliError, Refused
from firmware_py.cli.output import span, state_style
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["Queue"]

Ticket = Mapping[str, Any]
#: In this order; what has ended is found by its whole number.
_LIVE = ("called", "serving", "waiting", "parked", "missed")
_DIGITS = re.compile(r"\d{2,}")


class Queue(Page):
    """The page."""

    BINDINGS = [  # noqa: RUF012 - textual's own form; it is never changed
        Binding("slash,f", "filter", show=False),
        Binding("y,enter", "why", show=False),
        Binding("escape", "back", show=False),
    ]

    def __init__(self, link: Link) -> None:
        super().__init__(link, id="queue")
        self._why_of = ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return t("排队", "Queue")

    @property
    def keys(self) -> Sequence[Key]:
        """The keys of this page."""
        return (
            ("y", t("为什么", "why")),
            ("slash", t("按号码查找", "find a number")),
            ("escape", t("返回", "back")),
        )

    @property
    def main(self) -> Widget:
        """The list of tickets."""
        return self.query_one(Rows)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        columns = (
            Column(t("号码", "Number"), 7),
            Column(t("状态", "Status"), 10),
            Column(t("取号", "Issued"), 8),
            Column(t("用时", "For"), 8, right=True),
            Column(t("窗口", "Window"), 6, right=True),
            Column(t("优先", "Traits"), 10),
            Column(t("事项", "Item"), 0),
        )
        yield Input(placeholder=t("号码", "number"), compact=True, max_length=12, id="filter")
        yield Rows(columns, t("没有。", "None."), id="tickets")
        with VerticalScroll(id="why"):
            yield Static(id="reasons")

    async def look(self, status: Status) -> None:
        """Show the tickets that have not ended, or those that the number leads to."""
        found: list[Ticket] = []
        for one in _LIVE:
            found += await self.link.ask("ticket.list", status=one)
        wanted = self.query_one(Input).value.strip().upper()
        if wanted:
            found = [ticket for ticket in found if wanted in ticket["number"]]
            if not found and _DIGITS.search(wanted):
                found = await self._ended(wanted)
        self.query_one(Rows).show([_row(ticket, status["now_ms"]) for ticket in found])
        if self._why_of:
            await self._say_why()

    async def _ended(self, number: str) -> list[Ticket]:
        try:
            return [await self.link.ask("ticket.show", number=number)]
        except Refused:
            return []  # There is no such number today: the list says "none".

    async def on_input_changed(self) -> None:
        """Look for the number while it is typed."""
        try:
            status = await self.link.ask("hall.status")
            if status["mode"] != "safe":
                await self.look(status)
        except CliError:
            return  # The next look says what is wrong.

    def on_input_submitted(self) -> None:
        """Go from the number to what was found."""
        self.query_one(Rows).focus()

    async def on_rows_moved(self) -> None:
        """Let the reasons go with the ticket they are about."""
        if self._why_of and self._why_of != self.query_one(Rows).key:
            self._why_of = ""
            self.query_one("#reasons", Static).update("")

    def action_filter(self) -> None:
        """Type a number."""
        self.query_one(Input).focus()

    def action_back(self) -> None:
        """Show all again."""
        self.query_one(Input).value = ""
        self.query_one(Rows).focus()

    async def action_why(self) -> None:
        """Say why the ticket under the cursor was called, or still waits."""
        self._why_of = self.query_one(Rows).key or ""
        if self._why_of:
            try:
                await self._say_why()
            except CliError as error:
                self.query_one("#reasons", Static).update(Text(error.sentence, "bold red"))

    async def _say_why(self) -> None:
        answer = await self.link.ask("why", number=self._why_of)
        said = [chosen(words) for words in (*answer["calls"], answer["now"])]
        text = Text("\n".join(line for line in said if line))
        self.query_one("#reasons", Static).update(text)


def _row(ticket: Ticket, now_ms: int) -> Row:
    status = ticket["status"]
    since_ms = {
        "waiting": ticket["issued_ms"],
        "called": ticket["called_ms"],
        "serving": ticket["started_ms"],
        "missed": ticket["missed_ms"],
    }.get(status)
    traits = [in_words(trait, "trait") for trait in ticket["traits"]]
    if ticket["appointment_at"]:
        traits.append(t(f"预约{ticket['appointment_at'][11:16]}", ticket["appointment_at"][11:16]))
    return Row(
        ticket["number"],
        (
            Text(ticket["number"], "bold"),
            Text(in_words(status), state_style(status)),
            Text(ticket["issued_at"][11:]),
            Text("" if since_ms is None else span((now_ms - since_ms) / 1000)),
            Text(ticket["window"] or ""),
            Text(" ".join(traits)),
            Text(f"{ticket['item']} {chosen(ticket['item_name'])}"),
        ),
    )
