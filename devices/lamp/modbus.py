"""Modbus RTU for relay boards: how coils are written and read, as pure functions.

Source: MODBUS Application Protocol V1.1b3 and MODBUS over Serial Line V1.02; vectors of relay
boards' manuals; never tried on hardware. A frame is a unit's number, a function, data, and a
CRC-16 with its low byte first::

    01 05 0000 FF00  8C3A    switch coil 0 on (0000 off); the answer repeats it
    01 0F 0000 0002 01 03 9E96    switch coils 0 and 1 on; answer 01 0F 0000 0002 D40A
    01 01 0000 0008  3DCC    read 8 coils; answer 01 01 01 05 918B: the first is the lowest bit
    01 85 02         C351    refused: function 05 with the highest bit, then why

pymodbus writes and reads what stands in a frame, and its checksum. Finding frames is ours: its
framer gives up all that it has received at the first wrong checksum, and whatever follows a good
frame. An answer has no mark at its beginning; what is taken for one is of a unit, a function and a
length that can be, with a checksum that is right.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadCoilsResponse,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)

from devices.framing import BAD, NEED_MORE, NOISE, Frame, Splitter, Verdict

__all__ = [
    "LONGEST",
    "OFF",
    "ON",
    "READ",
    "WRITE",
    "WRITE_RUN",
    "Answer",
    "CoilsRead",
    "CoilsWritten",
    "Refused",
    "Written",
    "answers",
    "encode_flash",
    "encode_read",
    "encode_write",
    "encode_write_run",
    "explain",
]

#: Bytes: the standard's longest.
LONGEST = 256
READ, WRITE, WRITE_RUN = 0x01, 0x05, 0x0F
#: What function 05 writes.
ON, OFF = 0xFF00, 0x0000
#: Vendors' boards (Waveshare's, for one): on for so many tenths of a second, then off by itself.
_FLASH_ON = 0x0200
_REFUSED = 0x80
_HIGHEST_UNIT = 247


@dataclass(frozen=True, slots=True)
class CoilsRead:
    """How coils are: ``bits`` from the first asked for, filled up to whole bytes."""

    unit: int
    bits: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """Function 05 was obeyed: ``coil`` and ``value`` as they were sent."""

    unit: int
    coil: int
    value: int


@dataclass(frozen=True, slots=True)
class CoilsWritten:
    """Function 0F was obeyed for ``count`` coils from ``first``."""

    unit: int
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Refused:
    """An exception: ``function`` without its highest bit, ``code`` 1 to 11."""

    unit: int
    function: int
    code: int


Answer = CoilsRead | Written | CoilsWritten | Refused


def _frame(unit: int, function: int, data: bytes) -> bytes:
    body = bytes((unit, function)) + data
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


def _request(unit: int, pdu: ModbusPDU) -> bytes:
    return _frame(unit, pdu.function_code, pdu.encode())


def encode_write(unit: int, coil: int, *, on: bool) -> bytes:
    """Return the frame that switches one coil (05). Raises ``ValueError``."""
    return _request(unit, WriteSingleCoilRequest(address=coil, bits=[on]))


def encode_write_run(unit: int, first: int, on: Sequence[bool]) -> bytes:
    """Return the frame that switches coils side by side (0F). Raises ``ValueError``."""
    return _request(unit, WriteMultipleCoilsRequest(address=first, bits=on))


def encode_read(unit: int, first: int, count: int) -> bytes:
    """Return the frame that asks how coils are (01). Raises ``ValueError``."""
    return _request(unit, ReadCoilsRequest(address=first, count=count))


def encode_flash(unit: int, relay: int, tenths: int) -> bytes:
    """Return the frame that switches a relay on for a while; a vendor's, see ``_FLASH_ON``."""
    data = (_FLASH_ON + relay).to_bytes(2, "big") + tenths.to_bytes(2, "big")
    return _frame(unit, WRITE, data)


def _whole(buffer: bytes, length: int) -> bool:
    """Say whether the first ``length`` bytes end with their checksum."""
    crc = int.from_bytes(buffer[length - 2 : length], "big")
    return FramerRTU.check_CRC(buffer[: length - 2], crc)


