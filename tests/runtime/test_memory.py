"""A crash leaves no file with what the daemon had in memory."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from firmware_py.bench.client import HallClient
from firmware_py.bench.stage import ROOT, Stage

DIES = "import os; os.abort()"
KEPT_OUT = "from devices.memory import is_dumpable, never_dumped; assert never_dumped(); "
#: The kernel's word alone, as if somebody had raised the limit again.
BY_THE_KERNEL = (
    "from devices import memory; memory.resource.setrlimit = lambda *_: None; "
    "assert memory.never_dumped(); "
)
UNLIMITED = 'cd "$1" && shift && ulimit -c unlimited && exec "$@"'


def dies_in(folder: Path, program: str) -> bool:
    """Run a Python program that aborts, with core files allowed; whether it was dumped."""
    folder.mkdir()
    child = subprocess.Popen(
        ["sh", "-c", UNLIMITED, "sh", str(folder), sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    _, status = os.waitpid(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == -signal.SIGABRT
    return os.WCOREDUMP(status) or any(folder.glob("core*"))


@pytest.fixture
def dumps(tmp_path: Path) -> None:
    """A machine on which such a program is dumped; else nothing here would show anything."""
    hard = subprocess.run(["sh", "-c", "ulimit -c unlimited"], check=False, capture_output=True)
    if hard.returncode or not dies_in(tmp_path / "plain", DIES):
        pytest.skip("nothing is dumped on this machine (core_pattern, ulimit -Hc)")


@pytest.mark.usefixtures("dumps")
def test_a_process_that_is_kept_out_leaves_no_core(tmp_path: Path) -> None:
    assert not dies_in(tmp_path / "kept", KEPT_OUT + DIES)
    assert not any((tmp_path / "kept").iterdir())


@pytest.mark.usefixtures("dumps")
def test_not_even_without_a_limit(tmp_path: Path) -> None:
    assert not dies_in(tmp_path / "kept", BY_THE_KERNEL + DIES)


def test_the_kernel_says_so_and_the_limit_goes_to_children() -> None:
    program = (
        "import resource, subprocess, sys\n"
        "from devices.memory import is_dumpable, never_dumped\n"
        "assert is_dumpable()\n"
        "assert never_dumped() and not is_dumpable()\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "print(subprocess.check_output(['sh', '-c', 'ulimit -Hc'], text=True))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert ran.stdout.split() == ["0"]


class CrashingStage(Stage):
    """A hall whose daemon may write core files in a folder of its own."""

    def start_hall(self, extra: Mapping[str, str] | None = None) -> None:
        place = self.folder / "crash"
        place.mkdir(exist_ok=True)
        daemon = [sys.executable, "-m", *self.daemon, "--config", str(self.config)]
        self._start("halld", ["sh", "-c", UNLIMITED, "sh", str(place), *daemon], extra)


def is_closed(process: Path) -> None:
    """Nobody but root and itself may look into it; what a technician asks for can be read."""
    assert (process / "mem").stat().st_uid == 0
    assert (process / "status").stat().st_mode & 0o444 == 0o444
    limits = (process / "limits").read_text(encoding="ascii")
    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)


@pytest.mark.usefixtures("dumps")
def test_a_daemon_that_crashes_leaves_no_core(tmp_path_factory: pytest.TempPathFactory) -> None:
    stage = CrashingStage(tmp_path_factory.mktemp("c"), broker=False)
    stage.environment["PYTHONPATH"] = str(ROOT)

    async def play() -> int:
        async with stage, await HallClient.connect(stage.hall_socket) as hall:
            pid = (await hall.call("hall.status"))["pid"]
            await asyncio.to_thread(is_closed, Path(f"/proc/{pid}"))
            return await asyncio.to_thread(stage.end, "halld", signal.SIGABRT)

    # Saying where the other threads stand, while they go on, may itself end in the second.
    assert asyncio.run(play()) in {-signal.SIGABRT, -signal.SIGSEGV}
    assert not any((stage.folder / "crash").glob("core*"))
