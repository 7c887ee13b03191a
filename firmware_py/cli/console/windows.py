"""The windows as the duty manager works with them: a row each, and what is done to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.text import Text

from firmware_py.cli.console.link import Link
from firmware_py.cli.console.page import Deed
from firmware_py.cli.console.rows import Column, Row
from firmware_py.cli.output import span, state_style
from firmware_py.cli.sentences import sentence
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["command", "window_columns", "window_deed", "window_rows"]

Window = Mapping[str, Any]
_LEVELS = {"red": ("!!", "bold red"), "amber": ("! ", "yellow")}


def window_columns() -> list[Column]:
    """Return the columns; 45 cells, and what there is beyond is the item's."""
    return [
        Column(t("窗口", "Win"), 4, right=True),
        Column(t("状态", "State"), 10),
        Column(t("人员", "Clerk"), 6),
        Column(t("手中", "In hand"), 7),
        Column(t("用时/时限", "Time/limit"), 13),
        Column(t("事项", "Item"), 0),
    ]


def window_rows(windows: Iterable[Window], alarms: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return a row a window, with the level of its service's alarm."""
    levels = {a["window"]: a["level"] for a in alarms if a["kind"] == "service"}
    return [Row(w["id"], _cells(w, levels.get(w["id"], ""))) for w in windows]


def _cells(window: Window, level: str) -> tuple[Text, ...]:
    state = window["ticket_status"] or window["status"]
    if window["status"] == "paused":
        state = "paused"
    return (
        Text(window["id"]),
        Text(in_words(state), state_style(state)),
        Text(window["clerk"] or ""),
        Text(window["ticket"] or "", "bold"),
        _time(window, level),
        Text(chosen(window["item_name"])),
    )


def _time(window: Window, level: str) -> Text:
    if window["ticket"] is None:
        return Text()
    limit = f"/{span(window['limit_s'])}" if window["limit_s"] else ""
    mark, style = _LEVELS.get(level, ("  ", ""))
    return Text(f"{mark}{span(window['seconds'])}{limit}", style)


def window_deed(link: Link, key: str, window: Window, clerk: str = "") -> Deed:
    """Return what a key does to a window: ``o`` open, ``p`` pause or resume, ``c`` close."""
    name = window["id"]
    if key == "o":
        params = {"window": name} | ({"clerk": clerk} if clerk else {})
        what = t(f"开放 {name} 号窗口", f"open window {name}")
        return Deed(what, command(link, "window.open", params))
    if key == "c":
        what = t(f"关闭 {name} 号窗口", f"close window {name}")
        method = "window.close"
    elif window["status"] == "paused":
        what = t(f"恢复 {name} 号窗口", f"end the break of window {name}")
        method = "window.resume"
    else:
        what = t(f"暂停 {name} 号窗口", f"send window {name} on a break")
        method = "window.pause"
    question = t(f"{what}？", f"{what[0].upper()}{what[1:]}?")
    return Deed(what, command(link, method, {"window": name}), question)


def command(link: Link, method: str, params: Mapping[str, Any]) -> Callable[[], Any]:
    """Return what gives a command and says what came of it, as ``hallctl`` says it."""

    async def run() -> str:
        outcome = await link.command(method, **params)
        said = [
            sentence(event["type"], event["data"])
            for event in outcome["events"]
            # What else the same moment brought (an alarm's end) is not what was asked for.
            if event["type"] != "alarm.cleared"
        ]
        return t("；", "; ").join(said) or t("没有变化。", "Nothing changed.")

    return run
