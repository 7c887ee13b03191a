"""The live view as rich draws it: good at 80 x 24 and above, in the language in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text as Words

from firmware_py.bench.view import View
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["devices_line", "picture"]

TALL = 32
LEVELS = {"amber": "yellow", "red": "bold red"}
#: How a device's state looks, in the order in which they are told.
DEVICES = {
    "ok": "green",
    "unknown": "dim",
    "starting": "yellow",
    "warning": "yellow",
    "fault": "bold red",
    "gone": "bold red",
    "disabled": "dim",
}


def picture(view: View, height: int) -> Layout:
    """Return the whole screen."""
    whole, top, middle = Layout(), Layout(size=9), Layout(ratio=1)
    top.split_row(Layout(_windows(view), ratio=5), Layout(_queues(view), ratio=3))
    middle.split_row(Layout(_alarms(view), ratio=5), Layout(_calls(view), ratio=3))
    news = 9 if height >= TALL else 3
    whole.split_column(
        Layout(_head(view), size=2), top, middle, Layout(_foot(view, news), size=news + 4)
    )
    return whole


def _head(view: View) -> RenderableType:
    name = Words(chosen(view.status["name"]), "bold")
    clock = Words.assemble(
        (f"{view.status['day'] or ''} ", "dim"),
        (view.clock, "bold cyan"),
        (f"  {view.speed:g}×", "dim"),
    )
    day = Table.grid(expand=True, padding=(0, 1))
    day.add_column(no_wrap=True)
    day.add_column(ratio=1)
    day.add_column(justify="right", no_wrap=True)
    done = ProgressBar(total=view.people, completed=view.gone_home, complete_style="green")
    come = t(f"已来 {view.come}/{view.people} 人", f"come {view.come} of {view.people}")
    home = t(f"已离开 {view.gone_home} 人", f"gone home {view.gone_home}")
    day.add_row(come, done, home)
    whole = Table.grid(expand=True)
    whole.add_row(_one(name, clock))
    whole.add_row(day)
    return whole


def _one(left: Words, right: Words) -> Table:
    line = Table.grid(expand=True)
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    line.add_column(justify="right", no_wrap=True)
    line.add_row(left, right)
    return line


def _table(*columns: tuple[str, dict[str, Any]]) -> Table:
    made = Table(box=None, expand=True, padding=(0, 1, 0, 0), header_style="dim", pad_edge=False)
    for name, how in columns:
        made.add_column(name, no_wrap=True, **{"overflow": "ellipsis", **how})
    return made


def _panel(body: RenderableType, title: str, style: str = "blue") -> Panel:
    return Panel(body, title=Words(title), title_align="left", box=box.ROUNDED, border_style=style)


def _windows(view: View) -> Panel:
    made = _table(
        (t("窗口", "Win"), {"justify": "right"}),
        (t("号票", "Now"), {"min_width": 6}),
        (t("事项", "Item"), {"ratio": 1}),
        (t("用时", "Time"), {"justify": "right", "min_width": 5}),
        ("", {"min_width": 6}),
        (t("办结", "Done"), {"justify": "right"}),
    )
    for window in view.windows:
        made.add_row(*_window(window))
    return _panel(made, t("窗口", "Windows"))


def _window(window: Mapping[str, Any]) -> tuple[RenderableType, ...]:
    served = str(window["served"])
    if window["ticket"] is None:
        words = {
            "open": Words(t("空闲", "free"), "green"),
            "paused": Words(t("暂停", "break"), "yellow"),
        }.get(window["status"], Words(t("未开", "closed"), "dim"))
        return window["id"], words, "", "", "", served
    seconds, limit_s = int(window["seconds"]), int(window["limit_s"] or 0)
    share = seconds / limit_s if limit_s else 0.0
    style = "bold red" if share >= 1 else "yellow" if share >= 0.8 else "green"
    calling = window["ticket_status"] == "called"
    return (
        window["id"],
        Words(window["ticket"], "bold reverse" if calling else "bold"),
        Words(chosen(window["item_name"])),
        Words(_span(seconds), style),
        ProgressBar(total=1.0, completed=min(share, 1.0), width=6, complete_style=style,
                    finished_style=style),
        served,
    )  # fmt: skip


def _queues(view: View) -> Panel:
    made = Table.grid(expand=True, padding=(0, 1, 0, 0))
    made.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    made.add_column(justify="right", no_wrap=True, width=3)
    made.add_column(justify="right", no_wrap=True, width=5)
    for queue in view.queues:
        style = "bold" if queue.waiting else "dim"
        made.add_row(
            Words(t(queue.name.zh, queue.name.en), style),
            Words(str(queue.waiting or "-"), style),
            Words(_span(queue.longest_s) if queue.waiting else "", "dim"),
        )
    waiting = view.status["waiting"]
    return _panel(made, t(f"等候 {waiting} 人", f"Waiting: {waiting}"))


def _alarms(view: View) -> Panel:
    alarms = view.status["alarm_list"]
    made = Table.grid(expand=True, padding=(0, 1, 0, 0))
    made.add_column(no_wrap=True)
    made.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    made.add_column(justify="right", no_wrap=True)
    for alarm in sorted(alarms, key=lambda one: (one["level"] != "red", one["since_ms"])):
        seen = alarm["acknowledged_by"]
        style = "dim" if seen else LEVELS[alarm["level"]]
        of = alarm["subject"]
        if alarm["window"] == of:
            of = t(f"{of}号窗口", f"window {of}")
        made.add_row(
            Words("●", style),
            Words(f"{in_words(alarm['kind'], 'alarm')} {of}", style),
            Words(t("已确认", "seen") if seen else _span(alarm["seconds"]), style),
        )
    if not alarms:
        made.add_row("", Words(t("没有告警", "none"), "dim"), "")
    red = any(a["level"] == "red" and not a["acknowledged_by"] for a in alarms)
    return _panel(made, t("告警", "Alarms"), "red" if red else "yellow" if alarms else "blue")


def _calls(view: View) -> Panel:
    made = Table.grid(expand=True, padding=(0, 1, 0, 0))
    made.add_column(no_wrap=True)
    made.add_column(ratio=1, no_wrap=True)
    made.add_column(justify="right", no_wrap=True)
    for n, call in enumerate(view.status["last_calls"]):
        style = "bold" if n == 0 else ""
        place = t(f"→ {call['window']}号窗口", f"→ window {call['window']}")
        made.add_row(
            Words(call["number"], style), Words(place, style), Words(call["at"][:5], "dim")
        )
    return _panel(made, t("最近叫号", "Last calls"))


def _foot(view: View, news: int) -> Panel:
    status = view.status
    owed = sum(status["papers_owed"].values())
    printed = t(f"号票 {view.printed} 张", f"{view.printed} slips")
    paper = Words().append(t("打印 ", "Paper "), "dim").append(printed)
    if owed:
        paper.append(t(f"，待打 {owed} 张", f", {owed} owed"), "bold yellow")
    broker = Words().append(t("消息 ", "Broker "), "dim")
    up = (status["broker"] or {}).get("connected")
    broker.append(
        t("已连接", "connected") if up else t("中断", "down"), "green" if up else "bold red"
    )
    broker.append(t("   市局 ", "   Centre "), "dim")
    last = status["last_seq"]
    has = t(f"事件 {view.centre_seq} / {last}", f"events {view.centre_seq} of {last}")
    broker.append(has, "green" if view.centre_seq >= last - 3 else "bold yellow")
    said = Words(f"♪ {view.said}" if view.said else "", "cyan")
    lines = [_one(paper, broker), _one(devices_line(status["devices"]["by_state"]), said)]
    lines += [_one(Words(f"▲ {t(one.zh, one.en)}", "bold red"), Words()) for one in view.troubles]
    for line in view.news[: news - len(view.troubles)]:
        lines.append(_one(Words(line, "none" if len(lines) == 2 else "dim"), Words()))
    whole = Table.grid(expand=True)
    for one in lines[: news + 2]:
        whole.add_row(one)
    return _panel(whole, t("大厅动态", "What happens"))


def devices_line(by_state: Mapping[str, int]) -> Words:
    """Say how many are in each state; one that never answers is not said to be well."""
    line = Words().append(t("设备 ", "Devices "), "dim")
    for place, (state, style) in enumerate(
        (state, style) for state, style in DEVICES.items() if by_state.get(state)
    ):
        words = t("无应答状态", "no status") if state == "unknown" else in_words(state)
        line.append(" · " if place else "", "dim").append(f"{by_state[state]} {words}", style)
    return line


def _span(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
