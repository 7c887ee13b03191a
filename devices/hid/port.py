"""The near ends of what types: a node of ``/dev/input``, and on the bench a pipe with its records.

A node is grabbed (``EVIOCGRAB``), or it is not used: without that every key reaches the console's
login and the screens too. The kernel lets one program at a time grab a device and gives it back
when the descriptor is closed, however the program ended.

Requests are those of include/uapi/linux/input.h; their numbers were taken from that header by a C
compiler. Never tried on hardware.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices.errors import DeviceUnavailable, PortAbsent

__all__ = [
    "INPUT_MAJOR",
    "RECORDS",
    "InputEnd",
    "PipeEnd",
    "is_input",
    "keys_down",
    "lamps",
    "who_is",
]

#: The major number of ``/dev/input/event*`` (Documentation/admin-guide/devices.txt: 13 char).
INPUT_MAJOR = 13
#: A port of this form is a pipe that brings records, for the bench and for tests.
RECORDS = "records:"

_READ = 2 << 30
_E = ord("E") << 8
#: EVIOCGVERSION, EVIOCGID, EVIOCGRAB, EVIOCSCLOCKID.
_GET_VERSION, _GET_ID, GRAB, SET_CLOCK = 0x80044501, 0x80084502, 0x40044590, 0x400445A0
_CLOCK_MONOTONIC = 1
#: A kernel's or a pipe's room is 64 kB at most; more is somebody who writes without end.
_MOST_READS = 32
_NAME_SIZE, _KEYS_SIZE, _LEDS_SIZE = 256, 96, 8
#: EVIOCGNAME(256), EVIOCGKEY(96), EVIOCGBIT(EV_LED, 8).
GET_NAME = _READ | _NAME_SIZE << 16 | _E | 0x06
GET_KEYS = _READ | _KEYS_SIZE << 16 | _E | 0x18
GET_LEDS = _READ | _LEDS_SIZE << 16 | _E | (0x20 + 0x11)

Ioctl = Callable[[int, int, Any], Any]


class InputEnd:
    """A descriptor of an input device, grabbed, not blocking. Raises ``DeviceUnavailable``.

    Times are the monotonic clock's from then on: two keys are not apart by what set the time.
    ``ioctl`` is the system's, or a test's.
    """

    #: An unplugged device is told by ENODEV, not by an empty read.
    empty_is_hang_up = False

    def __init__(self, port: str, path: str | Path, *, ioctl: Ioctl = fcntl.ioctl) -> None:
        self._ioctl = ioctl
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except PermissionError as error:
            raise DeviceUnavailable(
                port,
                "no permission: name this device in the udev rules (71-hall-names.rules)",
                "没有权限，请在 udev 规则（71-hall-names.rules）中写明此设备",
            ) from error
        try:
            self._grab(port)
        except BaseException:
            os.close(self.fd)
            raise

    def _grab(self, port: str) -> None:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._ioctl(self.fd, GRAB, 1)
        except OSError as error:
            if error.errno in (errno.EBUSY, errno.EAGAIN):
                words = "another program holds this port", "端口正被其他程序占用"
            else:
                why = os.strerror(error.errno or 0)
                words = (
                    f"it cannot be grabbed ({why}), so its keys would reach other programs too",
                    f"无法独占（{why}），按键会泄露给其他程序，不予使用",
                )
            raise DeviceUnavailable(port, *words) from error
        with contextlib.suppress(OSError):
            # An old kernel keeps the wall clock: a bounce is then told apart less well.
            self._ioctl(self.fd, SET_CLOCK, struct.pack("=i", _CLOCK_MONOTONIC))
        _forget_what_waited(self.fd)

    def waiting(self) -> int:
        """Return 0: the kernel has what was written."""
        return 0

    def discard(self) -> None:
        """Do nothing: nothing holds the close back."""

    def close(self) -> None:
        """Let go of the device."""
        with contextlib.suppress(OSError):
            self._ioctl(self.fd, GRAB, 0)
        with contextlib.suppress(OSError):
            os.close(self.fd)


class PipeEnd:
    """The reading end of a named pipe with input records.

    Raises ``DeviceUnavailable``, ``OSError``.

    A pipe that nobody writes to is an unplugged device.
    """

    empty_is_hang_up = True

    def __init__(self, port: str) -> None:
        path = port.removeprefix(RECORDS)
        try:
            self.fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise PortAbsent(port, "no such pipe", "没有这个管道") from error
        try:
            self._take(port)
        except BaseException:
            os.close(self.fd)
            raise

    def _take(self, port: str) -> None:
        if not stat.S_ISFIFO(os.fstat(self.fd).st_mode):
            raise DeviceUnavailable(port, "this is no named pipe", "这不是命名管道")
        fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _forget_what_waited(self.fd):
            raise PortAbsent(port, "nobody writes to this pipe", "没有程序向此管道写入")

    def waiting(self) -> int:
        """Return 0: nothing can be written."""
        return 0

    def discard(self) -> None:
        """Do nothing: nothing can be written."""

    def close(self) -> None:
        """Close the descriptor."""
        with contextlib.suppress(OSError):
            os.close(self.fd)


def _forget_what_waited(fd: int) -> bool:
    """Read what belongs to an earlier time; say whether the other end is there."""
    with contextlib.suppress(BlockingIOError):
        for _ in range(_MOST_READS):
            if not os.read(fd, 4096):
                return False
    return True


def is_input(fd: int) -> bool:
    """Say whether a descriptor is an input device's, or a pipe's that stands for one."""
    return stat.S_ISFIFO(os.fstat(fd).st_mode) or _asked(fd, _GET_VERSION, 4) is not None


def who_is(fd: int | None) -> str:
    """Return what a device says it is: ``SEM USB Keyboard 1a2c:2124``; "" for a pipe."""
    if fd is None:
        return ""
    ids = _asked(fd, _GET_ID, 8)
    name = _asked(fd, GET_NAME, _NAME_SIZE)
    if ids is None or name is None:
        return ""
    _, vendor, product, _ = struct.unpack("=HHHH", ids)
    words = name.split(b"\0", 1)[0].decode("utf-8", "replace").strip()
    return f"{words} {vendor:04x}:{product:04x}"


def keys_down(fd: int | None) -> frozenset[int]:
    """Return the keys that are down now; none for a pipe, which cannot be asked."""
    return _bits(None if fd is None else _asked(fd, GET_KEYS, _KEYS_SIZE))


def lamps(fd: int | None) -> frozenset[int]:
    """Return which lamps (``LED_NUML`` 0, ``LED_CAPSL`` 1, ``LED_SCROLLL`` 2) a device has."""
    return _bits(None if fd is None else _asked(fd, GET_LEDS, _LEDS_SIZE))


def _asked(fd: int, request: int, size: int) -> bytes | None:
    answer = bytearray(size)
    try:
        fcntl.ioctl(fd, request, answer)
    except OSError:
        return None
    return bytes(answer)


def _bits(answer: bytes | None) -> frozenset[int]:
    """Return the numbers of the bits that are set.

    The kernel's bitmap is of longs: least significant bit first on little-endian machines, which
    all that we run on are.
    """
    value = int.from_bytes(answer or b"", "little")
    return frozenset(place for place in range(value.bit_length()) if value >> place & 1)
