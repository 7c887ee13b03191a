"""On which line of a TOML text each key stands.

``tomllib`` gives values without their places, and a mistake without its line is hard to find in a
file of 500 lines. This reads the text once more, only when there is something to report. It
expects what ``tomllib`` has accepted (TOML 1.0.0), and knows of values only where they end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

__all__ = ["HeaderPaths", "KeyPath", "Scanner", "key_lines", "nearest_line", "parse_key"]

#: The way to a value: keys of tables, and indexes (from 0) of arrays.
KeyPath = tuple[str | int, ...]

_KEY = re.compile(r"""[ \t]*(?:([A-Za-z0-9_-]+)|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)')[ \t]*""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")|"(?:[^"\\\n]|\\.)*"'
    r"|'''.*?'{3,5}(?!')|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\n]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


class HeaderPaths:
    """Turns the headers of a file, in their order, into paths: ``[[windows]]`` counts."""

    def __init__(self) -> None:
        self._counts: dict[KeyPath, int] = {}

    def resolve(self, keys: Sequence[str], *, array: bool) -> KeyPath:
        """Return the path of the table that ``[keys]`` (or ``[[keys]]``: ``array``) begins."""
        path: KeyPath = ()
        for key in keys[:-1]:
            path = self._newest((*path, key))
        path = (*path, keys[-1])
        if array:
            self._counts[path] = self._counts.get(path, 0) + 1
        return self._newest(path)

    def _newest(self, path: KeyPath) -> KeyPath:
        count = self._counts.get(path)
        return path if count is None else (*path, count - 1)


def parse_key(text: str, start: int = 0) -> tuple[list[str], int]:
    """Read a key, dotted or not; return its parts and the place after it.

    Raises ``ValueError`` where none stands.
    """
    parts: list[str] = []
    while True:
        match = _KEY.match(text, start)
        if match is None:
            raise ValueError(f"no key at {start}")
        bare, basic, literal = match.groups()
        parts.append(bare if bare is not None else literal if basic is None else _plain(basic))
        start = match.end()
        if not text.startswith(".", start):
            return parts, start
        start += 1


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line (from 1) of every path in ``text``, those of arrays' elements included."""
    return Scanner(text).scan()


def nearest_line(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of ``path`` or of the nearest table around it; None for the file itself."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


class Scanner:
    """Goes through a text once; who wants more than lines overrides ``header`` and ``pair``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lines: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        """Return the line of every path."""
        headers = HeaderPaths()
        table: KeyPath = ()
        at = self._gap(0)
        while at < len(self._text):
            if self._text[at] == "[":
                array = self._text.startswith("[[", at)
                keys, end = parse_key(self._text, at + (2 if array else 1))
                table = headers.resolve(keys, array=array)
                self._note(table, at)
                start, at = at, end + (2 if array else 1)
                self.header(table, start, at)
            else:
                at = self._pair(table, at)
            at = self._gap(at)
        return self._lines

    def _pair(self, table: KeyPath, at: int) -> int:
        """Read ``key = value``; return the place after it."""
        keys, equals = parse_key(self._text, at)
        path = (*table, *keys)
        self._note(path, at)
        value = equals + 1
        while self._text.startswith((" ", "\t"), value):
            value += 1
        end = self._value(path, value)
        self.pair(path, table, (at, value, end))
        return end

    def header(self, path: KeyPath, start: int, end: int) -> None:
        """Take the header of a table, ``[path]`` from ``start`` to ``end``."""

    def pair(self, path: KeyPath, table: KeyPath, places: tuple[int, int, int]) -> None:
        """Take ``key = value`` of ``table``: where the key and the value begin, and its end."""

    def _value(self, path: KeyPath, at: int) -> int:
        string = _STRING.match(self._text, at)
        if string is not None:
            return string.end()
        if self._text.startswith("[", at):
            return self._array(path, at + 1)
        if self._text.startswith("{", at):
            return self._inline_table(path, at + 1)
        plain = _PLAIN.match(self._text, at)
        return plain.end() if plain is not None else at

    def _array(self, path: KeyPath, at: int) -> int:
        index = 0
        at = self._gap(at)
        while not self._text.startswith("]", at):
            self._note((*path, index), at)
            at = self._gap(self._value((*path, index), at))
            index += 1
            if self._text.startswith(",", at):
                at = self._gap(at + 1)
        return at + 1

    def _inline_table(self, path: KeyPath, at: int) -> int:
        at = self._gap(at)
        while not self._text.startswith("}", at):
            at = self._gap(self._pair(path, at))
            if self._text.startswith(",", at):
                at = self._gap(at + 1)
        return at + 1

    def _gap(self, at: int) -> int:
        match = _GAP.match(self._text, at)
        return match.end() if match is not None else at

    def _note(self, path: KeyPath, at: int) -> None:
        """Keep the first line of ``path`` and of each table that it implies."""
        line = bisect_right(self._starts, at)
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                # What is around a known path is known too.
                return
            self._lines[path[:length]] = line


def _plain(basic: str) -> str:
    def one(match: re.Match[str]) -> str:
        short, long, single = match.groups()
        if single is not None:
            return _ESCAPED.get(single, single)
        return chr(int(short or long, 16))

    return _ESCAPE.sub(one, basic)
