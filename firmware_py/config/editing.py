"""Changes one value in a hall's file and leaves every other byte of it as it was.

The text is cut where the value stands (``spans``) and joined again, so comments, blank lines and
order cannot be lost. A library that writes the whole file anew is no choice here: tomlkit 0.15
moves an array of tables that stands in two places of a file (``config/bench.toml`` has one).
Whatever the cut did is held against what the change should mean before anybody gets the text.
"""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from firmware_py.config.lines import KeyPath
from firmware_py.config.paths import BadPath, key_of, resolve, split, takes_text
from firmware_py.config.spans import Pair, Spans

__all__ = ["BadPath", "set_value", "unset"]

#: Tables that hold a table for each name.
_OF_NAMES = ("devices", "lines")


def set_value(text: str, path: str, typed: str) -> str:
    """Return ``text`` with the value at ``path`` as typed: TOML, or words where text is wanted.

    Raises ``BadPath``; what the value means is for the check of the whole file.
    """
    keys, data = split(path), tomllib.loads(text)
    where = resolve(data, keys)
    literal, value = _literal(typed, text_wanted=takes_text(data, keys))
    spans = Spans(text)
    if where in spans.pairs:
        pair = spans.pairs[where]
        changed = text[: pair.value] + literal + text[pair.end :]
    elif _at(data, where) is not None:
        raise BadPath(
            f"{path} 是一个表，请修改其中的项（{path}.…）",
            f"{path} is a table; set what is in it ({path}...)",
        )
    else:
        entry_id = keys[1] if len(where) > 1 and isinstance(where[1], int) else ""
        changed = _added(spans, where, literal, value, entry_id)
    expected = copy.deepcopy(data)
    _put(expected, where, value, keys)
    return _held(changed, expected, path)


def unset(text: str, path: str) -> str:
    """Return ``text`` without what stands at ``path``: a value, a table, an entry of an array.

    Raises ``BadPath``.
    """
    keys, data = split(path), tomllib.loads(text)
    where = resolve(data, keys)
    if _at(data, where) is None:
        raise BadPath(f"文件中没有 {path}", f"the file has no {path}")
    changed = text
    while True:
        # One cut after the other: each moves what is behind it.
        spans = Spans(changed)
        cut = _next_cut(spans, where)
        if cut is None:
            break
        changed = changed[: cut[0]] + changed[cut[1] :]
        if isinstance(where[-1], int) and cut[2]:
            # The entry is gone; the one after it has its number now.
            break
    expected = copy.deepcopy(data)
    del _at(expected, where[:-1])[where[-1]]
    return _held(changed, expected, path)


def _literal(typed: str, *, text_wanted: bool) -> tuple[str, Any]:
    """Return what to write for what was typed, and what it means."""
    try:
        read = tomllib.loads(f"x = {typed}\n")
    except (tomllib.TOMLDecodeError, RecursionError):
        read = {}
    plain = set(read) == {"x"} and "\n" not in typed
    if plain and not (text_wanted and not isinstance(read["x"], str)):
        return typed.strip(), read["x"]
    return _text(typed), typed


def _text(value: str) -> str:
    # A basic string of TOML escapes as JSON does; DEL is all that JSON lets through.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _at(data: Any, path: KeyPath) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _added(spans: Spans, path: KeyPath, literal: str, value: Any, entry_id: str) -> str:
    """Return the text with a value where none stood: beside its neighbours, in their form."""
    for n in range(len(path) - 1, 0, -1):
        table = path[:n]
        if table in spans.pairs:
            return _into_inline(spans, spans.pairs[table], path[n:], literal)
        own = [one for one in spans.sections if one.path == table]
        if own:
            return _after(
                spans, own[-1].end, f"{_key(path[n])} = {_nested(path[n + 1 :], literal)}"
            )
        dotted = [p for p in spans.pairs.values() if p.path[:n] == table and len(p.table) < n]
        if dotted:
            last = dotted[-1]
            keys = ".".join(_key(part) for part in path[len(last.table) :])
            return _after(spans, last.end, f"{keys} = {literal}")
    return _new_section(spans, path, literal, value, entry_id)


def _key(part: str | int) -> str:
    if isinstance(part, int):
        raise _by_hand(part)
    return key_of(part)


def _by_hand(part: object) -> BadPath:
    return BadPath(
        f"这里是写在一行内的数组，请用 hallctl config edit 添加第 {part} 项",
        f"this array is written in line; add its entry {part} with hallctl config edit",
    )


def _nested(keys: KeyPath, literal: str) -> str:
    for part in reversed(keys):
        literal = f"{{ {_key(part)} = {literal} }}"
    return literal


def _into_inline(spans: Spans, holder: Pair, keys: KeyPath, literal: str) -> str:
    text = spans.text
    if text[holder.value] != "{":
        raise (
            _by_hand(keys[0])
            if text[holder.value] == "["
            else BadPath(f"{holder.path[-1]} 不是表", f"{holder.path[-1]} is no table")
        )
    new = f"{_key(keys[0])} = {_nested(keys[1:], literal)}"
    inside = [one for one in spans.pairs.values() if one.table == holder.path]
    if not inside:
        return f"{text[: holder.value]}{{ {new} }}{text[holder.end :]}"
    end = max(one.end for one in inside)
    return f"{text[:end]}, {new}{text[end:]}"


