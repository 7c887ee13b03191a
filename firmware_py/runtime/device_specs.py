"""The configuration's devices and lines as the framework takes them."""

from __future__ import annotations

import msgspec

from devices.specs import DeviceSpec, LineSpec
from devices.transport import LineSettings
from firmware_py.settings import Settings

__all__ = ["device_specs"]


def device_specs(settings: Settings) -> tuple[dict[str, LineSpec], dict[str, DeviceSpec]]:
    """Return lines and devices as the framework and the bench take them."""

    def of(table: dict[str, object]) -> LineSettings | None:
        return msgspec.convert(table, LineSettings) if table else None

    lines = {
        name: LineSpec(name=name, port=line.port, settings=of(line.settings))
        for name, line in settings.lines.items()
    }
    devices = {
        name: DeviceSpec(
            name=name,
            kind=device.kind,
            line=device.line,
            port=device.port,
            settings=of(device.line_settings),
            options=device.options,
            expect_identity=device.expect_identity or "",
        )
        for name, device in settings.devices.items()
        if device.enabled
    }
    return lines, devices
