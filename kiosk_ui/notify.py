"""What systemd wants to hear of a screen (``sd_notify(3)``): it is there, it still turns."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping

__all__ = ["Watched", "notify"]


def notify(text: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell systemd, e.g. ``READY=1``; False where nobody listens."""
    address = environment.get("NOTIFY_SOCKET")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        # The loop never waits, for systemd neither.
        sock.setblocking(False)
        try:
            sock.sendto(text.encode(), address.replace("@", "\0", 1))
        except OSError:
            return False
    return True


class Watched:
    """Says that the loop turns, at half of the time that systemd allows; ``turned`` is a turn."""

    def __init__(
        self, clock: Callable[[], float], environment: Mapping[str, str] = os.environ
    ) -> None:
        usec, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
        ours = usec.isdecimal() and pid in {"", str(os.getpid())}
        self._every_s = int(usec) / 2_000_000 if ours else None
        self._clock, self._environment = clock, environment
        self._next_s = clock()

    def turned(self) -> None:
        """Tell it if it is time to."""
        if self._every_s is not None and self._clock() >= self._next_s:
            self._next_s = self._clock() + self._every_s
            notify("WATCHDOG=1", self._environment)
