"""Opening hours in a configuration: each mistake with its line, and what the queue is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.config.file import load_all
from firmware_py.core.rules import Hours, Season, SpecialDays, Text
from tests.config.hallfiles import HALL, HallFiles
from tests.config.test_config_file import single_mistakes

EXAMPLE = Path(__file__).parents[2] / "config" / "hall.example.toml"
MORNING = Hours(9 * 3600, 12 * 3600)
USUAL = (MORNING, Hours(13 * 3600 + 1800, 17 * 3600))
HOURS = '[day]\nhours = [["09:00", "12:00"], ["13:30", "17:00"]]\n'


@pytest.fixture
def files(tmp_path: Path) -> HallFiles:
    return HallFiles(tmp_path)


def test_the_example_has_weekdays_holidays_extra_days_and_a_season(tmp_path: Path) -> None:
    env = {"HALL_DATA": str(tmp_path), "HALL_RUN": str(tmp_path)}
    rules = load_all(EXAMPLE, env).rules
    assert rules.hours == USUAL
    assert rules.weekdays == {5: (MORNING,), 6: ()}
    assert rules.special_days == (
        SpecialDays("2026-10-01", "2026-10-07", (), Text("国庆节", "National Day")),
        SpecialDays("2026-10-10", "2026-10-10", USUAL, Text("调休上班", "Extra working day")),
    )
    assert rules.seasons == (
        Season(
            "2026-10-08",
            "2026-10-26",
            (Hours(8 * 3600 + 1800, 18 * 3600),),
            frozenset(range(5)),
            Text("申报期", "Filing season"),
        ),
    )


def test_hours_alone_are_those_of_every_day_as_before(files: HallFiles) -> None:
    rules = files.load(HALL + HOURS).rules
    assert (rules.hours, dict(rules.weekdays)) == (USUAL, {})
    assert not rules.special_days
    assert not rules.seasons


def test_seven_weekdays_need_no_usual_hours(files: HallFiles) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    week = "".join(f'{day} = [["09:00", "12:00"]]\n' for day in days)
    rules = files.load(
        HALL + '[day]\nmode = "auto"\n[day.weekdays]\n' + week + "saturday = []\nsunday = []\n"
    ).rules
    assert rules.weekdays == {**dict.fromkeys(range(5), (MORNING,)), 5: (), 6: ()}


@pytest.mark.parametrize(("text", "expected"), single_mistakes("hours.txt"))
def test_each_mistake_in_the_hours_is_named_with_its_line(
    files: HallFiles, text: str, expected: str
) -> None:
    assert files.mistakes(f"{HALL}\n{text}\n") == [f"hall.toml:{expected}"]


def test_seasons_that_share_dates_but_no_weekday_are_right(files: HallFiles) -> None:
    seasons = "".join(
        f'[[day.seasons]]\nfirst = "2026-04-01"\nlast = "2026-04-20"\n'
        f'weekdays = ["{weekday}"]\nhours = [["08:30", "{closes}"]]\n'
        for weekday, closes in (("monday", "19:00"), ("friday", "18:00"))
    )
    assert len(files.load(HALL + HOURS + seasons).rules.seasons) == 2
