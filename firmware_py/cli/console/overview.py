"""Page 1: the hall at a glance; the duty manager opens, pauses and closes windows here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from firmware_py.cli.console.beside import Waiting, beside, waiting_by_item
from firmware_py.cli.console.dialogs import Prompt
from firmware_py.cli.console.link import Link
from firmware_py.cli.console.page import Key, Page, Status, assembled
from firmware_py.cli.console.rows import Rows
from firmware_py.cli.console.windows import window_columns, window_deed, window_rows
from firmware_py.cli.output import state_style
from firmware_py.cli.status import (
    backup_lines,
    broker_line,
    day_line,
    hours_line,
    papers_lines,
    safe_lines,
    waiting_lines,
)
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["Overview"]


class Overview(Page):
    """The page."""

    BINDINGS = [  # noqa: RUF012 - textual's own form; it is never changed
        Binding("o", "window('o')", show=False),
        Binding("p", "window('p')", show=False),
        Binding("c", "window('c')", show=False),
    ]

    def __init__(self, link: Link) -> None:
        super().__init__(link, id="overview")
        self._windows: dict[str, Mapping[str, Any]] = {}
        self._waiting: list[Waiting] = []
        self._status: Status | None = None

    @property
    def title(self) -> str:
        """What the tab says."""
        return t("总览", "Overview")

    @property
    def keys(self) -> Sequence[Key]:
        """The keys of this page."""
        return (
            ("o", t("开放窗口", "open window")),
            ("p", t("暂停/恢复", "break/back")),
            ("c", t("关闭", "close")),
        )

    @property
    def main(self) -> Widget:
        """The list of windows."""
        return self.query_one(Rows)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static(id="day")
        with Horizontal(id="middle"):
            yield Rows(window_columns(), id="windows")
            yield Static(id="beside")
        yield Static(id="system")

    async def look(self, status: Status) -> None:
        """Show the hall; in safe mode what to do."""
        safe = status["mode"] == "safe"
        self.query_one("#middle").display = self.query_one("#system").display = not safe
        if safe:
            self.query_one("#day", Static).update(_joined(map(assembled, safe_lines(status))))
            return
        tickets = await self.link.ask("ticket.list", status="waiting")
        self._waiting = waiting_by_item(tickets, status["now_ms"])
        self._windows = {window["id"]: window for window in status["windows"]}
        self._status = status
        self.query_one("#day", Static).update(_joined(_head(status)))
        self.query_one("#system", Static).update(_joined(_system(status)))
        self.query_one(Rows).show(window_rows(status["windows"], status["alarm_list"]))
        self._show_beside()

    def _show_beside(self) -> None:
        panel, status = self.query_one("#beside", Static), self._status
        if status is not None and panel.size.width:
            alarms, calls = status["alarm_list"], status["last_calls"]
            panel.update(beside(self._waiting, alarms, calls, *panel.size))

    def on_resize(self) -> None:
        """Fit what stands beside the windows."""
        self.call_after_refresh(self._show_beside)

    def action_window(self, key: str) -> None:
        """Open, pause or close the window under the cursor."""
        window = self._windows.get(self.query_one(Rows).key or "")
        if window is None:
            return
        if key != "o":
            self.want(window_deed(self.link, key, window))
            return

        def opened(clerk: str | None) -> None:
            if clerk is not None:
                self.want(window_deed(self.link, key, window, clerk))

        name = window["id"]
        question = t(
            f"开放 {name} 号窗口。办税人员工号（可不填）：",
            f"Open window {name}. The clerk's number (may stay empty):",
        )
        self.app.push_screen(Prompt(question), opened)


def _joined(lines: Iterator[Text]) -> Text:
    return Text("\n").join(lines)


def _head(status: Status) -> Iterator[Text]:
    yield assembled(day_line(status))
    if hours := hours_line(status["hours"]):
        yield assembled(hours)


def _system(status: Status) -> Iterator[Text]:
    devices = Text.assemble((t("设备  ", "Devices  "), "dim"), str(status["devices"]["total"]))
    for state, count in status["devices"]["by_state"].items():
        mark = "!! " if state in {"fault", "gone"} else "! " if state == "warning" else ""
        devices.append("  ").append(f"{mark}{in_words(state)} {count}", state_style(state))
    for owed in papers_lines(status["papers_owed"]):
        devices.append("  ").append_text(assembled(owed))
    yield devices
    for line in waiting_lines(status.get("papers_waiting")):
        yield assembled(line)
    yield assembled(broker_line(status["broker"]))
    yield Text("  ").join(assembled(line) for line in backup_lines(status))
    yield _storage(status)


def _storage(status: Status) -> Text:
    label = (t("存储  ", "Storage  "), "dim")
    if status["problem"]:
        return Text.assemble(label, (f"!! {chosen(status['problem'])}", "bold red"))
    seq = status["last_seq"]
    fine = (t("正常", "good"), "green")
    return Text.assemble(label, fine, t(f"  业务流水 {seq} 条", f"  {seq} events in the journal"))
