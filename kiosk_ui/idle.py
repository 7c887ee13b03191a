"""Is somebody still there? Pure: a clock comes in, a phase goes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["ASK_S", "Idle"]

#: How long "still there?" stands before the page goes back to its start.
ASK_S = 20.0


@dataclass(frozen=True, slots=True)
class Idle:
    """Part of a model: ``here`` for ``idle_s`` after a touch, ``asking`` for ``ask_s``, ``gone``.

    ``idle_s`` is the theme's (60 s, 120 s for elderly people). Compare phases, not this: its time
    of the last touch would make every touch another picture.
    """

    idle_s: float
    touched_s: float
    ask_s: float = ASK_S

    def touched(self, now_s: float) -> Idle:
        """Somebody touched the panel, or laid a card."""
        return replace(self, touched_s=now_s)

    def phase(self, now_s: float) -> Literal["here", "asking", "gone"]:
        """Return what holds now."""
        since_s = now_s - self.touched_s
        if since_s < self.idle_s:
            return "here"
        return "asking" if since_s < self.idle_s + self.ask_s else "gone"

    def left_s(self, now_s: float) -> int:
        """Return the whole seconds until ``gone``: to count them down while asking."""
        left_s = self.touched_s + self.idle_s + self.ask_s - now_s
        return max(int(-(-left_s // 1)), 0)
