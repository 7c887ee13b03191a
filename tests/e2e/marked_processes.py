"""What can be seen of a process from outside: its memory, what it writes to, how it was started."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

__all__ = ["POWERLESS", "looked_into", "may_dump", "peek", "with_children"]

#: Makes root an ordinary user: the hall's has no more rights either.
POWERLESS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
#: Begins to look into the process that is named, as a debugger does.
_PEEK = "import sys; open(f'/proc/{sys.argv[1]}/mem', 'rb').close()"


def peek(pid: int | None) -> str:
    """Open a process's memory as a program of the same user, without root's rights.

    Without ``pid`` it is that of some other program.
    """
    if pid is None:
        with subprocess.Popen([*POWERLESS, "cat"], stdin=subprocess.PIPE) as other:
            return peek(other.pid)
    ran = subprocess.run(
        [*POWERLESS, sys.executable, "-c", _PEEK, str(pid)],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    return "read" if ran.returncode == 0 else ran.stderr.strip().splitlines()[-1]


def with_children(pid: int) -> list[int]:
    """Return a process and all that it started, and those."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]
    return [pid, *(one for child in found for one in with_children(child))]


def may_dump(pid: int) -> bool:
    """Say whether a process may write a core file."""
    limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    return re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE) is None


def looked_into(pid: int) -> tuple[bytes, bytes, list[str]]:
    """Return a process's command line, its environment, and the files that it has open to write.

    Of one that is closed to us (``devices.memory``) the command line alone.
    """
    process = Path(f"/proc/{pid}")
    command = (process / "cmdline").read_bytes()
    try:
        environment = (process / "environ").read_bytes()
        opened = [
            str(link.readlink())
            for link in (process / "fd").iterdir()
            if link.is_file() and _written(process / "fdinfo" / link.name)
        ]
    except PermissionError:
        return command, b"", []
    return command, environment, opened


def _written(fdinfo: Path) -> bool:
    """Say whether a file is open for writing (``O_WRONLY`` or ``O_RDWR``)."""
    for line in fdinfo.read_text(encoding="ascii").splitlines():
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & 0o3 != 0
    return False
