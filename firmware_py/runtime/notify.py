"""What systemd wants to hear: ready, still alive, stopping (``sd_notify(3)``)."""

from __future__ import annotations

import os
import socket

__all__ = ["notify", "watchdog_every_s"]


def notify(text: str) -> bool:
    """Tell systemd, e.g. ``READY=1``; False where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        try:
            sock.sendto(text.encode(), address)
        except OSError:
            return False
    return True


def watchdog_every_s() -> float | None:
    """Return how often to send ``WATCHDOG=1``: half of what systemd allows, or None."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    pid = os.environ.get("WATCHDOG_PID", "")
    if not usec.isdigit() or (pid and pid != str(os.getpid())):
        return None
    return int(usec) / 2_000_000
