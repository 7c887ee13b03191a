"""What the broker has of a hub's former life: does anybody in the hall know more than its journal?

Two kinds. The hub's own words: its birth, and its pictures of the hall and of windows, on topics
that only a hub may write. And what other Pis have seen, in their births: that counts when it has
this hub's own proof (``seen``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from firmware_py.core.epoch import epoch_in, latest_epoch
from firmware_py.sync.followed import read_birth
from firmware_py.sync.seen import Seen

if TYPE_CHECKING:
    from firmware_py.sync.mail import Incoming
    from firmware_py.sync.ports import HubPort

__all__ = ["PICTURES", "Claim", "claim_in", "heard_claim", "lacks"]

#: Of the retained pictures, those that change with each number.
PICTURES = ("state/hall", "state/window/+")


class Claim(NamedTuple):
    """``who`` says ``seen``; ``own``: the hub itself did, and ``epochs`` are those it named."""

    who: str
    seen: Seen
    own: bool = False
    epochs: tuple[str, ...] = ()


class _Picture(msgspec.Struct):
    epoch: str = ""
    seq: int = 0


_picture = msgspec.json.Decoder(_Picture).decode


def claim_in(own: str, suffix: str, payload: bytes) -> Claim | None:
    """Return what a retained message below the hall's root says; ``own`` is this Pi's name.

    Raises ``msgspec.DecodeError`` and ``UnicodeDecodeError``.
    """
    kind, _, name = suffix.partition("/")
    if not payload:
        return None
    if kind == "state":
        if name != "hall" and not name.startswith("window/"):
            return None
        picture = _picture(payload)
        return Claim("", Seen(picture.epoch, picture.seq), own=True)
    if kind != "node":
        return None
    birth = read_birth(payload)
    if name != own:
        return Claim(name, birth.seen) if birth.seen.proof else None
    if "hub" not in birth.roles or not birth.epochs:
        return None
    epochs = tuple(str(one["epoch"]) for one in birth.epochs)
    return Claim("", Seen(epochs[-1], birth.seq), own=True, epochs=epochs)


def heard_claim(hub: HubPort | None, own: str, suffix: str, incoming: Incoming) -> None:
    """Have the hub see whether this tells that its journal is an old copy."""
    kind = suffix.partition("/")[0]
    if hub is None or kind not in {"node", "state"} or (kind == "state" and not incoming.retained):
        return
    # What cannot be read is said by whoever reads it for what it is.
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if (claim := claim_in(own, suffix, incoming.payload)) is not None:
            hub.seen_by.claimed(claim)


def lacks(claim: Claim, epochs: Sequence[str], node: str, last_seq: int) -> bool:
    """Say whether a journal of ``node`` with these epochs lacks what is claimed.

    Of an epoch that was begun after the journal's, or an event after its last in the same epoch. A
    journal that was restored from a backup has begun an epoch that the claim does not know.
    """
    mine, seen = epochs[-1], claim.seen
    if seen.epoch == mine:
        return seen.seq > last_seq
    if mine in claim.epochs[:-1]:
        return True
    told = epoch_in(seen.epoch)
    return told is not None and told.hub == node and told > latest_epoch(epochs, node)
