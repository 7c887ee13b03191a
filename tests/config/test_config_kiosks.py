"""What a kiosk's screen needs, in the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.hallfiles import HALL, ITEMS, HallFiles

VOICE = """
[devices.speaker]
kind = "voice.xfs5152"
port = "/dev/hall/speaker"
"""


@pytest.fixture
def files(tmp_path: Path) -> HallFiles:
    return HallFiles(tmp_path)


def kiosk(more: str) -> str:
    return HALL.replace('printer = "printer"\n', f'printer = "printer"\n{more}\n') + VOICE


def test_people_choose_an_item_unless_it_is_said_otherwise(files: HallFiles) -> None:
    found = files.load().settings.kiosks[0]
    assert (found.choose, found.voice, found.pin_file) == ("item", None, None)


def test_one_button_for_everybody_takes_the_kiosks_item(files: HallFiles) -> None:
    found = files.load(kiosk('choose = "one"\nitem = "A01"')).settings.kiosks[0]
    assert (found.choose, found.item) == ("one", "A01")


def test_one_button_without_an_item_is_a_mistake(files: HallFiles) -> None:
    (mistake,) = files.mistakes(kiosk('choose = "one"'))
    assert "kiosks[1].choose: one button for everybody needs an item" in mistake


def test_another_way_of_choosing_is_a_mistake(files: HallFiles) -> None:
    (mistake,) = files.mistakes(kiosk('choose = "two"'))
    assert 'kiosks[1].choose: "two" is not one of' in mistake


def test_a_kiosks_loudspeaker_says_no_calls(files: HallFiles) -> None:
    assert files.load(kiosk('voice = "speaker"')).settings.kiosks[0].voice == "speaker"
    both = kiosk('voice = "speaker"') + '[[voices]]\nid = "hall"\ndevice = "speaker"\n'
    (mistake,) = files.mistakes(both)
    assert "voices[1].device: speaker is already at kiosks[1].voice" in mistake


def test_a_printer_is_no_loudspeaker(files: HallFiles) -> None:
    (mistake,) = files.mistakes(kiosk('voice = "pad-1"').replace('pad = "pad-1"\n', ""))
    assert "pad-1 is a pad, not a voice" in mistake


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("kiosk.pin", "data/kiosk.pin"),
        ("${HALL_DATA}/pins/1", "data/pins/1"),
        ("/etc/hall/kiosk.pin", "/etc/hall/kiosk.pin"),
    ],
)
def test_a_pins_file_lies_below_the_data_folder(files: HallFiles, written: str, where: str) -> None:
    found = files.load(kiosk(f'pin_file = "{written}"')).settings.kiosks[0]
    assert found.pin_file == str(files.folder / where)


def test_a_category_may_have_the_name_of_a_picture(files: HallFiles) -> None:
    with_icon = ITEMS.replace('prefix = "A"\n', 'prefix = "A"\nicon = "seal_big"\n')
    categories = files.load(items=with_icon).catalogue.categories
    assert {one.id: one.icon for one in categories.values()} == {
        "registration": "seal_big",
        "invoices": None,
    }
    # Also from the copy that the data folder keeps.
    assert files.load(items=with_icon).catalogue.categories == categories


@pytest.mark.parametrize("icon", ["Seal", "../seal", "a" * 21, ""])
def test_a_picture_is_named_by_a_short_word(files: HallFiles, icon: str) -> None:
    (mistake,) = files.mistakes(items=ITEMS.replace('"A"\n', f'"A"\nicon = "{icon}"\n'))
    assert "icon" in mistake
