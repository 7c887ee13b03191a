"""A program that has been loaded and waits: each request makes one more process of it.

``python -m tests.nursery MODULE PART KIND...`` with a socket as standard input, see ``tests.warm``.
PART is what of each kind is loaded too, as the bench's hall needs it: its driver or simulator.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import runpy
import socket
import sys
import threading
import time
from typing import Any

from devices.registry import load_driver, load_simulator

_MOST = 200_000
#: CLONE_NEWNET of <linux/sched.h>.
_NEW_NETWORK = 0x40000000


def main(module: str, part: str, *kinds: str) -> None:
    """Load the program, and run it in every process that is forked here."""
    _load(module, part, kinds)
    assert threading.active_count() == 1, threading.enumerate()
    arguments = _forked(socket.socket(fileno=os.dup(0)))
    if arguments is not None:
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def _load(module: str, part: str, kinds: tuple[str, ...]) -> None:
    importlib.import_module(module)
    for kind in kinds:
        if part == "driver":
            load_driver(kind)
        else:
            load_simulator(kind)
    if part == "driver":
        importlib.import_module("firmware_py.runtime.broker_port")
    # It begins anew each time, as the program that it is.
    package, _, name = module.rpartition(".")
    del sys.modules[module]
    delattr(sys.modules[package], name)


def _forked(requests: socket.socket) -> list[str] | None:
    """Serve until the tests end, and return None; in a forked process, return its arguments."""
    while True:
        data, files, _, _ = socket.recv_fds(requests, _MOST, 1)
        if not data:
            return None
        request: dict[str, Any] = json.loads(data)
        if "code_of" in request:
            requests.send(json.dumps(_code_of(request["code_of"])).encode())
        elif os.fork() == 0:
            _become(request["environment"], files[0])
            if request["network"]:
                _enter(request["network"])
            # Only now: whoever started it may count on its session and its log.
            requests.send(json.dumps(os.getpid()).encode())
            requests.close()
            return list(request["arguments"])
        else:
            os.close(files[0])


def _code_of(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _become(environment: dict[str, str], log: int) -> None:
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(file, place)
    os.close(nothing)
    os.close(log)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


def _enter(network: str) -> None:
    """Go on in this network namespace (setns(2)), as ``nsenter --net`` does."""
    libc = ctypes.CDLL(None, use_errno=True)
    file = os.open(network, os.O_RDONLY)
    if libc.setns(file, _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), f"setns {network}")
    os.close(file)


if __name__ == "__main__":
    main(*sys.argv[1:])
