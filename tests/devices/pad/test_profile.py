"""Profiles: what ships loads, and a mistake is named with its file and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from devices.pad.profile import PROFILE_FOLDERS, ProfileError, load_profile
from devices.pad.profile_tables import EVENTS

GOOD = (Path(__file__).parents[3] / "config" / "pads" / "ff68.toml").read_text(encoding="utf-8")


def problems_of(tmp_path: Path, text: str) -> tuple[str, ...]:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(str(path))
    placed = re.compile(re.escape(str(path)) + r"(?::\d+)?: ")
    assert all(placed.match(problem) for problem in caught.value.problems)
    return tuple(placed.sub("", problem) for problem in caught.value.problems)


def test_every_profile_that_ships_loads_and_uses_the_halls_words() -> None:
    names = sorted(path.stem for path in PROFILE_FOLDERS[1].glob("*.toml"))
    assert names == ["ascii-line", "ff68", "one-byte", "polled"]
    for name in names:
        profile = load_profile(name)
        assert profile.name == name
        assert {event.event for event in profile.event} <= EVENTS


def test_a_halls_own_folder_comes_first(tmp_path: Path) -> None:
    (tmp_path / "ff68.toml").write_text(GOOD.replace("FF68 呼叫评价器", "本厅"), encoding="utf-8")
    assert load_profile("ff68", (tmp_path, *PROFILE_FOLDERS)).title_zh == "本厅"


def test_a_profile_that_is_not_there_says_where_it_was_looked_for() -> None:
    with pytest.raises(ProfileError, match=r"ff86: no such pad profile; looked for /etc/"):
        load_profile("ff86")


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ('event = "recall"', 'event = "recal"', "event[2].event: 'recal' is not one of call_back"),
        ('tail = "0C"', 'tail = "0G"', "event[1].tail: '0G' is neither hexadecimal nor text:..."),
        ('tail = "0C"', 'tale = "0C"', "event[1]: Object contains unknown field `tale`"),
        ("baud = 9600", 'baud = "9600"', "serial.baud: Expected `int`, got `str`"),
        ('kind = "sum8"', 'kind = "sum9"', "frame.parts[7].kind: Invalid enum value 'sum9'"),
        ('{ part = "address" },', "", "frame.parts[1]: address is no part of this frame"),
        ('{ part = "data", max = 32 },', "", "frame.parts: exactly one data part is needed"),
        ('value = "last"', "", 'event[0].value: a rate needs value = "last", "decimal" or'),
        ('"waiting:3", ', '"stars:3", ', "commands.show.data[0]: show has no stars to show"),
        ('how = "echo"', 'how = "echo"\ndata = "00"', "acknowledge: function and data belong to"),
        ("[frame]", "[frame", "Expected ']' at the end of a table declaration"),
    ],
)
def test_a_mistake_is_named_with_its_key(tmp_path: Path, good: str, bad: str, problem: str) -> None:
    assert good in GOOD
    found = problems_of(tmp_path, GOOD.replace(good, bad))
    assert any(line.startswith(problem) for line in found)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('event = "recall"', 'event = "again"').replace('tail = "0E"', 'tail = "E"')
    assert len(problems_of(tmp_path, text)) == 2


def test_data_without_an_end_is_refused(tmp_path: Path) -> None:
    text = """
        name = "x"
        title_zh = "x"
        title_en = "x"
        [frame]
        parts = [{ part = "data", max = 3 }]
        [[event]]
        event = "call_next"
    """
    expected = (
        "frame.parts: the data has no end: give it a size, a length or trailer part, or a gap_ms"
    )
    assert problems_of(tmp_path, text) == (expected,)
