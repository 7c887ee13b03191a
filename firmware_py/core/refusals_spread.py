"""The sentences of refusals about the hall's other Pis; see ``refusals``."""

from __future__ import annotations

__all__ = ["SPREAD_SENTENCES"]

#: code -> (Chinese, English).
SPREAD_SENTENCES: dict[str, tuple[str, str]] = {
    "nothing_to_lend": (
        "号码序列 {series} 已没有可以预留的号段，断网时请在主控取号。",
        "The series {series} has no block left to lend; when cut off, take tickets at the hub.",
    ),
    "alone_cannot": (
        "与主控断开，此操作暂不能进行。手中业务可以办结、挂起、评价；恢复后再试。",
        "Cut off from the hub: only finish, park or rate the work in hand until it is back.",
    ),
    "alone_cannot_call": (
        "与主控断开，暂不能叫号，恢复后即可叫下一位。",
        "Cut off from the hub: nobody can be called now; call when the hall is back.",
    ),
    "alone_no_numbers": (
        "本机与主控断开，预留的号码已用完。请到导税台或其他取号机取号。",
        "This kiosk is cut off and has no numbers left. Take one at the desk or another kiosk.",
    ),
    "reserve_used_up": (
        (
            "备用号段已用完，其余号码还在 {former} 上。{former} 接回后自动继续；确认它已断电时："
            "hallctl node write-off {former}。"
        ),
        (
            "The reserve is used up; the other numbers are still with {former}. They come when it "
            "is back; if it is certainly off: hallctl node write-off {former}."
        ),
    ),
    "numbers_elsewhere": (
        "常规号码还在 {former} 上，暂不能预留号段。",
        "The usual numbers are still with {former}; none can be lent.",
    ),
    "number_skipped": (
        "{number} 已跳过：同一次取号的纸质号票是 {paper}，请按 {paper} 办理。",
        "{number} is skipped: the paper of the same request says {paper}; go on with that.",
    ),
    "number_lent": (
        "{number} 预留给 {node}，还没有收到它的取号记录；它断网时发出的号，恢复后计入。",
        (
            "{number} is {node}'s to give, and no record of it has come yet: what it gives while "
            "it is cut off counts once it is back."
        ),
    ),
    "number_written_off": (
        "{number} 属于 {node} 已作废的号码，今天没有它的取号记录。有纸质号票的，请到疑难处理窗口。",
        (
            "{number} is of the numbers of {node} that were written off, and no record of it has "
            "come. Whoever has it on paper goes to the exception desk."
        ),
    ),
    "no_numbers_held": (
        "{node} 没有预留的号段，或已经作废，请用 hallctl node numbers 查看。",
        "{node} holds no numbers, or they are written off already; see hallctl node numbers.",
    ),
}
