"""One value changes and every other byte stays: comments, blank lines, order, line ends."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_py.config.editing import BadPath, set_value, unset
from firmware_py.config.paths import completions, key_of
from firmware_py.config.spans import Spans

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "config" / "hall.example.toml").read_text(encoding="utf-8")
#: It has an array of tables in two places, which tomlkit would move.
BENCH = (ROOT / "config" / "bench.toml").read_text(encoding="utf-8")


def typed_paths(text: str) -> list[tuple[str, tuple[str | int, ...]]]:
    """Return every value of a file: as a technician types its path, and where it is."""
    data: Any = tomllib.loads(text)
    found = []
    for path in Spans(text).pairs:
        keys, here, plain = list[str](), data, True
        for n, part in enumerate(path):
            if isinstance(part, int):
                entry = here[part]
                plain = plain and isinstance(entry, dict)
                keys.append(str(entry.get("id", part + 1)) if plain else "")
            else:
                keys.append(key_of(part))
            here = here[part]
            plain = plain and (isinstance(here, dict | list) or n == len(path) - 1)
        if plain:
            found.append((".".join(keys), path))
    return found


TEXTS = {"example": EXAMPLE, "bench": BENCH}
#: Every value of the two files: file, path as typed, where it is.
CASES = [(name, *found) for name, text in TEXTS.items() for found in typed_paths(text)]


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        data = data[part]
    return data


@settings(max_examples=40)
@given(
    case=st.sampled_from(CASES),
    value=st.one_of(st.integers(-9, 10**6), st.booleans(), st.text(min_size=1, max_size=12)),
    crlf=st.booleans(),
)
def test_beside_the_value_every_byte_stays(
    case: tuple[str, str, tuple[str | int, ...]], value: int | bool | str, crlf: bool
) -> None:
    name, typed, path = case
    text = TEXTS[name]
    text = text.replace("\n", "\r\n") if crlf else text
    before = Spans(text).pairs[path]
    changed = set_value(text, typed, json.dumps(value, ensure_ascii=True))
    after = Spans(changed).pairs[path]
    assert changed[: after.value] == text[: before.value]
    assert changed[after.end :] == text[before.end :]
    # A field for words takes what was typed as words.
    assert at(tomllib.loads(changed), path) in (value, json.dumps(value))


@settings(max_examples=40)
@given(st.sampled_from(CASES))
def test_what_is_taken_out_leaves_every_comment_of_other_lines(
    case: tuple[str, str, tuple[str | int, ...]],
) -> None:
    name, typed, _ = case
    text = TEXTS[name]
    left = unset(text, typed)
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in left.splitlines() if line.lstrip().startswith("#")] == comments
    # A pair of an inline table goes out of its line; any other goes with its line.
    assert len(set(left.splitlines()) - set(text.splitlines())) <= 1
    with pytest.raises(BadPath):
        unset(left, typed)


def test_a_trailing_comment_stays_beside_a_new_value() -> None:
    text = "[limits]\nidle_s = 180   # 三分钟\n\n# behind\n"
    assert set_value(text, "limits.idle_s", "60") == text.replace("180", "60")


@pytest.mark.parametrize(
    ("path", "typed", "line"),
    [
        ("limits.wait_s", "900", "wait_s = 900"),
        ("limits.new_s", "900", "new_s = 900"),
        ("windows.3.button", "button-3", 'button = "button-3"'),
        ("devices.lamp-9", '{ kind = "lamp.gpio" }', 'lamp-9 = { kind = "lamp.gpio" }'),
        ("devices.printer.expect_identity", "TM-T88", 'expect_identity = "TM-T88"'),
        ("devices.printer.port", "9100", 'port = "9100"'),
        ("day.mode", "manual", 'mode = "manual"'),
        ("windows.8.pad", "pad-8", 'pad = "pad-8"'),
        ("hall.name.zh", "三号“大”厅", 'name = { zh = "三号“大”厅", en = '),
    ],
)
def test_a_value_is_written_where_a_person_would_write_it(path: str, typed: str, line: str) -> None:
    changed = set_value(EXAMPLE, path, typed)
    assert line in changed
    kept = [one for one in EXAMPLE.splitlines() if one.startswith("#")]
    assert [one for one in changed.splitlines() if one.startswith("#")] == kept


def test_windows_are_known_by_their_ids_and_a_new_one_stands_behind_the_others() -> None:
    changed = set_value(EXAMPLE, "windows.12.pad", "pad-1")
    windows = tomllib.loads(changed)["windows"]
    assert windows[-1] == {"id": "12", "pad": "pad-1"}
    assert changed.index('id = "12"') < changed.index("[lines.pads]")
    assert unset(changed, "windows.12") == EXAMPLE


def test_a_table_that_was_not_there_comes_and_goes_without_a_trace() -> None:
    changed = set_value(EXAMPLE, "displays.notices", "notices")
    assert tomllib.loads(changed)["displays"] == {"notices": "notices"}
    assert changed.startswith(EXAMPLE)


@pytest.mark.parametrize("path", ["", "day.", "day..hours", "devices", "lines.pads", "windows.x y"])
def test_what_is_no_path_to_a_value_is_refused_in_both_languages(path: str) -> None:
    with pytest.raises(BadPath) as raised:
        set_value(EXAMPLE, path, "1")
    assert any("一" <= sign <= "龥" for sign in raised.value.zh)
    assert str(raised.value)


@settings(max_examples=40)
@given(st.text(max_size=20))
def test_what_was_typed_can_never_write_a_second_line(typed: str) -> None:
    changed = set_value(EXAMPLE, "hall.node", typed)
    assert tomllib.loads(changed)["hall"].keys() == tomllib.loads(EXAMPLE)["hall"].keys()


def test_completion_knows_what_is_there_and_what_could_be() -> None:
    found = completions(tomllib.loads(EXAMPLE))
    assert {
        "day.hours",
        "windows.3.button",
        "devices.printer.options.template",
        "limits.wait_s",
        "day.special.1.closed",
    } <= set(found)
