"""Answers at the counter: why this ticket was called, or why somebody still waits."""

from __future__ import annotations

from firmware_py.core.estimate import open_windows_for
from firmware_py.core.events import CallReason
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.rules import Rules, Text
from firmware_py.core.waiting import candidates, key_of, priority_of, waits_for

__all__ = ["RULE_WORDS", "call_words", "waiting_words"]

#: What the class that decided a call is called.
RULE_WORDS: dict[str, Text] = {
    "ordinary": Text("普通排队", "ordinary queue"),
    "a_grade": Text("A级纳税人", "A-grade taxpayer"),
    "elderly": Text("老年人或残疾人优先", "elderly or disabled"),
    "appointment": Text("预约到时", "appointment at its time"),
    "transferred": Text("转办，保留原等候时间", "transferred, its waiting time kept"),
    "returned": Text("过号返回", "back after a miss"),
    "resumed": Text("挂起后返回，不重新排队", "parked before, no new queueing"),
    "named": Text("窗口点名叫号", "called by name at the window"),
}


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f}" if seconds >= 60 else "0"


def call_words(number: str, window: str, reason: CallReason) -> Text:
    """Return why ``number`` was called to ``window`` and nobody else."""
    rule = RULE_WORDS.get(reason.rule, Text(reason.rule, reason.rule))
    zh = (
        f"{number} 由 {window} 号窗口呼叫：{rule.zh}，已等候 {_minutes(reason.waited_s)} 分钟，"
        f"优先值 {reason.priority:.0f}"
    )
    en = (
        f"{number} was called to window {window}: {rule.en}, waited "
        f"{_minutes(reason.waited_s)} min, priority {reason.priority:.0f}"
    )
    if reason.rule == "resumed":
        zh = f"{number} 由 {window} 号窗口呼叫：{rule.zh}"
        en = f"{number} was called to window {window}: {rule.en}"
    if reason.over is not None:
        if reason.rule == "named" and reason.over_priority > reason.priority:
            zh += f"；排在前面的本是 {reason.over}（优先值 {reason.over_priority:.0f}）"
            en += f"; {reason.over} was next by priority ({reason.over_priority:.0f})"
        else:
            zh += f"；其次是 {reason.over}（优先值 {reason.over_priority:.0f}）"
            en += f"; next after it was {reason.over} (priority {reason.over_priority:.0f})"
    zh += f"。当时可叫 {reason.eligible} 人。"
    en += f". {reason.eligible} could be called then."
    return Text(zh, en)


def waiting_words(rules: Rules, state: State, ticket: Ticket, now_ms: int) -> Text:
    """Return what a ticket that was not called yet waits for."""
    number = ticket.number
    if ticket.status is not TicketStatus.WAITING:
        return _not_waiting(rules, ticket, now_ms)
    key = key_of(ticket)
    priority, rule = priority_of(rules, ticket, key, now_ms)
    words = RULE_WORDS[rule]
    waited = _minutes((now_ms - ticket.issued_ms) / 1000)
    if ticket.bound and waits_for(state, ticket.bound, key[3]):
        return Text(
            f"{number} 指定在 {ticket.bound} 号窗口，已等候 {waited} 分钟，该窗口空闲后即呼叫。",
            f"{number} is bound to window {ticket.bound}; it has waited {waited} min and is "
            f"called once that window is free.",
        )
    windows = open_windows_for(state, ticket.skill)
    if not windows:
        return Text(
            f"{number} 已等候 {waited} 分钟：目前没有开放的窗口办理该事项，请值班长开放窗口。",
            f"{number} has waited {waited} min: no open window takes its item; the duty manager "
            f"should open one.",
        )
    if ticket.returned_from_call is not None and state.calls < ticket.returned_from_call:
        others = ticket.returned_from_call - state.calls
        return Text(
            f"{number} 过号后返回，再叫 {others} 个号之后可以呼叫。",
            f"{number} came back after a miss and may be called after {others} more calls.",
        )
    if ticket.resumed:
        return Text(
            f"{number} {words.zh}，窗口空闲后最先呼叫。",
            f"{number}: {words.en}; it is called first once a window is free.",
        )
    ahead = sum(
        count
        for candidate, count in _queue_counts(rules, state, windows[0].id, now_ms)
        if candidate > priority
    )
    names = "、".join(w.id for w in windows[:6])
    return Text(
        f"{number} {words.zh}，已等候 {waited} 分钟，优先值 {priority:.0f}；"
        f"可由 {names} 号窗口办理，前面约有 {ahead} 人。",
        f"{number}: {words.en}, waited {waited} min, priority {priority:.0f}; windows "
        f"{', '.join(w.id for w in windows[:6])} take it, about {ahead} go before it.",
    )


def _queue_counts(rules: Rules, state: State, window: str, now_ms: int) -> list[tuple[float, int]]:
    """Return the priority of each person the window may call, as ``(priority, 1)``."""
    found: list[tuple[float, int]] = []
    for candidate, count in candidates(rules, state, state.windows[window], now_ms):
        if count == 1:
            found.append((candidate[0], 1))
            continue
        key = key_of(state.tickets[candidate[3]])
        found.extend(
            (priority_of(rules, state.tickets[number], key, now_ms)[0], 1)
            for _, _, number in state.queues[key]
        )
    return found


def _not_waiting(rules: Rules, ticket: Ticket, now_ms: int) -> Text:
    number, window = ticket.number, ticket.window or "?"
    match ticket.status:
        case TicketStatus.CALLED:
            return Text(
                f"{number} 已被 {window} 号窗口呼叫。", f"{number} is called to window {window}."
            )
        case TicketStatus.SERVING:
            return Text(
                f"{number} 正在 {window} 号窗口办理。",
                f"{number} is being served at window {window}.",
            )
        case TicketStatus.PARKED:
            return Text(
                f"{number} 已挂起，材料齐后回到 {window} 号窗口，不用重新排队。",
                f"{number} is parked; with the paper it goes back to window {window}, no queueing.",
            )
        case TicketStatus.MISSED:
            minutes = rules.return_within_s // 60
            gone = _minutes((now_ms - (ticket.missed_ms or now_ms)) / 1000)
            return Text(
                f"{number} {gone} 分钟前过号，{minutes} 分钟内可以恢复。",
                f"{number} was missed {gone} min ago; it may come back within {minutes} min.",
            )
        case TicketStatus.FINISHED:
            return Text(
                f"{number} 已在 {window} 号窗口办结。", f"{number} is finished at window {window}."
            )
        case TicketStatus.CANCELLED:
            return Text(f"{number} 已取消。", f"{number} was cancelled.")
        case _:
            return Text(
                f"{number} 到关门时未办理，已结束。",
                f"{number} was still open when the day closed.",
            )
