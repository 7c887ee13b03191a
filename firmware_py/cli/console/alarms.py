"""Page 4: the alarms that stand, and who has seen them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget

from firmware_py.cli.console.beside import of_whom
from firmware_py.cli.console.link import Link
from firmware_py.cli.console.page import Deed, Key, Page, Status, marked
from firmware_py.cli.console.rows import Column, Row, Rows
from firmware_py.cli.console.windows import command
from firmware_py.cli.output import level_style, span
from firmware_py.cli.words import chosen, in_words, joined, t

__all__ = ["Alarms"]


class Alarms(Page):
    """The page."""

    BINDINGS = [Binding("a", "acknowledge", show=False)]  # noqa: RUF012 - textual's own form

    def __init__(self, link: Link) -> None:
        super().__init__(link, id="alarms")

    @property
    def title(self) -> str:
        """What the tab says."""
        return t("告警", "Alarms")

    @property
    def keys(self) -> Sequence[Key]:
        """The keys of this page."""
        return (("a", t("确认：已经知道，灯灭", "acknowledge: seen, its lamp goes out")),)

    @property
    def main(self) -> Widget:
        """The list of alarms."""
        return self.query_one(Rows)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        columns = (
            Column(t("级别", "Level"), 9),
            Column(t("告警", "Alarm"), 18),
            Column(t("对象", "About"), 14),
            Column(t("持续", "For"), 8, right=True),
            Column(t("营业日", "Day"), 10),
            Column(t("原因、确认", "Reason, seen by"), 0),
        )
        yield Rows(columns, t("没有告警。", "No alarms."), id="alarm-list")

    async def look(self, status: Status) -> None:
        """Show the alarms: what nobody has seen first, red before amber, the oldest before."""
        found = sorted(
            status["alarm_list"],
            key=lambda a: (bool(a["acknowledged_by"]), a["level"] != "red", a["since_ms"]),
        )
        self.query_one(Rows).show([_row(alarm) for alarm in found])

    def action_acknowledge(self) -> None:
        """Acknowledge the alarm under the cursor."""
        alarm = self.query_one(Rows).key
        if alarm is not None:
            what = t(f"确认告警 {alarm}", f"acknowledge {alarm}")
            self.want(Deed(what, command(self.link, "alarm.ack", {"alarm": alarm})))


def _row(alarm: Mapping[str, Any]) -> Row:
    style = "dim" if alarm["acknowledged_by"] else level_style(alarm["level"])
    day = (alarm["day"] or alarm["since_at"][:10]) if alarm["carried"] else ""
    return Row(
        alarm["id"],
        (
            marked(alarm["level"], in_words(alarm["level"]), style),
            Text(in_words(alarm["kind"], "alarm"), style),
            Text(of_whom(alarm)),
            Text(span(alarm["seconds"])),
            Text(day),
            Text(joined(one for one in (chosen(alarm["reason"]), alarm["acknowledged_by"]) if one)),
        ),
    )
