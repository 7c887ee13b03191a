"""The clock behind ``[hall] clock``: the machine's, or one that a file sets and speeds up.

On the bench a day passes in a minute while the daemon runs as it does in a hall: only what stands
behind ``app.clock.Clocks`` differs. The file is JSON: at ``CLOCK_BOOTTIME`` ``at_boot_ns`` the hall
reads ``boot_ms`` and ``wall_ms`` (UTC since 1970), and from there on ``speed`` seconds a second,
until ``CLOCK_BOOTTIME`` ``halts_ns`` if there is one: then it stands still until it is set anew.
Whoever writes it replaces it whole, so that nobody reads half a file.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from firmware_py.app.clock import Clocks, MachineClocks, Reading

__all__ = ["ClockFile", "FileClocks", "clocks_of", "read_clock", "write_clock"]

log = logging.getLogger(__name__)

FILE = "file:"


class ClockFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file holds."""

    at_boot_ns: int
    boot_ms: int
    wall_ms: int
    speed: float
    #: What the kernel says of the wall clock; False is a Pi that the network has not told yet.
    synchronised: bool = True
    #: 0: it never stands still.
    halts_ns: int = 0

    def at(self, boot_ns: int) -> Reading:
        """Return the clocks at a moment of ``CLOCK_BOOTTIME``."""
        if self.halts_ns:
            boot_ns = min(boot_ns, self.halts_ns)
        passed_ms = int((boot_ns - self.at_boot_ns) / 1_000_000 * self.speed)
        boot_ms, wall_ms = self.boot_ms + passed_ms, self.wall_ms + passed_ms
        return Reading(boot_ms, wall_ms, self.synchronised)


def read_clock(path: Path) -> ClockFile:
    """Return what a file says. Raises ``OSError``, ``msgspec.DecodeError``, ``ValueError``."""
    found = msgspec.json.decode(path.read_bytes(), type=ClockFile)
    if not 0 < found.speed <= 100_000:
        raise ValueError(f"{path}: speed {found.speed} is not above 0 and at most 100000")
    return found


def write_clock(path: Path, clock: ClockFile) -> None:
    """Replace the file in one step."""
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(clock))
    part.replace(path)


class FileClocks:
    """Reads the hall's clocks from a file, and the file again when it was replaced.

    A file that is not there or wrong at the start is an error; later, the clock goes on as the
    last good file said, and the log says why.
    """

    def __init__(
        self,
        path: Path,
        boot_ns: Callable[[], int] = lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME),
    ) -> None:
        self._path = path
        self._boot_ns = boot_ns
        self._seen = self._mark()
        self._file = read_clock(path)

    def __call__(self) -> Reading:
        """Return the clocks now."""
        boot_ns = self._boot_ns()
        self._look()
        return self._file.at(boot_ns)

    def speed(self) -> float:
        """Return how many seconds pass in the hall while one passes here."""
        self._look()
        return self._file.speed

    def _mark(self) -> tuple[int, int]:
        stat = os.stat(self._path)  # noqa: PTH116 - read with every look at the clock
        return stat.st_mtime_ns, stat.st_ino

    def _look(self) -> None:
        try:
            mark = self._mark()
            if mark != self._seen:
                self._seen = mark
                self._file = read_clock(self._path)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            if self._seen != (0, 0):
                log.error("the clock's file cannot be read; going on as before: %s", error)  # noqa: TRY400
            self._seen = (0, 0)


def clocks_of(setting: str) -> tuple[Clocks, Callable[[], float]]:
    """Return the clocks for ``[hall] clock`` (``machine`` or ``file:PATH``), and their speed.

    Raises as ``read_clock``.
    """
    if setting.startswith(FILE):
        clocks = FileClocks(Path(setting.removeprefix(FILE)))
        return clocks, clocks.speed
    return MachineClocks(), lambda: 1.0
