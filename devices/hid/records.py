"""The kernel's input records (``struct input_event``) out of a stream, as a pure function of bytes.

Layout, in the machine's byte order (include/uapi/linux/input.h)::

    seconds  microseconds  type  code  value
    8        8             2     2     4        24 bytes: a 64-bit program
    4        4             2     2     4        16 bytes: a 32-bit program, on any kernel

A 32-bit program with 64-bit time has 16 bytes too: its seconds are unsigned and last to 2106.

A **packet** is what happened at once: records with one time, up to ``SYN_REPORT``
(Documentation/input/event-codes.rst; the kernel stamps a packet once, drivers/input/evdev.c).
A key down on a USB keypad::

    MSC_SCAN 0007005b, KEY_KP3 1, SYN_REPORT 0

From a device node only whole packets come. A pipe may bring anything: garbage, half a record, a
record in pieces. Bytes are passed over one by one until a packet stands there whole: every record
possible, all with one time. When a reader is too slow the kernel drops records and says
``SYN_DROPPED``; the packet that follows is the rest of one, and is passed over. Either gap stands
as ``LOST`` in its place.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["LOST", "Lost", "Packet", "Record", "RecordReader", "native_longs"]

EV_SYN, EV_KEY, EV_LED = 0x00, 0x01, 0x11
SYN_REPORT, SYN_DROPPED = 0, 3
#: SYN_CONFIG, which nothing sends, and SYN_MT_REPORT, of old touch screens.
_OTHER_SYNS = (1, 2)
#: Type -> the highest code that it has (input-event-codes.h); other types do not exist.
_HIGHEST = {
    EV_SYN: SYN_DROPPED,
    EV_KEY: 0x2FF,
    0x02: 0x0F,  # EV_REL
    0x03: 0x3F,  # EV_ABS
    0x04: 0x07,  # EV_MSC
    0x05: 0x10,  # EV_SW
    EV_LED: 0x0F,
    0x12: 0x07,  # EV_SND
    0x14: 0x01,  # EV_REP
}
#: Type -> the highest value, where there are few: a key is up, down or repeats.
_MOST = {EV_SYN: 1, EV_KEY: 2, EV_LED: 1}
_SECOND_US = 1_000_000
#: A keyboard's largest packet is a release of all its keys and a press of others.
_MOST_RECORDS = 64
_FORMS = {4: struct.Struct("=IIHHi"), 8: struct.Struct("=QQHHi")}

Longs = Literal[4, 8]


def native_longs() -> Longs:
    """Return how many bytes this program's ``long`` has: the size of a record's two times."""
    return 8 if struct.calcsize("@l") == 8 else 4


@dataclass(frozen=True, slots=True)
class Record:
    """One record: ``value`` of ``EV_KEY`` is 1 down, 0 up, 2 still down (auto-repeat)."""

    type: int
    code: int
    value: int

    def to_bytes(self, longs: Longs | None = None) -> bytes:
        """Write it with time zero, as a program writes to a device: the kernel knows the time."""
        return _FORMS[longs or native_longs()].pack(0, 0, self.type, self.code, self.value)


@dataclass(frozen=True, slots=True)
class Packet:
    """What happened at once; ``at_us`` is the kernel's time. ``SYN_REPORT`` is left out.

    One without records says nothing and is none.
    """

    at_us: int
    records: tuple[Record, ...]


class Lost:
    """Something is missing here: what is down must be asked again."""


LOST: Final = Lost()


class RecordReader:
    """Cuts a stream into packets.

    ``bad`` counts the places where it made no sense, ``dropped`` those where the kernel lost some.
    """

    def __init__(self, longs: Longs | None = None) -> None:
        self._form = _FORMS[longs or native_longs()]
        self._rest = b""
        self._amiss = False
        self._behind_a_gap = False
        self.bad = 0
        self.dropped = 0

    @property
    def unfinished(self) -> bool:
        """Whether a packet has begun."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[Packet | Lost]:
        """Return the packets that ``data`` completes."""
        stream = self._rest + data
        found: list[Packet | Lost] = []
        at = 0
        while True:
            packet, size = self._packet(stream, at)
            if packet is not None:
                self._amiss = False
                self._take(packet, found)
            elif size:
                if not self._amiss:
                    found.append(LOST)
                self._pass_over()
            else:
                break
            at += size
        self._rest = stream[at:]
        return found

    def give_up(self) -> None:
        """Forget a packet that does not go on."""
        if self._rest:
            self._pass_over()
            self._rest = b""
            self._amiss = False

    def _pass_over(self) -> None:
        self.bad += not self._amiss
        self._amiss = True

    def _take(self, packet: Packet | Lost, found: list[Packet | Lost]) -> None:
        if isinstance(packet, Lost):
            self._behind_a_gap = True
            self.dropped += 1
            found.append(packet)
        elif self._behind_a_gap:
            self._behind_a_gap = False
        elif packet.records:
            found.append(packet)

    def _packet(self, stream: bytes, at: int) -> tuple[Packet | Lost | None, int]:
        """Return the packet that begins at ``at`` and its size.

        None with 0: more must come first. None with more: none begins there; pass so much over.
        """
        form = self._form
        here, end = at, len(stream) - form.size
        records: list[Record] = []
        time: tuple[int, int] | None = None
        while here <= end:
            seconds, micros, type_, code, value = form.unpack_from(stream, here)
            if time is None:
                time = (seconds, micros)
            if (
                code > _HIGHEST.get(type_, -1)
                or time != (seconds, micros)
                or micros >= _SECOND_US
                or (type_ in _MOST and not 0 <= value <= _MOST[type_])
                or (type_ == EV_SYN and code in _OTHER_SYNS)
            ):
                return None, 1
            if len(records) == _MOST_RECORDS:
                # Possible records without end: passed over whole, or each would be begun at.
                return None, here - at
            here += form.size
            if type_ != EV_SYN:
                records.append(Record(type_, code, value))
            elif code == SYN_REPORT:
                return Packet(seconds * _SECOND_US + micros, tuple(records)), here - at
            elif code == SYN_DROPPED:
                return LOST, here - at
        return None, 0
