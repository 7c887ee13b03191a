"""How long something takes, on a machine whose processors have other things to do as well."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["quickest"]


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
