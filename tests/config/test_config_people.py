"""Readers at kiosks and windows, and what the hall wants of cards, in the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.hallfiles import HALL, HallFiles

READERS = """
[devices.id-1]
kind = "card_reader.sdt"
port = "/dev/hall/id-1"

[devices.codes-1]
kind = "card_reader.scanner_serial"
port = "/dev/hall/codes-1"
"""


@pytest.fixture
def files(tmp_path: Path) -> HallFiles:
    return HallFiles(tmp_path)


AT_KIOSK = HALL.replace('printer = "printer"\n', 'printer = "printer"\ncard_reader = "id-1"\n')


def test_readers_stand_at_a_kiosk_and_lists_lie_below_the_data_folder(files: HallFiles) -> None:
    more = '[people]\nlists = "people"\nkey_file = "people.key"\none_open = true\n'
    configuration = files.load(AT_KIOSK + READERS + more)
    settings, folders = configuration.settings, configuration.folders
    assert settings.kiosks[0].card_reader == "id-1"
    assert settings.people.lists == str(folders.data / "people")
    assert settings.people.key_file == str(folders.config / "people.key")
    assert configuration.rules.one_open
    assert Path(str(settings.people.lists)).is_absolute()


def test_a_reader_of_codes_is_no_reader_of_cards_nor_the_other_way(files: HallFiles) -> None:
    wrong = AT_KIOSK.replace('"id-1"', '"codes-1"')
    wrong = wrong.replace('pad = "pad-1"\n', 'pad = "pad-1"\ncode_scanner = "id-1"\n')
    at_kiosk, at_window = sorted(files.mistakes(wrong + READERS))
    assert "windows[1].code_scanner: card_reader.sdt reads cards; it belongs to card_reader" in (
        at_window
    )
    assert "kiosks[1].card_reader: card_reader.scanner_serial reads codes; it belongs to" in (
        at_kiosk
    )


@pytest.mark.parametrize(("hall", "right"), [(HALL, False), (AT_KIOSK, True)])
def test_a_required_card_needs_a_reader_to_lay_it_on(
    files: HallFiles, hall: str, right: bool
) -> None:
    text = hall + READERS + '[people]\ncard = "required"\n'
    if right:
        assert files.load(text).settings.people.card == "required"
    else:
        (mistake,) = files.mistakes(text)
        assert "people.card: no kiosk has a card_reader" in mistake


def test_a_reader_belongs_to_one_place(files: HallFiles) -> None:
    twice = AT_KIOSK.replace('pad = "pad-1"\n', 'pad = "pad-1"\ncard_reader = "id-1"\n')
    (mistake,) = files.mistakes(twice + READERS)
    assert "id-1 is already at windows[1].card_reader" in mistake
