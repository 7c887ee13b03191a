"""Has msgspec work out a driver's types before two threads can meet them.

msgspec works a type out when it first decodes it, and keeps what it found on the class. Two
threads that decode a class for the first time together crash the process (msgspec 0.22: one sees
what the other has half made). Two printers that open at once did so in one start of a hundred.
"""

from __future__ import annotations

import contextlib
import sys

import msgspec

__all__ = ["work_out_types"]


def work_out_types(module: str) -> None:
    """Work out every ``msgspec.Struct`` of the modules that are loaded beside ``module``.

    The caller holds a lock, so that one thread does it.
    """
    package = module.rpartition(".")[0] or module
    # Copied in one step: other threads import meanwhile.
    loaded = sys.modules.copy()
    beside = [found for name, found in loaded.items() if _within(name, package)]
    for found in beside:
        for value in list(vars(found).values()):
            if isinstance(value, type) and issubclass(value, msgspec.Struct):
                # What cannot be decoded at all will not be.
                with contextlib.suppress(TypeError, NameError):
                    msgspec.json.Decoder(value)


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
