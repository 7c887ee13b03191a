"""The sentences of refusals about checks at a window (请核对); see ``refusals``."""

from __future__ import annotations

__all__ = ["CHECK_SENTENCES"]

#: code -> (Chinese, English).
CHECK_SENTENCES: dict[str, tuple[str, str]] = {
    "check_fields": (
        "核对内容应有 1 至 {max} 项，每项编号不同，用小写字母开头的字母、数字和 _，最多 32 个。",
        "A check has 1 to {max} fields, each with an id of its own of a-z, 0-9 and _, 32 at most.",
    ),
    "no_check": (
        "{window} 号窗口现在没有请纳税人核对的内容。",
        "Nothing waits to be checked at window {window}.",
    ),
    "check_over": (
        "核对 {check} 已经结束，现在核对的是 {now}，请看屏幕。",
        "The check {check} is over, {now} stands now; look at the screen again.",
    ),
    "check_answered": (
        "核对 {check} 已经答复，不能再改；需要时请重新发起核对。",
        "The check {check} has been answered and stays as it is; ask again if need be.",
    ),
    "check_corrections": (
        "答复为“更正”时，须写明更正了本次核对中的哪几项；其他答复不带更正。",
        "A correction says which of the check's fields were changed; any other answer says none.",
    ),
}
