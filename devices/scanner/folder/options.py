"""Settings of a folder that a copier scans into."""

from __future__ import annotations

from typing import Annotated

import msgspec

__all__ = ["FolderOptions"]


class FolderOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder of this machine, which a multifunction printer fills over the network."""

    #: The folder, absolute; ``mock:PATH`` is the bench's (it fills ``PATH.d``).
    path: Annotated[str, msgspec.Meta(pattern=r"^(/|mock:/).+$")]
    #: A file that nobody has changed for so long is complete. Seconds.
    settle_s: Annotated[float, msgspec.Meta(ge=0.1, le=60)] = 2.0
    #: A file that nobody fetches is destroyed after so many minutes; 0: never.
    forget_min: Annotated[int, msgspec.Meta(ge=0, le=10_080)] = 720
    #: Larger files are not taken. Megabytes.
    most_mb: Annotated[int, msgspec.Meta(ge=1, le=100)] = 60
