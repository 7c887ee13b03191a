"""Which pads a taxpayer can rate at."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.pad.hid_options import HidPadOptions
from devices.pad.options import Ff68Options, ProfileOptions
from devices.pad.profile import ProfileError, profile_path
from devices.pad.rating import can_rate


def test_a_pad_that_asks_and_a_keypad_of_stars_can() -> None:
    assert can_rate(Ff68Options(address=3))
    assert can_rate(HidPadOptions(layout="rating"))
    assert can_rate(HidPadOptions(layout="none", keys={"F1": "rate 5"}))


def test_a_clerks_caller_cannot(tmp_path: Path) -> None:
    assert not can_rate(HidPadOptions(layout="caller"))
    assert not can_rate(HidPadOptions(layout="none", keys={"F1": "reason 1"}))
    text = profile_path("ff68").read_text(encoding="utf-8")
    assert text.count('event = "rate"') == 1
    profile = tmp_path / "caller.toml"
    text = text.replace('event = "rate"', 'event = "help"').replace('value = "last"\n', "")
    profile.write_text(text, encoding="utf-8")
    assert not can_rate(ProfileOptions(profile=str(profile)))


def test_a_profile_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProfileError):
        can_rate(ProfileOptions(profile=str(tmp_path / "none.toml")))


def test_what_is_no_pad_cannot() -> None:
    assert not can_rate(object())
