"""Settings of a display on an Onbon BX-5 or BX-6 card."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from devices.errors import WrongSetting
from devices.led_wall.options import PanelOptions

__all__ = ["OnbonOptions"]

Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]


class OnbonOptions(PanelOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One card: a port of its own (TCP 5005, RS-232) or a place on an RS-485 line.

    A card on its own TCP port takes the usual ``address``.
    """

    #: The card's number. FFFF, everybody, is not allowed: nobody would answer.
    address: Annotated[int, msgspec.Meta(ge=1, le=0xFFFE)] = 1
    #: FE any; 51 BX-5K1, 58 BX-5K2, 53 BX-5MK2, 61 BX-6K1, 62 BX-6K2, 63 BX-6K3.
    card_type: Byte = 0xFE
    #: How a still line appears and how a long one moves: 1 static, 2 fast, 3 left, 4 right, 5 up,
    #: 6 down.
    effect: Annotated[int, msgspec.Meta(ge=1, le=6)] = 1
    scroll_effect: Annotated[int, msgspec.Meta(ge=1, le=6)] = 3
    #: 0 fast to 24 slow.
    speed: Annotated[int, msgspec.Meta(ge=0, le=24)] = 4
    #: How long a line stands, in half seconds.
    stay: Byte = 5
    #: Lie over the card's own programs instead of beside them (never seen on hardware).
    over_programs: bool = False
    #: The card darkens a line that was not sent again for so long; 0: it keeps it. The only way
    #: that a wall shows a dead controller; never seen on hardware.
    dark_after_s: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    #: Seconds between two questions whether the card is there.
    ping_s: Annotated[float, msgspec.Meta(ge=1.0, le=3600.0)] = 10.0

    def __post_init__(self) -> None:
        """Refuse what no panel can be. Raises ``ValueError``."""
        super().__post_init__()
        if 0 < self.dark_after_s <= self.refresh_s:
            raise WrongSetting(
                f"dark_after_s {self.dark_after_s} 必须大于 refresh_s {self.refresh_s:g}，"
                "否则两次刷新之间屏会变黑",
                f"dark_after_s {self.dark_after_s} must be more than refresh_s "
                f"{self.refresh_s:g}, or the wall goes dark between two refreshes",
            )

    @property
    def dims(self) -> bool:
        """Whether the card has a command for its brightness: every one has."""
        return True

    @property
    def run_mode(self) -> Literal[0, 2]:
        """The protocol's number: 0 for ever, 2 until nothing new came in time."""
        return 2 if self.dark_after_s else 0
