"""What is said between a window's Pi and the hub of what the hub keeps, and to the clerk of it."""

from __future__ import annotations

from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Text

__all__ = [
    "AWAY", "BAD_PART", "CANNOT_LOOK", "NOT_ANSWERED", "TOO_LARGE", "WAITS", "day_over",
    "elsewhere", "in_use", "not_yours", "pages_lacking", "recorded_already",
]  # fmt: skip

#: Somebody answered, signed or asked at a window that is cut off.
AWAY = Refusal(
    "hub_away_kept",
    "与主控断开，现在不能记录；屏上内容都已保留，恢复后请再按一次。",
    "Cut off from the hub: this cannot be recorded now. Nothing on the screens is lost; press once "
    "more when the hall is back.",
)
#: The same for what is typed at ``hallctl``: nothing of it is on any screen.
NOT_ANSWERED = Refusal(
    "hub_away",
    "主控没有应答，此操作可能没有完成；恢复后请再执行一次。",
    "The hub does not answer, and this may not have been done: give the command again when the "
    "hall is back.",
)
#: A scan that was whole, and not at the hub yet.
WAITS = Text(
    "已扫描，暂存本机，恢复后自动交主控登记，不用重扫。",
    "Scanned and kept at this window; it goes to the hub by itself when the hall is back. Do not "
    "scan it again.",
)
#: Documents at the hub, while it is not heard.
CANNOT_LOOK = Text(
    "与主控断开，扫描件在主控，恢复后可查看。",
    "Cut off from the hub, where its pages are; look again when the hall is back.",
)
BAD_PART = Refusal(
    "bad_part",
    "资料传送不完整，将自动重传。",
    "A part of it did not come as it was sent; it is sent again by itself.",
)
TOO_LARGE = Refusal(
    "part_too_large",
    "这一页太大，主控不保存；请降低分辨率重新扫描。",
    "This page is larger than the hub keeps; scan it with a lower resolution.",
)


def not_yours(name: str) -> Refusal:
    """The name is not of what this Pi has to do with now."""
    return Refusal(
        "not_yours",
        f"{name[:64]} 不是这个窗口正在办理的资料，主控没有接受。",
        f"{name[:64]} is not of whom this window has to do with; the hub did not take it.",
        {"name": name[:64]},
    )


def recorded_already(document: str) -> Refusal:
    """Nothing that is recorded is put anew."""
    return Refusal(
        "document_recorded",
        f"资料 {document} 已经登记，不能覆盖；需要时请重新扫描（rescan）。",
        f"Document {document} is recorded and is not overwritten; scan it again if need be.",
        {"document": document},
    )


def day_over(document: str, day: str) -> Refusal:
    """Its ticket is of a day that is over, or is not known any more."""
    return Refusal(
        "document_day_over",
        f"资料 {document}（{day}）没能在当天交给主控，保存在本机，到期删除；如仍需要请重新扫描。",
        f"Document {document} of {day} did not reach the hub on its day. It stays at this Pi until "
        "its time is over; scan it again if it is still needed.",
        {"document": document, "day": day},
    )


def in_use(document: str) -> Refusal:
    """Its files come or go just now."""
    return Refusal(
        "document_in_use",
        f"资料 {document} 正在处理，将自动重试。",
        f"The files of {document} are in use; it is tried again by itself.",
        {"document": document},
    )


def pages_lacking(document: str) -> Refusal:
    """The hub records no document whose pages it has not."""
    return Refusal(
        "pages_lacking",
        f"资料 {document} 的页没有全部到达主控，将自动重传。",
        f"Not all pages of {document} are at the hub; they are sent again by themselves.",
        {"document": document},
    )


def elsewhere(window: str, node: str) -> Refusal:
    """Screens and scanner of a window stand at another Pi."""
    return Refusal(
        "window_elsewhere",
        f"{window} 号窗口的屏幕和扫描仪接在 {node} 上，请在该机上操作。",
        f"The screens and the scanner of window {window} stand at {node}; do it there.",
        {"window": window, "node": node},
    )
