"""``make run HALL=spread``, shortened: the hall of many Pis, its day, its checks, and its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from firmware_py.bench.cast import Story
from firmware_py.bench.checks import Evidence
from firmware_py.bench.namespaces import Namespaces, why_not
from firmware_py.bench.spread_checks import judged
from tests.bench.test_checks import person
from tests.bench.test_play import below, environment, left_behind

ROOT = Path(__file__).parents[2]
PEOPLE = 8
NODES = ("kiosk-1", "kiosk-2", "window-1", "window-2", "window-3", "wall-1", "standby-1")


def command(out: Path, *more: str) -> list[str]:
    player = [sys.executable, "-m", "firmware_py.bench.spread_play", "--out", str(out)]
    return [*player, "--people", str(PEOPLE), "--speed", "200", *more]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A day with networks of their own where that is allowed here."""
    out = tmp_path_factory.mktemp("h")
    done = subprocess.run(
        command(out, "--once"),
        cwd=ROOT,
        env=environment("zh_CN.UTF-8"),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return out, done.stdout


def test_a_good_day_says_what_was_checked_and_which_networks_there_were(
    played: tuple[Path, str],
) -> None:
    lines = played[1].splitlines()
    assert lines[-1].startswith("✓ 每个号在取号的那台各打印一次，主屏都显示过")
    assert any(f"取号 {PEOPLE}" in line for line in lines)
    assert any(f"另外 {len(NODES)} 台设备逐条跟随" in line for line in lines)
    apart = not why_not()
    assert ("每台设备有各自的网络命名空间" in lines[1]) is apart
    assert ("共用本机回环网络" in lines[1]) is not apart


def test_slips_walls_screens_and_every_pis_log_are_left(played: tuple[Path, str]) -> None:
    out = played[0]
    slips = [path.name for path in (out / "slips").glob("*.png")]
    for n in range(1, PEOPLE + 1):
        assert any(f"A{n:03}" in name for name in slips), n
    assert list((out / "led").glob("led-wall-*.png"))
    for screen in ("wall", "kiosk", "window-inner", "window-outer"):
        with Image.open(out / "screens" / f"{screen}.png") as picture:
            assert picture.size == (1920, 1080)
    logs = {path.stem for path in (out / "log").glob("*.log")}
    assert {"halld", "mosquitto", *(f"halld-{node}" for node in NODES)} <= logs
    journal = [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]
    origins = {e["data"]["origin"] for e in journal if e["type"] == "ticket.issued"}
    assert origins == {"kiosk-1", "kiosk-2"}


def test_nothing_is_left_running(played: tuple[Path, str]) -> None:
    assert below(played[0]) == []
    assert left_behind(played[0]) == []


@pytest.mark.long
def test_the_hall_stays_open_and_a_pi_that_dies_is_started_again(tmp_path: Path) -> None:
    out = tmp_path / "h"
    player = subprocess.Popen(
        command(out),
        cwd=ROOT,
        env=environment("C.UTF-8"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert player.stdout is not None
    try:
        _line_with(player.stdout, "Ctrl-C ends it")
        _line_with(player.stdout, "new hub")
        (pid,) = _daemons(out / "window-3")
        os.kill(pid, signal.SIGKILL)
        _line_with(player.stdout, "halld-window-3 ended (signal 9) and is started again")
    finally:
        player.send_signal(signal.SIGINT)
        _, errors = player.communicate(timeout=60)
    assert (player.returncode, errors) == (0, "")
    assert below(out) == []


def _line_with(lines: Any, words: str) -> str:
    for line in lines:
        if words in line:
            return str(line)
    raise AssertionError(f"it ended without saying {words!r}")


def _daemons(folder: Path) -> list[int]:
    """Return the processes of a Pi's daemon, which alone has this folder and this name."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes()
            environ = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"runtime.halld" in line and f"HALL_RUN={folder}/run\0".encode() in environ:
            found.append(int(entry.name))
    return found


@pytest.mark.skipif(bool(why_not()), reason=f"no network namespaces here: {why_not()}")
def test_each_pi_has_one_cable_and_a_pulled_one_carries_nothing() -> None:
    networks = Namespaces(("hub", "window-3"), f"hall-bench-{os.getpid()}-cables")

    def up(node: str) -> bool:
        program = networks.inside(node, ["ip", "-o", "link", "show", "eth0"])
        listed = subprocess.run(program, capture_output=True, text=True, check=True)
        return "LOWER_UP" in listed.stdout

    networks.make()
    try:
        assert up("hub")
        assert up("window-3")
        networks.pull("window-3")
        assert (up("hub"), up("window-3")) == (True, False)
        networks.plug("window-3")
        assert up("window-3")
    finally:
        networks.remove()


def good_day() -> Evidence:
    events = [
        ("ticket.issued", {"number": "A001", "origin": "kiosk-1"}),
        ("ticket.issued", {"number": "A002", "origin": "kiosk-2"}),
        ("ticket.called", {"number": "A001"}),
        ("service.finished", {"number": "A001"}),
        ("ticket.called", {"number": "A002"}),
        ("service.finished", {"number": "A002"}),
    ]
    return Evidence(
        people=[person("A001", Story.PLAIN), person("A002", Story.PLAIN)],
        journal=[{"seq": n, "type": kind, "data": data} for n, (kind, data) in enumerate(events)],
        verified={"problems": []},
        logs={"halld": "", "halld-window-3": '{"level":"warning","text":"hub away"}'},
        gap_seen=False,
    )


PRINTED = {
    "kiosk-1": {"numbers": ["A001"], "reprints": []},
    "kiosk-2": {"numbers": ["A002"], "reprints": []},
}
WALL = {"请A001号到3号窗口", "请A002号到1号窗口"}


def test_a_day_with_all_paper_and_calls_has_no_mistakes() -> None:
    assert judged(good_day(), PRINTED, WALL) == []


@pytest.mark.parametrize(
    ("printed", "wall", "logs", "words"),
    [
        (
            {"kiosk-1": PRINTED["kiosk-2"], "kiosk-2": PRINTED["kiosk-1"]},
            WALL,
            {},
            ["taken at kiosk-1 is not", "taken at kiosk-2 is not"],
        ),
        (
            {**PRINTED, "kiosk-2": {"numbers": [], "reprints": []}},
            WALL,
            {},
            ["A002 never came out", "taken at kiosk-2 is not"],
        ),
        (PRINTED, {"请A001号到3号窗口"}, {}, ["The wall never showed A002"]),
        (PRINTED, WALL, {"halld-wall-1": '{"level":"error"}'}, ["halld-wall-1 logged"]),
    ],
)
def test_what_a_pi_did_wrong_is_a_sentence(
    printed: Any, wall: set[str], logs: dict[str, str], words: list[str]
) -> None:
    found = judged(replace(good_day(), logs=logs), printed, wall)
    assert len(found) == len(words)
    for mistake, part in zip(found, words, strict=True):
        assert part in mistake.en
