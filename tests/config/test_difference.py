"""What is different between two configurations, as the technician and the journal are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from firmware_py.config.difference import Change, differences, files_of, without_restart
from firmware_py.config.file import Configuration, load_all

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "config" / "hall.example.toml").read_text(encoding="utf-8")


def loaded(folder: Path, *changes: tuple[str, str], catalogue: str | None = None) -> Configuration:
    items = (ROOT / "config" / "items.toml").read_text(encoding="utf-8")
    (folder / "items.toml").write_text(catalogue or items, encoding="utf-8")
    shutil.copy2(ROOT / "config" / "holidays.toml", folder)
    text = EXAMPLE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "hall.toml"
    path.write_text(text, encoding="utf-8")
    return load_all(path, {"HALL_DATA": str(folder), "HALL_RUN": str(folder)})


def test_the_same_file_has_no_difference(tmp_path: Path) -> None:
    assert differences(loaded(tmp_path), loaded(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("idle_s = 180", "idle_s = 60", Change("limits.idle_s", "180", "60")),
        (
            'strip = "strip-3"',
            'button = "kiosk-9"\nstrip = "strip-3"',
            Change("windows.3.button", None, '"kiosk-9"'),
        ),
        ('node = "hub"', 'node = "pi-2"', Change("hall.node", '"hub"', '"pi-2"', "restart")),
        ("sunday = []", "", Change("day.weekdays.sunday", "[]", None, "next_day")),
        (
            "options = { paper = 80 }",
            "options = { paper = 58 }",
            Change("devices.printer.options.paper", "80", "58"),
        ),
    ],
)
def test_each_value_is_told_by_its_path(tmp_path: Path, old: str, new: str, change: Change) -> None:
    more = [(old, new)]
    if "kiosk-9" in new:
        more.append(
            (
                "kiosk-1-button = {",
                'kiosk-9 = { kind = "button.gpio", options = { pin = 26 } }\nkiosk-1-button = {',
            )
        )
    found = differences(loaded(tmp_path), loaded(tmp_path, *more))
    assert change in found
    assert len(found) == len(more)


def test_a_device_that_is_new_is_one_change_and_its_secret_is_none(tmp_path: Path) -> None:
    url = 'port = "socket://user:secret@127.0.0.1:9100"'
    found = differences(loaded(tmp_path), loaded(tmp_path, ('port = "/dev/hall/printer"', url)))
    assert [one.path for one in found] == ["devices.printer.port"]
    assert "secret" not in str(found)
    assert "***@127.0.0.1" in str(found)


def test_an_item_is_told_by_its_id_and_a_new_catalogue_by_its_size(tmp_path: Path) -> None:
    before = loaded(tmp_path)
    items = (ROOT / "config" / "items.toml").read_text(encoding="utf-8")
    start = items.index('[[items]]\nid = "A01"')
    end = items.index("[[items]]", start + 1)
    found = differences(before, loaded(tmp_path, catalogue=items[:start] + items[end:]))
    assert [(one.path, one.new) for one in found] == [("items.A01", None)]
    cut = items[: items.index("[[items]]", items.index("[[items]]", end + 1) + 1)]
    few = loaded(tmp_path, ('item = "F01"', 'item = "A01"'), catalogue=cut)
    assert differences(before, few)[-1] == Change(
        "items", "214", f"{len(few.catalogue.items)}: +0 -{214 - len(few.catalogue.items)} ~0"
    )


def test_a_template_that_changed_on_the_disk_is_a_change_of_its_printer(tmp_path: Path) -> None:
    template = tmp_path / "ours.toml"
    source = ROOT / "config" / "templates" / "ticket-80.toml"
    template.write_bytes(source.read_bytes())
    named = ("options = { paper = 80 }", 'options = { paper = 80, template = "./ours.toml" }')
    before = loaded(tmp_path, named)
    files = files_of(before.settings)
    template.write_bytes(source.read_bytes() + b"\n")
    after = loaded(tmp_path, named)
    found = differences(before, after, (files, files_of(after.settings)))
    assert [one.path for one in found] == ["devices.printer.options.template"]


def test_what_needs_a_restart_stays_as_it_was_and_the_rest_follows(tmp_path: Path) -> None:
    before = loaded(tmp_path)
    after = loaded(
        tmp_path,
        ('node = "hub"', 'node = "pi-2"'),
        ('group = "hall"', 'group = "others"'),
        ("backup_every_min = 30", "backup_every_min = 5\nkeep_days = 7"),
        ("idle_s = 180", "idle_s = 60"),
    )
    held = without_restart(before.settings, after.settings)
    assert (held.hall, held.control) == (before.settings.hall, before.settings.control)
    assert (held.journal.backup_every_min, held.journal.keep_days) == (30, 7)
    assert held.limits.idle_s == 60
