"""The checksums that pads use, as functions of the covered bytes.

Sources: FF68's document (``sum8``); Modbus over serial line 1.02, 2.5.1.2 (CRC) and 2.5.2.2 (LRC).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType

__all__ = ["CHECKS", "crc16_modbus", "lrc", "sum8", "xor8"]


def sum8(data: bytes) -> bytes:
    """Return the sum's last byte."""
    return bytes((sum(data) & 0xFF,))


def xor8(data: bytes) -> bytes:
    """Return all bytes by exclusive or."""
    return bytes((functools.reduce(operator.xor, data, 0),))


def lrc(data: bytes) -> bytes:
    """Return the byte that makes the sum 0."""
    return bytes((-sum(data) & 0xFF,))


def _table() -> tuple[int, ...]:
    values = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
        values.append(value)
    return tuple(values)


_CRC = _table()


def crc16_modbus(data: bytes) -> bytes:
    """Return Modbus' CRC-16, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


def _nothing(_: bytes) -> bytes:
    return b""


#: Kind -> how many bytes it has, and how they are made.
CHECKS: Mapping[str, tuple[int, Callable[[bytes], bytes]]] = MappingProxyType(
    {
        "sum8": (1, sum8),
        "xor8": (1, xor8),
        "lrc": (1, lrc),
        "crc16_modbus": (2, crc16_modbus),
        "none": (0, _nothing),
    }
)
