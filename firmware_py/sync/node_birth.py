"""What a Pi beside the hub says of itself, and the epochs that a hub says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from firmware_py.sync.ports import EpochStart, SyncSettings
from firmware_py.sync.seen import NOTHING_SEEN, Seen

__all__ = ["birth_of_node", "starts_of"]


def birth_of_node(settings: SyncSettings, status: str, seen: Seen = NOTHING_SEEN) -> bytes:
    """Return that it is there, or what the broker says when it is ``offline``.

    ``seen`` is the farthest of the hub that this Pi knows: a hub that comes back without it knows
    by that, before it decides, that its card is an old copy.
    """
    about = {"status": status, "node": settings.node, "roles": settings.roles}
    more = {"version": settings.version, "host": settings.machine, "wire": settings.wire}
    if seen.proof:
        more["seen"] = msgspec.structs.asdict(seen)
    return msgspec.json.encode(about if status == "offline" else {**about, **more})


def starts_of(told: Sequence[Mapping[str, Any]]) -> tuple[EpochStart, ...]:
    """Return a hub's epochs, oldest first, as it said them."""
    return tuple(EpochStart(str(one["epoch"]), int(one["first_seq"])) for one in told)
