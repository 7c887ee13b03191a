"""gpiozero's mock pins, wired by a Unix socket to the simulators of lamps and buttons.

Each line on the socket is one pin's level, both ways: ``{"pin":17,"level":0}``. After each
(re)connection the levels of all output pins are sent, so that a simulator that starts later sees
the lamps as they are. Imported only for pins that the configuration calls ``mock:``.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from typing import Annotated

import msgspec
from gpiozero.pins.mock import MockFactory, MockPin

from devices.errors import DeviceUnavailable
from devices.reasons import reason

__all__ = ["BenchFactory"]

_log = logging.getLogger(__name__)

#: For connecting, for a write, and between two looks at whether to end.
_TIMEOUT_S = 1.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0
_LONGEST_LINE = 256


class PinLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line on the socket."""

    pin: Annotated[int, msgspec.Meta(ge=0, le=27)]
    level: Annotated[int, msgspec.Meta(ge=0, le=1)]


_decoder = msgspec.json.Decoder(PinLevel)
_encoder = msgspec.json.Encoder()


class _WiredPin(MockPin):  # type: ignore[misc]  # gpiozero ships no types
    """A mock pin whose changes go to the bench, and whose level may come from there."""

    @property
    def bcm(self) -> int:
        return int(self._number)

    def output_with_state(self, state: float) -> None:
        # As on the chip: the level is there when the pin becomes an output, without a flash.
        self._change_state(bool(state))
        self._function = "output"
        self.factory.tell(self.bcm, self._state)

    def _set_state(self, value: float) -> None:
        before = self._state
        super()._set_state(value)
        if self._state != before:
            self.factory.tell(self.bcm, self._state)

    def _set_pull(self, value: str) -> None:
        # The resistor is weak: a level that the bench drives wins over it.
        super()._set_pull(value)
        self.factory.drive_again(self)


class BenchFactory(MockFactory):  # type: ignore[misc]  # gpiozero ships no types
    """Mock pins of a Pi 3B on the socket ``path``; one named thread reads it and reconnects."""

    def __init__(self, path: str) -> None:
        super().__init__(revision="a02082", pin_class=_WiredPin)
        self.path = path
        #: Lines that were no pin's level.
        self.bad_lines = 0
        self._driven: dict[int, int] = {}
        self._send_lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._connected = threading.Event()
        self._why = "not connected yet"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gpio-bench", daemon=True)
        self._thread.start()

    def check(self, wait_s: float = 0.0) -> None:
        """Return when connected, at latest after ``wait_s``. Raises ``DeviceUnavailable``."""
        if not self._connected.wait(wait_s):
            raise DeviceUnavailable(f"mock:{self.path}", self._why, "模拟台没有连接")

    def close(self) -> None:
        """End the thread and close all pins; a second call does nothing."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._hang_up("closed")
        self._thread.join(timeout=5)
        super().close()

    def tell(self, pin: int, level: bool) -> None:
        """Send an output's level; without a connection it goes out with the next one."""
        with self._send_lock:
            if self._socket is not None:
                self._send(self._socket, [PinLevel(pin, int(level))])

    def drive_again(self, pin: _WiredPin) -> None:
        """Give an input the level that the bench last said, if it said one."""
        level = self._driven.get(pin.bcm)
        if level is None or pin.function != "input":
            return
        if level:
            pin.drive_high()
        else:
            pin.drive_low()

    def _send(self, wire: socket.socket, levels: list[PinLevel]) -> None:
        try:
            wire.sendall(b"".join(_encoder.encode(level) + b"\n" for level in levels))
        except OSError as error:
            # The reader meets the same end and connects again.
            self._why = reason(error)[0]
            self._connected.clear()
            _shut(wire)

    def _run(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                wire = self._connect()
            except OSError as error:
                self._why = reason(error)[0]
                self._stop.wait(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                continue
            pause_s = _FIRST_PAUSE_S
            why = self._read(wire)
            self._hang_up(why)

    def _connect(self) -> socket.socket:
        wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        wire.settimeout(_TIMEOUT_S)
        try:
            wire.connect(self.path)
        except OSError:
            wire.close()
            raise
        with self._send_lock:
            self._socket = wire
            outputs = [pin for pin in tuple(self.pins.values()) if pin.function == "output"]
            self._connected.set()
            self._send(wire, [PinLevel(pin.bcm, int(pin.state)) for pin in outputs])
        return wire

    def _read(self, wire: socket.socket) -> str:
        """Take lines until the bench hangs up; return why it ended."""
        rest = b""
        while not self._stop.is_set():
            try:
                data = wire.recv(4096)
            except TimeoutError:
                continue
            except OSError as error:
                return str(error)
            if not data:
                return "the bench hung up"
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._take(line)
            if len(rest) > _LONGEST_LINE:
                self.bad_lines += 1
                rest = b""
        return "closed"

    def _take(self, line: bytes) -> None:
        try:
            told = _decoder.decode(line)
        except msgspec.MsgspecError:
            self.bad_lines += 1
            _log.debug("bench pins: not a pin's level: %r", line[:80])
            return
        self._driven[told.pin] = told.level
        # Only pins that a device has opened: asking for another would make it.
        for pin in tuple(self.pins.values()):
            if pin.bcm == told.pin:
                self.drive_again(pin)

    def _hang_up(self, why: str) -> None:
        with self._send_lock:
            wire, self._socket = self._socket, None
            self._why = why
            self._connected.clear()
        if wire is not None:
            _shut(wire)
            wire.close()


def _shut(wire: socket.socket) -> None:
    with contextlib.suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
