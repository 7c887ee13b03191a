"""Which program this process runs: its version, and what it speaks with other Pis.

Read once, at the start: when a newer program is put on the disk, this one is still what runs.
"""

from __future__ import annotations

from importlib.metadata import version

from firmware_py.core.wire_version import WIRE

__all__ = ["VERSION", "program"]

VERSION = version("hall-controller")


def program() -> dict[str, str | int]:
    """Return it for ``hall.status``."""
    return {"version": VERSION, "wire": WIRE}
