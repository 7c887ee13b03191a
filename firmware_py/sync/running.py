"""Running time, as whatever lives in the event loop counts it."""

from __future__ import annotations

import asyncio
import time

__all__ = ["running_s"]


def running_s() -> float:
    """Return the event loop's time in seconds, which is ``time.monotonic`` in a daemon's.

    Asked of the loop, so that one whose time is simulated moves all that waits in it. Outside of a
    loop it is ``time.monotonic``.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return time.monotonic()
    return loop.time()
