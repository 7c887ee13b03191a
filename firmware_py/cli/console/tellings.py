"""Pages 5 and 6: what is told in lines, the newest last: the journal, and the answers here."""

from __future__ import annotations

from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import RichLog

from firmware_py.cli.console.link import Link
from firmware_py.cli.console.page import Page, Status
from firmware_py.cli.sentences import sentence
from firmware_py.cli.words import t

__all__ = ["Answers", "Journal"]

_LINES = 1000
_FIRST, _AT_ONCE = 100, 500


class Journal(Page):
    """The journal's end, without gaps, over a broken connection too."""

    def __init__(self, link: Link) -> None:
        super().__init__(link, id="journal")
        #: Up to which event of which journal is shown.
        self._epoch, self._seq = "", 0

    @property
    def title(self) -> str:
        """What the tab says."""
        return t("流水", "Journal")

    @property
    def main(self) -> Widget:
        """The lines."""
        return self.query_one(RichLog)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield RichLog(max_lines=_LINES, wrap=True, min_width=20)

    async def look(self, status: Status) -> None:
        """Show what came since."""
        last = status["last_seq"]
        if status["epoch"] != self._epoch or last < self._seq:
            self.query_one(RichLog).clear()
            self._epoch, self._seq = status["epoch"], max(last - _FIRST, 0)
        # What nobody will read again is left out when very much happened meanwhile.
        self._seq = max(self._seq, last - _LINES)
        while self._seq < last:
            events = await self.link.ask("journal.tail", after=self._seq, limit=_AT_ONCE)
            if not events:
                return
            for event in events:
                self.query_one(RichLog).write(_event(event))
            self._seq = events[-1]["seq"]


def _event(event: dict[str, Any]) -> Text:
    return Text.assemble(
        (f"{event['seq']:>6} {event['at'][11:] or '-':8} ", "dim"),
        sentence(event["type"], event["data"]),
        (f"  [{event['by']}]", "dim"),
    )


class Answers(Page):
    """What was done at this console, and what came of it."""

    def __init__(self, link: Link) -> None:
        super().__init__(link, id="answers")

    @property
    def title(self) -> str:
        """What the tab says."""
        return t("答复", "Answers")

    @property
    def main(self) -> Widget:
        """The lines."""
        return self.query_one(RichLog)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield RichLog(max_lines=_LINES, wrap=True, min_width=20)

    async def look(self, status: Status) -> None:
        """Show nothing new: lines come when something is done."""

    def tell(self, at: str, line: Text) -> None:
        """Add a line, with the hall's time."""
        self.query_one(RichLog).write(Text.assemble((f"{at or '-':8} ", "dim"), line))
