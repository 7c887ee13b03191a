"""Sets a hall up on this machine: broker, simulators and daemon, each a process of its own.

Used by ``make run``, by the figures and by the end-to-end tests. The daemon gets the
configuration file that it would get in a real hall; its port names lead to the simulators.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import msgspec

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.people import write_key, write_kiosk_pin
from firmware_py.config.file import load_all
from firmware_py.runtime.hall import device_specs

__all__ = ["ROOT", "Process", "Stage", "begin", "free_port", "without_name"]

ROOT = Path(__file__).parents[2]
MOSQUITTO = ROOT / "config" / "mosquitto" / "bench.conf"


#: Below the ports that the kernel gives to connections (32768 on), which come and go; each
#: process begins elsewhere, and not near its neighbours, for several may look at the same time.
PORTS = range(20_000, 32_000)
_next_port = itertools.count(os.getpid() * 7_417)


def free_port() -> int:
    """Return a TCP port of the loopback that nobody has now. Raises ``OSError`` without one."""
    for number in itertools.islice(_next_port, len(PORTS)):
        port = PORTS[number % len(PORTS)]
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


class Process(Protocol):
    """What a stage needs of a process: that much of ``subprocess.Popen``."""

    @property
    def pid(self) -> int:
        """Its id."""

    def poll(self) -> int | None:
        """Return its exit code once it has ended."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises ``subprocess.TimeoutExpired``."""

    def send_signal(self, number: int, /) -> None:
        """Send a signal."""

    def kill(self) -> None:
        """End it at once."""


def begin(program: Sequence[str], environment: Mapping[str, str], log: int) -> Process:
    """Start a process that writes to the file ``log``."""
    return subprocess.Popen(
        program,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=ROOT,
        # Ctrl-C is for the player, which then ends the others in order.
        start_new_session=True,
    )


class Stage:
    """A hall below one folder: ``run/`` (sockets and wires), ``data/`` (journal), ``log/``."""

    def __init__(
        self, folder: Path, config: Path = ROOT / "config" / "bench.toml", *, broker: bool = True
    ) -> None:
        self.folder = folder
        self.config = config
        self.run = folder / "run"
        self.data = folder / "data"
        self.logs = folder / "log"
        #: What the broker keeps over a restart.
        self._kept = folder / "broker"
        self.broker_host, self.broker_port = "127.0.0.1", free_port()
        self._with_broker = broker
        #: The daemon's module and what it is told besides its configuration.
        self.daemon: Sequence[str] = ("firmware_py.runtime.halld",)
        #: The module that plays all devices.
        self.simulators = "devices.simhost"
        self._ended: dict[str, int] = {}
        #: How a process is started.
        self.begin = begin
        self.processes: dict[str, Process] = {}
        self.environment = {
            **os.environ,
            "HALL_RUN": str(self.run),
            "HALL_DATA": str(self.data),
            "HALL_BROKER_PORT": str(self.broker_port),
            "HALL_PRINTER2_PORT": str(free_port()),
            "HALL_CLOCK": "machine",
            "PYTHONUNBUFFERED": "1",
        }

    @property
    def hall_socket(self) -> Path:
        """The daemon's control socket."""
        return self.run / "hall.sock"

    @property
    def bench_socket(self) -> Path:
        """The simulators' control socket."""
        return self.run / "bench.sock"

    def prepare(self, *, clean: bool = True) -> None:
        """Make the folders; ``clean`` empties them first."""
        for folder in (self.run, self.data, self.logs, self._kept):
            if clean and folder.exists():
                shutil.rmtree(folder)
            folder.mkdir(parents=True, exist_ok=True)
        (self.data / "backup").mkdir(exist_ok=True)
        write_key(self.data)
        write_kiosk_pin(self.data)

    async def __aenter__(self) -> Self:
        """Start everything and wait until it is there."""
        self.prepare()
        try:
            if self._with_broker:
                self.start_broker()
            self.start_simulators()
            await (await BenchClient.connect(self.bench_socket)).close()
            self.start_hall()
            await (await HallClient.connect(self.hall_socket)).close()
        except BaseException:
            self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await asyncio.to_thread(self.stop)

    def start_broker(self) -> None:
        """Start mosquitto on this stage's port."""
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        config = self.run / "mosquitto.conf"
        text = MOSQUITTO.read_text(encoding="utf-8")
        text = text.replace("@PORT@", str(self.broker_port)).replace("@FOLDER@", str(self._kept))
        text = text.replace("127.0.0.1", self.broker_host)
        # As root, mosquitto changes to its own user, who may not write here.
        config.write_text(text + ("\nuser root\n" if os.geteuid() == 0 else ""), encoding="utf-8")
        self._start("mosquitto", [program, "-c", str(config)])

    def start_simulators(self) -> None:
        """Start the simulators of every device of the configuration."""
        path = self.run / "plan.json"
        path.write_bytes(msgspec.json.encode(self._plan()))
        arguments = ["--plan", str(path), "--control", str(self.bench_socket)]
        self._start("simulators", [sys.executable, "-m", self.simulators, *arguments])

    def _plan(self) -> dict[str, dict[str, Any]]:
        lines, devices = device_specs(load_all(self.config, self.environment).settings)
        return {
            "lines": {name: without_name(spec) for name, spec in lines.items()},
            "devices": {name: without_name(spec) for name, spec in devices.items()},
        }

    def start_hall(self, extra: Mapping[str, str] | None = None) -> None:
        """Start the daemon; the same call again starts it again after ``kill``."""
        arguments = ["--config", str(self.config)]
        program = [sys.executable, "-m", *self.daemon, *arguments]
        self._start("halld", program, extra)

    def starters(self) -> dict[str, Callable[[], None]]:
        """Return how each process is started that must not end."""
        return {
            "halld": self.start_hall,
            "simulators": self.start_simulators,
            "mosquitto": self.start_broker,
        }

    def start_screen(
        self, name: str, arguments: Sequence[str], extra: Mapping[str, str] | None = None
    ) -> None:
        """Start a screen of people, as ``hall-screen`` with ``arguments``."""
        self._start(name, [sys.executable, "-m", "kiosk_ui.main", *arguments], extra)

    def _start(self, name: str, program: list[str], extra: Mapping[str, str] | None = None) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            environment = {**self.environment, **(extra or {})}
            self.processes[name] = self.begin(program, environment, log.fileno())

    def end(self, name: str, number: signal.Signals = signal.SIGTERM, wait_s: float = 60) -> int:
        """Send a signal to one process and wait for its end; return its exit code."""
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(number)
            if number is signal.SIGTERM:
                process.send_signal(signal.SIGCONT)
        try:
            code = process.wait(wait_s)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        self._ended[name] = code
        return code

    def stop(self) -> dict[str, int]:
        """End what runs, screens and the daemon first; return every process's exit code."""
        order = ("halld", "simulators", "mosquitto")
        for name in (*(name for name in self.processes if name not in order), *order):
            if name in self.processes:
                self.end(name)
        return dict(self._ended)

    def log_of(self, name: str) -> str:
        """Return what a process has logged."""
        path = self.logs / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def without_name(spec: msgspec.Struct) -> dict[str, object]:
    """Return a line's or a device's specification as the simulators' plan has it."""
    plain: dict[str, object] = msgspec.to_builtins(spec)
    del plain["name"]
    return plain
