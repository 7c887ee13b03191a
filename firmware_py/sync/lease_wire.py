"""What passes about the lease, and what a voter keeps: small JSON objects.

``lease/ask/{node}``, from hub and standby::

    {"epoch": "2-standby", "round": "5f1d0c2a:7", "for_s": 10.0, "wire": 1}

``lease/vote/{node}``, from each voter: its vote, and how one that lost its file asks::

    {"what": "vote", "to": "standby", "round": "5f1d0c2a:7", "epoch": "2-standby", "yes": true,
     "highest": "2-standby"}
    {"what": "recall", "round": "81b9e004", "highest": ""}
    {"what": "recalled", "to": "window-1", "round": "81b9e004", "highest": "2-standby"}

Each tells the ``wire`` version of its program, 1 where it is left out. The broker vouches for the
name in the topic.
"""

from __future__ import annotations

import zlib
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from firmware_py.core.epoch import NO_EPOCH, Epoch, epoch_in
from firmware_py.core.wire_version import WIRE

__all__ = [
    "LONGEST_S", "Ask", "Kept", "Word", "kept_bytes", "read_ask", "read_kept", "read_wire",
    "read_word", "told",
]  # fmt: skip

#: No lease is longer.
LONGEST_S = 60.0


class Ask(NamedTuple):
    """A hub, or one that would be it, asks for votes in an epoch, for so long."""

    epoch: Epoch
    round: str
    for_s: float


class Word(NamedTuple):
    """What a voter says. ``highest``: what it never votes below; ``to``: for whom it is."""

    what: Literal["vote", "recall", "recalled"]
    round: str
    highest: Epoch
    to: str = ""
    epoch: Epoch = NO_EPOCH
    yes: bool = False


class Kept(NamedTuple):
    """What a voter's disk has: the epoch that it voted for, and for how long it promised."""

    epoch: Epoch
    for_s: float


_Name = Annotated[str, Meta(max_length=64)]
_For = Annotated[float, Meta(gt=0, le=LONGEST_S)]
_Epoch = Annotated[str, Meta(max_length=80)]


class _Ask(msgspec.Struct):
    epoch: _Epoch
    round: _Name
    for_s: _For


class _Word(msgspec.Struct):
    what: Literal["vote", "recall", "recalled"]
    round: _Name
    highest: _Epoch = ""
    to: _Name = ""
    epoch: _Epoch = ""
    yes: bool = False


class _Wire(msgspec.Struct):
    wire: int = 1


_read_wire = msgspec.json.Decoder(_Wire).decode
_read_ask = msgspec.json.Decoder(_Ask).decode
_read_word = msgspec.json.Decoder(_Word).decode
_read_kept = msgspec.json.Decoder(tuple[tuple[int, str], _For]).decode


def read_wire(payload: bytes) -> int:
    """Return the version that whoever sent it speaks. Raises ``msgspec.DecodeError``."""
    return _read_wire(payload).wire


def read_ask(payload: bytes) -> Ask | None:
    """Return what is asked; None for what is no question. Raises ``msgspec.DecodeError``."""
    given = _read_ask(payload)
    epoch = epoch_in(given.epoch)
    return None if epoch is None else Ask(epoch, given.round, given.for_s)


def read_word(payload: bytes) -> Word:
    """Return a voter's word. Raises ``msgspec.DecodeError``."""
    given = _read_word(payload)
    epoch, highest = epoch_in(given.epoch), epoch_in(given.highest)
    return Word(
        given.what, given.round, highest or NO_EPOCH, given.to, epoch or NO_EPOCH, given.yes
    )


def told(message: Ask | Word) -> bytes:
    """Return a message as it is sent."""
    about: dict[str, Any] = {
        name: ("" if value == NO_EPOCH else str(value)) if isinstance(value, Epoch) else value
        for name, value in message._asdict().items()
    }
    return msgspec.json.encode({**about, "wire": WIRE})


def kept_bytes(kept: Kept) -> bytes:
    """Return what a voter's file is to hold: a CRC-32 of the rest, and what is kept."""
    body = msgspec.json.encode(kept)
    return b"%08x %b\n" % (zlib.crc32(body), body)


def read_kept(data: bytes | None) -> Kept | None:
    """Return what a voter's file says; None when it is not there, or damaged."""
    crc, _, body = (data or b"").rstrip(b"\n").partition(b" ")
    if crc != b"%08x" % zlib.crc32(body):
        return None
    try:
        epoch, for_s = _read_kept(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return Kept(Epoch(*epoch), for_s)
