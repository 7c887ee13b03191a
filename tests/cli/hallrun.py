"""A hall of its own for the tests of ``hallctl``: daemon, simulators, and the program itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_py.bench.stage import Process, begin
from tests.warm import begin_warm

__all__ = ["CONFIG", "ROOT", "Hall", "Hallctl", "Ran"]

ROOT = Path(__file__).parents[2]
START_S = 60.0

WINDOWS = "\n".join(f'[[windows]]\nid = "{n}"' for n in range(2, 13))
CONFIG = f"""
[hall]
id = "demo"
name = {{ zh = "示范市办税服务厅", en = "Demo City Tax Hall" }}
catalogue = "{ROOT}/config/items.toml"
[queue]
next_guard_s = 0
exception_window = "12"
[journal]
path = "journal.db"
backup_folder = "backup"
[[kiosks]]
id = "kiosk-1"
printer = "printer"
[[windows]]
id = "1"
pad = "pad-1"
{WINDOWS}
[lines.pads]
port = "${{HALL_RUN}}/pads"
settings = {{ baud = 9600 }}
[devices.printer]
kind = "ticket_printer.escpos"
port = "${{HALL_RUN}}/printer"
[devices.pad-1]
kind = "pad.ff68"
line = "pads"
options = {{ address = 1 }}
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run of ``hallctl`` ended and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class Hallctl:
    """Runs ``hallctl`` as a process, as a person or a script does."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        self.program = [sys.executable, "-m", "firmware_py.cli.main"]

    def __call__(self, *arguments: str, lang: str = "en", stdin: str = "") -> Ran:
        done = subprocess.run(
            [*self.program, *arguments],
            env={**self.environment, "LC_ALL": "zh_CN.UTF-8" if lang == "zh" else "C.UTF-8"},
            input=stdin.encode(),
            capture_output=True,
            timeout=150,
            check=False,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err, ran.err
        return ran

    def ok(self, *arguments: str) -> Any:
        """Return what a command answers in JSON; it must succeed."""
        ran = self(*arguments, "--json")
        assert ran.code == 0, ran
        return ran.json()

    def ok_lines(self, *arguments: str) -> list[Any]:
        """Return the lines of JSON that a command writes; it must succeed."""
        ran = self(*arguments, "--json")
        assert ran.code == 0, ran
        return [json.loads(line) for line in ran.out.splitlines()]

    def events(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Return what a command made happen: event -> data."""
        return {event["type"]: event["data"] for event in self.ok(*arguments)["events"]}

    def take(self, item: str = "A01", *options: str) -> str:
        """Take a ticket; return its number."""
        number: str = self.events("ticket", "take", item, *options)["ticket.issued"]["number"]
        return number


class Hall:
    """A daemon, and when asked for its simulators, in a folder of its own.

    ``warm=False``: for who looks at their command lines.
    """

    def __init__(self, folder: Path, config: str = CONFIG, *, warm: bool = True) -> None:
        self._begin = begin_warm if warm else begin
        self.run, self.data = folder / "run", folder / "data"
        for made in (self.run, self.data, self.data / "backup"):
            made.mkdir(parents=True)
        self.config = folder / "hall.toml"
        self.config.write_text(config, encoding="utf-8")
        self.environment = {
            "HALL_RUN": str(self.run),
            "HALL_DATA": str(self.data),
            "HALL_CLOCK": "machine",
        }
        self.hallctl = Hallctl(self.environment)
        self._log = folder / "log"
        self._running: list[Process] = []

    def start(self) -> None:
        """Start the daemon; return when it answers."""
        self._start(self.run / "hall.sock", "firmware_py.runtime.halld", "--config", self.config)

    def start_bench(self) -> None:
        """Start the simulators of the printer and the pad."""
        plan = {
            "lines": {"pads": {"port": f"{self.run}/pads"}},
            "devices": {
                "printer": {"kind": "ticket_printer.escpos", "port": f"{self.run}/printer"},
                "pad-1": {"kind": "pad.ff68", "line": "pads", "options": {"address": 1}},
            },
        }
        path = self.run / "plan.json"
        path.write_text(json.dumps(plan), encoding="utf-8")
        control = self.run / "bench.sock"
        self._start(control, "devices.simhost", "--plan", path, "--control", control)

    def _start(self, answers: Path, module: str, *arguments: str | Path) -> None:
        with self._log.open("ab") as log:
            process = self._begin(
                [sys.executable, "-m", module, *map(str, arguments)],
                {**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                log.fileno(),
            )
        self._running.append(process)
        until, pause = time.monotonic() + START_S, threading.Event()
        while not _answers(answers):
            assert process.poll() is None, self._log.read_text(encoding="utf-8")
            assert time.monotonic() < until, f"{module} does not answer"
            pause.wait(0.02)

    def stop(self) -> None:
        """End all that was started."""
        while self._running:
            process = self._running.pop()
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
