"""What the queue is told, and what a technician is shown, of a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.config.rules import describe
from firmware_py.core.rules import Hours, Rules, Series, Text, Weight
from tests.config.hallfiles import HALL, HallFiles

ALL = """
[day]
hours = [["09:00", "12:00"], ["13:30", "24:00"]]
last_ticket_min = 15
[numbers]
prefix = "K"
digits = 4
first = 100
skip = [104, 114]
[quotas]
day = 300
person = 2
items = { A01 = 7 }
[queue]
exception_window = "2"
auto_start_s = 20
next_guard_s = 2.5
calls_before_missed = 2
return_within_min = 20
return_after_calls = 4
appointment_early_min = 10
appointment_late_min = 5
[queue.weights]
elderly = { rate = 1.9, bonus_s = 30 }
[limits]
amber_share = 0.7
wait_s = 900
idle_s = 60
[rating]
ask = false
wait_s = 30
scores = 4
bad = 1
"""


@pytest.fixture
def files(tmp_path: Path) -> HallFiles:
    return HallFiles(tmp_path)


def test_a_file_that_says_nothing_of_the_queue_gives_the_queues_own_defaults(
    files: HallFiles,
) -> None:
    rules = files.load().rules
    plain = Rules(categories=rules.categories, items=rules.items, windows=rules.windows)
    assert rules == plain


def test_all_that_the_file_says_reaches_the_queue_in_its_units(files: HallFiles) -> None:
    rules = files.load(HALL + ALL).rules
    assert rules.hours == (Hours(32_400, 43_200), Hours(48_600, 86_400))
    assert rules.last_ticket_s == 900
    assert rules.series == {"common": Series("common", "K", 4, 100, frozenset({104, 114}))}
    assert (rules.quota_day, rules.quota_person) == (300, 2)
    assert (rules.items["A01"].quota, rules.items["D03"].quota) == (7, 40)
    assert rules.exception_window == "2"
    assert (rules.auto_start_s, rules.next_guard_s, rules.calls_before_missed) == (20, 2.5, 2)
    assert (rules.return_within_s, rules.return_after_calls) == (1200, 4)
    assert (rules.appointment_early_s, rules.appointment_late_s) == (600, 300)
    assert rules.weights.elderly == Weight(1.9, 30)
    assert rules.weights.appointment == Weight(2.0, 600.0)
    assert (rules.amber_share, rules.wait_limit_s, rules.idle_limit_s) == (0.7, 900, 60)
    assert not rules.rating_asked
    assert (rules.rating_wait_s, rules.rating_max, rules.rating_bad) == (30, 4, 1)


def test_windows_have_a_name_and_take_everything_unless_they_say_otherwise(
    files: HallFiles,
) -> None:
    windows = files.load().rules.windows
    assert list(windows) == ["1", "2"]
    assert windows["1"].name == Text("1号窗口", "Window 1")
    assert windows["1"].skills is None
    assert windows["2"].skills == frozenset({"stock"})


def test_numbers_by_category_take_their_letters_from_the_catalogue(files: HallFiles) -> None:
    rules = files.load(HALL + '[numbers]\nmode = "category"\n').rules
    assert rules.series_of(rules.items["D03"]) == Series("invoices", "D")
    assert rules.series_of(rules.items["A01"]) == Series("registration", "A")


def test_what_is_shown_has_every_default_and_no_secret(files: HallFiles) -> None:
    hall = HALL.replace('"/dev/hall/printer"', '"rfc2217://tech:hunter2@10.0.0.9:4000"')
    hall += "[broker]\nusername = 'hall'\npassword_file = '/etc/hall/broker.password'\n"
    shown = describe(files.load(hall).settings)
    assert shown["devices"]["printer"]["options"]["paper"] == 80
    assert shown["devices"]["printer"]["line_settings"]["baud"] == 115200
    assert shown["devices"]["printer"]["port"] == "rfc2217://***@10.0.0.9:4000"
    assert shown["rating"]["scores"] == 5
    assert shown["broker"]["username"] == "hall"
    assert shown["broker"]["password_file"] == "/etc/hall/broker.password"
    assert "hunter2" not in repr(shown)
