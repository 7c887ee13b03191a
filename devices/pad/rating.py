"""Whether a taxpayer can rate at a pad: a clerk's caller has no keys for that."""

from __future__ import annotations

from devices.pad.hid_options import HidPadOptions
from devices.pad.options import Ff68Options
from devices.pad.profile import load_profile

__all__ = ["can_rate"]


def can_rate(options: object) -> bool:
    """Say whether a pad with these options has a key that rates.

    Reads the pad's profile. Raises ``ProfileError``.
    """
    if isinstance(options, HidPadOptions):
        return any(event == "rate" for event, _ in options.meanings().values())
    if isinstance(options, Ff68Options):
        return any(one.event == "rate" for one in load_profile(options.profile).event)
    return False
