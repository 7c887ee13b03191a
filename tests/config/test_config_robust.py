"""Whatever a file holds, the answer is settings or mistakes with their lines; never a traceback."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware_py.config.file import ConfigError, Mistake, load_all
from tests.config.hallfiles import HALL, ITEMS, HallFiles

# fmt: off
SNIPPETS = st.sampled_from([
    "", "[", "]", '"', "'", '"""', "=", "{", "}", "[[", "\n", "#", "3", "true", "[]", "{}", "\x00",
    "nan", "[devices]", "[[windows]]", "x = 1", "09:00:00", "\\", "${", "''", "${A}",
])
# fmt: on


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(HALL)), st.integers(0, 12), SNIPPETS), min_size=1, max_size=4
    )
)
def test_a_damaged_file_gives_mistakes_on_lines_that_exist(
    tmp_path: Path, edits: list[tuple[int, int, str]]
) -> None:
    hall = HALL
    for at, length, snippet in edits:
        hall = hall[:at] + snippet + hall[at + length :]
    files = HallFiles(tmp_path)
    files.write(hall)
    last = hall.count("\n") + 1
    for mistake in mistakes_of(files):
        assert 0 <= mistake.line <= last, mistake
        assert mistake.en, mistake
        assert mistake.zh, mistake


def mistakes_of(files: HallFiles) -> Sequence[Mistake]:
    try:
        load_all(files.hall, files.env)
    except ConfigError as error:
        return error.mistakes
    return ()


@pytest.mark.parametrize("table", ["hall", "windows", "devices", "lines", "kiosks", "broker"])
@pytest.mark.parametrize("value", ["3", "[]", "[1]", "[[1]]", "{}", '"x"', "[{}]", "{ a = 1 }"])
def test_a_table_that_is_something_else_is_a_mistake_or_empty(
    tmp_path: Path, table: str, value: str
) -> None:
    files = HallFiles(tmp_path)
    files.write(f"{table} = {value}\n")
    with pytest.raises(ConfigError) as raised:
        load_all(files.hall, files.env)
    assert any(mistake.path.startswith("hall") for mistake in raised.value.mistakes)


def test_arrays_that_go_deeper_than_python_can_are_a_mistake(tmp_path: Path) -> None:
    files = HallFiles(tmp_path)
    files.write(f"{HALL}\n[rating]\nbad = {'[' * 5000}{']' * 5000}\n")
    with pytest.raises(ConfigError, match="tables or arrays too deep"):
        load_all(files.hall, files.env)


def test_a_catalogue_with_every_sort_of_mistake_names_them_all(tmp_path: Path) -> None:
    files = HallFiles(tmp_path)
    items = (
        ITEMS.replace("version = 1", "version = 2")
        .replace('prefix = "D"', 'prefix = "A"')
        .replace('category = "registration"', 'category = "registratoin"')
        .replace("service_limit_s = 600", 'service_limit_s = "600"')
        .replace('elsewhere = ["online"]', 'elsewhere = ["on-line"]')
        .replace('id = "D03"', 'id = "A01"')
        .replace('zh = "公章", ', "")
        .replace("quota", "quotta")
    )
    told = Path(__file__).parent / "broken" / "items.txt"
    assert files.mistakes(HALL, items) == told.read_text(encoding="utf-8").splitlines()
