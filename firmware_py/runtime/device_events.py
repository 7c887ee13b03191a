"""What device workers tell the rest of the daemon, always in batches, from their own threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from devices.base import HealthState, Report, Sentence, Status
from devices.errors import (
    DeviceError,
    DeviceFault,
    DeviceTimeout,
    DeviceUnavailable,
    FrameError,
    WrongDevice,
)

__all__ = [
    "DeviceEvent",
    "Done",
    "Emit",
    "Finished",
    "Lost",
    "Opened",
    "Outcome",
    "Reported",
    "Result",
    "describe",
]


class Outcome(StrEnum):
    """How a job ended."""

    DONE = "done"
    #: The driver raised; ``error`` says what.
    FAILED = "failed"
    #: The device was not open when the job's turn came.
    NOT_OPEN = "not_open"
    #: Its time was over before its turn came.
    EXPIRED = "expired"
    #: A newer job with the same key took its place.
    REPLACED = "replaced"
    #: The worker stopped first.
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Result:
    """How one job ended: ``value`` is what it returned, ``error`` what it raised."""

    device: str
    outcome: Outcome
    value: object = None
    error: DeviceError | None = None


Done = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """The device answers (again); it shows nothing yet: show what it should show now."""

    device: str
    status: Status


@dataclass(frozen=True, slots=True)
class Lost:
    """The device cannot be used. Said once for each reason, not at every attempt."""

    device: str
    status: Status
    error: DeviceError


@dataclass(frozen=True, slots=True)
class Reported:
    """The device, or a person at it, said something. ``at`` is the worker's clock in seconds."""

    device: str
    report: Report
    at: float


@dataclass(frozen=True, slots=True)
class Finished:
    """A job ended; whoever receives this calls ``done(result)``, in its own thread."""

    result: Result
    done: Done | None


DeviceEvent = Opened | Lost | Reported | Finished
#: Called from a worker's thread; usually ``lambda b: loop.call_soon_threadsafe(take, b)``.
Emit = Callable[[Sequence[DeviceEvent]], None]


def describe(error: DeviceError) -> Status:
    """Say for people what an error of a driver means."""
    match error:
        case DeviceFault(code=code, zh=zh, en=en):
            return Status(HealthState.FAULT, code, Sentence(zh, en))
        case DeviceTimeout():
            return Status(
                HealthState.GONE,
                "silent",
                Sentence(
                    "设备没有应答，正在自动重试。请检查电源和连线。",
                    "The device does not answer; retrying. Check its power and cable.",
                ),
            )
        case DeviceUnavailable(port=port, reason=reason, zh=zh):
            return Status(
                HealthState.GONE,
                "unavailable",
                Sentence(
                    f"设备连接不上（{port}：{zh or reason}），正在自动重试。请检查电源和连线。",
                    f"The device cannot be reached ({port}: {reason}); retrying. "
                    "Check its power and cable.",
                ),
            )
        case WrongDevice(identity="", expected=expected):
            return Status(
                HealthState.FAULT,
                "no_identity",
                Sentence(
                    f"设备没有报告自己的型号，无法确认它是“{expected}”，因此不使用它。"
                    "请核对设备，或删除配置中的 expect_identity。",
                    f"The device does not say what it is, so it cannot be known as {expected} and "
                    "is not used. Check the device, or remove expect_identity.",
                ),
            )
        case WrongDevice(identity=identity, expected=expected):
            return Status(
                HealthState.FAULT,
                "other_device",
                Sentence(
                    f"这里接的是另一台设备（{identity}），应为“{expected}”；不会在它上面打印或显示。"
                    "请换回原来的设备，或修改配置中的 expect_identity。",
                    f"Another device is plugged in here ({identity}), not {expected}; nothing is "
                    "printed or shown on it. Put the right one back, or correct expect_identity.",
                ),
            )
        case FrameError():
            return Status(
                HealthState.GONE,
                "garbled",
                Sentence(
                    "设备返回的数据无法识别，正在自动重试。请检查波特率和接线。",
                    "What the device sends cannot be read; retrying. Check baud rate and wiring.",
                ),
            )
        case _:
            return Status(
                HealthState.GONE,
                "broken",
                Sentence(
                    "设备驱动程序出错，正在自动重新启动。如反复出现，请联系技术人员。",
                    "The device's driver failed; restarting it. If it recurs, call a technician.",
                ),
            )
