"""The daemon's hand on the process that works on pages.

The process is started when a page comes, and ends by itself when none came for a while: a hall
that scans nothing has neither its memory nor its libraries. A page that kills or stalls it costs
that page alone.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from typing import Any

from devices.scanner.base import RawPage
from devices.scanner.guarded import CHILD_VARIABLES
from devices.scanner.messages import MOST_CONTENT, GarbledMessage, receive, send
from devices.scanner.pages.errors import FAULTS, PageError
from devices.scanner.pages.page import FinishedPage, PageWish, too_large

__all__ = ["PageWorks"]

_MODULE = "devices.scanner.pages.process"
_ENDING_S = 2.0


class PageWorks:
    """One process for pages, which takes them one after another, from any thread.

    ``idle_s`` after its last page the process ends. ``limit_s`` is how long one page may take: a
    Pi 4 needs about 2 s for A4 at 300 dpi. Every call waits for its page: never in the event loop.
    """

    def __init__(
        self,
        *,
        idle_s: float = 60.0,
        limit_s: float = 30.0,
        command: Sequence[str] = (sys.executable, "-m", _MODULE),
    ) -> None:
        self._idle_s = idle_s
        self._limit_s = limit_s
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """The process, None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def warm(self) -> None:
        """Start the process without waiting for it: a page is about to come."""
        with self._lock:
            if self.pid is None:
                self._stop()
                self._start()

    def finish(self, page: RawPage, wish: PageWish | None = None) -> FinishedPage:
        """Find, cut, straighten and turn a page, and make a JPEG of it; see ``pages.work``.

        ``page.dpi`` 0 is "not known", as of a camera. The page itself stays as it is: the caller
        wipes it. Raises ``PageError``.
        """
        wish = wish if wish is not None else PageWish()
        channels = 1 if wish.grey and page.encoding == "jpeg" else page.channels
        if too_large(page.width, page.height, channels) or page.size > MOST_CONTENT:
            raise PageError("page_too_large")
        asked = {
            "do": "finish",
            "encoding": page.encoding,
            "width": page.width,
            "height": page.height,
            "channels": page.channels,
            "dpi": page.dpi,
            "turn": page.turn,
            "grey": wish.grey,
            "crop": wish.crop,
            "straighten": wish.straighten,
            "quality": wish.quality,
        }
        with self._lock, page.pixels as pixels:
            told, jpeg = self._told(asked, pixels)
        try:
            return FinishedPage(
                jpeg=bytes(jpeg), **{key: told[key] for key in told if key != "size"}
            )
        except TypeError:
            raise PageError("page_process") from None

    def reduced(self, jpeg: bytes, longest: int) -> bytes:
        """Return a JPEG with at most ``longest`` pixels on its longer side, for a screen.

        Raises ``PageError``.
        """
        with self._lock:
            _, small = self._told({"do": "reduce", "longest": longest}, jpeg)
        return bytes(small)

    def unfold(self, file: bytes | bytearray, dpi: int, *, grey: bool) -> Generator[RawPage]:
        """Yield the pages of a PDF, TIFF or PNG, each when it is asked for; one is in memory.

        Nothing else can be asked until the last one: whoever finishes the pages meanwhile has
        works of its own. Raises ``PageError``.
        """
        if len(file) > MOST_CONTENT:
            raise PageError("page_too_large")
        with self._lock:
            told, pixels = self._told({"do": "unfold", "dpi": dpi, "grey": grey}, file)
            whole = False
            try:
                while "end" not in told:
                    yield RawPage(
                        pixels, told["width"], told["height"], told["channels"], told["dpi"]
                    )
                    told, pixels = self._heard()
                whole = True
            finally:
                if not whole:
                    # It still holds pages of the file that nobody wants.
                    self._stop()

    def close(self) -> None:
        """End the process; a later page starts another."""
        with self._lock:
            self._stop()

    # ---- inside, under the lock

    def _told(
        self, asked: dict[str, Any], content: bytes | bytearray | memoryview
    ) -> tuple[dict[str, Any], bytearray]:
        """Ask and return the answer; a process that has just gone for being idle is made again."""
        for fresh in (self.pid is None, True):
            if self.pid is None:
                self._stop()
                self._start()
            try:
                send(self._open(), asked, content, self._limit_s)
                return self._heard()
            except (BrokenPipeError, ConnectionResetError, EOFError):
                self._stop()
                if fresh:
                    break
            except TimeoutError:
                self._stop()
                raise PageError("page_slow") from None
        raise PageError("page_process")

    def _heard(self) -> tuple[dict[str, Any], bytearray]:
        try:
            answer = receive(self._open(), self._limit_s)
        except TimeoutError:
            self._stop()
            raise PageError("page_slow") from None
        except GarbledMessage:
            self._stop()
            raise PageError("page_process") from None
        if answer is None:
            raise EOFError
        if (code := answer[0].get("error")) is not None:
            raise PageError(code if code in FAULTS else "page_process")
        return answer

    def _open(self) -> socket.socket:
        if self._end is None:
            raise EOFError
        return self._end

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*self._command, str(theirs.fileno()), str(os.getpid()), str(self._idle_s)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **CHILD_VARIABLES},
            )
        self._end = ours

    def _stop(self) -> None:
        end, self._end = self._end, None
        process, self._process = self._process, None
        if end is not None:
            end.close()
        if process is not None:
            process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_ENDING_S)
