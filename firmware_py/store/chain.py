r"""The hash chain, so exactly that another program can check it.

All numbers are unsigned and big-endian, all texts UTF-8, ``+`` joins bytes. The link before the
first event ever is 32 zero bytes. Each epoch begins by hashing itself onto the link before it::

    link = SHA-256( "hall-journal epoch\n" + link[32] + cut_seq[8] + started_ms[8]
                    + len(epoch)[4] + len(node)[4] + len(former_epoch)[4]
                    + epoch + node + former_epoch )

and each event is hashed onto the link before it, which gives its own hash and the next link::

    hash = SHA-256( link[32] + seq[8] + time_ms[8]
                    + len(type)[4] + len(by)[4] + len(command_id)[4] + len(body)[4]
                    + type + by + command_id + body )

The lengths make it impossible to shift bytes from one field to the next. ``body`` is the JSON as
it was recorded, byte for byte; nothing is parsed. After a compaction the chain starts from the
anchor, which is the hash of the last event removed. A snapshot's hash is::

    SHA-256( "hall-journal snapshot\n" + seq[8] + hash of event seq[32] + body )
"""

from __future__ import annotations

import hashlib
import struct
import zlib

from firmware_py.store.records import Epoch

__all__ = ["EVENT", "START", "epoch_link", "event_hash", "row_check", "snapshot_hash"]

#: What lies before the first event of the first epoch.
START = bytes(32)

#: link, seq, time_ms and four lengths; see the module's head.
EVENT = struct.Struct(">32sQQIIII")

_EPOCH = struct.Struct(">32sQQIII")


def event_hash(
    link: bytes, seq: int, time_ms: int, kind: bytes, by: bytes, command_id: bytes, body: bytes
) -> bytes:
    """Return an event's hash, 32 bytes. Texts are UTF-8 already."""
    head = EVENT.pack(link, seq, time_ms, len(kind), len(by), len(command_id), len(body))
    return hashlib.sha256(head + kind + by + command_id + body).digest()


def epoch_link(link: bytes, epoch: Epoch) -> bytes:
    """Return the link on which an epoch's first event is hashed, 32 bytes."""
    name, node, former = epoch.epoch.encode(), epoch.node.encode(), epoch.former_epoch.encode()
    head = _EPOCH.pack(link, epoch.cut_seq, epoch.started_ms, len(name), len(node), len(former))
    return hashlib.sha256(b"hall-journal epoch\n" + head + name + node + former).digest()


def snapshot_hash(seq: int, event: bytes, body: bytes) -> bytes:
    """Return the hash that a snapshot is stored with; ``event`` is the hash of event ``seq``."""
    return hashlib.sha256(
        b"hall-journal snapshot\n" + seq.to_bytes(8, "big") + event + body
    ).digest()


def row_check(name: bytes, number: int, body: bytes = b"") -> int:
    """Return the CRC-32 of a row outside the chain: ``number[8] + name + body``.

    It finds damage, not forgery: outcomes, positions and figures carry it.
    """
    return zlib.crc32(number.to_bytes(8, "big") + name + body)
