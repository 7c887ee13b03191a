"""What came of another Pi's record, in words: for ``why``, for a ticket, for the journal."""

from __future__ import annotations

from collections.abc import Mapping

from firmware_py.core.events_spread import RecordMerged, TicketReplaced
from firmware_py.core.records import node_of
from firmware_py.core.refusals import STATUS_WORDS
from firmware_py.core.rules import Text

__all__ = ["OUTCOMES", "outcome_words", "record_words", "replaced_words"]

#: Outcome of a record -> its words; ``{other}`` is what counts instead.
OUTCOMES: Mapping[str, Text] = {
    "kept": Text("已计入", "it counts"),
    "same": Text("与已有结果相同", "nothing new"),
    "paper": Text(
        "以纸质号票为准，主控给出的 {other} 跳过",
        "the number on the paper counts, {other} is skipped",
    ),
    "skipped": Text("同一次取号的纸质号票是 {other}", "the paper of the same request says {other}"),
    "written_off": Text(
        "号码取自已作废的号段，仍然有效",
        "it is from numbers that were written off, and counts all the same",
    ),
    "elsewhere": Text(
        "窗口 {other} 也有记录，以窗口 {other} 为准", "window {other} had it too, and that counts"
    ),
    "stands": Text("以现有结果为准：{other}", "what is known here stands: {other}"),
    "busy": Text(
        "该窗口已在办理 {other}，此号继续等候",
        "the window has {other} in hand, so this one waits on",
    ),
    "early": Text(
        "该号的取号记录还未到，到后计入", "it counts once the number's own record is here"
    ),
    "not_allowed": Text(
        "该设备无权记录此事，未采用", "that Pi may not say this; it was not taken"
    ),
    "noted": Text("仅作记录", "kept as a trace only"),
    "former_day": Text(
        "属于以前的营业日，仅作记录", "of a former day, kept as a trace only"
    ),
    "renumbered": Text(
        "另一份受理单已用此编号，这一份改编为 {other} 并重新打印",
        "another form has this number; this one is {other} from now on and printed again",
    ),
    "number_twice": Text(
        "该号码已属于另一次取号，请人工核对",
        "another request has this number already; somebody must look",
    ),
}  # fmt: skip

#: What happened there, for people at a counter; others by their type.
_DEEDS: Mapping[str, Text] = {
    "ticket.issued": Text("取号", "took the number"),
    "ticket.called": Text("叫号到窗口 {window}", "called it to window {window}"),
    "ticket.recalled": Text("窗口 {window} 重呼", "called it again to window {window}"),
    "service.started": Text("窗口 {window} 开始办理", "began to serve it at window {window}"),
    "service.finished": Text("窗口 {window} 办结", "finished it at window {window}"),
    "ticket.missed": Text("窗口 {window} 记为过号", "marked it missed at window {window}"),
    "ticket.parked": Text("窗口 {window} 挂起", "parked it at window {window}"),
    "ticket.cancelled": Text("取消", "cancelled it"),
    "ticket.transferred": Text("转移", "transferred it"),
    "ticket.resumed": Text("恢复办理", "brought it back"),
    "ticket.returned": Text("过号后返回", "brought it back after a miss"),
    "rating.asked": Text("窗口 {window} 请求评价", "asked for a rating at window {window}"),
    "rating.given": Text("窗口 {window} 收到评价", "took its rating at window {window}"),
    "rating.unanswered": Text("窗口 {window} 未评价", "had no rating at window {window}"),
}


def outcome_words(outcome: str, other: str | None) -> Text:
    """Return what came of a record."""
    form = OUTCOMES.get(outcome, Text(outcome, outcome))
    zh, en = STATUS_WORDS.get(other or "", (other or "", other or ""))
    return Text(form.zh.format(other=zh), form.en.format(other=en))


def record_words(record: RecordMerged, at: str) -> Text:
    """Return what another Pi did with a ticket by itself, ``at`` a local time, and its outcome."""
    node = node_of(record.source)
    deed = _DEEDS.get(record.type, Text(record.type, record.type))
    window = record.window or ""
    came = outcome_words(record.outcome, record.other)
    zh_at, en_at = (f" {at}", f" at {at}") if at else ("", "")
    return Text(
        f"断网时由 {node}{zh_at} {deed.zh.format(window=window)}：{came.zh}。",
        f"While it was cut off, {node} {deed.en.format(window=window)}{en_at}: {came.en}.",
    )


def replaced_words(event: TicketReplaced) -> Text:
    """Return why a number is skipped."""
    return Text(
        f"{event.number} 跳过：同一次取号的纸质号票是 {event.paper}。",
        f"{event.number} is skipped: the paper of the same request says {event.paper}.",
    )
