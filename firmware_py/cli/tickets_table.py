"""Tickets for people: one in full, or the day's as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from firmware_py.cli.output import minutes, prose, say, state_style, table
from firmware_py.cli.words import chosen, in_words, joined, t

__all__ = ["show_ticket", "show_tickets"]


def show_ticket(ticket: Mapping[str, Any]) -> None:
    """Say all about one ticket."""
    status = ticket["status"]
    say((ticket["number"], "bold"), "  ", (in_words(status), state_style(status)))
    for name, value in _facts(ticket):
        if value:
            say((name, "dim"), "  ", value)
    for words in ticket.get("records", ()):
        prose(chosen(words))
    if status == "waiting":
        prose(chosen(ticket["words"]))


def _facts(ticket: Mapping[str, Any]) -> list[tuple[str, str]]:
    traits = joined(in_words(trait, "trait") for trait in ticket["traits"])
    rating = {"none": t("未评价", "no answer"), "asked": t("正在询问", "being asked")}.get(
        ticket["rating_state"], ""
    )
    if ticket["rating"] is not None:
        rating = f"{ticket['rating']} {ticket['rating_reason']}".strip()
    return [
        (t("事项", "item   "), f"{ticket['item']} {chosen(ticket['item_name'])}"),
        (t("来源", "from   "), ticket["origin"]),
        (t("优先", "traits "), traits),
        (t("预约", "booked "), ticket["appointment_at"]),
        (t("取号", "issued "), ticket["issued_at"]),
        (t("估计", "wait   "), _estimates(ticket)),
        (t("叫号", "called "), _called(ticket)),
        (t("开始", "started"), ticket["started_at"]),
        (t("过号", "missed "), ticket["missed_at"]),
        (t("结束", "ended  "), ticket["ended_at"]),
        (t("原因", "reason "), in_words(ticket["reason"]) if ticket["reason"] else ""),
        (t("评价", "rating "), rating),
        (t("号票", "paper  "), _paper(ticket["paper"]["owed_by"])),
    ]


def _estimates(ticket: Mapping[str, Any]) -> str:
    """Return how long it still waits, and what was thought when it was issued."""
    told = [_now(ticket["now"])]
    if ticket["estimate_s"] is not None:
        first = minutes(ticket["estimate_s"])
        told.append(t(f"取号时估计{first}", f"{first} when it was issued"))
    return t("；", "; ").join(one for one in told if one)


def _now(now: Mapping[str, Any] | None) -> str:
    """Return how long a waiting ticket still waits."""
    if now is None:
        return ""
    wait, sure = minutes(now["wait_s"]), in_words(now["sure"])
    if now["wait_s"] is None:
        return t(f"前面 {now['ahead']} 人，没有开放的窗口", f"{now['ahead']} ahead, no open window")
    return t(
        f"还要等{wait}（前面 {now['ahead']} 人，把握：{sure}）",
        f"{wait} more ({now['ahead']} ahead, how sure: {sure})",
    )


def _called(ticket: Mapping[str, Any]) -> str:
    if not ticket["calls"]:
        return ""
    calls = ticket["calls"]
    return t(
        f"{ticket['called_at']} 窗口 {ticket['window']}，共 {calls} 次",
        f"{ticket['called_at']} window {ticket['window']}, {calls} call{'s'[: calls - 1]}",
    )


def _paper(owed_by: str | None) -> str:
    return t(f"还没打印出来（{owed_by}）", f"not printed yet ({owed_by})") if owed_by else ""


def show_tickets(tickets: Iterable[Mapping[str, Any]]) -> None:
    """Draw the table."""
    columns = (
        (t("号码", "Number"), ""),
        (t("状态", "Status"), ""),
        (t("取号", "Issued"), ""),
        (t("叫号", "Called"), ""),
        (t("窗口", "Window"), "right"),
        (t("事项", "Item"), "wrap"),
    )
    rows = [
        (
            ticket["number"],
            (in_words(ticket["status"]), state_style(ticket["status"])),
            ticket["issued_at"][11:],
            ticket["called_at"][11:],
            ticket["window"] or "",
            f"{ticket['item']} {chosen(ticket['item_name'])}",
        )
        for ticket in tickets
    ]
    if rows:
        table(columns, rows)
    else:
        say(t("没有。", "None."))
