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


def invitation(out: Path) -> Iterator[str]:
    """Yield what to type next."""
    hallctl = os.path.relpath(Path(sys.executable).with_name("hallctl"))
    where = os.path.relpath(out)
    yield ""
    yield t(
        "大厅延时服务，仍在运行。请在另一个终端试试（Ctrl-C 结束）：",
        "The hall stays open for extended hours. Try in another terminal (Ctrl-C ends it):",
    )
    for place, line, zh, en in (
        ("run", "status", "主控上的大厅现状", "the hall, at the hub"),
        ("window-3/run", "status", "3 号窗口那台设备看到的", "the same, at window 3's Pi"),
        ("run", "bench press pad-3 next", "3 号窗口叫下一位", "window 3 calls the next"),
        ("kiosk-2/run", "ticket take D01 --origin kiosk-2", "在 kiosk-2 取号", "a number there"),
        ("run", "bench press kiosk-1-button press", "按取号按钮", "press the kiosk's button"),
        ("window-3/run", "day close", "窗口无权关门：会被拒绝", "not a window's right: refused"),
        ("wall-1/run", "devices", "主屏那台的设备", "the devices of the wall's Pi"),
    ):
        yield f"  HALL_RUN={where}/{place:<12} {hallctl} {line:<34} {t(zh, en)}"
    yield ""
