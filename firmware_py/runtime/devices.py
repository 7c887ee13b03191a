"""What the bindings need of the devices: a place to post jobs, and to hear of reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

__all__ = ["JobDone", "Post"]

#: Runs in the event loop: the job's result, or what went wrong.
JobDone = Callable[[Any, Exception | None], None]


class Post(Protocol):
    """Posts a job to a device's worker; never waits.

    A waiting job with the same ``key`` is replaced (the latest picture wins). A device that is
    not there drops the job: on its return the bindings show the present picture again.
    """

    def __call__(
        self,
        device: str,
        job: Callable[[Any], object],
        *,
        key: str | None = None,
        done: JobDone | None = None,
    ) -> None: ...
