"""In which line of a TOML file a key stands, so that a mistake can be found.

Made for files as people write profiles: tables, arrays of tables, keys at the start of a line, and
arrays with one inline table a line. ``tomllib`` keeps no lines.
"""

from __future__ import annotations

import re

__all__ = ["line_of"]

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")


def line_of(text: str, path: str) -> int | None:
    """Return the line (from 1) of ``event[2].tail``: the deepest part of the path that stands."""
    steps = [(name, int(number or 0)) for name, number in _STEP.findall(path)]
    lines = text.splitlines()
    at, found = 0, None
    end = len(lines)
    table: list[str] = []
    place = 0
    while place < len(steps):
        name, _ = steps[place]
        index = steps[place + 1][1] if place + 1 < len(steps) and not steps[place + 1][0] else None
        begun = _header(lines, [*table, name], index or 0) if name else None
        if begun is not None:
            at, end = begun, _table_end(lines, begun)
            found = begun
            table.append(name)
            place += 2 if index is not None else 1
            continue
        key = _key(lines, at, end, name)
        if key is None:
            # Inside an inline table, whose line was found: that is near enough.
            break
        found = key
        return (found if index is None else _element(lines, key, index)) + 1
    return None if found is None else found + 1


def _header(lines: list[str], table: list[str], index: int) -> int | None:
    dotted = ".".join(table)
    places = [n for n, line in enumerate(lines) if (m := _HEADER.match(line)) and m[2] == dotted]
    return places[index] if index < len(places) else None


def _table_end(lines: list[str], header: int) -> int:
    after = (n for n in range(header + 1, len(lines)) if _HEADER.match(lines[n]))
    return next(after, len(lines))


def _key(lines: list[str], begin: int, end: int, name: str) -> int | None:
    if not name:
        return None
    wanted = re.compile(rf"\s*\"?{re.escape(name)}\"?\s*=")
    return next((n for n in range(begin, end) if wanted.match(lines[n])), None)


def _element(lines: list[str], key: int, index: int) -> int:
    """Return the line of an array's element; of the array where they stand in one line."""
    if "]" in lines[key].partition("#")[0].rpartition("=")[2]:
        return key
    held = [n for n in range(key + 1, len(lines)) if lines[n].split("#")[0].strip(" ],")]
    return held[index] if index < len(held) else key
