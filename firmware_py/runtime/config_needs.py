"""What this Pi lacks for a device that a configuration would give it."""

from __future__ import annotations

from devices.errors import DeviceUnavailable
from devices.registry import load_driver
from firmware_py.config.mistakes import Mistake
from firmware_py.runtime.drivers import LOADING
from firmware_py.settings import Settings

__all__ = ["lacking"]


def lacking(file: str, after: Settings, before: Settings) -> list[Mistake]:
    """Return the libraries that are missing here for kinds of devices that this Pi had none of.

    What is missing for a device that it has already is that device's trouble, and keeps no
    change back.
    """
    had = {device.kind for device in before.devices.values()}
    found = list[Mistake]()
    for name, device in after.devices.items():
        if device.kind in had or not device.enabled:
            continue
        try:
            with LOADING:
                load_driver(device.kind)
        except DeviceUnavailable as error:
            at = f"devices.{name}.kind"
            found.append(Mistake(file, 0, at, error.reason, error.zh or error.reason))
    return found
