"""The sentences of refusals about the hall's other Pis; see ``refusals``."""

from __future__ import annotations

__all__ = ["SPREAD_SENTENCES"]

#: code -> (Chinese, English).
SPREAD_SENTENCES: dict[str, tuple[str, str]] = {
    "nothing_to_lend": (
        "号码序列 {series} 已没有可以预留的号段，断网时请在主控取号。",
        "The series {series} has no block left to lend; when cut off, take tickets at the hub.",
    ),
    "no_numbers_held": (
        "{node} 没有预留的号段，或已经作废，请用 hallctl node numbers 查看。",
        "{node} holds no numbers, or they are written off already; see hallctl node numbers.",
    ),
}
