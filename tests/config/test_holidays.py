"""The calendar of holidays: read, checked with all mistakes at once, and noticed when it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.config.difference import differences, files_of
from firmware_py.config.file import ConfigError, Configuration, load_all
from firmware_py.config.holidays import calendar_warning, read_holidays
from firmware_py.core.dates import day_number
from firmware_py.core.working_days import add_working_days, is_working_day
from tests.config.hallfiles import HALL, ITEMS

EXAMPLE = Path(__file__).parents[2] / "config" / "holidays.toml"
SOUND = """\
version = 1
years = [2026]

[[holidays]]
first = "2026-10-01"
last = "2026-10-07"
name = { zh = "国庆节", en = "National Day" }

[[workdays]]
date = "2026-10-10"
"""
FORMS = """
[forms]
holidays = "holidays.toml"
come = { zh = "到2楼", en = "To the second floor" }
warn_days = 3
keep_days = 7
"""


def mistakes(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a file, as a technician reads it."""
    path = folder / "holidays.toml"
    path.write_text(text, encoding="utf-8")
    found = read_holidays(path)[1].mistakes()
    for one in found:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one.zh)
    return [str(one).removeprefix(f"{folder}/") for one in found]


def loaded(folder: Path, holidays: str = SOUND, *, days: int = 30) -> Configuration:
    items = ITEMS.replace(
        "service_limit_s = 600", f"service_limit_s = 600\nstatutory_days = {days}"
    )
    (folder / "items.toml").write_text(items, encoding="utf-8")
    (folder / "holidays.toml").write_text(holidays, encoding="utf-8")
    path = folder / "hall.toml"
    path.write_text(HALL + FORMS, encoding="utf-8")
    return load_all(path, {"HALL_DATA": str(folder), "HALL_RUN": str(folder)})


def test_the_example_is_a_calendar_around_national_day() -> None:
    calendar, found = read_holidays(EXAMPLE)
    assert found.mistakes() == []
    worked = [day for day in range(1, 13) if is_working_day(f"2026-10-{day:02d}", calendar)]
    assert worked == [8, 9, 10, 12]
    assert is_working_day("2026-09-20", calendar)
    assert not is_working_day("2026-09-25", calendar)
    assert add_working_days("2026-09-30", 5, calendar) == "2026-10-13"
    assert calendar.example


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version = 1", "version = 2", "holidays.toml:1: version: 2 is not one of 1"),
        ("years = [2026]", "", "holidays.toml: years: missing"),
        ("years = [2026]", "years = 2026", "years: "),
        ("years = [2026]", "years = [2027]", "2026 is not among years"),
        ('first = "2026-10-01"', 'first = "2026-09-31"', "there is no date 2026-09-31"),
        ('last = "2026-10-07"', 'last = "2026-09-07"', "2026-09-07 is before 2026-10-01"),
        ('date = "2026-10-10"', 'date = "2026-10-04"', "2026-10-04 is a holiday (line 5)"),
        ('date = "2026-10-10"', 'date = "2026-10-09"', "2026-10-09 is no Saturday or Sunday"),
        ('date = "2026-10-10"', 'day = "2026-10-10"', "unknown key"),
    ],
)
def test_each_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in SOUND
    found = mistakes(tmp_path, SOUND.replace(old, new))
    assert any(expected in one for one in found), found
    assert all(one.startswith("holidays.toml") for one in found)


def test_days_that_stand_twice_are_mistakes(tmp_path: Path) -> None:
    twice = SOUND + '\n[[workdays]]\ndate = "2026-10-10"\n'
    assert "2026-10-10 stands twice (first on line 10)" in mistakes(tmp_path, twice)[0]
    over = SOUND + '\n[[holidays]]\nfirst = "2026-10-07"\n'
    assert "in another holiday too (line 5)" in mistakes(tmp_path, over)[0]


def test_the_hall_goes_by_its_file(tmp_path: Path) -> None:
    forms = loaded(tmp_path).rules.forms
    assert forms.calendar.workdays == {day_number("2026-10-10")}
    assert (forms.come.zh, forms.warn_days, forms.keep_days) == ("到2楼", 3, 7)


def test_mistakes_of_the_file_stop_the_start_and_one_that_is_not_there_is_named(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match="2026-10-09 is no Saturday or Sunday"):
        loaded(tmp_path, SOUND.replace("2026-10-10", "2026-10-09"))
    (tmp_path / "holidays.toml").unlink()
    with pytest.raises(ConfigError, match=r"hall\.toml:\d+: forms\.holidays: "):
        load_all(tmp_path / "hall.toml", {"HALL_DATA": str(tmp_path), "HALL_RUN": str(tmp_path)})


def test_a_changed_file_is_a_change_of_the_configuration(tmp_path: Path) -> None:
    before = loaded(tmp_path)
    files = files_of(before.settings)
    after = loaded(tmp_path, SOUND.replace("[2026]", "[2026, 2027]"))
    [change] = differences(before, after, (files, files_of(after.settings)))
    assert change.path == "forms.holidays"


def test_the_example_is_told_to_be_one_until_its_line_is_taken_out(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    hall = loaded(tmp_path, text, days=5)
    found = calendar_warning(hall.settings, hall.rules, "2026-03-02")
    assert found is not None
    assert "还是示例" in found[0]
    assert "is still the example" in found[1]
    hall = loaded(tmp_path, text.replace("example = true\n", ""), days=5)
    assert calendar_warning(hall.settings, hall.rules, "2026-03-02") is None


@pytest.mark.parametrize(
    ("today", "days", "warned"),
    [
        ("2026-03-02", 30, False),
        ("2026-11-20", 30, True),
        ("2027-01-04", 1, True),
        ("2025-12-31", 1, True),
        # Nothing in this hall has a statutory limit: no forms, no word about them.
        ("2026-11-20", 0, False),
    ],
)
def test_a_year_that_is_not_filled_in_is_told_while_it_matters(
    tmp_path: Path, today: str, days: int, *, warned: bool
) -> None:
    hall = loaded(tmp_path, days=days)
    found = calendar_warning(hall.settings, hall.rules, today)
    assert (found is not None) is warned
    if found is not None and today == "2026-11-20":
        assert "2027" in found[0]
        assert "holidays of 2027 are not filled in" in found[1]
