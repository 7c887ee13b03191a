"""Answers at the counter: why this ticket was called, or why somebody still waits."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_py.core.estimate import go_before, windows_of
from firmware_py.core.events import CallReason
from firmware_py.core.model import State, Ticket, TicketStatus, Window, WindowStatus
from firmware_py.core.rules import Rules, Text
from firmware_py.core.waiting import key_of, priority_of, waits_for

__all__ = ["RULE_WORDS", "call_words", "rule_words", "waiting_words"]

#: What the class that decided a call is called.
RULE_WORDS: dict[str, Text] = {
    "ordinary": Text("普通排队", "ordinary queue"),
    "a_grade": Text("A级纳税人", "A-grade taxpayer"),
    "elderly": Text("老年人或残疾人优先", "elderly or disabled"),
    "appointment": Text("预约到时", "appointment at its time"),
    "transferred": Text("转办，保留原等候时间", "transferred, its waiting time kept"),
    "returned": Text("过号返回", "back after a miss"),
    "resumed": Text("挂起后返回，不重新排队", "parked before, no new queueing"),
    "named": Text("窗口指定叫号", "called by its number at the window"),
    "elsewhere": Text("断网期间在窗口办理", "at the window while it was cut off"),
}


#: More windows than these are counted, not named.
NAMED_WINDOWS = 6


def _span(seconds: float) -> Text:
    """Return minutes in words; the Chinese one follows a word without a space of its own."""
    if seconds < 60:
        return Text("不到 1 分钟", "less than a minute")
    minutes = round(seconds / 60)
    return Text(f" {minutes} 分钟", f"{minutes} min")


def rule_words(rule: str) -> Text:
    """Return what decided a call in a few words, without numbers."""
    return RULE_WORDS.get(rule, Text(rule, rule))


def call_words(number: str, window: str, reason: CallReason) -> Text:
    """Return why ``number`` was called to ``window`` and nobody else."""
    rule = rule_words(reason.rule)
    zh = f"{number} 由 {window} 号窗口呼叫：{rule.zh}"
    en = f"{number} was called to window {window}: {rule.en}"
    if reason.rule != "resumed":
        waited = _span(reason.waited_s)
        zh += f"，已等候{waited.zh}，优先值 {reason.priority:.0f}"
        en += f", waited {waited.en}, priority {reason.priority:.0f}"
    if reason.over is not None:
        if reason.rule == "named" and reason.over_priority > reason.priority:
            zh += f"；排在前面的本是 {reason.over}（优先值 {reason.over_priority:.0f}）"
            en += f"; {reason.over} was next by priority ({reason.over_priority:.0f})"
        else:
            zh += f"；其次是 {reason.over}（优先值 {reason.over_priority:.0f}）"
            en += f"; next after it was {reason.over} (priority {reason.over_priority:.0f})"
    zh, en = f"{zh}。", f"{en}."
    if reason.eligible:
        zh += f"当时可叫 {reason.eligible} 人。"
        people = "person" if reason.eligible == 1 else "people"
        en += f" {reason.eligible} {people} could be called then."
    return Text(zh, en)


def waiting_words(rules: Rules, state: State, ticket: Ticket, now_ms: int) -> Text:
    """Return what a ticket waits for, or where it is when it does not wait."""
    if ticket.status is not TicketStatus.WAITING:
        return _not_waiting(rules, ticket, now_ms)
    number = ticket.number
    waited = _span((now_ms - ticket.issued_ms) / 1000)
    if ticket.bound and waits_for(state, ticket.bound, key_of(ticket)[3]):
        return _bound(rules, state, ticket, state.windows[ticket.bound], now_ms)
    windows = windows_of(state, ticket)
    if not windows:
        return Text(
            f"{number} 已等候{waited.zh}：目前没有开放的窗口办理该事项，请值班长开放窗口。",
            f"{number} has waited {waited.en}: no open window takes its item; the duty manager "
            f"should open one.",
        )
    if ticket.returned_from_call is not None and state.calls < ticket.returned_from_call:
        others = ticket.returned_from_call - state.calls
        return Text(
            f"{number} 过号后返回，再叫 {others} 个号之后可以呼叫。",
            f"{number} came back after a miss and may be called after {others} more "
            f"call{'s' if others > 1 else ''}.",
        )
    priority, rule = priority_of(rules, ticket, key_of(ticket), now_ms)
    words = RULE_WORDS[rule]
    ahead = _ahead(len(go_before(rules, state, ticket, windows, now_ms)))
    if ticket.resumed:
        return Text(
            f"{number} {words.zh}，窗口空闲后优先呼叫，{ahead.zh}。",
            f"{number}: {words.en}; it is called first once a window is free; {ahead.en}.",
        )
    able = _able(windows)
    return Text(
        f"{number} {words.zh}，已等候{waited.zh}，优先值 {priority:.0f}；{able.zh}，{ahead.zh}。",
        f"{number}: {words.en}, waited {waited.en}, priority {priority:.0f}; "
        f"{able.en}, {ahead.en}.",
    )


def _bound(rules: Rules, state: State, ticket: Ticket, window: Window, now_ms: int) -> Text:
    number, waited = ticket.number, _span((now_ms - ticket.issued_ms) / 1000)
    ahead = _ahead(len(go_before(rules, state, ticket, [window], now_ms)))
    if ticket.resumed:
        return Text(
            f"{number} 挂起后已返回，不用重新排队；{window.id} 号窗口空闲后优先呼叫，{ahead.zh}。",
            f"{number} is back from parking, no new queueing; window {window.id} calls it first "
            f"once it is free; {ahead.en}.",
        )
    if window.status is WindowStatus.PAUSED:
        return Text(
            f"{number} 指定在 {window.id} 号窗口，该窗口暂停中；已等候{waited.zh}，"
            f"窗口恢复后呼叫，{ahead.zh}。",
            f"{number} is bound to window {window.id}, which is on a break; it has waited "
            f"{waited.en} and is called after the break; {ahead.en}.",
        )
    return Text(
        f"{number} 指定在 {window.id} 号窗口，已等候{waited.zh}，该窗口空闲后呼叫，{ahead.zh}。",
        f"{number} is bound to window {window.id}; it has waited {waited.en} and is called once "
        f"that window is free; {ahead.en}.",
    )


def _ahead(count: int) -> Text:
    if not count:
        return Text("下一个就轮到", "it is next")
    people = "1 person goes" if count == 1 else f"{count} people go"
    return Text(f"前面约有 {count} 人", f"about {people} before it")


def _able(windows: Sequence[Window]) -> Text:
    names = [window.id for window in windows[:NAMED_WINDOWS]]
    more = len(windows) - len(names)
    if more:
        return Text(
            f"可由 {'、'.join(names)} 号等 {len(windows)} 个窗口办理",
            f"windows {', '.join(names)} and {more} more take it",
        )
    zh = f"可由 {'、'.join(names)} 号窗口办理"
    if len(names) == 1:
        return Text(zh, f"window {names[0]} takes it")
    return Text(zh, f"windows {', '.join(names)} take it")


def _not_waiting(rules: Rules, ticket: Ticket, now_ms: int) -> Text:
    number, window = ticket.number, ticket.window or "?"
    match ticket.status:
        case TicketStatus.CALLED:
            return Text(
                f"{number} 已被 {window} 号窗口呼叫。",
                f"{number} has been called to window {window}.",
            )
        case TicketStatus.SERVING:
            return Text(
                f"{number} 正在 {window} 号窗口办理。",
                f"{number} is being served at window {window}.",
            )
        case TicketStatus.PARKED:
            return Text(
                f"{number} 已挂起，资料补齐后回到 {window} 号窗口，不用重新排队。",
                f"{number} is parked; once its papers are complete it goes back to window "
                f"{window}, without queueing.",
            )
        case TicketStatus.MISSED:
            return _missed(rules, ticket, now_ms)
        case TicketStatus.FINISHED:
            return Text(
                f"{number} 已在 {window} 号窗口办结。",
                f"{number} has been finished at window {window}.",
            )
        case TicketStatus.CANCELLED:
            return Text(f"{number} 已取消。", f"{number} was cancelled.")
        case _:
            return Text(
                f"{number} 到关门时还没有办理，已结束。",
                f"{number} was still open when the day closed.",
            )


def _missed(rules: Rules, ticket: Ticket, now_ms: int) -> Text:
    minutes = rules.return_within_s // 60
    gone_s = (now_ms - (ticket.missed_ms or 0)) / 1000
    gone = _span(gone_s)
    ago = f"{gone.zh.strip()}前"
    if gone_s > rules.return_within_s:
        return Text(
            f"{ticket.number} {ago}过号，已超过 {minutes} 分钟，请重新取号。",
            f"{ticket.number} was missed {gone.en} ago, longer than the {minutes} min within which "
            f"it could come back; please take a new ticket.",
        )
    return Text(
        f"{ticket.number} {ago}过号，过号后 {minutes} 分钟内可以恢复。",
        f"{ticket.number} was missed {gone.en} ago; it may come back within {minutes} min of that.",
    )