def _line(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _after(spans: Spans, at: int, lines: str) -> str:
    """Return the text with ``lines`` below the line of ``at``."""
    text, end = spans.text, spans.line_end(at)
    if text[:end].endswith("\r"):
        end -= 1
    return text[:end] + _line(text) + lines.replace("\n", _line(text)) + text[end:]


def _new_section(spans: Spans, path: KeyPath, literal: str, value: Any, entry_id: str) -> str:
    """Return the text with a table that it did not have, behind those of its sort."""
    place = next((n for n, part in enumerate(path) if isinstance(part, int)), None)
    header = path[: place or (2 if path[0] in _OF_NAMES else 1)]
    rest = path[len(header) + (place is not None) :]
    lines = [f"id = {_text(entry_id)}"] if place == 1 else []
    if rest:
        lines.append(f"{_key(rest[0])} = {_nested(rest[1:], literal)}")
    elif isinstance(value, dict):
        lines += [f"{_key(key)} = {_written(one)}" for key, one in value.items() if key != "id"]
    else:
        raise BadPath(f"{header[-1]} 应为表", f"{header[-1]} must be a table")
    name = ".".join(_key(part) for part in header)
    head = f"[[{name}]]" if place is not None else f"[{name}]"
    alike = [one for n in range(len(header), 0, -1) for one in spans.below(header[:n])]
    new = "\n".join([head, *lines])
    if alike:
        return _after(spans, max(one.end for one in alike), f"\n{new}")
    text = spans.text
    gap = "" if not text else _line(text) * (1 if text.endswith("\n") else 2)
    return text + gap + new.replace("\n", _line(text)) + _line(text)


def _written(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case dict():
            pairs = ", ".join(f"{_key(key)} = {_written(one)}" for key, one in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case _:
            return str(value)


def _next_cut(spans: Spans, path: KeyPath) -> tuple[int, int, bool] | None:
    """Return from where to where to cut next, and whether that was an entry's own table."""
    sections = spans.below(path)
    if sections:
        own = sections[0]
        if isinstance(path[-1], int) and len(sections) > 1:
            own = sections[-1]
        return *_lines_of(spans, own.start, own.end), own.path == path
    for pair in spans.pairs.values():
        if pair.path[: len(path)] == path:
            return *_pair_cut(spans, pair), isinstance(path[-1], int)
    return None


def _lines_of(spans: Spans, start: int, end: int) -> tuple[int, int]:
    first, last = spans.line_start(start), min(spans.line_end(end) + 1, len(spans.text))
    alone = spans.text[:first].replace("\r", "").endswith(("\n\n",)) or first == 0
    if alone and spans.text[last:].replace("\r", "").startswith("\n"):
        # The blank lines above and below it become one.
        last = spans.line_end(last) + 1
    return first, last


def _pair_cut(spans: Spans, pair: Pair) -> tuple[int, int]:
    if any(pair.table == section.path for section in spans.sections):
        first = spans.line_start(pair.start)
        return first, min(spans.line_end(pair.end) + 1, len(spans.text))
    inside = [one for one in spans.pairs.values() if one.table == pair.table]
    place = sorted(inside, key=lambda one: one.start).index(pair)
    ordered = sorted(inside, key=lambda one: one.start)
    if place:
        return ordered[place - 1].end, pair.end
    return pair.start, ordered[1].start if len(ordered) > 1 else pair.end


def _put(data: dict[str, Any], path: KeyPath, value: Any, keys: Sequence[str]) -> None:
    here: Any = data
    for n, part in enumerate(path[:-1]):
        if isinstance(part, int) and part == len(here):
            here.append({"id": keys[n]} if n == 1 and len(path) > n else {})
        elif isinstance(part, str) and part not in here:
            here[part] = [] if isinstance(path[n + 1], int) else {}
        here = here[part]
    if isinstance(path[-1], int) and path[-1] == len(here):
        here.append({**({"id": keys[-1]} if len(path) == _ENTRY else {}), **value})
    else:
        here[path[-1]] = value


#: ``windows.3``.
_ENTRY = 2


def _held(changed: str, expected: Mapping[str, Any], path: str) -> str:
    """Return the text if it means what was meant. Raises ``BadPath``."""
    try:
        same = _filled(tomllib.loads(changed)) == _filled(expected)
    except (tomllib.TOMLDecodeError, RecursionError):
        same = False
    if not same:
        raise BadPath(
            f"不能安全地修改 {path}，文件没有改动。请用 hallctl config edit",
            f"{path} cannot be changed safely and the file was left alone; use hallctl config edit",
        )
    return changed


def _filled(value: Any) -> Any:
    """Return it without tables and arrays that hold nothing but such."""
    if isinstance(value, Mapping):
        kept = {key: _filled(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one not in ({}, [])}
    if isinstance(value, list):
        return [_filled(one) for one in value]
    return value
