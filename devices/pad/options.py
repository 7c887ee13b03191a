"""Settings of one pad."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.errors import WrongSetting

__all__ = ["Ff68Options", "ProfileOptions"]

#: What a rating may be in the hall: one (worst) to five (best).
_SCORES = range(1, 6)


class Ff68Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One pad on a line.

    ``address`` is the pad's own number on the line (its DIP switches); a profile whose frames
    carry no address ignores it. ``profile`` is a name (``ff68``: a file in ``config/pads``) or
    a path that ends in ``.toml``.
    """

    address: Annotated[int, msgspec.Meta(ge=1, le=255)] = 1
    profile: Annotated[str, msgspec.Meta(min_length=1)] = "ff68"
    #: What the pad sends -> the hall's score, 1 (very dissatisfied) to 5 (very satisfied), e.g.
    #: ``{"1" = 5, "2" = 4}``; keys are decimal or ``0x..``. Empty: the pad sends the score.
    scores: dict[str, int] = {}
    #: The same frame again within this time of the last one is the pad asking for its
    #: acknowledgement, not a second press.
    repeat_window_ms: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 300
    #: The RS-485 adapter hears itself: what was sent comes back and is dropped.
    local_echo: bool = False
    #: Show the same value again after so long, for a pad that lost power; 0 never.
    refresh_s: Annotated[float, msgspec.Meta(ge=0)] = 60.0

    def __post_init__(self) -> None:
        """Check the scores. Raises ``WrongSetting``."""
        self.score_map()

    def score_map(self) -> dict[int, int]:
        """Return ``scores`` as numbers; 1 to 5 as they are when none are given.

        Raises ``WrongSetting``.
        """
        if not self.scores:
            return {score: score for score in _SCORES}
        out: dict[int, int] = {}
        for key, score in self.scores.items():
            try:
                raw = int(key, 0)
            except ValueError:
                raise WrongSetting(
                    f"scores: {key!r} 不是数字", f"scores: {key!r} is not a number"
                ) from None
            if score not in _SCORES:
                raise WrongSetting(
                    f"scores.{key}: {score} 不在 1 至 5 之间",
                    f"scores.{key}: {score} is not one of 1, 2, 3, 4, 5",
                )
            out[raw] = score
        return out


class ProfileOptions(Ff68Options, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One pad of any make: as an FF68 pad, but its ``profile`` must be given."""

    profile: Annotated[str, msgspec.Meta(min_length=1)]
