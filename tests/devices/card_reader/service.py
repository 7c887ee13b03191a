"""A pcscd of the test's own, with virtual readers, and the card on one of them.

pcscd listens at a path that is compiled in; started as systemd starts it, it takes a socket that
is open already. Its readers are those of Debian's vsmartcard-vpcd at free ports of the loopback.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_py.bench.stage import free_port

READERS = ("Virtual PCD 00 00", "Virtual PCD 00 01")
PCSCD = "/usr/sbin/pcscd"
VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
GRACE_S = 60.0

#: The socket is descriptor 3, as sd_listen_fds(3) has it.
_BECOME = """
import os, sys
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.dup2(int(sys.argv[1]), 3)
os.execv(sys.argv[2], ["pcscd", "--foreground", "--config", sys.argv[3]])
"""


class Service:
    """pcscd with two readers; each has the card of whoever connects to its port."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "pcscd.comm"
        self._config = folder / "readers"
        self._config.mkdir()
        self.port = _two_free_ports()
        (self._config / "readers.conf").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x{self.port:X}\n'
            f"LIBPATH {VPCD}\nCHANNELID 0x{self.port:X}\n"
        )
        self._log = folder / "pcscd.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again."""
        self.socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listening, self._log.open("ab") as log:
            listening.bind(str(self.socket))
            listening.listen(8)
            number = listening.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-c", _BECOME, str(number), PCSCD, str(self._config)],
                pass_fds=(number,),
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + GRACE_S
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self._log.read_text(errors="replace")
                self.stop()
                pytest.skip(f"pcscd does not start here: {said[-400:]}")
            threading.Event().wait(0.02)

    def _listens(self) -> bool:
        """Look for vpcd's port without connecting: a connection would be a card."""
        wanted = f":{self.port + 1:04X} 00000000:0000 0A"
        return wanted in Path("/proc/net/tcp").read_text(encoding="ascii")

    def stop(self) -> None:
        """End it, and take its socket away as systemd does."""
        process, self._process = self._process, None
        self.socket.unlink(missing_ok=True)
        if process is not None:
            process.terminate()
            process.wait(GRACE_S)


def _two_free_ports() -> int:
    """Return a free port with a free one above it: vpcd takes both."""
    while True:
        port = free_port()
        with socket.socket() as above, contextlib.suppress(OSError):
            above.bind(("127.0.0.1", port + 1))
            return port


class Card:
    """A card on a virtual reader: a length of 16 bits, high byte first, and the bytes."""

    def __init__(self, port: int, uid: str, atr: str = "3B8F8001804F0CA000000306030001000000006A"):
        self._answers = {
            bytes.fromhex("FFCA000000"): bytes.fromhex(uid) + b"\x90\x00" if uid else b"\x6a\x81"
        }
        self._atr = bytes.fromhex(atr)
        self._wire = socket.create_connection(("127.0.0.1", port), GRACE_S)
        self._wire.settimeout(None)
        self._thread = threading.Thread(target=self._serve, name="card")
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while head := self._wire.recv(2, socket.MSG_WAITALL):
                said = self._wire.recv(struct.unpack(">H", head)[0], socket.MSG_WAITALL)
                if said == b"\x04":
                    answer = self._atr
                elif len(said) == 1:  # off, on, reset
                    continue
                else:
                    answer = self._answers.get(said, b"\x6d\x00")
                self._wire.sendall(struct.pack(">H", len(answer)) + answer)

    def lift(self) -> None:
        """Take it away."""
        with contextlib.suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)
        self._thread.join(GRACE_S)
        self._wire.close()


@contextlib.contextmanager
def service(folder: Path) -> Iterator[Service]:
    """Run a pcscd until the end of the block; skip where its packages are not installed."""
    if not (shutil.which(PCSCD) and VPCD.exists()):
        pytest.skip("needs Debian's pcscd and vsmartcard-vpcd")
    made = Service(folder)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextlib.contextmanager
def card(port: int, uid: str, **more: str) -> Iterator[Card]:
    """Lay a card until the end of the block."""
    laid = Card(port, uid, **more)
    try:
        yield laid
    finally:
        laid.lift()
