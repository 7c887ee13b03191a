"""How a simulated pad writes frames: from a profile's description, and not by the driver's codec.

Written a second time on purpose, in the plainest way, so that a mistake in the codec does not
agree with itself. Tests hold both against bytes written by hand.
"""

from __future__ import annotations

from devices.pad.parts import (
    Address,
    Checksum,
    Constant,
    Data,
    Field,
    Function,
    Length,
    Part,
    Trailer,
    bytes_of,
)

__all__ = ["Writer"]


class Writer:
    """Writes frames of one form; ``escape`` is byte -> its two bytes."""

    def __init__(self, parts: tuple[Part, ...], escape: dict[int, bytes]) -> None:
        self._parts = parts
        self._escape = escape

    def frame(self, address: int, function: int | None, data: bytes) -> bytes:
        """Return a frame of pad ``address``; spare fields are zeros."""
        texts = {
            "address": self._address(address),
            "function": bytes([function or 0]),
            "data": data,
        }
        out = b""
        for part in self._parts:
            if isinstance(part, Constant | Trailer):
                out += bytes_of(part.bytes)
            elif isinstance(part, Length):
                count = part.plus + sum(len(texts[name]) for name in part.counts)
                texts["length"] = count.to_bytes(part.size, "big")
                out += texts["length"]
            elif isinstance(part, Address):
                out += texts["address"]
            elif isinstance(part, Function):
                out += texts["function"]
            elif isinstance(part, Field):
                out += bytes(part.size)
            elif isinstance(part, Data):
                out += data
            elif isinstance(part, Checksum):
                if part.first is not None:
                    out += _check(part, out[part.first :])
                else:
                    out += _check(part, b"".join(texts[name] for name in part.covers))
        return self._escaped(out)

    def _address(self, address: int) -> bytes:
        for part in self._parts:
            if isinstance(part, Address) and part.format == "decimal":
                return f"{address:0{part.size}d}".encode()
            if isinstance(part, Address) and part.format == "hex":
                return f"{address:0{part.size}X}".encode()
        return bytes([address])

    def _escaped(self, plain: bytes) -> bytes:
        if not self._escape:
            return plain
        head = len(bytes_of(getattr(self._parts[0], "bytes", "")))
        tail = len(bytes_of(getattr(self._parts[-1], "bytes", "")))
        out = plain[:head]
        for byte in plain[head : len(plain) - tail]:
            out += self._escape.get(byte, bytes([byte]))
        return out + plain[len(plain) - tail :]

    def damaged(self, raw: bytes) -> bytes:
        """Return a frame with one bit wrong: in its checksum, where it has one."""
        at = 0
        tail = 0
        for part in reversed(self._parts):
            if isinstance(part, Checksum) and part.kind != "none":
                at = len(raw) - tail - 1
                break
            if isinstance(part, Trailer | Constant):
                tail += len(bytes_of(part.bytes))
        return raw[:at] + bytes([raw[at] ^ 0x01]) + raw[at + 1 :]


def _check(part: Checksum, over: bytes) -> bytes:
    total, value = 0, b""
    match part.kind:
        case "sum8":
            for byte in over:
                total = (total + byte) % 256
            value = bytes([total])
        case "lrc":
            for byte in over:
                total = (total + byte) % 256
            value = bytes([(256 - total) % 256])
        case "xor8":
            for byte in over:
                total ^= byte
            value = bytes([total])
        case "crc16_modbus":
            total = 0xFFFF
            for byte in over:
                total ^= byte
                for _ in range(8):
                    total = total // 2 ^ 0xA001 if total % 2 else total // 2
            value = bytes([total % 256, total // 256])
        case "none":
            pass
    return value.hex().upper().encode() if part.format == "hex" else value
