"""An echo that is nearly idle: what it takes longer under a load is the machine's share of it.

``python -m firmware_py.bench.paced_echo`` sends a byte through a pipe to a thread and back, fifty
times a second until its input ends; then it writes a JSON list of ``[when_ns, took_ns]``.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time

import msgspec

__all__: list[str] = []

EVERY_S = 0.02


def _main() -> None:
    there, out = os.pipe()
    back, answer = os.pipe()

    def echo() -> None:
        while byte := os.read(there, 1):
            os.write(answer, byte)

    thread = threading.Thread(target=echo, name="echo")
    thread.start()
    took: list[tuple[int, int]] = []
    while not select.select([sys.stdin], [], [], EVERY_S)[0]:
        begun_ns = time.monotonic_ns()
        os.write(out, b".")
        os.read(back, 1)
        took.append((begun_ns, time.monotonic_ns() - begun_ns))
    os.close(out)
    thread.join(2)
    sys.stdout.buffer.write(msgspec.json.encode(took))


if __name__ == "__main__":
    _main()
