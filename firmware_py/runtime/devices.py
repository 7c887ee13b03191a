"""What the bindings need of the devices: a place to post jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from firmware_py.runtime.device_events import Result

__all__ = ["Post"]


class Post(Protocol):
    """Posts a job to a device's worker; never waits.

    A waiting job with the same ``key`` is replaced (the latest picture wins). A device that is
    not there drops the job: on its return the bindings show the present picture again. ``done``
    runs in the event loop.
    """

    def __call__(
        self,
        device: str,
        job: Callable[[Any], object],
        *,
        key: str | None = None,
        done: Callable[[Result], None] | None = None,
    ) -> None:
        """Post ``job``."""
