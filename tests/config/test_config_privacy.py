"""Personal data, their keys and backups lie apart, or the configuration is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from devices.card_reader.people import Citizen, Compatriot, Foreigner2023
from firmware_py.config.catalogue import CardField
from tests.config.hallfiles import HALL, ITEMS, HallFiles


@pytest.fixture
def files(tmp_path: Path) -> HallFiles:
    return HallFiles(tmp_path)


def test_folders_are_below_the_data_folder_if_nothing_is_said(files: HallFiles) -> None:
    found = files.load()
    assert found.settings.privacy.vault == str(found.folders.data / "vault")
    assert found.settings.privacy.keys == str(found.folders.data / "keys")
    assert found.settings.privacy.keep_days == 30


def test_keys_may_be_on_another_medium(files: HallFiles) -> None:
    found = files.load(HALL + '[privacy]\nkeys = "/media/keys/${HALL_KEYS}"\n', HALL_KEYS="hall")
    assert found.settings.privacy.keys == "/media/keys/hall"


@pytest.mark.parametrize(
    "tables",
    [
        '[privacy]\nvault = "kept"\nkeys = "kept"\n',
        '[privacy]\nkeys = "vault/keys"\n',
        '[privacy]\nvault = "keys/vault"\n',
        '[privacy]\nkeys = "/media/backup/hall/keys"\n[journal]\nbackup_folder = "/media/backup"\n',
        '[journal]\nbackup_folder = "keys"\n',
        '[journal]\nbackup_folder = "vault/backup"\n',
    ],
)
def test_folders_in_one_another_are_refused(files: HallFiles, tables: str) -> None:
    (mistake,) = files.mistakes(HALL + tables)
    assert re.search(r": privacy\.(?:keys|vault): must be a folder apart from ", mistake)


def test_what_an_item_keeps_reaches_the_queues_rules(files: HallFiles) -> None:
    kept = ITEMS.replace("quota = 40\n", 'quota = 40\nkeep = ["name", "number"]\n')
    found = files.load(items=kept)
    assert found.rules.items["D03"].keep == ("name", "number")
    assert found.rules.items["A01"].keep == ()


@pytest.mark.parametrize("keep", ['["photo"]', '["name", "name"]', '["name", 3]'])
def test_what_no_card_has_or_stands_twice_is_refused(files: HallFiles, keep: str) -> None:
    (mistake,) = files.mistakes(items=ITEMS.replace("quota = 40\n", f"keep = {keep}\n"))
    assert "items.toml:" in mistake
    assert re.search(r"\bkeep\b", mistake)


def test_every_field_that_may_be_kept_is_one_of_a_card() -> None:
    kinds = (Citizen, Compatriot, Foreigner2023)
    fields = {name for kind in kinds for base in kind.__mro__ for name in _slots(base)}
    assert set(get_args(CardField)) == fields


def _slots(kind: type) -> tuple[str, ...]:
    return tuple(getattr(kind, "__slots__", ()))