def _match_answer(buffer: bytes, longest: int = LONGEST) -> Frame[Answer] | Verdict:
    unit = buffer[0]
    if not 1 <= unit <= _HIGHEST_UNIT:
        return NOISE
    if len(buffer) < 3:
        return NEED_MORE
    function = buffer[1]
    if function == READ:
        length = 5 + buffer[2]
        if not 5 < length <= longest:
            return NOISE
    elif function in {WRITE, WRITE_RUN}:
        length = 8
    elif function in {_REFUSED | READ, _REFUSED | WRITE, _REFUSED | WRITE_RUN}:
        length = 5
    else:
        return NOISE
    if len(buffer) < length:
        return NEED_MORE
    if not _whole(buffer, length):
        return BAD
    return Frame(length, _meaning(unit, function, buffer[2 : length - 2]))


def _meaning(unit: int, function: int, data: bytes) -> Answer:
    if function & _REFUSED:
        return Refused(unit, function & ~_REFUSED, data[0])
    if function == READ:
        pdu = ReadCoilsResponse()
        pdu.decode(data)
        return CoilsRead(unit, tuple(pdu.bits))
    # pymodbus keeps of a written value only that it is not zero.
    first, second = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
    return (Written if function == WRITE else CoilsWritten)(unit, first, second)


def answers(most_coils: int = 2000) -> Splitter[Answer]:
    """Return what finds boards' answers in a stream, whatever the chunking and the noise.

    Nobody is asked for more than ``most_coils``: what would hold more is noise, which else keeps
    the good answer behind it waiting for bytes that never come (``flush`` finds it then).
    """
    longest = 5 + (most_coils + 7) // 8
    return Splitter(functools.partial(_match_answer, longest=longest), limit=LONGEST)


def _match_request(buffer: bytes) -> Frame[str] | Verdict:
    unit = buffer[0]
    if unit > _HIGHEST_UNIT:
        return NOISE
    if len(buffer) < 2:
        return NEED_MORE
    function, length = buffer[1], 8
    if function == WRITE_RUN:
        if len(buffer) < 7:
            return NEED_MORE
        length = 9 + buffer[6]
    elif function not in {READ, WRITE}:
        return NOISE
    if not length <= LONGEST or len(buffer) < length:
        return NEED_MORE if length <= LONGEST else NOISE
    if not _whole(buffer, length):
        return BAD
    return Frame(length, _request_words(unit, function, buffer[2 : length - 2]))


def _request_words(unit: int, function: int, data: bytes) -> str:
    first, second = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
    if function == READ:
        return f"unit {unit}: read {second} coils from {first}"
    if function == WRITE_RUN:
        return f"unit {unit}: write {second} coils from {first}: {_bits(data[5:], second)}"
    return f"unit {unit}: {_written(first, second)}"


def _written(coil: int, value: int) -> str:
    if value in {ON, OFF}:
        return f"coil {coil} {'on' if value else 'off'}"
    if coil >= _FLASH_ON:
        return f"relay {coil - _FLASH_ON} on for {value / 10:g} s"
    return f"coil {coil} value {value:04X}"


def _bits(packed: bytes, count: int) -> str:
    return "".join(str(packed[n // 8] >> n % 8 & 1) for n in range(min(count, 8 * len(packed))))


def _answer_words(answer: Answer) -> str:
    return f"unit {answer.unit}: {_said(answer)}"


def _said(answer: Answer) -> str:
    match answer:
        case CoilsRead(bits=bits):
            return "coils " + "".join(str(int(bit)) for bit in bits)
        case Written(coil=coil, value=value):
            return _written(coil, value)
        case CoilsWritten(first=first, count=count):
            return f"{count} coils from {first} written"
        case Refused(function=function, code=code):
            return f"function {function:02X} refused, code {code}"


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the frames in a trace say, one line each."""
    if answers:
        found = Splitter(_match_answer, limit=LONGEST)
        return [_answer_words(answer) for answer in (*found.feed(data), *found.flush())]
    asked = Splitter(_match_request, limit=LONGEST)
    return [*asked.feed(data), *asked.flush()]
