"""What the daemon says of each device."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning

__all__ = ["look"]

_BAD = {"fault", "gone"}


def look(facts: Facts) -> Iterator[Finding]:
    """Name every device that is not well, with its own sentence."""
    if facts.status is not None and facts.status["mode"] == "safe":
        yield unknown(
            "服务处于安全模式，不检查设备，设备状态未知。",
            "The daemon is in safe mode: it runs no devices but the displays and cannot tell "
            "how they are.",
        )
        return
    if facts.status is None:
        yield unknown(
            "服务没有正常运行，设备状态未知。", "How devices are is known while the daemon runs."
        )
        return
    silent = 0
    for one in facts.devices:
        name, state, said = one["device"], one["state"], one["say"]
        words = (f"{name}：{said['zh']}", f"{name}: {said['en']}")
        if state in _BAD:
            do = f"按所说处理后：hallctl devices restart {name}；hallctl devices test {name}"
            yield red(
                *words,
                do,
                f"Do as it says, then: hallctl devices restart {name}; hallctl devices test {name}",
            )
        elif state in {"warning", "starting"}:
            yield warning(
                *words, f"查看：hallctl devices show {name}", f"See: hallctl devices show {name}"
            )
        elif state == "disabled":
            yield warning(
                *words, f"启用：hallctl devices enable {name}", f"hallctl devices enable {name}"
            )
        silent += state == "unknown"
    well = sum(one["state"] == "ok" for one in facts.devices)
    if silent:
        yield fine(
            f"{well} 个设备正常；{silent} 个从不回报状态，请用自检确认（hallctl devices test）。",
            f"{well} devices are well; {silent} never say how they are: prove them with "
            "hallctl devices test.",
        )
    else:
        yield fine(f"{well} 个设备正常。", f"{well} devices are well.")
