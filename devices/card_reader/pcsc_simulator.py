"""Plays pcscd, a reader and the card on it, for the libpcsclite of the system.

Source: winscard_msg.h of pcsc-lite 1.9.9 (protocol 4:4); a record of what Debian's libpcsclite and
pcscd say to each other agrees. Numbers are of 32 bits in this machine's order. A request is its
length and command, then a structure with room for the answer; the answer is that structure alone,
filled in::

    18 00 00 00  04 00 00 00   hContext szReader[128] dwShareMode dwPreferredProtocols
    length       SCARD_CONNECT hCard dwActiveProtocol rv

One program at a time; what is held against the real pcscd is the driver, not this.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from devices.simulator import Simulator, UnknownKey

__all__ = ["READER", "PcscSimulator"]

READER = "Example Contactless Reader [PICC] (000001) 00 00"
_SECOND = "Example Contactless Reader [SAM] (000001) 01 00"
_HEAD = struct.Struct("=II")
_NAME = 128
#: Name, count of changes, state, who shares it, ATR and its length, protocol; sixteen places.
_READER = struct.Struct("=128sIIi33s3xII")
_PLACES = 16
_CONNECT = struct.Struct("=I128sIIiII")
_TRANSMIT = struct.Struct("=iIIIIIII")
_LONGEST = 4096

_CONTEXT, _CARD = 0x0BE7C4, 0x0CA4D
_T1 = 2
_ABSENT, _PRESENT, _POWERED, _NEGOTIABLE = 0x02, 0x04, 0x10, 0x20
_EXCLUSIVE = -1
_ATR = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
_GET_UID = bytes.fromhex("FFCA000000")
_NO_SUCH = b"\x6a\x81"

#: UIDs of cards that nobody has.
_CARDS = MappingProxyType(
    {
        "card": "04A1B2C3D4E580",
        "card_2": "04A1B2C3D4E680",
        "short": "3A5B7C9D",
        "long": "04A1B2C3D4E5F6A7B8C9",
        "phone": "08F1A2B3",
        "copied": "1FA2B3C4",
    }
)


class PcscSimulator(Simulator):
    """One reader at one socket.

    Keys: ``card`` and ``card-2`` (7 bytes), ``short`` (4), ``long`` (10), ``phone`` (another number
    each time), ``copied`` (a number that others have); ``lift``.

    Faults: ``no-uid`` (the card tells none), ``mute`` (it does not answer), ``trembles`` (it is
    reset during each question), ``in-use`` (another program keeps the card), ``no-reader`` (it is
    unplugged from the machine), ``two-readers``, ``stranger`` (pcscd lets nobody in).
    """

    faults: ClassVar[tuple[str, ...]] = (
        "no-uid", "mute", "trembles", "in-use", "no-reader", "two-readers", "stranger",
    )  # fmt: skip

    def __init__(self, name: str, options: Any) -> None:
        super().__init__(name, options)
        self._bytes = b""
        self._uid = b""
        self._changes = 0
        self._counts = dict.fromkeys(("laid", "looks", "asked"), 0)

    def press(self, key: str, value: int | None = None) -> None:
        """Lay a card, at once in the place of one that lies there, or lift it.

        Raises ``UnknownKey``.
        """
        name = key.replace("-", "_")
        if value is not None or (name != "lift" and name not in _CARDS):
            raise UnknownKey(f"lift, {', '.join(_CARDS)}".replace("_", "-"))
        if self._uid:
            self._changes += 1
        self._uid = bytes.fromhex(_CARDS.get(name, ""))
        if self._uid:
            self._changes += 1
            self._counts["laid"] += 1
        if name == "phone":
            self._uid = b"\x08" + self._counts["laid"].to_bytes(3, "big")

    def seen(self) -> Mapping[str, Any]:
        """How long the number of the card is that lies there, and what was asked."""
        return {"uid_bytes": len(self._uid), **self._counts}

    def plugged(self) -> None:
        """Another program has connected."""
        self._bytes = b""

    # ---- what libpcsclite says

    def feed(self, data: bytes) -> None:
        """Answer each request that ``data`` completes."""
        self._bytes += data
        while len(self._bytes) >= _HEAD.size:
            length, command = _HEAD.unpack_from(self._bytes)
            if length > _LONGEST:
                self._bytes = b""
                return
            end = _HEAD.size + length
            body = self._bytes[_HEAD.size : end]
            if command == _SCARD_TRANSMIT and length == _TRANSMIT.size:
                # Its data follows, uncounted by the head.
                end += _TRANSMIT.unpack(body.ljust(length, b"\0"))[3]
            if len(self._bytes) < end:
                return
            sent, self._bytes = self._bytes[_HEAD.size + length : end], self._bytes[end:]
            self._answer(command, body, sent)

    def _answer(self, command: int, body: bytes, sent: bytes) -> None:
        match command, len(body):
            case (0x11, 12) | (0x01, 12) | (0x02, 8) | (0x06, 12):
                self.send(self._simple(command, body))
            case (0x12 | 0x13, 0):
                self._counts["looks"] += command == 0x12
                self.send(b"".join(self._readers()))
            case (0x14, 0):
                # Of a program that waits for changes and has had enough: time-out, result.
                self.send(bytes(8))
            case (0x04, _CONNECT.size):
                self.send(self._connected(body))
            case (0x09, _TRANSMIT.size):
                self.send(self._transmitted(body, sent))

    def _simple(self, command: int, body: bytes) -> bytes:
        """Version, a context's beginning and end, a card's end: nothing to tell but the result."""
        if command == _ESTABLISH:
            refused = "stranger" in self.active_faults
            return body[:4] + struct.pack("=II", _CONTEXT, _STRANGER if refused else 0)
        return body[:-4] + bytes(4)

    def _readers(self) -> list[bytes]:
        names = [READER, _SECOND] if "two-readers" in self.active_faults else [READER]
        if "no-reader" in self.active_faults:
            names = []
        told = [self._reader(name, there=bool(self._uid) and name is READER) for name in names]
        return told + [bytes(_READER.size)] * (_PLACES - len(told))

    def _reader(self, name: str, *, there: bool) -> bytes:
        mute = "mute" in self.active_faults
        state = _PRESENT | (0 if mute else _POWERED | _NEGOTIABLE) if there else _ABSENT
        shared = _EXCLUSIVE if there and "in-use" in self.active_faults else 0
        atr = _ATR if there and not mute else b""
        changes = self._changes if name is READER else 0
        return _READER.pack(name.encode(), changes, state, shared, atr, len(atr), 0)

    def _connected(self, body: bytes) -> bytes:
        context, name, share, protocols, _, _, _ = _CONNECT.unpack(body)
        known = name.rstrip(b"\0").decode(errors="replace") == READER
        result = 0
        for wrong, code in (
            (not known or "no-reader" in self.active_faults, 0x80100009),
            (not self._uid, 0x8010000C),
            ("in-use" in self.active_faults, 0x8010000B),
            ("mute" in self.active_faults, 0x80100066),
        ):
            result = result or (code if wrong else 0)
        return _CONNECT.pack(context, name, share, protocols, _CARD, 0 if result else _T1, result)

    def _transmitted(self, body: bytes, sent: bytes) -> bytes:
        self._counts["asked"] += 1
        result = 0 if self._uid else 0x80100069
        if "trembles" in self.active_faults:
            result = 0x80100068
        answer = b""
        if not result:
            known = sent == _GET_UID and "no-uid" not in self.active_faults
            answer = self._uid + b"\x90\x00" if known else _NO_SUCH
        card, out, out_length, count, into, into_length, _, _ = _TRANSMIT.unpack(body)
        return (
            _TRANSMIT.pack(card, out, out_length, count, into, into_length, len(answer), result)
            + answer
        )


_ESTABLISH, _SCARD_TRANSMIT = 0x01, 0x09
_STRANGER = 0x8010006A
