"""Settings of a PC/SC reader."""

from __future__ import annotations

from typing import Annotated

import msgspec

__all__ = ["PcscOptions"]


class PcscOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reader of contactless cards that pcscd drives."""

    #: What stands in the reader's name, as ``pcsc_scan -r`` lists it; empty: the only one.
    reader: Annotated[str, msgspec.Meta(max_length=127)] = ""
    #: Seconds between two looks whether a card lies there.
    look_every_s: Annotated[float, msgspec.Meta(ge=0.05, le=2.0)] = 0.2
    #: Empty: this Pi's pcscd. ``mock:PATH``: the socket of the bench's.
    service: Annotated[str, msgspec.Meta(pattern=r"^(mock:.+)?$")] = ""
