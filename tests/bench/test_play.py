"""``make run``, shortened: a whole hall, its day, what it leaves, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
PEOPLE = 8

Played = tuple[Path, subprocess.CompletedProcess[str]]


def command(out: Path, *more: str) -> Sequence[str]:
    player = (sys.executable, "-m", "firmware_py.bench.play", "--out", str(out))
    return (*player, "--people", str(PEOPLE), "--speed", "250", *more)


def environment(lang: str) -> dict[str, str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    # Screens leave pictures, also where whoever runs the tests has a display.
    return {**env, "LANG": lang, "SDL_VIDEODRIVER": "dummy"}


def below(folder: Path) -> list[str]:
    """Return the command lines of all processes that were started for this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environ = (entry / "environ").read_bytes()
            except (OSError, UnicodeDecodeError):
                continue
            if f"HALL_RUN={folder}/run\0".encode() in environ:
                found.append(line)
    return found


def hallctl(out: Path, *words: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "firmware_py.cli.main", *words],
        cwd=ROOT,
        env={**environment("C.UTF-8"), "HALL_RUN": str(out / "run")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def left_behind(out: Path) -> list[Path]:
    return [path for path in (out / "run").rglob("*") if path.is_socket() or path.is_symlink()]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    out = tmp_path_factory.mktemp("day")
    done = subprocess.run(
        command(out, "--once"),
        cwd=ROOT,
        env=environment("zh_CN.UTF-8"),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    return out, done


def test_a_good_day_ends_with_0_and_says_what_was_checked(played: Played) -> None:
    _, done = played
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("✓ 每张号票各打印一次")
    assert any(f"取号 {PEOPLE}" in line for line in lines)
    assert any("▲ 打印机缺纸" in line for line in lines)
    assert any("✓ 消息服务器恢复" in line for line in lines)


def test_every_slip_and_led_state_is_a_picture(played: Played) -> None:
    out, _ = played
    slips = [path.name for path in (out / "slips").glob("*.png")]
    for n in range(1, PEOPLE + 1):
        assert any(f"A{n:03}" in name for name in slips), n
    walls = sorted((out / "led").glob("led-wall-*.png"))
    assert len(walls) >= PEOPLE
    assert any(path.name.startswith("strip-15-") for path in (out / "led").iterdir())
    with Image.open(walls[-1]) as picture:
        assert picture.size == (256 * 8 + 24, 64 * 8 + 24)


def test_the_screens_are_pictures_of_each_hour_as_they_were(played: Played) -> None:
    out, done = played
    screens = ("wall", "kiosk", "window-inner", "window-outer")
    names = [f"{screen}-{hour:02}00.png" for hour in range(9, 18) for screen in screens]
    present = [f"{screen}.png" for screen in screens]
    assert {path.name for path in (out / "screens").iterdir()} == {*names, *present}
    assert f"显示屏 screens/ {len(names)} 幅" in done.stdout
    pictures = set()
    for path in (out / "screens").iterdir():
        with Image.open(path) as picture:
            assert picture.size == (1920, 1080)
            pictures.add(picture.tobytes())
    assert len(pictures) > 6


def test_the_journal_is_there_whole_as_json_lines(played: Played) -> None:
    out, _ = played
    events = lines_of(out / "journal.jsonl")
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events].count("day.closed") == 1
    centre = lines_of(out / "centre.jsonl")
    assert [event["seq"] for event in centre] == [event["seq"] for event in events]


def test_the_report_has_the_days_figures_in_both_languages(played: Played) -> None:
    out, _ = played
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["taken"] == PEOPLE
    assert report["total"]["served"] == PEOPLE - 1
    assert report["left"] == 1
    assert sum(tally["served"] for tally in report["by_clerk"].values()) == PEOPLE - 1
    assert sum(report["ratings"].values()) == PEOPLE - 1
    assert {alarm["kind"] for alarm in report["alarms"]} >= {"service", "rating"}
    text = (out / "report.md").read_text(encoding="utf-8")
    assert "| 取号 Tickets taken | 8 |" in text
    assert "差评 bad rating" in text


def test_after_the_day_nothing_is_left_running(played: Played) -> None:
    out, _ = played
    assert below(out) == []
    assert left_behind(out) == []


class Running:
    """A player whose lines can be waited for."""

    def __init__(self, out: Path) -> None:
        self.process = subprocess.Popen(
            command(out),
            cwd=ROOT,
            env=environment("C.UTF-8"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line_with(self, words: str) -> str:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        for line in self.process.stdout:
            if words in line:
                return line
        raise AssertionError(f"ended without saying {words!r}: {self.process.stderr.read()}")

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    player = Running(tmp_path / "out")
    yield player
    if player.process.poll() is None:
        player.process.terminate()
    # Also of one that ended by itself: its pipes must not be left to the next test.
    player.process.communicate(timeout=60)


def test_ctrl_c_in_the_middle_of_the_day_leaves_nothing(running: Running, tmp_path: Path) -> None:
    out = tmp_path / "out"
    running.line_with("calls A002")
    assert len(below(out)) >= 3
    code, errors = running.end(signal.SIGINT)
    assert (code, errors) == (130, "")
    assert below(out) == []
    assert left_behind(out) == []


def test_a_daemon_that_dies_ends_the_day_with_1_and_a_sentence(
    running: Running, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    running.line_with("calls A001")
    pid = json.loads(hallctl(out, "status", "--json"))["pid"]
    os.kill(pid, signal.SIGKILL)
    _, errors = running.process.communicate(timeout=60)
    assert running.process.returncode == 1
    assert errors.startswith("The bench hall cannot go on: the daemon or the simulators went away")
    assert errors.count("\n") == 1, errors
    assert below(out) == []


def test_a_second_bench_in_the_same_folder_is_refused(running: Running, tmp_path: Path) -> None:
    running.line_with("calls A001")
    second = subprocess.run(
        command(tmp_path / "out", "--once"),
        cwd=ROOT,
        env=environment("C.UTF-8"),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert second.returncode == 1
    assert "still runs" in second.stderr
    # The first goes on.
    running.line_with("calls A002")
    assert running.end(signal.SIGTERM)[0] == 130


def test_the_hall_stays_open_after_the_day_and_hallctl_finds_it(
    running: Running, tmp_path: Path
) -> None:
    running.line_with("Ctrl-C ends it")
    out = tmp_path / "out"
    assert json.loads(hallctl(out, "status", "--json"))["waiting"] == 3
    hallctl(out, "bench", "press", "pad-3", "next")
    running.line_with("window 3 calls A009")
    assert hallctl(out, "ticket", "take", "D01").startswith("A012")
    os.kill(json.loads(hallctl(out, "status", "--json"))["pid"], signal.SIGKILL)
    running.line_with("halld ended (signal 9) and is started again")
    running.line_with("halld is back")
    hallctl(out, "window", "next", "4")
    running.line_with("window 4 calls A010")
    code, errors = running.end(signal.SIGINT)
    assert (code, errors) == (0, "")
    assert below(out) == []
    assert left_behind(out) == []
