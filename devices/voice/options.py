"""Settings of voices in the hall's configuration file."""

from __future__ import annotations

from typing import Annotated

import msgspec

__all__ = ["ChipOptions", "LocalOptions"]


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


class LocalOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The Pi's own sound: headphone jack, HDMI, or a USB sound card with an amplifier."""

    #: ``alsa:NAME`` as ``aplay -L`` lists it; ``mock:PATH`` is the bench.
    output: Annotated[str, msgspec.Meta(pattern=r"^(alsa|mock):.+$")] = "alsa:default"
    #: Folder with the clips of a hall; empty: every word by espeak-ng.
    bank: str = ""
    #: Say by espeak-ng what was never recorded; false: refuse it.
    free_text: bool = True
    #: Begin each announcement with the clip 叮咚.
    chime: bool = True
    #: Seconds between two trials of a sound card that has nothing to say.
    try_every_s: Annotated[float, msgspec.Meta(ge=5, le=3600)] = 60.0
