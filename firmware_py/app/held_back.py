"""What people are told by a hub that cannot decide now: too busy, or without the lease."""

from __future__ import annotations

from firmware_py.core.refusals import Refusal

__all__ = ["BUSY", "NOT_SURE", "NO_LEASE"]

BUSY = Refusal(
    "busy",
    "系统正忙，请稍后再试。",
    "The controller is busy; please try again in a moment.",
)
NO_LEASE = Refusal(
    "no_lease",
    "主控暂不受理：未取得多数设备同意（主控、备用主控、见证设备中须有两台互通）。"
    "恢复后自动受理，请稍候再试。",
    "The hub takes nothing for now: it needs two of hub, standby and witness in touch with one "
    "another. It goes on by itself; please try again in a moment.",
)
NOT_SURE = Refusal(
    "not_sure",
    "主控暂不受理：刚刚失去多数设备的同意，操作可能没有生效。请看屏幕上的号码，必要时再按一次。",
    "The hub takes nothing for now: it has just lost its lease, and this may not have been done. "
    "Look at the number shown, and press again if need be.",
)
