"""What comes of a private area while everything in it moves: nothing, beside signs of life."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.line import Address
from kiosk_ui.rfb.mirror import Mirror
from kiosk_ui.rfb.stage import Stage
from kiosk_ui.rfb.viewing import Mask, Viewing

__all__ = ["measured_masked"]

_SETTLE_S = 2.0
#: The part of the desktop that is private, from its left edge on.
_PERCENT = 75


def _came(mirror: Mirror, seconds: float) -> tuple[int, int]:
    """Return the updates and the bytes that come in so many seconds."""
    before = mirror.status()
    time.sleep(seconds)
    after = mirror.status()
    return after.updates - before.updates, after.received - before.received


def measured_masked(*, size: str, fps: float, seconds: float) -> dict[str, dict[str, float]]:
    """Let pages turn in a private area; count what comes, and what comes of a still desktop.

    ``seen``: the same motion without a mask, so that it is known to move.
    """
    width, height = map(int, size.split("x"))
    part = f"{width * _PERCENT // 100}x{height}"
    private = Viewing(masks=(Mask(0, 0, _PERCENT, 100),))
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        desktop = stage.desktop(size)
        address = Address(path=str(stage.socket))
        with Mirror(address, Access(), private) as mirror:
            time.sleep(_SETTLE_S)
            live = mirror.status().code == ""
            _, still = _came(mirror, seconds)
            _, times = stage.motion(desktop, "full", part, fps, place=(0, 0))
            time.sleep(_SETTLE_S)
            updates, masked = _came(mirror, seconds)
            mirror.look(Viewing())
            time.sleep(_SETTLE_S)
            seen_updates, seen = _came(mirror, seconds)
        times.close()
    return {
        "still": {"bytes": still, "live": live},
        "mirror": {"bytes": masked, "updates": updates},
        "seen": {"bytes": seen, "updates": seen_updates},
    }
