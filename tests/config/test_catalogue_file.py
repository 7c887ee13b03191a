"""A hall's own catalogue loads without code, quickly, and never from a stale copy."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec
import pytest

from firmware_py.config.catalogue import CategoryTable, ItemTable, load_catalogue
from firmware_py.config.mistakes import ConfigError
from firmware_py.core.rules import Category, Item, Text
from tests.config.hallfiles import ITEMS

EXAMPLE = Path(__file__).parents[2] / "config" / "items.toml"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "items.toml"
    path.write_text(ITEMS, encoding="utf-8")
    return path


def test_items_come_as_the_queue_takes_them(source: Path) -> None:
    catalogue = load_catalogue(source)
    assert list(catalogue.categories) == ["registration", "invoices"]
    assert catalogue.categories["invoices"] == Category(
        "invoices", "D", Text("发票办理", "Invoices")
    )
    assert catalogue.items["A01"] == Item(
        id="A01",
        category="registration",
        name=Text("新办纳税人套餐", "Set for new taxpayers"),
        service_limit_s=1800,
        skill="registration",
        papers=(Text("公章", "Company seal"),),
        elsewhere=("online",),
        initials="xbnsrtc",
    )
    assert (catalogue.items["D03"].skill, catalogue.items["D03"].quota) == ("stock", 40)
    assert catalogue.skills == {"registration", "stock"}


def test_the_example_has_its_214_items() -> None:
    catalogue = load_catalogue(EXAMPLE)
    assert (len(catalogue.categories), len(catalogue.items)) == (7, 214)


def test_the_second_start_reads_the_kept_copy_and_gets_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_catalogue(EXAMPLE, tmp_path)

    def no_toml(text: str) -> None:
        raise AssertionError(f"read {len(text)} characters of TOML again")

    monkeypatch.setattr("tomllib.loads", no_toml)
    assert load_catalogue(EXAMPLE, tmp_path) == first


def test_a_changed_source_is_read_again_even_with_its_old_time_and_size(
    source: Path, tmp_path: Path
) -> None:
    before = source.stat()
    load_catalogue(source, tmp_path)
    changed = tmp_path / "changed.toml"
    changed.write_text(ITEMS.replace("1800", "2400"), encoding="utf-8")
    shutil.copystat(source, changed)
    changed.replace(source)
    assert source.stat().st_mtime_ns == before.st_mtime_ns
    assert source.stat().st_size == before.st_size
    assert load_catalogue(source, tmp_path).items["A01"].service_limit_s == 2400


@pytest.mark.parametrize("at", [0, 31, 32, 60, -1])
def test_a_damaged_copy_is_not_believed(source: Path, tmp_path: Path, at: int) -> None:
    good = load_catalogue(source, tmp_path)
    [kept] = [path for path in tmp_path.iterdir() if path != source]
    data = bytearray(kept.read_bytes())
    data[at] ^= 1
    kept.write_bytes(data)
    assert load_catalogue(source, tmp_path) == good
    assert kept.read_bytes() != bytes(data), "the copy was made anew"


def test_a_copy_cut_short_by_a_power_cut_is_not_believed(source: Path, tmp_path: Path) -> None:
    good = load_catalogue(source, tmp_path)
    [kept] = [path for path in tmp_path.iterdir() if path != source]
    for length in (0, 10, 40):
        kept.write_bytes(kept.read_bytes()[:length])
        assert load_catalogue(source, tmp_path) == good


def test_a_catalogue_with_mistakes_is_not_kept(source: Path, tmp_path: Path) -> None:
    source.write_text(ITEMS.replace("600", "-1"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"items\.toml:26: items\[2\]\.service_limit_s"):
            load_catalogue(source, tmp_path)
    assert list(tmp_path.iterdir()) == [source]


def test_a_folder_that_is_not_there_is_not_made(source: Path, tmp_path: Path) -> None:
    assert load_catalogue(source, tmp_path / "data").items
    assert list(tmp_path.iterdir()) == [source]


def test_docs_name_every_field_and_which_must_be_there() -> None:
    text = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text("utf-8")
    rows = re.findall(r"^\| [^|]*\| (\*\*)?`(\w+)`", text, re.MULTILINE)
    written = [(name, bool(bold)) for bold, name in rows]
    tables = (CategoryTable, ItemTable)
    fields = [("version", True)]
    fields += [(f.name, f.required) for t in tables for f in msgspec.structs.fields(t)]
    assert written == fields
