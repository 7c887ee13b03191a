"""``hallctl`` on a terminal of its own, for tests of what people type and see there."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable

from tests.cli.hallrun import ROOT

__all__ = ["Terminal"]


class Terminal:
    """A terminal of 80 x 24 with ``hallctl`` in it."""

    def __init__(self, *arguments: str, environment: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "firmware_py.cli.main", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
            start_new_session=True,
        )
        os.close(slave)
        self.seen = b""

    def until(self, ended: Callable[[], bool], seconds: float = 60.0) -> None:
        """Read what it shows until something is so."""
        end = time.monotonic() + seconds
        while not ended():
            assert time.monotonic() < end, self.seen[-2000:]
            if select.select([self._master], [], [], 0.05)[0]:
                try:
                    self.seen += os.read(self._master, 65536)
                except OSError:  # the program has gone, and with it the other side
                    return

    def type(self, keys: bytes) -> None:
        """Type keys."""
        os.write(self._master, keys)

    def close(self) -> None:
        """End the program."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)
