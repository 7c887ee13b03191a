"""What is said of checks at a window (请核对), beside the queue's own refusals."""

from __future__ import annotations

from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Text

__all__ = ["LOST", "NOT_KEPT", "bad_text", "fixed", "lost", "nothing_kept"]

#: A panel whose values nobody has any more.
LOST = Text(
    "系统重新启动过，核对内容没有保存，请重新发起核对。",
    "The controller started again and what was to be checked is gone; ask again.",
)
NOT_KEPT = Text(
    "核对结果已记录，但内容没有保存成功，请手工登记，并联系技术人员。",
    "The answer is recorded, but what was checked could not be kept: write it down by hand, and "
    "call a technician.",
)


def lost(check: str) -> Refusal:
    """The values are gone with the daemon that had them: nobody can have checked them."""
    return Refusal("check_lost", LOST.zh, LOST.en, {"check": check})


def nothing_kept(check: str, day: str) -> Refusal:
    """Nothing in the vault: its item keeps nothing, it was not answered, or it was forgotten."""
    return Refusal(
        "check_not_kept",
        f"没有保存 {check}（{day}）的内容：只有业务事项要求留存（keep_checks）且已答复的才保存，"
        "应要求删除的也不再有。用 hallctl check list 查看当天的核对。",
        f"Nothing is kept of {check} ({day}): only an answered check of an item with keep_checks "
        "is, and not after it was deleted on request. hallctl check list shows the day's checks.",
        {"check": check, "day": day},
    )


def fixed(field: str) -> Refusal:
    """A field that only the clerk may change."""
    return Refusal(
        "check_fixed",
        f"“{field}”不能在这里更正，请告诉窗口人员。",
        f"{field} cannot be corrected here; tell the clerk.",
        {"field": field},
    )


def bad_text(where: str) -> Refusal:
    """Control characters; what was sent is not repeated."""
    return Refusal(
        "bad_field",
        f"参数 {where} 含有控制字符。",
        f"{where} has control characters.",
        {"field": where},
    )
