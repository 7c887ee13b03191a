"""What the system's errors mean to whoever stands before the device, in English and Chinese."""

from __future__ import annotations

import errno
import os
import socket

__all__ = ["reason"]

_BUSY = ("another program holds this port", "端口正被其他程序占用")
_NO_WAY = ("no way to this address (cable, address)", "地址不通，请检查网线和地址")
_REASONS = {
    errno.ENOENT: ("no such port (is it plugged in?)", "没有这个端口，是否已插好？"),
    errno.EACCES: (
        "no permission (is the user in the group dialout?)",
        "没有权限，用户是否在 dialout 组？",
    ),
    errno.EAGAIN: _BUSY,
    errno.EBUSY: _BUSY,
    errno.ECONNREFUSED: ("connection refused (is the device on?)", "连接被拒绝，设备是否已开机？"),
    errno.ETIMEDOUT: ("no answer from there (cable, address)", "对方没有应答，请检查网线和地址"),
    errno.EHOSTUNREACH: _NO_WAY,
    errno.ENETUNREACH: _NO_WAY,
    errno.EIO: ("the port hung up", "端口已断开"),
}
_GONE = {errno.ENXIO, errno.ENODEV, errno.EBADF, errno.EPIPE, errno.ECONNRESET}
_NO_NAME = ("this name has no address (name, DNS)", "这个名称查不到地址，请检查名称和 DNS")


def reason(error: BaseException) -> tuple[str, str]:
    """Return the cause in English and Chinese; the system's own words where there are no others."""
    number = getattr(error, "errno", None)
    if isinstance(error, socket.gaierror):
        # Its numbers are the resolver's, not the system's.
        return _NO_NAME
    if isinstance(error, TimeoutError):
        number = errno.ETIMEDOUT
    if number in _REASONS:
        return _REASONS[number]
    words = os.strerror(number) if number is not None else str(error) or type(error).__name__
    if number in _GONE:
        return f"the other end is gone ({words})", "对方已断开"
    return words, f"系统提示 {words}"
