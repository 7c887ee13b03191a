"""Starts programs of this project from processes that have loaded their modules already.

``python -m firmware_py.runtime.halld`` imports for longer than it then starts a hall, and the tests
start hundreds of them. A nursery (``tests.nursery``) imports such a program once and forks for each
start: what runs is a process of its own with its own environment, arguments, folder and session,
begun at its first line; only the imports lie before the fork. What a start itself is like (what is
imported when, how long it takes, how much memory it needs) is measured with real ones elsewhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from firmware_py.bench.stage import ROOT, Process, begin

__all__ = ["WarmProcess", "begin_warm", "close_nurseries", "nurseries"]

#: The programs, and what of each device kind they load: the modules of the bench's hall.
PROGRAMS = {"firmware_py.runtime.halld": "driver", "devices.simhost": "simulator"}
#: What an interpreter looks at when it starts, or a library when it is loaded.
_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_", "GPIOZERO_", "SDL_", "OPENSSL_", "TMPDIR")
#: For an answer, and for its end.
_ANSWER_S = 200.0

_lock = threading.Lock()
#: By program and what its interpreter looks at.
_found: dict[tuple[str, frozenset[tuple[str, str]]], Nursery] = {}
#: More are not worth their memory: what is rare is started as it is.
_MOST = 6


def begin_warm(program: Sequence[str], environment: Mapping[str, str], log: int) -> Process:
    """As ``firmware_py.bench.stage.begin``, from a nursery where there is one for the program.

    One that is started in a network of its own (``Namespaces.inside``) enters it when it is forked.
    """
    network, inner = _network_of(program)
    if list(inner[:2]) != [sys.executable, "-m"] or inner[2] not in PROGRAMS:
        return begin(program, environment, log)
    module, *arguments = inner[2:]
    looked_at = {(key, environment[key]) for key in environment if key.startswith(_AT_START)}
    key = (module, frozenset(looked_at))
    with _lock:
        nursery = _found.get(key)
        if nursery is None or not nursery.alive():
            if len(_found) >= _MOST:
                return begin(program, environment, log)
            nursery = _found[key] = Nursery(module, environment)
    return nursery.begin(arguments, environment, log, network)


def _network_of(program: Sequence[str]) -> tuple[str, Sequence[str]]:
    if program[0] == "nsenter" and program[1].startswith("--net="):
        return program[1].removeprefix("--net="), program[2:]
    return "", program


def nurseries() -> set[int]:
    """Return the process ids of the nurseries: what they forked counts as the tests' own."""
    return {nursery.pid for nursery in _found.values()}


def close_nurseries() -> None:
    """End them; what they forked goes on."""
    while _found:
        _found.popitem()[1].close()


class Nursery:
    """One program, loaded and waiting. Requests and answers are JSON, a packet each.

    It is for starts whose environment has the same in it for interpreter and libraries.
    """

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with (ROOT / "config" / "bench.toml").open("rb") as file:
            kinds = sorted({one["kind"] for one in tomllib.load(file)["devices"].values()})
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", module, PROGRAMS[module], *kinds],
                stdin=theirs.fileno(),
                env=environment,
                cwd=ROOT,
                start_new_session=True,
            )
        self._socket.settimeout(_ANSWER_S)
        self.pid = self._process.pid

    def alive(self) -> bool:
        """Say whether it can be asked."""
        return self._socket.fileno() >= 0 and self._process.poll() is None

    def ask(self, request: Mapping[str, Any], *files: int) -> int | None:
        """Return the answer, a process id or an exit code."""
        with self._lock:
            try:
                socket.send_fds(self._socket, [json.dumps(request).encode()], files)
                answer = self._socket.recv(1000)
            except OSError:
                # A late answer would be taken for the next one.
                self._socket.close()
                raise
        assert answer, "the nursery has ended"
        number: int | None = json.loads(answer)
        return number

    def begin(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: int, network: str
    ) -> WarmProcess:
        """Fork one more; ``network`` is the namespace it lives in, "" this one."""
        begun = {"arguments": arguments, "environment": dict(environment), "network": network}
        pid = self.ask(begun, log)
        assert pid is not None
        return WarmProcess(self, pid)

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait(_ANSWER_S)


class WarmProcess:
    """A forked program, used as a ``subprocess.Popen``."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._ended = os.pidfd_open(pid)
        self._lock = threading.Lock()
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, minus the signal's number if one ended it; None while it runs."""
        with self._lock:
            if self._code is None:
                self._code = self._nursery.ask({"code_of": self.pid})
                if self._code is not None:
                    os.close(self._ended)
            return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises ``subprocess.TimeoutExpired``."""
        if self.poll() is None:
            ended = select.poll()
            ended.register(self._ended, select.POLLIN)
            if not ended.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal; nothing happens when it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)
