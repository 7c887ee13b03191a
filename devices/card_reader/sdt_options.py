"""Settings of an ID-card reader."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

__all__ = ["SdtOptions"]


class SdtOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reader with an SDT/SAM module, alone on its serial port."""

    #: Seconds between two looks for a card; the protocol allows no less than 0.3.
    find_every_s: Annotated[float, msgspec.Meta(ge=0.3, le=5.0)] = 0.3
    #: Seconds between two questions how the reader is.
    status_every_s: Annotated[float, msgspec.Meta(ge=1.0, le=300.0)] = 10.0
    answer_timeout_s: Annotated[float, msgspec.Meta(ge=0.05, le=5.0)] = 0.5
    #: The reader talks to the card for about a second before it answers.
    read_timeout_s: Annotated[float, msgspec.Meta(ge=0.5, le=10.0)] = 3.0
    retries: Annotated[int, msgspec.Meta(ge=0, le=5)] = 2
    #: How it is known that a read card still lies there: its added address is asked for, or it is
    #: looked for again (readers that find the same card as long as it lies).
    presence: Literal["addition", "find"] = "addition"
