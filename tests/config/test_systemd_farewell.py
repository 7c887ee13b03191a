"""The unit tells the hall of the daemon's end; the program that does works inside its filters."""

from __future__ import annotations

import asyncio
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.stage import ROOT
from firmware_py.runtime.farewell import END_S
from tests.config.test_systemd import SANDBOX, SandboxedStage, allowed_calls, said


def test_the_unit_starts_it_after_every_end_and_gives_it_time() -> None:
    (command,) = said("ExecStopPost")
    program, *arguments = shlex.split(command)
    assert program == "-/opt/hall/.venv/bin/python"
    assert arguments[:3] == ["-P", "-m", "firmware_py.runtime.farewell"]
    assert arguments[3:] == said("ExecStart")[0].split()[1:]
    assert float(said("TimeoutStopSec")[0]) > 2 * END_S


def test_a_killed_daemon_is_told_inside_the_units_filters(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("f")
    stage = SandboxedStage(folder / "s")
    stage.environment["CACHE_DIRECTORY"] = str(folder)
    text = asyncio.run(told(stage, folder))
    assert "Told: walls 2/2, strips 15/15, pads 15/15, lamps 15/15." in text


async def told(stage: SandboxedStage, folder: Path) -> str:
    """Kill the daemon, tell the hall, look at the wall; return the log."""
    async with stage:
        async with await HallClient.connect(stage.hall_socket) as hall:
            await hall.call("day.open", day="2026-03-02")
        stage.processes["halld"].kill()
        stage.processes["halld"].wait(60)
        rules = {
            "allowed": sorted(allowed_calls()),
            "families": said("RestrictAddressFamilies")[0].split(),
        }
        module = ["firmware_py.runtime.farewell", "--config", "/nonexistent"]
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, str(SANDBOX), json.dumps(rules), *module],
            cwd=folder,
            env={
                **stage.environment,
                "PYTHONPATH": str(ROOT),
                "LG_WD": str(folder),
                "SERVICE_RESULT": "signal",
                "EXIT_STATUS": "KILL",
            },
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        async with await BenchClient.connect(stage.bench_socket) as bench:
            seen = await bench.do("seen", "led-wall")
        assert seen["lines"][0] == "叫号系统故障"
    assert "not permitted" not in done.stderr
    return done.stderr
