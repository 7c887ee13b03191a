"""Settings of a serial signal tower."""

from __future__ import annotations

from typing import Annotated

import msgspec

__all__ = ["TowerOptions"]


class TowerOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tower of red, yellow and green, alone on its line."""

    #: False for a tower without one, or where nobody wants to hear it.
    buzzer: bool = False
    #: The tower cannot be asked: what it shows is sent again so often. Seconds.
    refresh_s: Annotated[float, msgspec.Meta(ge=1, le=3600)] = 10.0
