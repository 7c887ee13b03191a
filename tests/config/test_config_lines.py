"""Every value of a TOML text is found on the line where a technician would look for it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_py.config.lines import KeyPath, key_lines, nearest_line

CONFIG = Path(__file__).parents[2] / "config"

KEYS = st.sampled_from(
    ["baud", "port-1", "12", "名称", "a.b", "with space", 'quo"te', "back\\slash"]
)
SCALARS = st.one_of(
    st.integers(-99, 99),
    st.booleans(),
    st.text(alphabet="ab[]{}#=,.\"'\\\n 号", max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=5)


def quoted(key: str) -> str:
    """Write a key so that it stands in the text as itself, where TOML allows that."""
    if key.isascii() and key.replace("-", "").isalnum():
        return key
    return f"'{key}'"


def basic(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


class Writer:
    """Writes a document in one of the many ways in which TOML can say it."""

    def __init__(self, choose: Any) -> None:
        self.choose = choose

    def one_of(self, *ways: str) -> str:
        chosen: str = self.choose(st.sampled_from(ways))
        return chosen

    def value(self, value: Any) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case int():
                return str(value)
            case str():
                return self.string(value)
            case list():
                gap = self.one_of("", " ", "\n  ", " # ], } and = 'say \"nothing\n")
                return "[" + gap + "".join(f"{self.value(v)},{gap}" for v in value) + "]"
            case _:
                pairs = (f"{quoted(k)} = {self.value(v)}" for k, v in value.items())
                return "{ " + ", ".join(pairs) + " }"

    def string(self, text: str) -> str:
        way = self.one_of("basic", "literal", "long")
        if way == "literal" and "'" not in text and "\n" not in text:
            return f"'{text}'"
        if way == "long":
            return '"""\n' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""'
        return basic(text)

    def table(self, path: tuple[str, ...], table: dict[str, Any]) -> Iterator[str]:
        """Write plain values and inline tables first: below a header they belong to it."""
        later: list[tuple[str, Any]] = []
        for key, value in table.items():
            way = self.one_of("inline", "header", "dotted")
            tables = isinstance(value, list) and value and all(isinstance(v, dict) for v in value)
            if way == "header" and (isinstance(value, dict) or tables):
                later.append((key, value))
            elif way == "dotted" and isinstance(value, dict) and value:
                for inner, one in value.items():
                    yield f"{quoted(key)} . {quoted(inner)} = {self.value(one)}"
            else:
                yield self.one_of("", "  ", "# a comment = [\n") + (
                    f"{quoted(key)} = {self.value(value)}" + self.one_of("", " # [why]")
                )
        for key, value in later:
            header = ".".join(quoted(part) for part in (*path, key))
            if isinstance(value, dict):
                yield f"[{header}]"
                yield from self.table((*path, key), value)
            else:
                for entry in value:
                    yield f"[[ {header} ]] # next"
                    yield from self.table((*path, key), entry)


def paths(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, one in value.items():
            yield from paths(one, (*path, key))
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield from paths(one, (*path, n))


def assert_every_key_is_on_its_line(text: str) -> None:
    found = key_lines(text)
    lines = text.split("\n")
    for path in paths(tomllib.loads(text)):
        assert path in found, path
        line = lines[found[path] - 1]
        if isinstance(path[-1], str):
            assert path[-1] in line, (path, line)


@settings(max_examples=150, deadline=None)
@given(document=DOCUMENTS, data=st.data())
def test_every_path_of_any_document_has_a_line_that_holds_its_key(
    document: dict[str, Any], data: st.DataObject
) -> None:
    text = "\n".join(Writer(data.draw).table((), document)) + "\n"
    assert tomllib.loads(text) == document, "the test's own writer"
    assert_every_key_is_on_its_line(text)


@pytest.mark.parametrize("file", sorted(CONFIG.rglob("*.toml")), ids=lambda path: str(path.name))
def test_every_key_of_our_own_files_is_on_its_line(file: Path) -> None:
    assert_every_key_is_on_its_line(file.read_text(encoding="utf-8"))


def test_lines_are_those_of_an_editor() -> None:
    text = (
        "[hall]\n"  # 1
        'name = { zh = "厅",  en = "Hall" }\n'  # 2
        "\n"
        "[[windows]]\n"  # 4
        'id = "1"\n'  # 5
        "[[windows]]\n"  # 6
        'id = """\n2"""\n'  # 7, 8
        "skills = [\n"  # 9
        '  "a", # not "b"\n'  # 10
        '  "c",\n'  # 11
        "]\n"
        "[windows.name]\n"  # 13
        'zh = "二"\n'  # 14
        "[devices]\n"  # 15
        "pad.options.address = 3\n"  # 16
    )
    found = key_lines(text)
    assert found["hall", "name", "en"] == 2
    assert found["windows", 0, "id"] == 5
    assert found["windows", 1] == 6
    assert found["windows", 1, "id"] == 7
    assert found["windows", 1, "skills", 1] == 11
    assert found["windows", 1, "name", "zh"] == 14
    assert found["devices", "pad", "options"] == 16


def test_what_is_not_there_is_looked_for_at_the_table_around_it() -> None:
    found = key_lines('[hall]\nid = "x"\n[[windows]]\n')
    assert nearest_line(found, ("hall", "name", "zh")) == 1
    assert nearest_line(found, ("windows", 0, "id")) == 3
    assert nearest_line(found, ("broker",)) is None
