"""What a card answers when it is asked for its UID, as pure functions.

Source: PC/SC part 3, 3.2.2.1.3 (GET DATA) and ISO/IEC 14443-3, 6.5.4. Asked is ``FF CA 00 00 00``;
the answer is the UID and ``90 00``: 4, 7 or 10 bytes. ``6A 81`` is a reader or card that has none.

Of four bytes, the first tells what they are worth: ``08`` begins a number that is drawn by lot each
time (telephones, and the ID cards of several countries); ``xF`` one that others may have, too;
``88`` begins none, it is the mark of a longer one.
"""

from __future__ import annotations

__all__ = ["GET_UID", "NoUid", "is_random", "is_shared", "uid_of"]

GET_UID = bytes.fromhex("FFCA000000")
_DONE = b"\x90\x00"
_SIZES = frozenset({4, 7, 10})
_SINGLE = 4
_RANDOM = 0x08
_CASCADE = 0x88


class NoUid(ValueError):
    """The answer has no UID; ``status`` is the card's status in four hex digits, or ""."""

    def __init__(self, status: str) -> None:
        super().__init__(f"no UID (status {status or 'none'})")
        self.status = status


def uid_of(answer: bytes) -> bytes:
    """Return the UID in a card's answer. Raises ``NoUid``, without a byte of what came."""
    uid, status = answer[:-2], answer[-2:]
    if status != _DONE:
        raise NoUid(status.hex().upper() if len(status) == len(_DONE) else "")
    if len(uid) not in _SIZES or not any(uid) or (len(uid) == _SINGLE and uid[0] == _CASCADE):
        raise NoUid("9000")
    return uid


def is_random(uid: bytes) -> bool:
    """Say whether the card will have another one next time."""
    return len(uid) == _SINGLE and uid[0] == _RANDOM


def is_shared(uid: bytes) -> bool:
    """Say whether other cards may have the same."""
    return len(uid) == _SINGLE and uid[0] & 0x0F == 0x0F
