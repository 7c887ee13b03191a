"""Where in a TOML text each table, key and value begins and ends: what an edit goes by."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firmware_py.config.lines import KeyPath, Scanner

__all__ = ["Pair", "Section", "Spans"]


@dataclass(frozen=True, slots=True)
class Pair:
    """``key = value`` from ``start`` to ``end``, its value from ``value`` on.

    ``table`` is the table, or the inline table, in which it is written.
    """

    path: KeyPath
    table: KeyPath
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A table from its header (the top of the file has none) to the end of its last value."""

    path: KeyPath
    start: int
    end: int


class Spans(Scanner):
    """All of them, in the order of the text; ``text`` is what ``tomllib`` has accepted."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
        self.pairs: dict[KeyPath, Pair] = {}
        self.sections = [Section((), 0, 0)]
        self.scan()

    def header(self, path: KeyPath, start: int, end: int) -> None:
        """Begin a section."""
        self.sections.append(Section(path, start, end))

    def pair(self, path: KeyPath, table: KeyPath, places: tuple[int, int, int]) -> None:
        """Keep a pair; its section goes on to its end."""
        start, value, end = places
        # A number or a date is read up to what ends it, spaces included.
        end = value + len(self.text[value:end].rstrip())
        self.pairs[path] = Pair(path, table, start, value, end)
        self.sections[-1] = replace(self.sections[-1], end=max(end, self.sections[-1].end))

    def below(self, path: KeyPath) -> list[Section]:
        """Return the sections of a table and of the tables in it."""
        return [one for one in self.sections if path and one.path[: len(path)] == path]

    def line_end(self, at: int) -> int:
        """Return the place of the line end at or after ``at``; the text's end is one."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found

    def line_start(self, at: int) -> int:
        """Return where the line of ``at`` begins."""
        return self.text.rfind("\n", 0, at) + 1
