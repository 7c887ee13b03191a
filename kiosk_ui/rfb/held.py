"""Holds this process to a part of a core, as a slow computer would: by a control group of Linux.

For measurements. Only root may make such a group; nothing else is taken instead, for a process
that is stopped and woken from outside is not slow but absent.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["NotHeld", "held"]

_ROOT = Path("/sys/fs/cgroup")
#: Shares are dealt out anew so often: a picture at 30 fps is a little longer.
_PERIOD_US = 20_000


class NotHeld(Exception):
    """There is no group that this process may make."""


def _limit(group: Path, quota_us: int) -> None:
    if (group / "cpu.max").exists():
        (group / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}", encoding="ascii")
        return
    (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US), encoding="ascii")
    (group / "cpu.cfs_quota_us").write_text(str(quota_us), encoding="ascii")


@contextlib.contextmanager
def held(percent: float) -> Iterator[None]:
    """Hold all threads of this process to so many percent of one core. Raises ``NotHeld``.

    Processes that it started before stay as they are.
    """
    # Version 1 has a tree for the processor's time, version 2 one for everything.
    parent = next((one for one in (_ROOT / "cpu", _ROOT / "cpu,cpuacct") if one.is_dir()), _ROOT)
    group = parent / f"hall-held-{os.getpid()}"
    me = str(os.getpid())
    try:
        group.mkdir()
    except OSError as error:
        raise NotHeld(f"no control group: {error.strerror} ({group})") from None
    try:
        try:
            _limit(group, round(_PERIOD_US * percent / 100))
            (group / "cgroup.procs").write_text(me, encoding="ascii")
        except OSError as error:
            raise NotHeld(f"no control group: {error.strerror} ({group})") from None
        try:
            yield
        finally:
            (parent / "cgroup.procs").write_text(me, encoding="ascii")
    finally:
        group.rmdir()
