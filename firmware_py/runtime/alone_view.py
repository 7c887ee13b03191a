"""What the screens at a Pi that goes on by itself show otherwise than usual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firmware_py.app.followed import FollowedWriter
from firmware_py.core.decide_alone import numbers_left
from firmware_py.core.refusals import refuse

if TYPE_CHECKING:
    from firmware_py.app.alone import Alone
    from firmware_py.runtime.hall import Hall

__all__ = ["kiosk_alone", "window_alone"]


def _alone(hall: Hall) -> Alone | None:
    writer = hall.writer
    found = writer.alone if isinstance(writer, FollowedWriter) else None
    return found if found is not None and found.goes_on else None


def kiosk_alone(hall: Hall) -> dict[str, Any]:
    """Return what ``kiosk.show`` says of it: whether there are numbers, and no waits."""
    alone = _alone(hall)
    if alone is None:
        return {"alone": False}
    told: dict[str, Any] = {"alone": True, "wait_s": None}
    left = numbers_left(hall.rules, hall.state(), alone.here, alone.records.given)
    if hall.state().day_open and not any(left.values()):
        return {**told, "take": refuse("alone_no_numbers")}
    return told


def window_alone(hall: Hall) -> dict[str, Any]:
    """Return what ``window.show`` says of it: who is next is not known here."""
    return {"alone": False} if _alone(hall) is None else {"alone": True, "next": None}
