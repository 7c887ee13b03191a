"""Which of a scanner's own words mean what a clerk wants; pure.

SANE leaves the names of sources and modes to each backend ("ADF", "Automatic Document Feeder(left
aligned)", "FlatBed"; "Gray", "True Gray", "24bit Color"). Those known are of Debian 12's backends,
by their manual pages and sources; few were ever tried on hardware.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["mode_for", "nearest", "source_for"]

_FEEDERS = ("adf", "feeder", "simplex")
_BOTH_SIDES = ("duplex", "both")
_FLATBEDS = ("flatbed", "flat bed", "platen", "glass", "normal", "document table")
#: Never what is meant by a feeder or a plate.
_OTHERS = ("transparen", "negative", "slide", "tpu", "film")

#: The first that a scanner has is taken; in lower case.
_MODES = {
    "grey": ("gray", "grayscale", "grey", "greyscale", "true gray", "8-bit grayscale", "256 gray"),
    "colour": ("color", "colour", "24bit color", "24-bit color", "true color", "color - 24 bits"),
    "lineart": ("lineart", "binary", "black & white", "black and white", "thresholded", "text"),
}


def source_for(names: Sequence[str], wanted: str) -> str | None:
    """Return the scanner's name for ``flatbed``, ``feeder`` or ``duplex``, None without one.

    >>> source_for(["Flatbed", "ADF Front", "ADF Back", "ADF Duplex"], "duplex")
    'ADF Duplex'
    """
    papers = [name for name in names if not _has(name, _OTHERS)]
    both = [name for name in papers if _has(name, _BOTH_SIDES)]
    if wanted == "duplex":
        return next(iter(both), None)
    if wanted == "feeder":
        one = [n for n in papers if _has(n, _FEEDERS) and n not in both and "back" not in n.lower()]
        return next(iter(one), None)
    return next((n for n in papers if _has(n, _FLATBEDS) and not _has(n, _FEEDERS)), None)


def mode_for(names: Sequence[str], wanted: str) -> str | None:
    """Return the scanner's name for a mode; grey for a ``lineart`` that it does not have."""
    by_lower = {name.lower(): name for name in names}
    found = next((by_lower[name] for name in _MODES[wanted] if name in by_lower), None)
    if found is None:
        # A longer name of some backend: "Gray (8 bits)".
        found = next(
            (n for n in names if any(n.lower().startswith(w) for w in _MODES[wanted])), None
        )
    if found is None and wanted == "lineart":
        return mode_for(names, "grey")
    return found


def nearest(values: Sequence[float], wanted: float) -> float:
    """Return the value to scan with: the least that is fine enough, else the finest.

    >>> nearest([75, 150, 200, 600], 300)
    600
    """
    return min((value for value in values if value >= wanted), default=max(values))


def _has(name: str, words: Sequence[str]) -> bool:
    low = name.lower()
    return any(word in low for word in words)
