from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_py.cli.bench_seen import seen_lines
from firmware_py.cli.words import language, use
from tests.cli.hallrun import Hall, Hallctl


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so, 20 s at most."""
    end, pause = time.monotonic() + 60, threading.Event()
    while not true():
        assert time.monotonic() < end
        pause.wait(0.1)


def state(hallctl: Hallctl, device: str) -> str:
    return {one["device"]: str(one["state"]) for one in hallctl.ok("devices")}[device]


def test_the_list_shows_devices_and_what_they_can_play(hallctl: Hallctl) -> None:
    found = {one["device"]: one for one in hallctl.ok("bench", "list")}
    assert set(found) == {"printer", "pad-1"}
    assert found["printer"]["plugged"]
    assert "插好" in hallctl("bench", "list", lang="zh").out


def test_a_key_pressed_on_the_bench_calls_in_the_hall(hallctl: Hallctl) -> None:
    hallctl.ok("window", "open", "1")
    number = hallctl.take()
    assert hallctl("bench", "press", "pad-1", "next").out == "Pressed next on pad-1.\n"
    until(lambda: hallctl.ok("ticket", "show", number)["window"] == "1")
    assert "tx_ns" in hallctl.ok("bench", "press", "pad-1", "recall")


def test_a_fault_reaches_the_technician_and_ends(hallctl: Hallctl) -> None:
    until(lambda: state(hallctl, "printer") == "ok")
    assert hallctl("bench", "fault", "printer", "paper-out").out == "printer: paper-out.\n"
    until(lambda: state(hallctl, "printer") == "fault")
    trouble = hallctl("devices", "list", "--trouble").out
    assert "out of paper" in trouble
    assert "out of paper" in hallctl("status").out
    ended = hallctl("bench", "fault", "printer", "paper-out", "--off", lang="zh")
    assert ended.out == "printer：paper-out 结束。\n"
    until(lambda: state(hallctl, "printer") == "ok")
    hallctl.ok("bench", "fault", "printer", "noise", "--value", "100")
    assert hallctl.ok("bench", "clear", "printer") == {"devices": ["printer"]}


def test_a_plug_is_pulled_and_put_back(hallctl: Hallctl) -> None:
    assert hallctl("bench", "unplug", "printer", lang="zh").out == "printer：已拔下。\n"
    until(lambda: state(hallctl, "printer") == "gone")
    assert hallctl.ok("bench", "plug", "printer") == {"devices": ["printer"]}
    until(lambda: state(hallctl, "printer") == "ok")


def test_what_a_person_sees_is_told_and_pictured(hallctl: Hallctl, tmp_path: Path) -> None:
    assert hallctl.ok("bench", "seen", "pad-1")["address"] == 1
    assert "address: 1\n" in hallctl("bench", "seen", "pad-1").out
    assert "地址：1\n" in hallctl("bench", "seen", "pad-1", lang="zh").out
    hallctl.take("A01", "--kiosk", "kiosk-1")
    written: list[str] = []

    def printed() -> bool:
        written.extend(hallctl.ok("bench", "pictures", str(tmp_path), "--device", "printer"))
        return bool(written)

    until(printed)
    assert Path(written[0]).read_bytes().startswith(b"\x89PNG")


def test_what_the_bench_refuses_is_code_1_in_both_languages(hallctl: Hallctl) -> None:
    unknown = hallctl("bench", "unplug", "toaster")
    assert unknown.code == 1
    assert unknown.err == (
        "The bench has no device or line toaster. It has: pad-1, pads, printer.\n"
    )
    key = hallctl("bench", "press", "pad-1", "fly", lang="zh")
    assert key.code == 1
    assert "没有按键“fly”" in key.err


def test_a_hall_without_a_bench_says_so(hall: Hall, tmp_path: Path) -> None:
    ran = hall.hallctl("bench", "--bench-socket", str(tmp_path / "b.sock"), "list", lang="zh")
    assert ran.code == 3
    assert "没有运行模拟台" in ran.err


def test_the_bench_is_looked_for_beside_the_daemons_socket(hall: Hall, tmp_path: Path) -> None:
    elsewhere = Hallctl({"HALL_RUN": str(tmp_path)})
    socket = str(hall.run / "hall.sock")
    for line in (["--socket", socket, "bench", "list"], ["bench", "list", "--socket", socket]):
        assert {one["device"] for one in elsewhere.ok(*line)} == {"printer", "pad-1"}
    nowhere = elsewhere("bench", "list")
    assert f"{tmp_path}/bench.sock" in nowhere.err


@pytest.mark.parametrize(
    ("seen", "zh", "en"),
    [
        (
            {
                "last_rx_ns": 8_000_000_000,
                "lit": ["red"],
                "colours": {"red": True, "amber": False},
                "history": [
                    {"at_ns": n * 10**9, "colour": "red", "on": bool(n % 2)} for n in range(1, 8)
                ],
            },
            [
                ("亮着", "红"),
                ("变化", "（之前还有 2 次）"),
                ("", "7.0 秒前 红亮"),
                ("", "6.0 秒前 红灭"),
                ("", "5.0 秒前 红亮"),
                ("", "4.0 秒前 红灭"),
                ("", "3.0 秒前 红亮"),
                ("最后收到", "2.0 秒前"),
            ],
            [("lit", "red"), ("changes", "(2 before)"), ("", "7.0 s ago red on")],
        ),
        (
            {
                "lines": ["A012 → 3", "A013 → 1", ""],
                "colours": ["red", "green", "red"],
                "effects": [1, 1, 1],
            },
            [("显示", "A012 → 3 (红)"), ("", "A013 → 1 (绿)"), ("", "（空白）")],
            [("shows", "A012 → 3 (red)"), ("", "A013 → 1 (green)")],
        ),
        (
            {
                "slips": 7,
                "numbers": [f"A00{n}" for n in range(1, 8)],
                "last": ["", "A007", "", "请备 公章", ""],
                "hanging": [],
                "reprints": [],
            },
            [
                ("最后一张", "A007"),
                ("", ""),
                ("", "请备 公章"),
                ("出票", "7"),
                ("打出的号", "共 7 个，最后是 A003、A004、A005、A006、A007"),
                ("重打", "无"),
                ("还在机内", "空"),
            ],
            [("last slip", "A007"), ("", ""), ("", "请备 公章"), ("slips", "7")],
        ),
        (
            {"down": False, "last_rx_ns": None, "odd": {"new": 1}},
            [("按着", "否"), ("最后收到", "从未"), ("odd", '{"new": 1}')],
            [("held down", "no"), ("last heard", "never"), ("odd", '{"new": 1}')],
        ),
    ],
)
def test_what_is_seen_reads_as_a_person_would_tell_it(
    seen: dict[str, Any], zh: list[tuple[str, str]], en: list[tuple[str, str]]
) -> None:
    before = language()
    try:
        use("zh")
        assert list(seen_lines(seen, 10_000_000_000)) == zh
        use("en")
        assert list(seen_lines(seen, 10_000_000_000))[: len(en)] == en
    finally:
        use(before)
