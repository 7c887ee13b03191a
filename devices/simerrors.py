"""What the bench refuses, as sentences for people."""

from __future__ import annotations

from collections.abc import Iterable

from devices.base import Sentence

__all__ = [
    "BenchError",
    "bad_request",
    "no_such_fault",
    "no_such_key",
    "unknown_device",
    "unplugged",
]


class BenchError(Exception):
    """The bench cannot do that; ``code`` is stable, ``say`` is for people."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.say = Sentence(zh, en)


def unknown_device(name: str, known: Iterable[str]) -> BenchError:
    """Nobody of that name is on the bench."""
    names = sorted(set(known))
    return BenchError(
        "unknown_device",
        f"模拟台上没有名为“{name}”的设备或线路。现有：{'、'.join(names)}。",
        f"The bench has no device or line {name}. It has: {', '.join(names)}.",
    )


def no_such_key(device: str, key: str, hint: str) -> BenchError:
    """The device has no such key; ``hint`` lists those it has, as ``UnknownKey`` says them."""
    hint_zh = f"可用：{hint}。" if hint else ""
    hint_en = f" It has: {hint}." if hint else ""
    return BenchError(
        "unknown_key",
        f"设备“{device}”没有按键“{key}”。{hint_zh}",
        f"Device {device} has no key {key}.{hint_en}",
    )


def no_such_fault(device: str, fault: str, known: Iterable[str]) -> BenchError:
    """The device cannot play that fault, or not with that number or without one."""
    names = sorted(set(known))
    kind, colon, _ = fault.replace("_", "-").partition(":")
    if kind in names:
        zh = f"不能带这个数字：{fault}" if colon else f"要带一个数字，例如 {kind}:10"
        en = f"does not take this number: {fault}" if colon else f"needs a number, as in {kind}:10"
        return BenchError("unknown_fault", f"故障“{kind}”{zh}。", f"The fault {kind} {en}.")
    return BenchError(
        "unknown_fault",
        f"设备“{device}”不能模拟故障“{fault}”。可模拟：{'、'.join(names)}。",
        f"Device {device} cannot play the fault {fault}. It can play: {', '.join(names)}.",
    )


def unplugged(device: str) -> BenchError:
    """A key of a device that is not plugged in does nothing."""
    return BenchError(
        "unplugged",
        f"设备“{device}”的插头已拔下，请先插上。",
        f"Device {device} is unplugged; plug it in first.",
    )


def bad_request(zh: str, en: str) -> BenchError:
    """A line on the control socket that is no command."""
    return BenchError("bad_request", zh, en)
