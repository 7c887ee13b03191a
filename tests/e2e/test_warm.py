"""Programs that are forked from a loaded one are processes as any other (``tests.warm``)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_py.bench.stage import Process
from tests.conftest import children
from tests.e2e.scene import unplugged
from tests.warm import begin_warm


def simulators(place: Path, plan: str, **environment: str) -> tuple[Process, Path]:
    (place / "plan.json").write_text(plan, encoding="utf-8")
    program = [
        *(sys.executable, "-m", "devices.simhost"),
        *("--plan", str(place / "plan.json"), "--control", str(place / "control")),
    ]
    log = place / "log"
    with log.open("wb") as file:
        return begin_warm(program, {**os.environ, **environment}, file.fileno()), log


def told(log: Path) -> str:
    return log.read_text(encoding="utf-8")


def test_its_exit_code_and_what_it_says_are_its_own(place: Path) -> None:
    first, log = simulators(place, '{"devices": {"p": {"kind": "pad.ff68", "prot": "/x"}}}')
    assert first.wait(60) == 2
    assert "prot" in told(log)
    second, log = simulators(place, '{"lines": {}, "devices": {}}')
    assert second.poll() is None
    assert os.getsid(second.pid) == second.pid
    second.kill()
    assert (second.wait(60), second.poll(), told(log)) == (-signal.SIGKILL, -signal.SIGKILL, "")
    assert first.pid != second.pid


def test_whoever_leaves_it_running_is_told(place: Path) -> None:
    left, _ = simulators(place, '{"lines": {}, "devices": {}}')
    assert left.pid in children()
    with pytest.raises(subprocess.TimeoutExpired):
        left.wait(0.01)
    left.send_signal(signal.SIGTERM)
    assert left.wait(60) in {0, -signal.SIGTERM}
    assert left.pid not in children()


def test_what_an_interpreter_looks_at_when_it_starts_is_seen_by_it(place: Path) -> None:
    for warnings in ("ignore", "error::EncodingWarning"):
        started, log = simulators(place, "", PYTHONWARNINGS=warnings)
        begun_with = Path(f"/proc/{started.pid}/environ").read_bytes().split(b"\0")
        assert f"PYTHONWARNINGS={warnings}".encode() in begun_with
        assert started.wait(60) == 2
        assert "plan.json" in told(log)


async def test_a_hall_has_the_environment_that_it_was_given_and_an_epoch_of_its_own(
    place: Path,
) -> None:
    epochs = set()
    for name in ("one", "two"):
        (place / name).mkdir()
        async with unplugged(place / name) as hall:
            status = await hall.status()
            assert status["pid"] == hall.stage.processes["halld"].pid
            epochs.add(status["epoch"])
    assert len(epochs) == 2
