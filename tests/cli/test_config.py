from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.hallrun import CONFIG, ROOT, Hallctl

#: Line 4: an unknown key; 9: a name that no device has; 11: a speed that no port has.
MISTAKES = """\
[hall]
id = "demo"
name = { zh = "示范", en = "Demo" }
colour = "red"
catalogue = "CATALOGUE"

[[windows]]
id = "1"
pad = "pad-9"

[lines.pads]
port = "/dev/hall/pads"
settings = { baud = 9601 }
"""


@pytest.fixture
def hallctl() -> Hallctl:
    """``hallctl`` where no daemon runs."""
    return Hallctl({"HALL_RUN": "/nonexistent", "HALL_DATA": "/nonexistent"})


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A file with three mistakes."""
    catalogue = Path(__file__).parents[2] / "config" / "items.toml"
    file = tmp_path / "hall.toml"
    file.write_text(MISTAKES.replace("CATALOGUE", str(catalogue)), encoding="utf-8")
    return file


def test_every_mistake_is_told_with_its_line_and_path(hallctl: Hallctl, wrong: Path) -> None:
    ran = hallctl("config", "check", str(wrong))
    assert (ran.code, ran.out) == (2, "")
    told = [line.split(": ")[:2] for line in ran.err.splitlines()[:-1]]
    assert told == [
        [f"{wrong}:4", "hall.colour"],
        [f"{wrong}:9", "windows[1].pad"],
        [f"{wrong}:13", "lines.pads.settings.baud"],
    ]
    assert ran.err.endswith("The configuration has 3 mistakes.\n")


def test_mistakes_are_told_in_chinese(hallctl: Hallctl, wrong: Path) -> None:
    ran = hallctl("config", "check", str(wrong), lang="zh")
    assert ran.code == 2
    assert ran.err.endswith("配置有 3 处错误。\n")
    assert all(any("一" <= c <= "龥" for c in line) for line in ran.err.splitlines())


def test_mistakes_in_json_have_their_places(hallctl: Hallctl, wrong: Path) -> None:
    ran = hallctl("config", "check", str(wrong), "--json")
    assert ran.code == 2
    answer = ran.json()
    assert answer["ok"] is False
    assert [mistake["line"] for mistake in answer["mistakes"]] == [4, 9, 13]
    assert set(answer["mistakes"][0]) == {"file", "line", "path", "en", "zh"}


def test_a_good_file_is_said_to_be_good(hallctl: Hallctl, tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(CONFIG, encoding="utf-8")
    good = hallctl("config", "check", str(file))
    assert (good.code, good.err) == (0, "")
    said, unsure = good.out.splitlines()
    assert said == f"No mistakes: {file}, 12 windows, 2 devices, 214 items."
    assert unsure.startswith("There is no file of holidays ([forms] holidays)")
    told = hallctl.ok("config", "check", str(file))
    assert [one["en"] for one in told.pop("warnings")] == [unsure]
    assert told == {"ok": True, "file": str(file), "mistakes": []}


def test_the_file_may_be_named_by_the_environment(hallctl: Hallctl, wrong: Path) -> None:
    hallctl.environment["HALL_CONFIG"] = str(wrong)
    assert "3 mistakes" in hallctl("config", "check").err


def test_a_file_that_is_not_there_is_a_mistake(hallctl: Hallctl, tmp_path: Path) -> None:
    ran = hallctl("config", "check", str(tmp_path / "none.toml"))
    assert ran.code == 2
    assert "none.toml" in ran.err


def test_a_file_that_needs_variables_says_which_and_how_to_give_them(hallctl: Hallctl) -> None:
    bench = "config/bench.toml"
    chinese, english = (
        hallctl("config", "check", str(ROOT / bench), lang=one) for one in ("zh", "en")
    )
    assert (chinese.code, english.code) == (2, 2)
    *_, said = chinese.err.splitlines()
    assert said.startswith(
        "此文件要由环境变量给出 HALL_CLOCK、HALL_BROKER_PORT、HALL_PRINTER2_PORT"
    )
    *_, said = english.err.splitlines()
    assert said.startswith("This file takes HALL_CLOCK, HALL_BROKER_PORT, HALL_PRINTER2_PORT from")
    # What it says to type is right.
    line = said.rpartition("before the command: ")[2].split()
    given = dict(word.split("=") for word in line[: line.index("hallctl")])
    checked = Hallctl({**hallctl.environment, **given})(*line[line.index("hallctl") + 1 :])
    assert (checked.code, checked.err) == (0, "")


def test_other_mistakes_ask_for_no_variables(hallctl: Hallctl, wrong: Path) -> None:
    assert "environment" not in hallctl("config", "check", str(wrong)).err
