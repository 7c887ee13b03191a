"""What the daemon needs of its code to live inside the unit."""

from __future__ import annotations

import asyncio
import grp
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_py.bench.stage import ROOT
from tests.config.test_systemd import SANDBOX, SandboxedStage, allowed_calls, play


@pytest.mark.parametrize("there", [True, False])
def test_where_the_kernel_may_not_be_asked_timesyncds_file_tells_the_clock(
    tmp_path: Path, there: bool
) -> None:
    file = tmp_path / "synchronized"
    if there:
        file.touch()
    (tmp_path / "ask.py").write_text(
        "from pathlib import Path\n"
        "from firmware_py.app.clock import MachineClocks\n"
        f"print(MachineClocks(Path({str(file)!r}))().synchronised)\n",
        encoding="utf-8",
    )
    rules = json.dumps({"allowed": sorted(allowed_calls()), "families": ["AF_UNIX"]})
    done = subprocess.run(
        [sys.executable, str(SANDBOX), rules, "ask"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{there}\n"


def test_the_socket_may_be_given_to_the_daemons_own_group(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("g")
    bench = (ROOT / "config" / "bench.toml").read_text(encoding="utf-8")
    text = bench
    for name in ("items.toml", "holidays.toml"):
        text = text.replace(f'"{name}"', f'"{ROOT}/config/{name}"')
        assert f"{ROOT}/config/{name}" in text
    group = grp.getgrgid(os.getegid()).gr_name
    config = folder / "hall.toml"
    given = text.replace("[control]\n", f'[control]\ngroup = "{group}"\n')
    assert given != text
    config.write_text(given, encoding="utf-8")
    status = asyncio.run(play(SandboxedStage(folder / "s", config)))
    assert status["mode"] == "normal"


def test_in_safe_mode_systemd_hears_that_the_daemon_lives(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("w")
    (folder / "journal.db").write_bytes(b"not a journal")
    config = folder / "hall.toml"
    items = (ROOT / "config" / "items.toml").as_posix()
    config.write_text(
        f'[hall]\nid = "x"\nname = {{ zh = "甲", en = "x" }}\ncatalogue = "{items}"\n'
        '[[windows]]\nid = "1"\n',
        encoding="utf-8",
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.settimeout(60)
        halld = subprocess.Popen(
            [sys.executable, "-m", "firmware_py.runtime.halld", "--config", str(config)],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                "HALL_DATA": str(folder),
                "HALL_RUN": str(folder),
                "NOTIFY_SOCKET": str(folder / "notify"),
                "WATCHDOG_USEC": "200000",
            },
        )
        try:
            heard = [systemd.recv(4096).decode() for _ in range(4)]
        finally:
            halld.send_signal(signal.SIGTERM)
            code = halld.wait(60)
    assert heard[0].startswith("READY=1\nSTATUS=SAFE MODE: ")
    assert heard[1:] == ["WATCHDOG=1"] * 3
    assert code == 0
