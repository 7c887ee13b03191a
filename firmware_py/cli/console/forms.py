"""Page 7: the acceptance forms whose result is still owed, what is due first before all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from firmware_py.cli.console.link import Link
from firmware_py.cli.console.page import Deed, Key, Page, Status, marked
from firmware_py.cli.console.rows import Column, Row, Rows
from firmware_py.cli.console.windows import command
from firmware_py.cli.form_pages import left_in_short
from firmware_py.cli.output import level_style
from firmware_py.cli.words import chosen, t

__all__ = ["Forms"]

#: More are not looked through on a screen; ``hallctl form find`` has them all.
_SHOWN = 100


class Forms(Page):
    """The page."""

    BINDINGS = [Binding("d", "done", show=False)]  # noqa: RUF012 - textual's own form
    #: A form changes a few times a day.
    MOST_S = 10.0

    def __init__(self, link: Link) -> None:
        super().__init__(link, id="forms")

    @property
    def title(self) -> str:
        """What the tab says."""
        return t("受理单", "Forms")

    @property
    def keys(self) -> Sequence[Key]:
        """The keys of this page."""
        return (("d", t("后台已办结", "done by the back office")),)

    @property
    def main(self) -> Widget:
        """The list of forms."""
        return self.query_one(Rows)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        columns = (
            Column(t("单号", "Form"), 14),
            Column(t("剩余天数", "Days left"), 10),
            Column(t("办结期限", "Due"), 11),
            Column(t("号票", "Ticket"), 6),
            Column(t("窗口", "Window"), 6, right=True),
            Column(t("事项", "Item"), 0),
        )
        none = t("没有未办结的受理单。", "No form is open.")
        yield Rows(columns, none, id="form-list")
        yield Static(id="form-more")

    async def look(self, status: Status) -> None:
        """Show the open forms."""
        found = await self.link.ask("form.find", state="open", order="due", limit=_SHOWN)
        self.query_one(Rows).show([_row(form) for form in found["forms"]])
        notes = []
        if any(form["weekends_only"] for form in found["forms"]):
            notes.append(t("? 未计节假日", "? holidays not known"))
        if found["more"]:
            count = found["more"]
            notes.append(
                t(f"还有 {count} 张：hallctl form find", f"{count} more: hallctl form find")
            )
        more = self.query_one("#form-more", Static)
        more.display = bool(notes)
        more.update(Text(t("；", "; ").join(notes), "dim"))

    def action_done(self) -> None:
        """Mark the form under the cursor as done."""
        form = self.query_one(Rows).key
        if form is not None:
            what = t(f"受理单 {form} 办结", f"form {form} is done")
            question = t(f"把受理单 {form} 记为办结？", f"Mark form {form} as done?")
            self.want(Deed(what, command(self.link, "form.done", {"form": form}), question))


def _row(form: Mapping[str, Any]) -> Row:
    level = form["alarm"] or ""
    return Row(
        form["form"],
        (
            Text(form["form"]),
            marked(level, left_in_short(form["left"]), level_style(level) if level else ""),
            Text(form["due"] + ("?" if form["weekends_only"] else "")),
            Text(form["ticket"]),
            Text(form["window"]),
            Text(f"{form['item']} {chosen(form['item_name'])}"),
        ),
    )
