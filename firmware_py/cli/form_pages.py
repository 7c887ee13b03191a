"""An acceptance form, and a list of them, as people read them at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from firmware_py.cli.output import level_style, say, table
from firmware_py.cli.words import chosen, in_words, joined, t

__all__ = ["left_in_short", "show_form", "show_forms", "show_made"]


def show_form(form: Mapping[str, Any]) -> None:
    """Write all that a form says, and what happened to it when that was asked for."""
    head = t(f"受理单 {form['form']}", f"Form {form['form']}")
    old = form["version"] < form["newest"]
    say(
        (head, "bold"),
        t(f"  第 {form['version']} 版", f"  version {form['version']}"),
        t(f"（现为第 {form['newest']} 版）", f" (now {form['newest']})") if old else "",
        "  ",
        (in_words(form["state"], "form"), _style(form)),
    )
    for label, words in _lines(form):
        # Two columns a Chinese character: labels of four of them line up.
        say(f"  {label}{' ' * (10 - _width(label))}{words}")
    for words in _twice(form):
        say((f"  {words}", "yellow"))
    say("")
    columns = (
        (t("序号", "No."), "right"),
        (t("资料", "Paper"), "wrap"),
        (t("份数", "Count"), "right"),
    )
    rows = [
        [str(n), chosen(one["name"]), str(one["count"])] for n, one in enumerate(form["papers"], 1)
    ]
    table(columns, rows)
    if form["history"] is not None:
        _show_history(form["history"])


def show_made(form: Mapping[str, Any], others: Sequence[str]) -> None:
    """Write a form that was made just now, and what its clerk would else find out too late.

    ``others`` are open forms of the same ticket.
    """
    show_form(form)
    number = form["form"]
    if form["printer"] is None:
        words = t(
            f"窗口 {form['window']} 没有打印机，不会出纸；请存为文件再打印："
            f"hallctl form pdf {number}",
            f"Window {form['window']} has no printer, so no paper comes; print this file: "
            f"hallctl form pdf {number}",
        )
        say((words, "yellow"))
    if others:
        words = t(
            f"{form['ticket']} 还有未办结的受理单：{joined(others)}。若是重复，请作废："
            f"hallctl form withdraw {number}",
            f"Also open for {form['ticket']}: {joined(others)}. If this is the same twice: "
            f"hallctl form withdraw {number}",
        )
        say((words, "yellow"))


def _twice(form: Mapping[str, Any]) -> Iterator[str]:
    """Yield that two hubs gave two forms one number: somebody's paper says the other's."""
    if first := form.get("first_number"):
        yield t(
            f"断网时以编号 {first} 开出，与另一份重复，已改编；手持旧单的，按号票和窗口核对。",
            f"Made while cut off as {first}, which another form has too: its first paper says "
            "so. Compare ticket and window.",
        )
    if others := form.get("same_number"):
        yield t(
            f"另有断网时开出的受理单也印着这个编号，现为 {joined(others)}；请按号票和窗口核对。",
            f"The first paper of {joined(others)} has this number too, made while cut off. "
            "Compare ticket and window.",
        )


def _lines(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    item = f"{chosen(form['item_name'])} ({form['item']})"
    clerk = t(f"，经办 {form['clerk']}", f", clerk {form['clerk']}") if form["clerk"] else ""
    yield t("二维码", "QR"), form["code"]
    yield (
        t("号票", "Ticket"),
        f"{form['ticket']}{t('，窗口 ', ', window ')}{form['window']}{clerk}",
    )
    yield t("事项", "Item"), item
    yield t("受理", "Accepted"), form["day"]
    yield t("时限", "Limit"), _limit(form)
    if form["asked"]:
        yield t("事由", "Asked for"), form["asked"]
    if form["documents"]:
        pages = t(f"{form['pages']} 页", f"{form['pages']} pages")
        yield t("扫描", "Scanned"), f"{pages} ({joined(form['documents'])})"
    yield t("领取", "Result"), chosen(form["come"])
    if form["signed"] is not None:
        yield t("签字", "Signed"), form["signed"]["at"]
    if form["state"] != "open":
        yield t("结束", "Closed"), form["closed_at"] or form["closed_day"]
    if form["reason"]:
        yield t("原因", "Why"), form["reason"]


def _limit(form: Mapping[str, Any]) -> str:
    days, due = form["days"], form["due"]
    words = t(f"{days} 个工作日，最迟 {due} 办结", f"{_working_days(days)}, due {due}")
    left = _left(form["left"])
    words += t(f"（{left}）", f" ({left})") if left else ""
    if form["weekends_only"]:
        words += t("，未计节假日", "; holidays not known")
    return words


def _working_days(count: int) -> str:
    return "1 working day" if count == 1 else f"{count} working days"


def _left(left: int | None) -> str:
    if left is None:
        return ""
    if left < 0:
        return t(f"超期 {-left} 个工作日", f"{_working_days(-left)} over")
    if left == 0:
        return t("今天到期", "due today")
    return t(f"还剩 {left} 个工作日", f"{_working_days(left)} left")


def _style(form: Mapping[str, Any]) -> str:
    if form["state"] != "open":
        return "dim"
    return level_style(form["alarm"]) if form["alarm"] else "green"


def _width(text: str) -> int:
    return sum(1 if one.isascii() else 2 for one in text)


def _show_history(history: list[dict[str, Any]]) -> None:
    if not history:
        say(t("流水中已没有它的经过。", "The journal no longer has what happened to it."))
        return
    say("")
    columns = (
        (t("时间", "When"), ""),
        (t("经过", "What"), ""),
        (t("版", "Version"), "right"),
        (t("谁", "Who"), ""),
    )
    rows = [
        [one["at"], in_words(one["type"]), str(one["version"] or ""), one["by"]] for one in history
    ]
    table(columns, rows)


def show_forms(found: Mapping[str, Any]) -> None:
    """Write a line for each form, in 80 columns; its number has the day of acceptance."""
    forms = found["forms"]
    if not forms:
        say(t("没有这样的受理单。", "There are no such forms."))
        return
    versions = any(form["version"] > 1 for form in forms)
    columns = (
        (t("单号", "Form"), ""),
        *([(t("版", "V."), "right")] if versions else []),
        (t("状态", "State"), ""),
        (t("号票", "Ticket"), ""),
        (t("窗口", "Window"), ""),
        (t("事项", "Item"), "wrap"),
        (t("办结期限", "Due"), ""),
        (t("剩余天数", "Days left"), "right"),
    )
    table(columns, [_row(form, versions=versions) for form in forms])
    if any(form["weekends_only"] for form in forms):
        say((t("? 未计节假日", "? holidays not known"), "dim"))
    if found["more"]:
        say(t(f"还有 {found['more']} 张，请缩小范围。", f"{found['more']} more; ask for fewer."))


def _row(form: Mapping[str, Any], *, versions: bool) -> list[str | tuple[str, str]]:
    style = _style(form)
    return [
        form["form"],
        *([str(form["version"])] if versions else []),
        (in_words(form["state"], "form"), style),
        form["ticket"],
        form["window"],
        f"{form['item']} {chosen(form['item_name'])}",
        form["due"] + ("?" if form["weekends_only"] else ""),
        (left_in_short(form["left"]), style),
    ]


def left_in_short(left: int | None) -> str:
    """Return the working days that are left, in a few letters; nothing when it is over."""
    if left is None:
        return ""
    if left < 0:
        return t(f"超期 {-left}", f"{-left} over")
    return str(left) if left else t("今天", "today")
