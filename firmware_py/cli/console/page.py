"""A page of the console: what it asks the daemon, which keys it has, what it wants done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from firmware_py.cli.console.link import Link

__all__ = ["Deed", "Key", "Page", "assembled", "marked", "within"]

#: (key, what it does) in the language in use.
Key = tuple[str, str]
Status = Mapping[str, Any]
Part = str | tuple[str, str]

#: What is told by a colour is told by a mark too.
_MARKS = {
    "fault": "!!",
    "gone": "!!",
    "red": "!!",
    "warning": "! ",
    "amber": "! ",
    "unknown": "? ",
    "starting": "..",
    "disabled": "- ",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that changes or moves something: each has its line in the log of answers.

    ``run`` returns what came of it in words, or raises ``CliError``. With a ``question`` it is
    done only after a yes.
    """

    what: str
    run: Callable[[], Awaitable[str]]
    question: str = ""


class Page(Vertical):
    """One page. ``look`` asks and shows; it is called while the page is to be seen."""

    #: How long between two looks when nothing was recorded; times go on in such steps.
    MOST_S = 2.0

    class Wanted(Message):
        """Somebody wants a deed done."""

        def __init__(self, deed: Deed) -> None:
            super().__init__()
            self.deed = deed

    def __init__(self, link: Link, *, id: str) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id)
        self.link = link

    @property
    def title(self) -> str:
        """What the tab says."""
        raise NotImplementedError

    @property
    def keys(self) -> Sequence[Key]:
        """The keys of this page."""
        return ()

    @property
    def main(self) -> Widget:
        """What has the keys when the page is opened."""
        raise NotImplementedError

    async def look(self, status: Status) -> None:
        """Ask what else is needed beside ``hall.status``, and show it. Raises ``CliError``."""
        raise NotImplementedError

    def want(self, deed: Deed) -> None:
        """Have a deed done."""
        self.post_message(self.Wanted(deed))


def marked(state: str, words: str, style: str) -> Text:
    """Return a state's words with the mark that stands for its colour."""
    return Text(f"{_MARKS.get(state, '  ')} {words}", style)


def assembled(parts: Sequence[Part]) -> Text:
    """Return a line of parts."""
    return Text.assemble(*parts)


def within(lines: Sequence[Text], room: int, more: Callable[[int], str]) -> list[Text]:
    """Return ``lines`` in ``room`` lines; the last says how many are left out."""
    if len(lines) <= room:
        return list(lines)
    shown = list(lines[: max(room - 1, 0)])
    return [*shown, Text(more(len(lines) - len(shown)), "dim")] if room else []
