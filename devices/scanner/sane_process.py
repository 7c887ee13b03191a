"""The process in which SANE's library runs: ``python -m devices.scanner.sane_process``.

A backend may hang, crash or leak; it does so here, and the driver ends this process. It takes
orders and gives answers on descriptor 0 (``devices.scanner.sane_wire``) and ends when that is
closed. No page is kept or written to a disk: rows go out as they come. Its memory is in no core
dump.

``sane_cancel`` may be called during another call. It is first tried between two reads, which every
backend expects; one that is inside a call is interrupted after ``_GRACE_S``.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from devices.memory import never_dumped
from devices.scanner.sane_library import (
    Frame,
    Handle,
    Option,
    OptionValue,
    Sane,
    SaneError,
    State,
    Type,
    Unit,
)
from devices.scanner.sane_rows import Rows, UnknownPixels
from devices.scanner.sane_wire import ORDERS, Frames, WireError, encode, obj
from devices.scanner.sane_wishes import mode_for, nearest, source_for

__all__ = ["main"]

_GRACE_S = 0.3
_WARM_UP_S = 60.0
#: A feeder turns its last sheet out in less.
_LET_GO_S = 15.0
_MM_AN_INCH = 25.4
_PLANES = {Frame.RED: 0, Frame.GREEN: 1, Frame.BLUE: 2}


class _Cancelled(Exception):
    """The driver does not want the rest."""


class _Process:
    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._orders: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        self._cancel = threading.Event()
        self._scanning = threading.Event()
        self._sane: Sane | None = None
        self._handle: Handle | None = None

    def run(self) -> None:
        """Obey orders, one after the other, until the driver is gone."""
        threading.Thread(target=self._listen, name="orders", daemon=True).start()
        while True:
            letter, order = self._orders.get()
            if letter == "Q":
                if self._handle is not None:
                    self._handle.close()
                if self._sane is not None:
                    self._sane.plain("sane_exit")
                return
            with self._failures_said():
                self._obey(letter, order)

    @contextlib.contextmanager
    def _failures_said(self) -> Iterator[None]:
        try:
            yield
        except SaneError as error:
            self._say("!", {"status": error.state, "what": error.what})
        except _Cancelled:
            self._say("!", {"status": int(State.CANCELLED), "what": "cancel"})
        except UnknownPixels as error:
            self._say("!", {"status": int(State.UNSUPPORTED), "what": str(error)})

    def _say(self, letter: str, body: bytes | dict[str, Any] = b"") -> None:
        self._channel.sendall(encode(letter, body))

    # ---- the thread that listens

    def _listen(self) -> None:
        frames = Frames(ORDERS)
        try:
            while data := self._channel.recv(65536):
                for letter, body in frames.feed(data):
                    if letter == "X":
                        self._interrupt()
                    else:
                        if letter == "S":
                            # A cancel that comes before its turn is meant for it.
                            self._cancel.clear()
                        self._orders.put((letter, obj(body)))
        except (OSError, WireError):
            pass
        # Whatever a backend does at this moment: nobody waits for it any more.
        os._exit(0)

    def _interrupt(self) -> None:
        self._cancel.set()
        deadline = time.monotonic() + _GRACE_S
        while self._scanning.is_set() and time.monotonic() < deadline:
            time.sleep(0.01)
        handle = self._handle
        if self._scanning.is_set() and handle is not None:
            handle.cancel()

    # ---- orders

    def _obey(self, letter: str, order: dict[str, Any]) -> None:
        if self._sane is None:
            try:
                self._sane = Sane()
            except OSError:
                raise SaneError("libsane.so.1", State.UNSUPPORTED) from None
        if letter == "L":
            found = self._sane.devices(local=bool(order["local"]))
            self._say("l", {"devices": found})
        elif letter == "O":
            self._handle = self._sane.open(order["device"])
            self._say("o", _abilities(self._handle))
        elif self._handle is None:
            raise SaneError("scan", State.INVAL)
        else:
            self._scanning.set()
            try:
                dpi = _prepare(self._handle, order)
                # What came of it is said before the scanner is let go of: whoever waits has it,
                # even if a backend hangs in there.
                try:
                    with self._failures_said():
                        self._scan(self._handle, dpi, order)
                        self._say("f")
                finally:
                    _let_go(self._handle)
            finally:
                self._scanning.clear()

    def _scan(self, handle: Handle, dpi: int, order: dict[str, Any]) -> None:
        most = 1 if order["source"] == "flatbed" else order["pages"]
        for page in range(most):
            try:
                self._page(handle, dpi)
            except SaneError as error:
                if error.state == State.NO_DOCS and error.what == "sane_start" and page:
                    return
                if self._cancel.is_set():
                    raise _Cancelled from None
                raise

    def _page(self, handle: Handle, dpi: int) -> None:
        begun = False
        while True:
            self._start(handle)
            about = handle.parameters()
            if about.frame not in set(Frame):
                raise UnknownPixels(f"frames of sort {about.frame}")
            plane = _PLANES.get(Frame(about.frame))
            channels = 3 if about.frame == Frame.RGB else 1
            rows = Rows(about.pixels_per_line, channels, about.depth, about.bytes_per_line)
            if not begun:
                begun = True
                self._say(
                    "p",
                    {
                        "width": about.pixels_per_line,
                        "height": about.lines,
                        "channels": channels if plane is None else 3,
                        "dpi": dpi,
                    },
                )
            if plane is not None:
                self._say("c", {"plane": plane})
            while data := handle.read():
                if whole := rows.feed(data):
                    self._say("r", whole)
                self._must_go_on()
            self._must_go_on()
            if plane is None or about.last_frame:
                self._say("e")
                return

    def _start(self, handle: Handle) -> None:
        deadline = time.monotonic() + _WARM_UP_S
        while True:
            self._must_go_on()
            try:
                handle.start()
            except SaneError as error:
                if error.state != State.WARMING_UP or time.monotonic() > deadline:
                    raise
                self._cancel.wait(1.0)
            else:
                return

    def _must_go_on(self) -> None:
        if self._cancel.is_set():
            raise _Cancelled


def _let_go(handle: Handle) -> None:
    """End a scan, also one that went well: the feeder lets go of its paper.

    A backend that hangs in it takes this process with it, as SANE's ``test`` does now and then,
    whose reading thread may be ended while it holds malloc's lock.
    """
    overdue = threading.Timer(_LET_GO_S, os._exit, (1,))
    overdue.daemon = True
    overdue.start()
    handle.cancel()
    overdue.cancel()


# ---- options


def _names(options: dict[str, Option], name: str) -> list[str]:
    found = options.get(name)
    if found is None or not isinstance(found.constraint, list):
        return []
    return [value for value in found.constraint if isinstance(value, str)]


def _abilities(handle: Handle) -> dict[str, Any]:
    options = handle.options()
    resolution = options.get("resolution") or options.get("x-resolution")
    limits = resolution.constraint if resolution is not None else None
    return {
        "sources": _names(options, "source"),
        "modes": _names(options, "mode"),
        "dpi": list(limits)[:64] if limits is not None else [],
        "range": isinstance(limits, tuple),
    }


def _prepare(handle: Handle, order: dict[str, Any]) -> int:
    """Set the options for a scan; return its resolution. Raises ``SaneError``."""
    _choose_source(handle, str(order["source"]))
    options = handle.options()
    if "mode" in options:
        mode = mode_for(_names(options, "mode"), str(order["mode"]))
        if mode is None:
            raise SaneError("mode", State.UNSUPPORTED)
        _set(handle, "mode", mode)
    depth = handle.options().get("depth")
    if depth is not None and isinstance(depth.constraint, list) and 8.0 in depth.constraint:
        _set(handle, "depth", 8)
    dpi = _choose_resolution(handle, int(order["dpi"]))
    for name, value in dict(order["set"]).items():
        if not _set(handle, name, value):
            raise SaneError(name, State.INVAL)
    # Last: what may be scanned depends on all of them.
    width_mm, height_mm = order["area_mm"]
    for name, wanted_mm in (("tl-x", 0), ("tl-y", 0), ("br-x", width_mm), ("br-y", height_mm)):
        _set_edge(handle, name, wanted_mm, dpi, given=name in order["set"])
    return dpi


def _choose_source(handle: Handle, wanted: str) -> None:
    names = _names(handle.options(), "source")
    if not names:
        if wanted != "flatbed":
            raise SaneError("source", State.UNSUPPORTED)
        return
    found = source_for(names, wanted)
    if found is not None:
        _set(handle, "source", found)
        return
    # Epson's feeders have one source, and a switch for the second side.
    one_side = source_for(names, "feeder")
    switch = handle.options().get("adf-mode")
    if wanted != "duplex" or one_side is None or switch is None:
        raise SaneError("source", State.UNSUPPORTED)
    _set(handle, "source", one_side)
    if not _set(handle, "adf-mode", "Duplex"):
        raise SaneError("source", State.UNSUPPORTED)


def _choose_resolution(handle: Handle, wanted: int) -> int:
    resolution = wanted
    for name in ("resolution", "x-resolution", "y-resolution"):
        option = handle.options().get(name)
        if option is None:
            continue
        value: float = wanted
        if isinstance(option.constraint, tuple):
            low, high, _ = option.constraint
            value = min(max(value, low), high)
        elif isinstance(option.constraint, list):
            numbers = [one for one in option.constraint if not isinstance(one, str)]
            value = nearest(numbers, wanted) if numbers else value
        if _set(handle, name, value):
            resolution = round(float(handle.get(handle.options()[name])))
    return resolution


def _set(handle: Handle, name: str, value: OptionValue) -> bool:
    option = handle.options().get(name)
    if option is None or not option.active or not option.settable:
        return False
    handle.set(option, value)
    return True


def _set_edge(handle: Handle, name: str, wanted_mm: float, dpi: int, *, given: bool) -> None:
    option = handle.options().get(name)
    if option is None or given or option.type not in {Type.FIXED, Type.INT}:
        return
    value = wanted_mm if option.unit == Unit.MM else wanted_mm / _MM_AN_INCH * dpi
    if isinstance(option.constraint, tuple):
        value = min(max(value, option.constraint[0]), option.constraint[1])
    _set(handle, name, value)


def main() -> None:
    """Run on descriptor 0."""
    never_dumped()
    channel = socket.socket(fileno=os.dup(0))
    # Backends that read from a terminal find none.
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    _Process(channel).run()


if __name__ == "__main__":
    main()
