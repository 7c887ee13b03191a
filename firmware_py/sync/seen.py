"""How far a hub says that it is, with a proof that only its own card can make.

Each answer of a hub says up to which event its journal goes, and proves it. Whoever follows keeps
the farthest such word and says it back: a hub whose card was swapped for an old copy reads there
what it no longer knows. A claim without the proof stops nobody, so a certificate that was stolen
from a Pi of a window stops no hall; an old claim that is said again tells what the journal has.

The proof is HMAC-SHA-256 (RFC 2104), its first 16 bytes, with a key that lies beside the journal
and so is in a copy of the card too.
"""

from __future__ import annotations

import hmac

import msgspec

__all__ = ["KEY_BYTES", "NOTHING_SEEN", "Proofs", "Seen"]

KEY_BYTES = 32
_PROOF_BYTES = 16
_NAME = b"hall-seen 1"


class Seen(msgspec.Struct, frozen=True):
    """Event ``seq`` is in the journal of ``epoch``, recorded at ``time_ms`` of the hall.

    ``time_ms`` 0 is not known; ``proof`` is hexadecimal, "" of a hub that proves nothing.
    """

    epoch: str = ""
    seq: int = 0
    time_ms: int = 0
    proof: str = ""


NOTHING_SEEN = Seen()


class Proofs:
    """Makes and judges them, with this Pi's key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def word(self, epoch: str, seq: int, time_ms: int) -> Seen:
        """Return that this event is in the journal, proven."""
        return Seen(epoch, seq, time_ms, self._proof(epoch, seq, time_ms))

    def made(self, seen: Seen) -> bool:
        """Say whether this Pi said that, now or in a former life of its card."""
        wanted = self._proof(seen.epoch, seen.seq, seen.time_ms)
        return hmac.compare_digest(wanted.encode(), seen.proof.encode())

    def _proof(self, epoch: str, seq: int, time_ms: int) -> str:
        told = b"%b\0%b\0%d\0%d" % (_NAME, epoch.encode(), seq, time_ms)
        return hmac.digest(self._key, told, "sha256")[:_PROOF_BYTES].hex()
