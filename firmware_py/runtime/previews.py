"""Live previews of document cameras, for whoever asked: from the worker to a screen, kept nowhere.

All who watch a window share one preview of its scanner, which goes on while anybody does. A reader
that is slow misses frames and holds up nobody. Frames go to those that asked for them, and are
never among the notifications of ``subscribe``.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from devices.scanner.base import PreviewFrame, Scanner
from firmware_py.app.wire import encode
from firmware_py.runtime.control import Stream, Subscriber
from firmware_py.runtime.device_events import Result, describe
from firmware_py.runtime.params_documents import WithScanner
from firmware_py.runtime.scans import scanner_at

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["Previews"]

#: Between two frames, on the average: a camera's own clock is never quite ours.
_EVERY_S, _EARLY_S = 1 / 15, 1 / 30
#: A reader with so much before it gets no frame: about two of them.
UNSENT = 262_144


@dataclass(slots=True, eq=False)
class _Watcher:
    """Who watches a window; ``frame`` counts what it got, ``dropped`` what it missed."""

    window: str
    subscriber: Subscriber
    due_s: float = 0.0
    frame: int = 0
    dropped: int = 0


class Previews:
    """Lives in the event loop. ``clock`` is any steady clock."""

    def __init__(self, hall: Hall, clock: Callable[[], float] = time.monotonic) -> None:
        self._hall = hall
        self._clock = clock
        self._watchers: dict[str, list[_Watcher]] = {}

    def streams(self) -> dict[str, Stream]:
        """Return the methods."""
        return {"scanner.preview": self.preview}

    def preview(
        self, params: dict[str, Any], subscriber: Subscriber
    ) -> tuple[Any, Callable[[], None]]:
        """Send what a window's scanner sees, as notifications ``scanner.frame``, at most 15/s.

        One that cannot is told by ``scanner.preview_failed``; it may become better by itself.
        """
        window = msgspec.convert(params, WithScanner).window
        device = scanner_at(self._hall, window)
        watcher = _Watcher(window, subscriber)
        watchers = self._watchers.setdefault(device, [])
        watchers.append(watcher)
        if len(watchers) == 1:
            self._switch(device, on=True)

        def leave() -> None:
            watchers.remove(watcher)
            if not watchers:
                self._switch(device, on=False)

        return {"window": window, "device": device}, leave

    def opened(self, device: str) -> None:
        """A scanner that was opened again knows nothing of who watches."""
        if self._watchers.get(device):
            self._switch(device, on=True)

    def frame(self, device: str, frame: PreviewFrame) -> None:
        """Pass a frame on to all who watch and can take it."""
        now_s = self._clock()
        picture = ""
        for watcher in self._watchers.get(device, ()):
            if now_s < watcher.due_s - _EARLY_S or watcher.subscriber.unsent() > UNSENT:
                watcher.dropped += 1
                continue
            picture = picture or base64.b64encode(frame.jpeg).decode()
            watcher.due_s = max(watcher.due_s, now_s - _EARLY_S) + _EVERY_S
            watcher.frame += 1
            told = {
                "window": watcher.window,
                "frame": watcher.frame,
                "dropped": watcher.dropped,
                "width": frame.width,
                "height": frame.height,
                "jpeg": picture,
            }
            _send(watcher, "scanner.frame", told)

    def _switch(self, device: str, *, on: bool) -> None:
        def done(result: Result) -> None:
            if on and result.error is not None:
                self._failed(device, result)

        def switch(scanner: Scanner) -> None:
            scanner.preview(on)

        # Of several that wait only the last counts.
        self._hall.post(device, switch, key="preview", done=done)

    def _failed(self, device: str, result: Result) -> None:
        if result.error is None:
            return
        status = describe(result.error)
        say = {"zh": status.say.zh, "en": status.say.en}
        for watcher in self._watchers.get(device, ()):
            told = {"window": watcher.window, "code": status.code, **say}
            _send(watcher, "scanner.preview_failed", told)


def _send(watcher: _Watcher, method: str, params: dict[str, Any]) -> None:
    line = encode({"jsonrpc": "2.0", "method": method, "params": params})
    watcher.subscriber.send(line + b"\n")
