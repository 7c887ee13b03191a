"""A line and a clock for pads, both in the test's hands."""

from __future__ import annotations

from collections.abc import Iterable

from devices.base import FIGURES, Input
from devices.errors import DeviceUnavailable
from devices.pad.driver import ProfilePad
from devices.pad.options import Ff68Options


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class RecordingLine:
    """Keeps what was written; ``broken`` refuses."""

    port = "recording"

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.broken = False

    def read_available(self) -> bytes:
        return b""

    def read_some(self, timeout_s: float) -> bytes:
        return b""

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        if self.broken:
            raise DeviceUnavailable(self.port, "unplugged")
        self.written.append(data)

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        return None


def opened(options: Ff68Options, line: RecordingLine, clock: Clock) -> ProfilePad:
    pad = ProfilePad("pad-1", options, line, clock=clock)
    pad.open()
    return pad


def meant(reports: Iterable[object]) -> list[Input]:
    """Return what keys mean; what they type besides is of ``test_typing``."""
    found = [one for one in reports if isinstance(one, Input) and one.event != FIGURES]
    return [Input(one.event, one.value) for one in found]


def hexed(text: str) -> bytes:
    return bytes.fromhex(text)
