"""A clerk who gives a command fifty times a second, and how long each took: a process of its own.

``python -m tests.faults.steady_clerk SOCKET`` until its standard input ends; then the milliseconds
of each command, one a line. What a window that is closed would take changes with each: it is
recorded on the disk and told to all screens, and no screen has anything else to show.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time

EVERY_S = 0.02
WINDOW = "14"


def main() -> None:
    """Give commands until nobody wants any more."""
    took_ms: list[float] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hall:
        hall.connect(sys.argv[1])
        answers = hall.makefile("rb")
        begun = time.perf_counter()
        while not select.select([sys.stdin], [], [], 0)[0]:
            number = len(took_ms)
            skills = ["advice"] if number % 2 else ["advice", "registration"]
            request = {
                "jsonrpc": "2.0", "id": number, "method": "window.skills",
                "params": {"window": WINDOW, "skills": skills},
            }  # fmt: skip
            sent = time.perf_counter()
            hall.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(answers.readline())
            took_ms.append((time.perf_counter() - sent) * 1000)
            if answer.get("id") != number or "result" not in answer:
                sys.exit(f"not done: {answer}")
            # One who waits in between, whatever the last one took.
            time.sleep(max(begun + (number + 1) * EVERY_S - time.perf_counter(), 0.001))
    sys.stdout.write("".join(f"{one:.3f}\n" for one in took_ms))


if __name__ == "__main__":
    main()
