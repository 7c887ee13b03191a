"""What a check of the journal can find, each in a sentence of both languages."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Problem"]

_WORDS = {
    "vanished": ("业务流水库文件不见了。", "The journal's file is gone."),
    "empty": ("业务流水库文件是空的。", "The journal's file is empty."),
    "not_a_journal": ("文件不是业务流水库。", "The file is not a journal."),
    "pages": ("业务流水库的数据页已损坏。", "Pages of the journal are damaged."),
    "structure": ("业务流水库的表结构不对。", "The journal's tables are not as they should be."),
    "other_epoch": (
        "业务流水库与标识文件不属于同一纪元，文件可能被替换过。",
        "The journal is of another epoch than its marker: the file was probably swapped.",
    ),
    "behind": (
        "业务流水库比标识文件记录的旧：已确认的业务丢失了。",
        "The journal is older than its marker says: acknowledged events are lost.",
    ),
    "rewritten": (
        "业务流水库的链值与标识文件不符，内容可能被改写。",
        "The journal's head differs from its marker: it was probably rewritten.",
    ),
    "head": (
        "业务流水的末尾与登记的末尾不符。",
        "The journal's end is not where the journal itself says.",
    ),
    "start": (
        "业务流水的开头不完整。",
        "The journal's beginning is not where it should be.",
    ),
    "missing": ("第 {seq} 条业务流水缺失。", "Event {seq} is missing."),
    "changed": ("第 {seq} 条业务流水被改动过。", "Event {seq} was changed."),
    "time": (
        "第 {seq} 条业务流水的时间倒退了。",
        "The time of event {seq} runs backwards.",
    ),
    "snapshot": ("第 {seq} 条处的快照已损坏。", "The snapshot at {seq} is damaged."),
    "no_snapshot": (
        "没有可用的快照，而更早的明细已压缩，无法重建排队状态。",
        "No good snapshot is left and older events are compacted: the queue cannot be rebuilt.",
    ),
    "outcome": ("一条操作结果已损坏。", "A command's outcome is damaged."),
    "position": ("一个读取位置已损坏。", "A consumer's position is damaged."),
    "figures": ("一天的统计数据已损坏。", "The figures of a day are damaged."),
    "other_node": (
        "业务流水库属于另一台设备。若确是更名，请改回配置中的名称。",
        "The journal belongs to another node. If this one was renamed, set its name back.",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    ``code`` is stable, ``seq`` the first event concerned (None where no event is), ``detail`` is
    for the technician.
    """

    code: str
    zh: str
    en: str
    seq: int | None = None
    detail: str = ""

    @classmethod
    def of(cls, code: str, seq: int | None = None, detail: str = "") -> Problem:
        """Return the problem with this code. Raises ``KeyError`` for a code that is none."""
        zh, en = _WORDS[code]
        return cls(code, zh.format(seq=seq), en.format(seq=seq), seq, detail)
