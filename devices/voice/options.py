"""Settings of voices in the hall's configuration file."""

from __future__ import annotations

from typing import Annotated

import msgspec

__all__ = ["ChipOptions"]


class ChipOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A speech chip, alone on its serial port."""

    #: 0 slow to 10 fast.
    speed: Annotated[int, msgspec.Meta(ge=0, le=10)] = 5
    #: False for a wiring without the way back: then the time that each sentence takes is guessed.
    answers: bool = True
    answer_timeout_s: Annotated[float, msgspec.Meta(ge=0.05, le=2.0)] = 0.3
    retries: Annotated[int, msgspec.Meta(ge=0, le=5)] = 2
    #: Seconds between two questions to a chip that has nothing to say.
    ask_every_s: Annotated[float, msgspec.Meta(ge=0.5, le=60.0)] = 5.0
