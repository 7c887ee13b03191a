"""What every driver is, and what it tells.

A driver is a plain synchronous object. One worker thread owns it and is the only one that calls
it; the driver itself owns no thread and no clock of its own. Several drivers may share one line
(pads on an RS-485 bus): the worker reads the line and hands each driver every byte.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

__all__ = [
    "Driver",
    "HealthState",
    "Input",
    "Kind",
    "Line",
    "Reading",
    "Report",
    "Sentence",
    "Status",
]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence for a person, in Chinese and English."""

    zh: str
    en: str


class HealthState(enum.StrEnum):
    """How a device is. Silence is never ``OK``: a device that cannot answer is ``UNKNOWN``."""

    STARTING = "starting"
    OK = "ok"
    #: Works, but somebody should look soon (paper nearly out).
    WARNING = "warning"
    #: There, but a person must act (paper out, cover open).
    FAULT = "fault"
    #: Not there: unplugged, silent, refused.
    GONE = "gone"
    #: Open, and of a sort that never answers (a strip without ACK, a lamp).
    UNKNOWN = "unknown"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Status:
    """What a device says of itself. ``code`` is stable (``paper_end``), ``say`` is for people."""

    state: HealthState
    code: str
    say: Sentence


#: An ``Input`` that is nothing but typed, and the keys beside figures.
FIGURES = "figures"
ENTER, BACK, ERASE = "\n", "\x1b", "\b"


@dataclass(frozen=True, slots=True)
class Input:
    """Something a person did at a device.

    ``event`` is one of the hall's words: ``call_next``, ``recall``, ``start``, ``finish``,
    ``no_show``, ``park``, ``transfer``, ``pause``, ``rate``, ``reason``, ``help``, ``pressed``,
    ``held`` ...; ``value`` belongs to some of them (a rating's score, the n-th reason of the hall).
    ``typed`` is what the same keys are while a number is typed: figures, ``ENTER``, ``BACK``,
    ``ERASE``; empty for a key that is none of these. Keys that mean nothing else are ``FIGURES``.
    """

    event: str
    value: int | None = None
    typed: str = ""


class Reading:
    """What somebody held to a reader: a card, a code. ``devices.card_reader.reports`` has them.

    They may hold personal data. Whoever does not know one leaves it alone: no log, no journal.
    """

    __slots__ = ()


Report = Input | Status | Reading


class Line(Protocol):
    """An open byte stream: a serial port, a socket, a pty. See ``devices.transport``.

    Every call has a limit in time. All raise ``DeviceUnavailable`` once the other end is gone.
    """

    port: str

    def read_available(self) -> bytes:
        """Return what is there now, perhaps ``b""``; never waits."""

    def read_some(self, timeout_s: float) -> bytes:
        """Wait for at least one byte, at most ``timeout_s``; ``b""`` when none came."""

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        """Hand all of ``data`` to the wire, or raise ``DeviceTimeout``.

        ``DeviceTimeout`` carries nothing of how much went out: the far end may hold a part.
        """

    def fileno(self) -> int | None:
        """Return a descriptor to select on, or None where the port has none."""

    def close(self) -> None:
        """Close; a second call does nothing."""


def _nothing() -> None:
    return None


@dataclass(slots=True)
class Counters:
    """Counted by a driver since it was opened; shown in its health."""

    frames_in: int = 0
    frames_out: int = 0
    bad_frames: int = 0
    retries: int = 0
    extra: dict[str, int] = field(default_factory=dict)


class Driver(ABC):
    """One device. Subclasses add their family's verbs (``print_slip``, ``show``, ``set``).

    The worker calls ``open`` first; then ``feed`` for the bytes that arrive, ``poll`` every
    ``poll_every_s`` seconds and the family's verbs, one at a time; ``close`` at the end.

    What changes is said once. A ``DeviceFault`` that a verb raises is said by that: ``feed`` and
    ``poll`` report its end, or another fault, and not the same one again.
    """

    #: Seconds between two calls of ``poll``; a driver that changes its own wakes its worker then.
    poll_every_s: float = 1.0
    #: A driver without a byte stream (GPIO) has no line.
    needs_line: ClassVar[bool] = True

    def __init__(self, name: str, options: Any, line: Line | None) -> None:
        self.name = name
        self.options = options
        self.counters = Counters()
        #: What the device says it is (maker, model, serial number); "" when it cannot say.
        self.identity = ""
        #: What must stand in ``identity``, or nothing is printed or shown; "" is "whatever".
        self.expected_identity = ""
        #: In a call that may last (a feeder of fifty pages) and sees to its own end: not stuck.
        self.at_work = False
        #: Set by the worker; callable from any thread: "call my poll soon".
        self.wake: Callable[[], None] = _nothing
        self._line = line

    @property
    def line(self) -> Line:
        """The open line; a driver that has none must not ask."""
        if self._line is None:
            raise RuntimeError(f"{self.name} has no line")
        return self._line

    @abstractmethod
    def open(self) -> Status:
        """Greet the device and return what it says of itself. Raises ``DeviceError``."""

    def close(self) -> None:
        """Leave the device in order. The worker closes the line itself."""

    def feed(self, data: bytes) -> list[Report]:
        """Take bytes that arrived unasked; return what they mean. Never raises on garbage."""
        return []

    def poll(self) -> list[Report]:
        """Look after the device (ask its state, refresh). Raises ``DeviceError``."""
        return []

    def interrupt(self) -> None:
        """End a call that lasts, soon; from any thread. The worker is to stop or let go of it."""

    def self_test(self) -> Sentence:
        """Do something that a person sees or hears, and say what they should have noticed."""
        return Sentence("此设备没有自检动作。", "This device has no self-test.")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of device as the registry knows it: dotted paths, imported when first needed.

    ``options`` is a ``msgspec.Struct`` type with the device's settings; ``driver`` a ``Driver``;
    ``simulator`` a ``devices.simulator.Simulator``, the device's side of the wire.
    """

    name: str
    options: str
    driver: str
    simulator: str
    #: Line settings that this kind usually has, e.g. ``{"baud": 9600}``.
    line: Mapping[str, Any] = field(default_factory=dict)
    #: Its line is an input device (evdev): ``hid:...`` or a node of ``/dev/input``, no serial port.
    records: bool = False
    #: ``module:function`` that tells more than ``line``: options -> line settings.
    line_of: str = ""
    #: Options that name a file: option -> ``module:function`` that reads it by that name and
    #: raises ``ValueError`` with every mistake in it, one a line.
    files: Mapping[str, str] = field(default_factory=dict)
    #: The ``devices.led_wall.charset.Charset`` of a display: what it can write.
    charset: str = ""
    #: ``module:function`` that says in words what bytes of a trace mean, one line a frame:
    #: ``(data: bytes, *, answers: bool) -> list[str]``; ``answers``: the device's side.
    explain: str = ""
    #: ``explain`` takes the device's settings too, as ``options``: a mapping or None.
    explain_by_options: bool = False
    #: ``module:name`` of what makes a ``devices.masking.Mask`` for one direction of a line: for
    #: kinds whose bytes are personal data beside ID numbers, which are masked in all traces.
    mask: str = ""
    #: Without a line, and at times busy for long: no other device waits for it.
    own_worker: bool = False

    @property
    def family(self) -> str:
        """What it is for, the first part of its name: ``lamp`` of ``lamp.tower``."""
        return self.name.partition(".")[0]
