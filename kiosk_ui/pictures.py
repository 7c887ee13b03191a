"""Picture files of the hall, ready to be drawn: a process of its own unpacks each, nobody waits.

A 12 megapixel JPEG takes 0.4 s and 50 MB, a hostile one whatever it likes, and a share that hangs
holds up whoever reads it: none of that may happen to a screen. What comes back lies in memory that
is given back as a whole. One process at a time, of low priority.
"""

from __future__ import annotations

import logging
import mmap
import os
import subprocess
import sys
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pygame

from kiosk_ui.ops import Image, Rect
from kiosk_ui.unpack import HEAD

__all__ = ["Pictures"]

log = logging.getLogger(__name__)

#: Bytes of pictures that are kept; two always are, that on show and the next one.
KEPT_BYTES = 12_000_000
_LEAST_KEPT = 2
#: What takes longer is given up: the file lies on a share that hangs.
MOST_S = 60.0
#: One that could not be unpacked is tried again so late.
AGAIN_S = 120.0
_MOST_FAILED = 100
#: More are not waited for: what was ordered first is not on show any more.
_MOST_WANTED = 8


class _Key(NamedTuple):
    path: str
    stamp: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Work:
    key: _Key
    process: subprocess.Popen[str]
    fd: int
    since_s: float


class Pictures:
    """``get`` what is ready; ``turn`` says what has become ready and what never will."""

    def __init__(
        self,
        *,
        kept_bytes: int = KEPT_BYTES,
        command: Sequence[str] = (sys.executable, "-m", "kiosk_ui.unpack"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._command, self._clock = kept_bytes, tuple(command), clock
        self._ready: OrderedDict[_Key, pygame.Surface] = OrderedDict()
        self._wanted: deque[_Key] = deque(maxlen=_MOST_WANTED)
        self._work: _Work | None = None
        #: Which files failed, by path and stamp, and when they may be tried again.
        self._failed: dict[tuple[str, int], float] = {}

    @property
    def busy(self) -> bool:
        """Whether something is being unpacked, or waits for it."""
        return self._work is not None or bool(self._wanted)

    @property
    def kept_bytes(self) -> int:
        """How many bytes of pictures are kept."""
        return sum(one.get_width() * one.get_height() * 4 for one in self._ready.values())

    def close(self) -> None:
        """End what runs and forget everything."""
        self._wanted.clear()
        if self._work is not None:
            self._work.process.kill()
            self._work.process.communicate()
            os.close(self._work.fd)
            self._work = None
        self._ready.clear()

    def get(self, op: Image) -> pygame.Surface | None:
        """Return a picture as large as fits its place; None: it is ordered, or cannot be shown."""
        key = _key(op)
        surface = self._ready.get(key)
        if surface is not None:
            self._ready.move_to_end(key)
        elif not self._is_ordered(key) and self._failed.get(key[:2], 0.0) <= self._clock():
            self._wanted.append(key)
        return surface

    def keep_only(self, sizes: Collection[tuple[int, int]]) -> None:
        """Forget pictures that were made for places of other sizes: another page had them."""
        if sizes:
            for key in [key for key in self._ready if key[2:] not in sizes]:
                del self._ready[key]

    def turn(self) -> tuple[list[Image], list[Image]]:
        """Go on; return the operations that can be drawn now, and those that cannot be.

        Only path, stamp, width and height of them are right.
        """
        ready, failed = list[Image](), list[Image]()
        work = self._work
        if work is not None and self._is_over(work):
            surface = self._end(work)
            (ready if surface is not None else failed).append(_op(work.key))
            if surface is not None:
                self._keep(work.key, surface)
        if self._work is None and self._wanted:
            self._begin(self._wanted.popleft())
        return ready, failed

    def _is_ordered(self, key: _Key) -> bool:
        return key in self._wanted or (self._work is not None and self._work.key == key)

    # ---- one process

    def _begin(self, key: _Key) -> None:
        fd = os.memfd_create("picture")
        path, _, width, height = key
        command = [*self._command, path, str(width), str(height), str(fd)]
        process = subprocess.Popen(
            command, pass_fds=(fd,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._work = _Work(key, process, fd, self._clock())

    def _is_over(self, work: _Work) -> bool:
        if work.process.poll() is not None:
            return True
        if self._clock() - work.since_s > MOST_S:
            # One that waits for a disk dies when that answers; until then there is no other.
            work.process.kill()
        return False

    def _end(self, work: _Work) -> pygame.Surface | None:
        """Take what a process has made; None, and a line in the log, if nothing."""
        self._work = None
        _, said = work.process.communicate()
        try:
            if work.process.returncode == 0:
                return _surface(work.fd)
        finally:
            os.close(work.fd)
        self._fail(work, said.strip().rpartition("\n")[2])
        return None

    def _fail(self, work: _Work, why: str) -> None:
        mark, now_s = (work.key.path, work.key.stamp), self._clock()
        self._failed = {one: at_s for one, at_s in self._failed.items() if at_s > now_s - AGAIN_S}
        if mark not in self._failed and len(self._failed) < _MOST_FAILED:
            reason = why or f"its process ended with {work.process.returncode}"
            log.warning("%s cannot be shown: %s", Path(mark[0]).name, reason)
        self._failed[mark] = now_s + AGAIN_S

    def _keep(self, key: _Key, surface: pygame.Surface) -> None:
        self._ready[key] = surface
        while self.kept_bytes > self._most and len(self._ready) > _LEAST_KEPT:
            self._ready.popitem(last=False)


def _key(op: Image) -> _Key:
    return _Key(op.path, op.stamp, op.rect.w, op.rect.h)


def _op(key: _Key) -> Image:
    return Image(Rect(0, 0, key.width, key.height), key.path, key.stamp)


def _surface(fd: int) -> pygame.Surface:
    """Return what lies in a file in memory, where it lies; it goes with the surface."""
    memory = mmap.mmap(fd, 0, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    width, height = HEAD.unpack_from(memory)
    pixels = memoryview(memory)[HEAD.size :]
    surface = pygame.image.frombuffer(pixels, (width, height), "BGRA")
    # Nothing of it is transparent: copied, not blended.
    surface.set_alpha(None)
    return surface
