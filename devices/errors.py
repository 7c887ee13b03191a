"""What a device can do wrong, as exceptions.

Each is also the builtin that fits, so that code that knows nothing of halls still handles it.
"""

from __future__ import annotations

__all__ = [
    "DeviceError",
    "DeviceFault",
    "DeviceTimeout",
    "DeviceUnavailable",
    "FrameError",
    "PortAbsent",
    "WrongDevice",
    "WrongSetting",
]


class DeviceError(Exception):
    """Root of everything that a driver raises on purpose."""


class DeviceUnavailable(DeviceError, ConnectionError):
    """The device or its port is not there; trying again later may help.

    ``port`` is the configured port, ``reason`` the operating system's words, ``zh`` the same for
    a Chinese sentence ("" where there are none).
    """

    def __init__(self, port: str, reason: str, zh: str = "") -> None:
        super().__init__(f"{port}: {reason}")
        self.port = port
        self.reason = reason
        self.zh = zh


class PortAbsent(DeviceUnavailable):
    """The port itself is not there: unplugged. Looking again costs nothing, so do it often."""


class WrongDevice(DeviceError, ConnectionRefusedError):
    """Another device answers than the one that the configuration expects.

    ``identity`` is what it says it is, "" when it does not say; ``expected`` was to be in it.
    """

    def __init__(self, name: str, expected: str, identity: str) -> None:
        super().__init__(f"{name}: expected {expected!r}, found {identity!r}")
        self.expected = expected
        self.identity = identity


class DeviceTimeout(DeviceError, TimeoutError):
    """The device did not answer, or did not take bytes, within ``timeout_s`` seconds."""

    def __init__(self, what: str, timeout_s: float) -> None:
        super().__init__(f"{what}: nothing within {timeout_s:g} s")
        self.what = what
        self.timeout_s = timeout_s


class FrameError(DeviceError, ValueError):
    """Bytes that are no frame; the codec looks for the next one. ``data`` is what was read."""

    def __init__(self, what: str, data: bytes = b"") -> None:
        super().__init__(f"{what}: {data[:32].hex(' ')}" if data else what)
        self.what = what
        self.data = data


class WrongSetting(ValueError):
    """Settings that are each right and cannot be together; ``zh`` and ``en`` say why.

    Where the mistake is one key's, both begin with it and a colon: ``brightness: ...``.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class DeviceFault(DeviceError, RuntimeError):
    """The device works but a person must act: paper, jam, cover.

    ``code`` is stable (``paper_end``, ``cover_open``, ``cutter`` ...); ``zh`` and ``en`` say what
    to do, one sentence each. One that is not ``lasting`` ends only the call that raised it (an
    empty feeder, a cancelled scan) and says nothing of how the device is.
    """

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.lasting = True
