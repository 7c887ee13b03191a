"""What a farewell says in the log: why the daemon ended, who was told, who was not and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.base import Sentence
from devices.errors import DeviceError, DeviceFault, DeviceTimeout, DeviceUnavailable
from firmware_py.runtime.farewell_plan import Role

__all__ = ["Told", "ended_because", "report"]

#: More of them at once are one cause: a line or the power.
_NAMED = 4

_RESULTS = {
    "success": ("正常停止", "was stopped in order"),
    "watchdog": ("没有响应，已被强制结束", "hung and was ended"),
    "oom-kill": ("内存不足，已被强制结束", "ran out of memory and was ended"),
    "timeout": ("启动或停止超时", "took too long to start or to stop"),
    "core-dump": ("程序崩溃", "crashed"),
    "": ("原因不明", "ended, nobody says why"),
}
_ROLES: dict[Role, tuple[str, str]] = {
    "wall": ("主屏", "walls"),
    "strip": ("窗口屏", "strips"),
    "pad": ("评价器", "pads"),
    "lamp": ("报警灯", "lamps"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one device: told, not told for ``error``, or it ``hangs``."""

    device: str
    role: Role
    error: DeviceError | None = None
    hangs: bool = False


def ended_because(env: Mapping[str, str]) -> Sentence:
    """Return why the daemon ended, by what systemd gives (``systemd.exec(5)``)."""
    result, status = env.get("SERVICE_RESULT", ""), env.get("EXIT_STATUS", "")
    if result == "exit-code" and status == "2":
        why = ("配置被拒绝", "refused its configuration")
    elif result == "exit-code":
        why = (f"异常退出，代码 {status}", f"ended with code {status}")
    elif result == "signal":
        why = (f"被信号 {status} 终止", f"was ended by signal {status}")
    else:
        why = _RESULTS.get(result, (result, f"ended: {result}"))
    return Sentence(f"叫号服务已停止（{why[0]}）", f"halld {why[1]}")


def report(because: Sentence, told: Sequence[Told]) -> Sentence:
    """Return what the log says: how many of each sort were told, and who was not."""
    if not told:
        return Sentence(f"{because.zh}。没有可告知的设备。", f"{because.en}. Nothing shows it.")
    missed = [one for one in told if one.error is not None or one.hangs]
    of, reached = Counter(one.role for one in told), Counter(one.role for one in told)
    reached.subtract(one.role for one in missed)
    counts = [(_ROLES[role], f"{reached[role]}/{of[role]}") for role in _ROLES if of[role]]
    zh = f"{because.zh}。已告知：" + "、".join(f"{words[0]} {n}" for words, n in counts) + "。"
    en = f"{because.en}. Told: " + ", ".join(f"{words[1]} {n}" for words, n in counts) + "."
    if missed:
        named = [(one.device, _why(one)) for one in missed[:_NAMED]]
        more = len(missed) - len(named)
        zh += "未能告知：" + "、".join(f"{name}（{why.zh}）" for name, why in named)
        en += " Not told: " + ", ".join(f"{name} ({why.en})" for name, why in named)
        zh += f"等 {len(missed)} 个设备。" if more else "。"
        en += f" and {more} more." if more else "."
    return Sentence(zh, en)


def _why(one: Told) -> Sentence:
    match one.error:
        case DeviceTimeout():
            return Sentence("没有应答", "no answer")
        case DeviceUnavailable(reason=reason):
            return Sentence("连接不上", reason)
        case DeviceFault(zh=zh, en=en):
            return Sentence(zh.rstrip("。"), en.rstrip("."))
        case None:
            return Sentence("卡住了", "hangs")
        case error:
            return Sentence("驱动程序出错", str(error))
