"""The machine that is looked at: files below a root, programs that tell, the clock.

Another root and other programs make another machine, for the tests.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

__all__ = ["PROGRAM_S", "Drawn", "Machine", "Ran"]

#: A program that takes longer says nothing.
PROGRAM_S = 3.0


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program said and how it ended."""

    code: int
    out: str
    err: str = ""


class Drawn(Protocol):
    """A font's face that has a character."""

    @property
    def family(self) -> str:
        """Name of the face: ``Noto Sans Mono CJK SC``."""


def _run(command: Sequence[str]) -> Ran | None:
    # English words and no pager: what is said is read by a program.
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PAGER": "cat", "SYSTEMD_PAGER": "cat"}
    try:
        done = subprocess.run(
            list(command),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROGRAM_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Ran(
        done.returncode,
        done.stdout.decode("utf-8", "replace"),
        done.stderr.decode(errors="replace"),
    )


def _face_for(character: str) -> Drawn | None:
    from devices.ticket_printer.fonts import face_for

    return face_for(character)


@dataclass(frozen=True, slots=True)
class Machine:
    """``run(command)`` returns None for a program that is not here or does not end.

    ``face_for`` returns the face that draws a character, None when there is none; it raises
    ``ModuleNotFoundError`` without pillow. ``wall_s`` is the wall clock, seconds since 1970.
    """

    root: Path = Path("/")
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    run: Callable[[Sequence[str]], Ran | None] = _run
    statvfs: Callable[[Path], os.statvfs_result] = os.statvfs
    face_for: Callable[[str], Drawn | None] = _face_for
    wall_s: Callable[[], float] = time.time
    uid: int = field(default_factory=os.geteuid)

    def at(self, path: str) -> Path:
        """Return where an absolute path of the machine is: ``/proc/mounts`` below the root."""
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str:
        """Return what a file says without blanks around it, "" when it cannot be read."""
        try:
            return self.at(path).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    def number(self, path: str) -> int | None:
        """Return the whole number that a file holds, None when it holds none."""
        try:
            return int(self.text(path))
        except ValueError:
            return None

    @property
    def model(self) -> str:
        """What a board says it is, "" for a PC: ``Raspberry Pi 4 Model B Rev 1.4``."""
        return self.text("/proc/device-tree/model").rstrip("\0")

    @property
    def is_pi(self) -> bool:
        """Whether it is a Raspberry Pi."""
        return "Raspberry Pi" in self.model

    @property
    def has_systemd(self) -> bool:
        """Whether systemd runs the machine (``sd_booted(3)``)."""
        return self.at("/run/systemd/system").is_dir()

    def unit(self, *properties: str, unit: str = "halld.service") -> dict[str, str]:
        """Return properties of a unit as ``systemctl show`` tells; nothing without systemd."""
        if not self.has_systemd:
            return {}
        which = [unit] if unit else []
        ran = self.run(["systemctl", "show", "-p", ",".join(properties), *which])
        if ran is None or ran.code:
            return {}
        pairs = (line.partition("=") for line in ran.out.splitlines())
        return {name: value for name, _, value in pairs}
