"""What a hub says of itself, the broker of it when it is gone; another hub of a higher epoch."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from firmware_py.core.epoch import Epoch, latest_epoch
from firmware_py.sync.envelope import wall_time
from firmware_py.sync.followed import read_birth
from firmware_py.sync.heard import epoch_told
from firmware_py.sync.ports import HallPort, SyncSettings

__all__ = ["birth_of", "higher_epoch", "will_of"]

_encode = msgspec.json.Encoder().encode


def _about(hall: HallPort, settings: SyncSettings, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "node": settings.node,
        "roles": settings.roles,
        # Also of one that is away: a hub in a lower epoch stands down.
        "epochs": [{"epoch": e.epoch, "first_seq": e.first_seq} for e in hall.epochs],
    }


def will_of(hall: HallPort, settings: SyncSettings) -> bytes:
    """Return what the broker says when the hub is gone."""
    return _encode(_about(hall, settings, "offline"))


def birth_of(
    hall: HallPort, settings: SyncSettings, zone: ZoneInfo, status: str, *, set_back: bool = False
) -> bytes:
    """Return that it is there.

    ``waiting`` is one that may not decide: it has not the lease, or its card is an old copy.
    """
    body = {
        **_about(hall, settings, status),
        "version": settings.version,
        "wire": settings.wire,
        "host": settings.machine,
        "started": wall_time(settings.started_ms, hall.wall_offset_ms, zone),
        "epoch": hall.epochs[-1].epoch,
        "seq": hall.last_seq,
        "oldest_seq": hall.oldest_seq,
    }
    return _encode({**body, "set_back": True} if set_back else body)


def higher_epoch(hall: HallPort, settings: SyncSettings, node: str, payload: bytes) -> Epoch | None:
    """Return the epoch of another hub when it is above ours. Raises ``DecodeError``."""
    birth = read_birth(payload)
    epoch = epoch_told(node, birth.epochs) if "hub" in birth.roles else None
    own = latest_epoch([one.epoch for one in hall.epochs], settings.node)
    return None if epoch is None or epoch <= own else epoch
