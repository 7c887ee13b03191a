"""What stands beside the windows: who waits for what, alarms, the last calls. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from firmware_py.cli.console.page import within
from firmware_py.cli.console.rows import fitted
from firmware_py.cli.output import level_style, span
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["Waiting", "beside", "of_whom", "waiting_by_item"]

Alarm = Mapping[str, Any]
#: (item's name, how many wait, for how long the first of them has, in seconds).
Waiting = tuple[str, int, int]
_CALLS = 3


def waiting_by_item(tickets: Sequence[Mapping[str, Any]], now_ms: int) -> list[Waiting]:
    """Return the items that people wait for, the most wanted first."""
    found: dict[str, tuple[str, int, int]] = {}
    for ticket in tickets:
        name, count, oldest_ms = found.get(
            ticket["item"], (chosen(ticket["item_name"], ticket["item"]), 0, now_ms)
        )
        found[ticket["item"]] = (name, count + 1, min(oldest_ms, ticket["issued_ms"]))
    rows = [(name, count, (now_ms - oldest) // 1000) for name, count, oldest in found.values()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def beside(
    waiting: Sequence[Waiting],
    alarms: Sequence[Alarm],
    calls: Sequence[Mapping[str, Any]],
    width: int,
    height: int,
) -> Text:
    """Return the text: the calls keep three lines, alarms come before who waits."""
    calls_shown = [_call(call, width) for call in calls[:_CALLS]] or [_none(width)]
    room = max(height - len(calls_shown) - 3, 2)
    alarm_lines = [_alarm(alarm, width) for alarm in _worst_first(alarms)] or [_none(width)]
    waiting_lines = [_waits(row, width) for row in waiting] or [_none(width)]
    for_alarms = min(len(alarm_lines), max(room - len(waiting_lines), room // 2))
    lines = [
        _title(t("等候（按事项）", "Waiting, by item"), width),
        *within(waiting_lines, room - for_alarms, _more),
        _title(_alarm_title(alarms), width),
        *within(alarm_lines, for_alarms, _more),
        _title(t("最近叫号", "Last calls"), width),
        *calls_shown,
    ]
    return Text("\n").join(lines)


def of_whom(alarm: Alarm) -> str:
    """Return whom an alarm is about."""
    at_window = alarm["window"] == alarm["subject"]
    window = t(f"{alarm['window']} 号窗口", f"window {alarm['window']}")
    return window if at_window else str(alarm["subject"])


def _worst_first(alarms: Sequence[Alarm]) -> list[Alarm]:
    return sorted(
        alarms, key=lambda a: (bool(a["acknowledged_by"]), a["level"] != "red", a["since_ms"])
    )


def _alarm_title(alarms: Sequence[Alarm]) -> str:
    unseen = sum(not alarm["acknowledged_by"] for alarm in alarms)
    if not unseen:
        return t("告警", "Alarms")
    return t(f"告警（{unseen} 个未确认）", f"Alarms ({unseen} not seen)")


def _alarm(alarm: Alarm, width: int) -> Text:
    seen = bool(alarm["acknowledged_by"])
    style = "dim" if seen else level_style(alarm["level"])
    mark = "  " if seen else "!!" if alarm["level"] == "red" else "! "
    words = Text(f"{mark} {in_words(alarm['kind'], 'alarm')}{t('：', ', ')}{of_whom(alarm)}", style)
    right = Text(t("已确认", "seen") if seen else span(alarm["seconds"]), style)
    return _pair(words, right, width)


def _waits(row: Waiting, width: int) -> Text:
    name, count, longest_s = row
    right = Text.assemble((f"{count:>3}", "bold"), f" {span(longest_s):>7}")
    return _pair(Text(name), right, width)


def _call(call: Mapping[str, Any], width: int) -> Text:
    place = t(f"{call['window']} 号窗口", f"window {call['window']}")
    return _pair(Text.assemble((call["number"], "bold"), f"  {place}"), Text(call["at"]), width)


def _pair(left: Text, right: Text, width: int) -> Text:
    return fitted(left, width - right.cell_len - 1).append(" ").append_text(right)


def _title(words: str, width: int) -> Text:
    return fitted(Text(words, "bold underline"), width)


def _none(width: int) -> Text:
    return fitted(Text(t("无", "none"), "dim"), width)


def _more(count: int) -> str:
    return t(f"另有 {count} 项", f"and {count} more")
