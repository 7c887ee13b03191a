"""The queue in front of a device's worker: first in, first out, bounded, never blocking."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from firmware_py.runtime.device_events import Done

__all__ = ["Job", "JobQueue", "QueueFull"]


class QueueFull(RuntimeError):
    """The device takes jobs more slowly than they come, or its worker has stopped."""


@dataclass(slots=True)
class Job:
    """Something to do with one driver. ``deadline`` is a time of the worker's clock."""

    device: str
    call: Callable[[Any], object]
    key: str | None = None
    deadline: float | None = None
    done: Done | None = None


class JobQueue:
    """Jobs in the order in which they came.

    A job with a key takes the place of a waiting one of the same device and key: of two pictures
    that wait only the newest is worth showing, and it keeps the older one's turn.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._keyed: dict[tuple[str, str], Job] = {}
        self._closed = False

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._jobs)

    def put(self, job: Job) -> Job | None:
        """Add ``job``; return the one whose place it took. Raises ``QueueFull``."""
        with self._lock:
            if self._closed:
                raise QueueFull(f"{job.device}: the worker has stopped")
            waiting = self._keyed.get((job.device, job.key)) if job.key is not None else None
            if waiting is not None:
                replaced = Job(job.device, waiting.call, job.key, waiting.deadline, waiting.done)
                waiting.call, waiting.deadline, waiting.done = job.call, job.deadline, job.done
                return replaced
            if len(self._jobs) >= self._limit:
                raise QueueFull(f"{job.device}: {self._limit} jobs are waiting")
            self._jobs.append(job)
            if job.key is not None:
                self._keyed[(job.device, job.key)] = job
            return None

    def take(self) -> Job | None:
        """Return the oldest job, or None."""
        with self._lock:
            if not self._jobs:
                return None
            job = self._jobs.popleft()
            if job.key is not None:
                del self._keyed[(job.device, job.key)]
            return job

    def drop(self, device: str) -> list[Job]:
        """Take a device's jobs out; return them."""
        with self._lock:
            left = [job for job in self._jobs if job.device == device]
            self._jobs = deque(job for job in self._jobs if job.device != device)
            for job in left:
                if job.key is not None:
                    del self._keyed[(device, job.key)]
            return left

    def close(self) -> list[Job]:
        """Take no more jobs; return those that waited."""
        with self._lock:
            self._closed = True
            left = list(self._jobs)
            self._jobs.clear()
            self._keyed.clear()
            return left
