"""``hallctl devices`` of the technician: watch, disable, enable, test, trace and replay."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from devices.base import Line
from devices.tracefile import read_trace
from devices.transport import open_line
from tests.cli.hallrun import Hall, Hallctl

DEADLINE_S = 60.0


def state(hallctl: Hallctl, device: str) -> Any:
    return {one["device"]: one for one in hallctl.ok("devices")}[device]["state"]


def eventually(there: Callable[[], bool]) -> None:
    until, pause = time.monotonic() + DEADLINE_S, threading.Event()
    while not there():
        assert time.monotonic() < until
        pause.wait(0.1)


@contextmanager
def running(hallctl: Hallctl, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``hallctl`` until the end of the block."""
    process = subprocess.Popen(
        [*hallctl.program, *arguments],
        env=hallctl.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line_of(process: subprocess.Popen[bytes]) -> Any:
    """Return the next line of JSON."""
    out = process.stdout
    assert out is not None
    return json.loads(_line(out))


def _line(out: IO[bytes]) -> bytes:
    line, until = b"", time.monotonic() + DEADLINE_S
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([out], [], [], max(until - time.monotonic(), 0))
        assert ready, line
        byte = os.read(out.fileno(), 1)
        assert byte, line
        line += byte
    return line


def ended(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGINT)
    return process.wait(DEADLINE_S)


def test_a_disabled_device_stays_so_over_a_restart_and_says_by_whom(closed_hall: Hall) -> None:
    hallctl = closed_hall.hallctl
    closed_hall.start_bench()
    closed_hall.start()
    eventually(lambda: state(hallctl, "printer") == "ok")
    by = hallctl.ok("devices", "disable", "printer")["by"]
    assert by.startswith("hallctl:")
    # Once more changes nothing.
    assert hallctl.ok("devices", "disable", "printer")["by"] == by
    assert f"disabled by {by}" in hallctl("devices").out
    assert f"设备已停用（{by}）" in hallctl("status", lang="zh").out
    assert hallctl.ok("devices", "list", "--trouble")[0]["code"] == "disabled"
    assert hallctl("devices", "test", "printer").code == 1
    acts = [event["data"] for event in hallctl.ok_lines("journal", "tail")]
    assert [a["subject"] for a in acts if a.get("action") == "device.disable"] == ["printer"]
    # Its port is free for another program, and a number is given all the same.
    line = open_line(f"{closed_hall.run}/printer")
    line.close()
    hallctl("open")
    assert hallctl.take()
    closed_hall.stop()
    closed_hall.start_bench()
    closed_hall.start()
    assert state(hallctl, "printer") == "disabled"
    assert by in hallctl.ok("devices", "show", "printer")["say"]["en"]
    assert hallctl("devices", "enable", "printer").code == 0
    eventually(lambda: state(hallctl, "printer") == "ok")
    # The paper that was owed meanwhile came out.
    eventually(lambda: not hallctl.ok("status")["papers_owed"])
    closed_hall.stop()
    closed_hall.start_bench()
    closed_hall.start()
    assert state(hallctl, "printer") != "disabled"


def test_all_devices_are_tested_one_after_another(hallctl: Hallctl) -> None:
    ran = hallctl("devices", "test", "--all", "--json")
    assert (ran.code, [one["outcome"] for one in ran.json()]) == (0, ["done", "done"])
    assert "look" in hallctl("devices", "test", "--all").out
    for wrong in (["devices", "test"], ["devices", "test", "printer", "--all"]):
        assert hallctl(*wrong).code == 2


def test_a_test_that_fails_is_told_and_the_others_go_on(hallctl: Hallctl) -> None:
    assert hallctl("bench", "fault", "printer", "paper-out").code == 0
    try:
        ran = hallctl("devices", "test", "--all", "--json")
        outcomes = {one["device"]: one["outcome"] for one in ran.json()}
        assert (ran.code, outcomes) == (1, {"printer": "failed", "pad-1": "done"})
    finally:
        hallctl("bench", "clear", "printer")


def test_watching_writes_a_line_for_each_change(hallctl: Hallctl) -> None:
    with running(hallctl, "devices", "watch", "pad-1", "--json") as watch:
        assert line_of(watch)["device"] == "pad-1"
        assert hallctl("devices", "disable", "pad-1").code == 0
        assert line_of(watch)["state"] == "disabled"
        assert hallctl("devices", "enable", "pad-1").code == 0
        while line_of(watch)["state"] == "disabled":
            pass
        assert ended(watch) == 0
    assert hallctl("devices", "watch", "nobody").code == 1


def test_a_trace_tells_bytes_with_times_and_words(hallctl: Hallctl) -> None:
    hallctl("devices", "test", "pad-1")
    head, *records = hallctl.ok_lines("devices", "trace", "pad-1")
    assert (head["trace"], head["kind"], head["devices"]) == (1, "pad.ff68", {"pad-1": "pad.ff68"})
    assert head["started"] == records[0]["at"]
    sent = [one for one in records if one.get("dir") == "out"]
    assert sent[-2]["hex"] == "ff 68 02 02 68 01 03 04 16"
    assert sent[-2]["words"] == ["pad 1: beep"]
    assert [one["ms"] for one in records] == sorted(one["ms"] for one in records)
    out = hallctl("devices", "trace", "pad-1").out
    assert "pad 1: show 888 waiting, number 888" in out
    assert "-- opened" in out
    # How long the port's path is, is not ours.
    assert max(len(line) for line in out.splitlines() if "-- opened" not in line) <= 80
    acts = [e["data"].get("action") for e in hallctl.ok_lines("journal", "tail")]
    assert "device.trace" in acts


def test_a_trace_goes_on_with_what_comes(hallctl: Hallctl) -> None:
    with running(hallctl, "devices", "trace", "pad-1", "--follow", "--json") as trace:
        kept = len(hallctl.ok_lines("devices", "trace", "pad-1"))
        for _ in range(kept):
            line_of(trace)
        hallctl("devices", "test", "pad-1")
        assert line_of(trace)["words"] == ["pad 1: beep"]
        assert ended(trace) == 0


def test_a_trace_of_no_such_device_is_refused(hallctl: Hallctl) -> None:
    ran = hallctl("devices", "trace", "nobody")
    assert ran.code == 1
    assert "There is no device nobody" in ran.err


def test_a_recorded_pad_is_played_and_what_differs_is_told(
    hallctl: Hallctl, tmp_path: Path
) -> None:
    file, port = tmp_path / "pad.trace", tmp_path / "port"
    assert hallctl("bench", "press", "pad-1", "next").code == 0
    eventually(lambda: '"in"' in hallctl("devices", "trace", "pad-1", "--json").out)
    written = hallctl("devices", "trace", "pad-1", "--to", str(file), "--json").json()
    assert written["records"] > 3
    assert hallctl("devices", "trace", "pad-1", "--to", str(file)).code == 2
    trace = read_trace(file.read_bytes().splitlines()).since_opening()
    chunks = [c for c in trace.chunks if c.data]
    arguments = ["devices", "replay", str(file), "--port", str(port), "--speed", "max", "--json"]
    with running(hallctl, *arguments) as replay:
        how = line_of(replay)
        assert how["port"] == str(port)
        assert '[devices.pad-1]\nkind = "pad.ff68"' in how["config"]
        eventually(port.exists)
        line = open_line(str(port))
        for chunk in chunks:
            if chunk.way == "out":
                line.write(chunk.data)
            else:
                assert received(line, len(chunk.data)) == chunk.data
        result = line_of(replay)
        line.close()
        assert result == {**result, "ok": True, "differences": [], "missing": 0}
        assert replay.wait(DEADLINE_S) == 0
    with running(hallctl, *arguments[:-1]) as replay:
        eventually(port.exists)
        line = open_line(str(port))
        line.write(bytes.fromhex("FF 68 02 02 68 01 03 04 17"))
        told, _ = stopped(replay)
        line.close()
        assert replay.returncode == 1
        assert "Different from byte 2 on" in told
        assert "Not as recorded" in told


def received(line: Line, count: int) -> bytes:
    data, until = b"", time.monotonic() + DEADLINE_S
    while len(data) < count:
        assert time.monotonic() < until, data
        data += line.read_some(1.0)
    return data


def stopped(process: subprocess.Popen[bytes]) -> tuple[str, str]:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE_S)
    return out.decode(), err.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("", "is empty"),
        ('{"trace":1,"device":"p","kind":"k"}', "nothing"),
    ],
)
def test_a_file_that_cannot_be_played_is_refused(
    hallctl: Hallctl, tmp_path: Path, content: str | None, words: str
) -> None:
    file = tmp_path / "trace"
    if content is not None:
        file.write_text(content, "utf-8")
    ran = hallctl("devices", "replay", str(file))
    assert ran.code == 2
    assert words in ran.err
    assert hallctl("devices", "replay", str(file), "--speed", "0").code == 2
