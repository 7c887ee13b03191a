"""The driver's end of the SANE process: starts it, asks it, ends it when it hangs.

Used by one thread; ``interrupt`` is for any.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from devices.scanner.sane_wire import ANSWERS, Frames, WireError, encode, obj

__all__ = ["SaneChild", "SaneEnded", "SaneFailed", "SaneHung"]

#: How long a cancelled scan may go on before the process is ended.
CANCEL_S = 0.8
_SLICE_S = 0.1
_END_S = 1.5
_PROGRAM = (sys.executable, "-m", "devices.scanner.sane_process")


class SaneFailed(Exception):
    """The last order failed; ``status`` is SANE's, ``what`` its call or option."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(f"{what}: status {status}")
        self.status = status
        self.what = what


class SaneEnded(Exception):
    """The process is gone, or said what cannot be: a backend crashed."""


class SaneHung(Exception):
    """Nothing came for too long; the process was ended."""


class SaneChild:
    """A running process. ``config`` is its SANE_CONFIG_DIR, "" is the system's.

    While ``cancelled`` is set nothing lasts longer than ``CANCEL_S``.
    """

    def __init__(
        self,
        config: str = "",
        cancelled: threading.Event | None = None,
        *,
        program: tuple[str, ...] = _PROGRAM,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._frames = Frames(ANSWERS)
        self._came: deque[tuple[str, bytearray]] = deque()
        self._sending = threading.Lock()
        self._cancelled = cancelled or threading.Event()
        self._cancelled_at: float | None = None
        # SANE's debugging prints, and sane-airscan's can write pages to a disk.
        env = {k: v for k, v in os.environ.items() if not k.startswith(("SANE_DEBUG", "SANE_CONF"))}
        if config:
            env["SANE_CONFIG_DIR"] = config
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                program,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=env,
                # A backend may have started others.
                start_new_session=True,
            )
        self._channel.settimeout(_SLICE_S)

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def alive(self) -> bool:
        """Say whether the process still runs."""
        return self._process.poll() is None

    def ask(self, letter: str, order: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        """Give an order and return its one answer. Raises as ``answers`` does."""
        self.order(letter, order)
        for answer, body in self.answers(timeout_s):
            if answer == letter.lower():
                return self._checked(body)
        raise SaneEnded

    def order(self, letter: str, order: dict[str, Any]) -> None:
        """Give an order. Raises ``SaneEnded``."""
        self._send(encode(letter, order))

    def interrupt(self) -> None:
        """Ask for the end of a scan. From any thread; never raises."""
        with contextlib.suppress(SaneEnded):
            self._send(encode("X"))

    def answers(self, timeout_s: float) -> Iterator[tuple[str, bytearray]]:
        """Yield what comes, for as long as the caller wants.

        Raises ``SaneFailed`` for an order that failed, ``SaneHung`` after ``timeout_s`` without a
        byte (sooner once it was cancelled), ``SaneEnded``.
        """
        silent_since = self._clock()
        while True:
            while self._came:
                letter, body = self._came.popleft()
                if letter == "!":
                    failed = self._checked(body)
                    raise SaneFailed(int(failed.get("status", 4)), str(failed.get("what", "")))
                yield letter, body
                silent_since = self._clock()
            if self._clock() - silent_since > timeout_s or self._is_overdue():
                self.kill()
                raise SaneHung
            self._receive()

    def _is_overdue(self) -> bool:
        if not self._cancelled.is_set():
            self._cancelled_at = None
            return False
        if self._cancelled_at is None:
            self._cancelled_at = self._clock()
        return self._clock() - self._cancelled_at > CANCEL_S

    def _receive(self) -> None:
        try:
            data = self._channel.recv(1 << 18)
            if not data:
                raise SaneEnded
            self._came.extend(self._frames.feed(data))
        except TimeoutError:
            return
        except (OSError, WireError):
            self.kill()
            raise SaneEnded from None

    def _checked(self, body: bytearray) -> dict[str, Any]:
        try:
            return obj(body)
        except WireError:
            self.kill()
            raise SaneEnded from None

    def _send(self, data: bytes) -> None:
        with self._sending:
            try:
                self._channel.sendall(data)
            except OSError:
                raise SaneEnded from None

    def close(self) -> None:
        """Let it put the scanner in order and end; end it if it does not."""
        with contextlib.suppress(SaneEnded, subprocess.TimeoutExpired):
            self._send(encode("Q", {}))
            self._process.wait(_END_S)
        self.kill()

    def kill(self) -> None:
        """End the process and whatever it started. A second call does nothing."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
        self._came.clear()
        self._channel.close()
