"""What a configuration says of lines and devices, checked; shared by the daemon and the bench.

The bench reads the same two tables as the daemon: it plays the far end of every line in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from devices.registry import usual_line
from devices.transport import LineSettings

__all__ = ["DeviceSpec", "LineSpec", "lines_of", "raw_options"]


class LineSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line that devices share: a port and how to speak on it.

    Without ``settings`` it takes what the kind of its first device usually has.
    """

    name: str
    port: str
    settings: LineSettings | None = None


class DeviceSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device: its kind, where it is and its options.

    ``line`` names a shared line, or ``port`` is a port of its own (a line named as the device);
    neither for a device without a byte stream (GPIO). ``address`` is its number on the line and
    becomes the option ``address``. ``options`` are the kind's own, as a table or converted.
    ``expect_identity`` must stand in what the device says it is.
    """

    name: str
    kind: str
    line: str | None = None
    port: str | None = None
    address: int | None = None
    settings: LineSettings | None = None
    options: Any = msgspec.field(default_factory=dict)
    expect_identity: str = ""

    def __post_init__(self) -> None:
        """Refuse a device that is in two places. Raises ``ValueError``."""
        if self.line is not None and self.port is not None:
            raise ValueError(f"device {self.name} has a line and a port; give one of them")


def lines_of(
    lines: Mapping[str, LineSpec], devices: Mapping[str, DeviceSpec]
) -> dict[str, LineSpec]:
    """Return every line in use with its settings, those of devices with a port of their own too.

    Raises ``ValueError`` for a line that nobody describes, ``UnknownKind``.
    """
    found: dict[str, LineSpec] = {}
    for device in devices.values():
        if device.port is not None:
            if device.name in lines:
                raise ValueError(f"device {device.name} has a port and the name of a line")
            spec = LineSpec(name=device.name, port=device.port, settings=device.settings)
        elif device.line is not None:
            if device.line not in lines:
                known = ", ".join(sorted(lines)) or "none"
                raise ValueError(f"device {device.name}: no line {device.line} (lines: {known})")
            spec = found.get(device.line, lines[device.line])
        else:
            continue
        if spec.settings is None:
            usual = msgspec.convert(usual_line(device.kind, raw_options(device)), LineSettings)
            spec = msgspec.structs.replace(spec, settings=usual)
        found[spec.name] = spec
    return found


def raw_options(device: DeviceSpec) -> Any:
    """Return the device's options with its address in them, not yet checked."""
    if isinstance(device.options, Mapping) and device.address is not None:
        return {"address": device.address, **device.options}
    return device.options
