"""What a Pi beside the hub says of itself, and the epochs that a hub says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from firmware_py.sync.ports import EpochStart, SyncSettings

__all__ = ["birth_of_node", "starts_of"]


def birth_of_node(settings: SyncSettings, status: str) -> bytes:
    """Return that it is there, or what the broker says when it is ``offline``."""
    about = {"status": status, "node": settings.node, "roles": settings.roles}
    more = {"version": settings.version, "host": settings.machine, "wire": settings.wire}
    return msgspec.json.encode(about if status == "offline" else {**about, **more})


def starts_of(told: Sequence[Mapping[str, Any]]) -> tuple[EpochStart, ...]:
    """Return a hub's epochs, oldest first, as it said them."""
    return tuple(EpochStart(str(one["epoch"]), int(one["first_seq"])) for one in told)
