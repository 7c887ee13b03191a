"""``halld`` that notes how long each job of each device took; else it is the daemon as it is.

``python -m firmware_py.bench.timed_halld FILE --config PATH``: when it ends, ``FILE`` has a JSON
list of ``[device, posted_ns, done_ns]`` (``time.monotonic_ns``). A job is done when the far end has
its last byte: how long a simulator takes to read and answer it is not the daemon's.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from devices.base import Line
from firmware_py.runtime import hall, halld, supervisor
from firmware_py.runtime.device_events import Done
from firmware_py.runtime.supervisor import Supervisor
from firmware_py.runtime.tapped_line import TappedLine
from firmware_py.runtime.tracing import LineTap

__all__ = ["main"]


#: Questions after a printer's state, while a slip comes out, are no part of the slip.
QUESTION_BYTES = 3

_this_thread = threading.local()


class _TimedLine:
    """Passes everything on; notes for its thread when bytes had left."""

    def __init__(self, line: Line) -> None:
        self.port = line.port
        self._line = line

    def read_available(self) -> bytes:
        return self._line.read_available()

    def read_some(self, timeout_s: float) -> bytes:
        return self._line.read_some(timeout_s)

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        self._line.write(data, timeout_s)
        if len(data) > QUESTION_BYTES:
            _this_thread.wrote_ns = time.monotonic_ns()

    def fileno(self) -> int | None:
        return self._line.fileno()

    def close(self) -> None:
        self._line.close()


def _timed_line(line: Line, tap: LineTap) -> _TimedLine:
    return _TimedLine(TappedLine(line, tap))


class _TimedSupervisor(Supervisor):
    """Notes when each job was posted and when its driver was done with it."""

    #: Appended to by each worker's thread, read at the end.
    noted: list[tuple[str, int, int]] = []  # noqa: RUF012 - one for the process

    def post(
        self,
        device: str,
        job: Callable[[Any], object],
        *,
        key: str | None = None,
        done: Done | None = None,
        expires_s: float | None = None,
    ) -> None:
        """As ``Supervisor.post``."""
        posted_ns = time.monotonic_ns()

        def timed(driver: Any) -> object:
            _this_thread.wrote_ns = 0
            result = job(driver)
            # Nothing was written to a pin, and nothing longer than a question to a tower.
            done_ns = _this_thread.wrote_ns or time.monotonic_ns()
            self.noted.append((device, posted_ns, done_ns))
            return result

        super().post(device, timed, key=key, done=done, expires_s=expires_s)


def main(arguments: Sequence[str]) -> int:
    """Run the daemon; return its exit code."""
    # The names that a hall makes its supervisor by, and that one its lines.
    vars(hall)["Supervisor"] = _TimedSupervisor
    vars(supervisor)["TappedLine"] = _timed_line
    code = halld.main(arguments[1:])
    Path(arguments[0]).write_bytes(msgspec.json.encode(_TimedSupervisor.noted))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
