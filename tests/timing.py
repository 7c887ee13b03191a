"""What something costs, on a machine whose processors have other things to do as well."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

__all__ = ["quickest", "steps"]


def steps(work: Callable[[], object]) -> int:
    """Return how many lines of Python this thread runs for it; a library's C counts as nothing.

    They are as many on each machine, at each load.
    """
    count = 0

    def one(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        nonlocal count
        count += event == "line"
        return one

    before = sys.gettrace()
    sys.settrace(one)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def quickest(measure: Callable[[], float], enough_s: float, tries: int = 10) -> float:
    """Return the least of up to ``tries`` times; it ends with the first below ``enough_s``.

    A pause of the machine makes one of them long and is not the program's; what the program waits
    for itself makes all of them long.
    """
    least = measure()
    for _ in range(tries - 1):
        if least < enough_s:
            break
        least = min(least, measure())
    return least
