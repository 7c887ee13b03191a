"""Asks at one port whether a printer is there. Only where a technician names the port himself.

Sent are ``10 04 01`` (DLE EOT 1, transmit printer status) and, when that was answered,
``1D 49 42``, ``1D 49 43``, ``1D 49 44`` (GS I: maker, model, serial number), each at most once a
speed. Source: Epson's ESC/POS command reference; a printer prints nothing of it, another device
may show or print nonsense. Never tried on hardware.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices.base import Line
from devices.errors import DeviceTimeout
from devices.ports import SCHEMES, resolve
from devices.transport import Baud, LineSettings, open_line

__all__ = ["Answer", "ask"]

_DLE_EOT_1 = b"\x10\x04\x01"
_GS_I = (b"\x1d\x49\x42", b"\x1d\x49\x43", b"\x1d\x49\x44")
#: Printers' usual speeds, the commonest first.
_SPEEDS: tuple[Baud, ...] = (115200, 9600, 19200, 38400)
_ANSWER_S = 0.4


@dataclass(frozen=True, slots=True)
class Answer:
    """A printer is there: what it says it is ("" when it does not say), and at which speed.

    ``baud`` is None where there is none (network, printer class).
    """

    identity: str
    baud: int | None


def ask(port: str, open_line: Callable[[str, LineSettings], Line] = open_line) -> Answer | None:
    """Return the printer at ``port``, None when nothing there answers as one.

    Raises ``DeviceUnavailable`` for a port that is not there or that somebody holds.
    """
    # What it is now tells whether it has a speed.
    place = resolve(port) if port.startswith(SCHEMES) else port
    speeds = _SPEEDS if _has_speed(place) else _SPEEDS[:1]
    for settings in (LineSettings(baud=baud) for baud in speeds):
        line = open_line(place, settings)
        try:
            if _is_printer(_exchange(line, _DLE_EOT_1)):
                said = [_text(_exchange(line, question)) for question in _GS_I]
                identity = " ".join(words for words in said if words)
                return Answer(identity, settings.baud if _has_speed(place) else None)
        finally:
            line.close()
    return None


def _has_speed(place: str) -> bool:
    return "://" not in place and not place.startswith("/dev/usb/")


def _exchange(line: Line, question: bytes) -> bytes:
    try:
        line.write(question, _ANSWER_S)
    except DeviceTimeout:
        return b""
    answer = b""
    while more := line.read_some(_ANSWER_S):
        answer += more
        if len(answer) > 1 and answer.endswith(b"\0"):
            break
        if question == _DLE_EOT_1:
            break
    return answer


def _is_printer(answer: bytes) -> bool:
    """Every real-time status byte is ``0xx1xx10`` in bits."""
    return len(answer) == 1 and answer[0] & 0x93 == 0x12


def _text(answer: bytes) -> str:
    """Read GS I's answer: 5F, the words, 00."""
    if not (answer.startswith(b"_") and answer.endswith(b"\0")):
        return ""
    return answer[1:-1].decode("ascii", "replace").strip()
