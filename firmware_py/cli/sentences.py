"""Each event of the journal as a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_py.cli.sentences_checks import CHECK_SENTENCES, check_words
from firmware_py.cli.sentences_papers import PAPER_SENTENCES, paper_words
from firmware_py.cli.sentences_spread import SPREAD_SENTENCES, spread_words
from firmware_py.cli.words import chosen, in_words, joined, t

__all__ = ["SENTENCES", "sentence"]

#: event -> (Chinese, English); ``{names}`` are filled from the event's data.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "day.opened": ("{day} 开门营业{day_name}", "{day} opened{day_name}"),
    "day.closed": (
        "{day} 关门，未办理 {left} 人{unseen}",
        "{day} closed, {left_people} left over{unseen}",
    ),
    "day.closing_changed": (
        "{day} 关门时间改为 {closes}，办公时间 {hours}",
        "{day} closes at {closes}, open {hours}",
    ),
    "series.jumped": (
        "{stretch} 不再发放（{why_jumped}），下一个号 {next}",
        "not given again: {stretch} ({why_jumped}); the next number is {next}",
    ),
    "ticket.issued": (
        "取号 {number}（{item}），前面 {ahead} 人",
        "ticket {number} ({item}), {ahead} ahead",
    ),
    "ticket.reprint_requested": ("重新打印 {number}", "{number} is printed again"),
    "ticket.cancelled": ("{number} 已取消{why}", "{number} cancelled{why}"),
    "ticket.transferred": ("{number} 已转移{to}", "{number} transferred{to}"),
    "ticket.parked": (
        "{number} 在窗口 {window} 挂起{why}",
        "{number} parked at window {window}{why}",
    ),
    "ticket.resumed": ("{number} 恢复办理，下一个叫", "{number} is back, next at its window"),
    "ticket.returned": (
        "{number} 过号后返回，大厅叫满 {from_call} 个号后可再叫",
        "{number} came back after a miss, callable once the hall has made {from_call} calls",
    ),
    "window.opened": ("窗口 {window} 开放{clerk}", "window {window} opened{clerk}"),
    "window.paused": ("窗口 {window} 暂停", "window {window} went on a break"),
    "window.resumed": ("窗口 {window} 恢复", "window {window} is back from its break"),
    "window.closed": ("窗口 {window} 关闭", "window {window} closed"),
    "window.skills_changed": (
        "窗口 {window} 现办理：{skills}",
        "window {window} now takes {skills}",
    ),
    "ticket.called": ("窗口 {window} 叫号 {number}", "window {window} calls {number}"),
    "ticket.recalled": (
        "窗口 {window} 重呼 {number}（第 {calls} 次）",
        "window {window} calls {number} again (call {calls})",
    ),
    "service.started": ("窗口 {window} 开始办理 {number}", "window {window} serves {number}"),
    "service.finished": (
        "窗口 {window} 办结 {number}，用时 {service_s} 秒",
        "window {window} finished {number} in {service_s} s",
    ),
    "ticket.missed": ("{number} 过号（窗口 {window}）", "{number} missed (window {window})"),
    "rating.asked": (
        "窗口 {window} 请 {number} 评价",
        "window {window} asks {number} for a rating",
    ),
    "rating.given": ("{number} 评价 {score} 分{why}", "{number} rated {score}{why}"),
    "rating.unanswered": ("{number} 未评价", "{number} gave no rating"),
    "rating.rejected": (
        "窗口 {window} 的评价 {score} 分没有计入{of}：{not_counted}",
        "a rating of {score} at window {window} does not count{of}: {not_counted}",
    ),
    "alarm.raised": ("{level}告警：{kind}（{subject}）", "{level} alarm: {kind} ({subject})"),
    "alarm.acknowledged": ("告警 {alarm} 已确认（{by}）", "alarm {alarm} acknowledged by {by}"),
    "alarm.cleared": ("告警 {alarm} 已解除", "alarm {alarm} cleared"),
    "notice.shown": (
        "大屏通知 {notice}：{text}{times}",
        "notice {notice} for the walls: {text}{times}",
    ),
    "notice.removed": ("通知 {notice} {gone}", "notice {notice} {gone}"),
    "action.taken": ("技术操作：{act} {subject}", "technician: {act} {subject}"),
    "clock.set": ("时钟已校准", "the clock was set"),
    **PAPER_SENTENCES,
    **CHECK_SENTENCES,
    **SPREAD_SENTENCES,
}


def sentence(kind: str, data: Mapping[str, Any]) -> str:
    """Return what happened, in the language in use; an unknown event by its name."""
    form = SENTENCES.get(kind)
    return t(*form).format_map(_Filled(_words(data))) if form else kind


class _Filled(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return ""


def _words(data: Mapping[str, Any]) -> dict[str, object]:
    """Return the data with lists counted or joined and codes in words."""
    words: dict[str, object] = dict(data)
    words["left"] = left = len(data.get("left") or ())
    words["left_people"] = "1 person" if left == 1 else f"{left} people"
    words["unseen"] = _unseen(len(data.get("alarms") or ()))
    words["day_name"] = _day_name(data)
    words["closes"] = _time(data.get("closes_s"))
    words["hours"] = _hours(data.get("hours"))
    skills = data.get("skills")
    words["skills"] = t("全部事项", "everything") if skills is None else joined(skills)
    reason = data.get("reason")
    words["why"] = _in_brackets(reason if isinstance(reason, str) else "")
    words["of"] = t(f"（{data.get('number')}）", f" ({data.get('number')})") * bool(
        data.get("number")
    )
    words["not_counted"] = in_words(data.get("why", ""), "rejected")
    words["why_jumped"] = in_words(reason, "jump")
    first, last = data.get("first"), data.get("number")
    words["stretch"] = last if first == last else t(f"{first} 至 {last}", f"{first} to {last}")
    words["clerk"] = _in_brackets(data.get("clerk") or "")
    words["text"] = data.get("text") or " / ".join(data.get("lines") or ())
    words["times"] = _notice_times(data)
    words["gone"] = t("已到期", "has ended") if reason == "ended" else t("已撤下", "removed")
    words["level"] = in_words(data.get("level", ""))
    words["kind"] = in_words(data.get("kind", ""), "alarm")
    if "subject" in data and data["subject"] == data.get("window"):
        words["subject"] = t(f"窗口 {data['window']}", f"window {data['window']}")
    words["act"] = in_words(data.get("action", ""), "action")
    words["to"] = t("，重新等候", "")
    if data.get("window"):
        words["to"] = t(f"到窗口 {data['window']}", f" to window {data['window']}")
    elif "from_window" in data:
        words["to"] = t(f"（{data.get('item')}）", f" ({data.get('item')})")
    return words | paper_words(data) | check_words(data) | spread_words(data)


def _notice_times(data: Mapping[str, Any]) -> str:
    since, until = data.get("since") or "", data.get("until") or ""
    told = [t(f"{since} 起", f"from {since}")] if since else []
    told += [t(f"至 {until}", f"until {until}")] if until else []
    return _in_brackets(" ".join(told))


def _unseen(count: int) -> str:
    """Say how many alarms nobody has seen; they stay after the closing."""
    if not count:
        return ""
    return t(
        f"，{count} 个告警未确认，请查看 hallctl alarms",
        f", alarms that nobody has seen: {count}; see hallctl alarms",
    )


def _day_name(data: Mapping[str, Any]) -> str:
    """Return the holiday or season of a day; of a rest day, that it was opened all the same."""
    name = chosen(data.get("name"))
    if not data.get("rest_day"):
        after = t("已过办公时间，请手动关门", "after hours; close it by hand")
        return _in_brackets(after if data.get("hours") == [] else name)
    what = name or t("休息日", "a rest day")
    return _in_brackets(t(f"今天是{what}，仍然开门", f"today is {what}, opened all the same"))


def _time(seconds: object) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}" if isinstance(seconds, int) else ""


def _hours(spans: object) -> str:
    """Return hours as ``09:00-12:00 13:30-18:00``."""
    if not isinstance(spans, list):
        return ""
    return " ".join(f"{_time(span['opens_s'])}-{_time(span['closes_s'])}" for span in spans)


def _in_brackets(text: str) -> str:
    return t(f"（{text}）", f" ({text})") if text else ""
