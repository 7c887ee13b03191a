"""The first thing that a driver of what types looks at: whether its line brings input records."""

from __future__ import annotations

from devices.base import Line
from devices.errors import DeviceUnavailable
from devices.hid.port import is_input

__all__ = ["must_be_input"]


def must_be_input(line: Line) -> int | None:
    """Return the line's descriptor. Raises ``DeviceUnavailable`` for a serial port or a socket."""
    fd = line.fileno()
    if fd is not None and not is_input(fd):
        raise DeviceUnavailable(
            line.port,
            "this is no input device: write hid:... or a link of /dev/input (hallctl devices find)",
            "这不是按键类输入设备：请写 hid:… 或 /dev/input 中的名称"
            "（可用 hallctl devices find 查看）",
        )
    return fd
