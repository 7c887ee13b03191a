"""What is said of the hall of many Pis: how it begins, how its day was, what to try in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from firmware_py.bench.summary import day_lines, left_line, wrong_lines
from firmware_py.cli.words import t
from firmware_py.core.rules import Text

__all__ = ["begins", "ends", "invitation"]


def begins(nodes: Sequence[str], lacks: str) -> Iterator[str]:
    """Yield what is started; ``lacks`` is why the Pis have no networks of their own."""
    yield t(
        f"正在启动多台设备的模拟大厅：消息服务器、主控、{'、'.join(nodes)}……",
        f"Starting the hall of many Pis: broker, hub, {', '.join(nodes)} ...",
    )
    if lacks:
        yield t(
            f"各台设备共用本机回环网络，没有各自的网络命名空间（{lacks}）。",
            f"All share the loopback, without network namespaces of their own ({lacks}).",
        )
    else:
        yield t(
            "每台设备有各自的网络命名空间和一根接到交换机的网线。",
            "Each has a network namespace of its own, and a cable to the switch.",
        )


def ends(
    report: Mapping[str, Any],
    made: tuple[int, int, int, int],
    events: int,
    nodes: int,
    wrong: Sequence[Text],
    out: Path,
) -> Iterator[str]:
    """Yield how the day was. ``made``: slips, LED pictures, announcements, pictures of screens."""
    yield from day_lines(report)
    yield t(
        f"主控业务流水 {events} 条，另外 {nodes} 台设备逐条跟随。",
        f"{events} events in the hub's journal, followed by {nodes} other Pis.",
    )
    yield left_line(out, made, "log/，journal.jsonl，report.md")
    yield from wrong_lines(
        wrong,
        Text(
            "✓ 每个号在取号的那台各打印一次，主屏都显示过；各台设备与主控一致，流水校验通过，"
            "日志无错误。",
            "✓ Every number on paper once, at the kiosk where it was taken, and on the wall; all "
            "Pis agree with the hub, the journal verifies, no error in any log.",
        ),
    )


def invitation(out: Path, switch: str = "", hub_pid: int = 0) -> Iterator[str]:
    """Yield what to type next; ``switch`` is the namespace where cables can be pulled, if any."""
    hallctl = os.path.relpath(Path(sys.executable).with_name("hallctl"))
    where = os.path.relpath(out)
    take = "ticket take D01 --kiosk kiosk-2"
    cable = f"ip -n {switch} link set kiosk-2"
    lines: list[tuple[str, str, str, str]] = [
        ("run", "status", "主控上的大厅现状", "the hall, at the hub"),
        ("window-3/run", "status", "3 号窗口那台设备看到的", "the same, at window 3's Pi"),
        ("run", "bench press pad-3 next", "3 号窗口叫下一位", "window 3 calls the next"),
        ("kiosk-2/run", take, "在 kiosk-2 取号", "a number there"),
        ("run", "bench press kiosk-1-button press", "按取号按钮", "press the kiosk's button"),
        ("window-3/run", "close", "窗口无权关门：会被拒绝", "not a window's right: refused"),
        ("wall-1/run", "devices", "主屏那台的设备", "the devices of the wall's Pi"),
        ("run", "node list", "各台设备", "all Pis"),
    ]
    if switch:
        lines += [
            ("", f"{cable} down", "拔下 kiosk-2 的网线", "pull kiosk-2's cable"),
            ("kiosk-2/run", take, "断网也能取号：预留的号码", "cut off: a number lent to it"),
            ("", f"{cable} up", "插回网线，号码自动合并", "plug it in: its ticket is merged"),
        ]
    lines += [
        ("", f"kill {hub_pid}", "主控停机", "the hub ends"),
        ("standby-1/run", "hub promote", "备用主控接替", "the standby takes its place"),
        ("standby-1/run", "status", "新主控上的大厅现状", "the hall, at the new hub"),
    ]
    yield ""
    yield t(
        "大厅延时服务，仍在运行。请在另一个终端试试（Ctrl-C 结束）：",
        "The hall stays open for extended hours. Try in another terminal (Ctrl-C ends it):",
    )
    typed = [
        f"HALL_RUN={where}/{place:<13} {hallctl} {words}" if place else words
        for place, words, *_ in lines
    ]
    width = max(len(line) for line in typed)
    for line, (*_, zh, en) in zip(typed, lines, strict=True):
        yield f"  {line:<{width}}  {t(zh, en)}"
    yield ""
