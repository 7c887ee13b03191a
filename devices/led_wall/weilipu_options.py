"""Settings of a Weilipu strip."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from devices.led_wall.options import Dots, PanelOptions
from devices.led_wall.page import Colour

__all__ = ["WeilipuOptions"]


class WeilipuOptions(PanelOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One strip of up to three lines, alone on its line. It never answers."""

    width: Dots = 128
    height: Dots = 16
    rows: Annotated[int, msgspec.Meta(ge=1, le=3)] = 1
    colours: tuple[Colour, ...] = ("red", "green")
    #: What the strip shows for yellow, which it has not; only when ``colours`` names yellow.
    yellow: Literal["red", "green", "blue"] = "blue"
    #: 0 fast to 250.
    speed: Annotated[int, msgspec.Meta(ge=0, le=250)] = 1
    #: The strip has no answers: true is refused.
    ack: Literal[False] = False
    wire_baud: Annotated[int, msgspec.Meta(ge=1200, le=10_000_000)] = 9600
