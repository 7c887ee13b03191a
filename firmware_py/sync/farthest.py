"""The farthest that a Pi has seen of the hub that it follows; a hub that falls behind it.

A question's answer tells how far the hub is when it answers. One that is less than what this Pi
knew when it asked is no late message: the hub has lost what it had told, whatever else was lost,
late or said twice between them.
"""

from __future__ import annotations

from firmware_py.sync.followed import Asked, Head
from firmware_py.sync.seen import NOTHING_SEEN, Seen

__all__ = ["Farthest"]


class Farthest:
    """``seen`` is kept over restarts of the hub; ``fell``: it is behind that, or says so itself."""

    def __init__(self) -> None:
        self.seen: Seen = NOTHING_SEEN
        self.fell = False
        self._said: Seen = NOTHING_SEEN

    def heard(self, head: Head, asked: Asked | None) -> bool:
        """Take the hub's word; False: it lacks what it had told before it was asked."""
        before = NOTHING_SEEN if asked is None else asked.seen
        if before.epoch == head.epoch and head.seq < before.seq:
            self.fell = True
            return False
        if head.epoch != self.seen.epoch or head.seq > self.seen.seq:
            self.seen = Seen(head.epoch, head.seq, head.time_ms, head.proof)
        return True

    @property
    def unsaid(self) -> bool:
        """Whether the broker does not have yet what was seen here, proven."""
        return bool(self.seen.proof) and self.seen != self._said

    def said(self) -> Seen:
        """Return what is said to the broker now."""
        self._said = self.seen
        return self._said
