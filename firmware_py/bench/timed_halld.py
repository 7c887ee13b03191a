"""``halld`` that notes how long each job of each device took; else it is the daemon as it is.

``python -m firmware_py.bench.timed_halld FILE --config PATH``: when it ends, ``FILE`` has a JSON
list of ``[device, posted_ns, done_ns]`` (``time.monotonic_ns``). A job is done when the far end has
answered it, or has all its bytes where it never answers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from firmware_py.runtime import hall, halld
from firmware_py.runtime.device_events import Done
from firmware_py.runtime.supervisor import Supervisor

__all__ = ["main"]


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
            result = job(driver)
            self.noted.append((device, posted_ns, time.monotonic_ns()))
            return result

        super().post(device, timed, key=key, done=done, expires_s=expires_s)


def main(arguments: Sequence[str]) -> int:
    """Run the daemon; return its exit code."""
    # The name that a hall makes its supervisor by.
    vars(hall)["Supervisor"] = _TimedSupervisor
    code = halld.main(arguments[1:])
    Path(arguments[0]).write_bytes(msgspec.json.encode(_TimedSupervisor.noted))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
