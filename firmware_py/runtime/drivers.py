"""Makes the driver that the registry has for a device, and refuses what can never work."""

from __future__ import annotations

import threading

import msgspec

from devices.base import Driver, Line
from devices.errors import DeviceUnavailable
from devices.registry import convert_options, kind, load_driver
from devices.specs import DeviceSpec, raw_options

__all__ = ["LOADING", "check_device", "registered_driver"]

#: One worker at a time imports a kind and works out its options: msgspec crashes when two
#: threads work out one type. What a driver decodes itself, it works out when it is imported.
LOADING = threading.Lock()


def registered_driver(device: DeviceSpec, line: Line | None) -> Driver:
    """Make the driver that the registry has for the device's kind."""
    with LOADING:
        driver = load_driver(device.kind)
        options = convert_options(device.kind, raw_options(device))
    return driver(device.name, options, line)


def check_device(device: DeviceSpec) -> None:
    """Refuse what can never work: an unknown kind, wrong options, a serial device without port."""
    wants_line = bool(kind(device.kind).line)
    has_line = device.line is not None or device.port is not None
    if wants_line and not has_line:
        raise ValueError(f"device {device.name} ({device.kind}) needs a line or a port")
    if has_line and not wants_line:
        raise ValueError(f"device {device.name} ({device.kind}) has no port; see its options")
    try:
        convert_options(device.kind, raw_options(device))
    except DeviceUnavailable:
        # A library is missing: the worker says so, for this device alone.
        return
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(f"devices.{device.name}: {error}") from error
