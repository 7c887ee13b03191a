"""The last words of the bench's day, and what to try in the hall that it leaves open."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from firmware_py.cli.words import t
from firmware_py.core.rules import Text

__all__ = ["day_lines", "invitation", "left_line", "summary", "wrong_lines"]


def summary(
    report: Mapping[str, Any],
    made: tuple[int, int, int, int],
    events: tuple[int, int],
    wrong: Sequence[Text],
    out: Path,
) -> Iterator[str]:
    """Yield how the day was. ``events`` are those of the journal and those at the centre.

    ``made``: slips, pictures of LED displays, announcements, pictures of screens.
    """
    yield from day_lines(report)
    yield t(
        f"业务流水 {events[0]} 条，市局收到 {events[1]} 条。",
        f"{events[0]} events in the journal, {events[1]} at the centre.",
    )
    yield left_line(out, made, "journal.jsonl，report.md，report.json")
    yield from wrong_lines(
        wrong,
        Text(
            "✓ 每张号票各打印一次，市局收到每一条事件且次序无误，流水校验通过，日志无错误。",
            "✓ Every ticket printed once, the centre has every event in order, the journal "
            "verifies, no error in any log.",
        ),
    )


def left_line(out: Path, made: tuple[int, int, int, int], files: str) -> str:
    """Return what the day leaves below ``out``. ``files`` has Chinese commas."""
    slips, led, sounds, screens = made
    # Where they are windows they leave no pictures.
    screens_zh = f"显示屏 screens/ {screens} 幅，" if screens else ""
    screens_en = f"screens/ ({screens} pictures), " if screens else ""
    return t(
        f"{os.path.relpath(out)}/：号票 slips/ {slips} 张，LED 屏 led/ {led} 幅，"
        f"播报 voice/ {sounds} 段，{screens_zh}{files}",
        f"{os.path.relpath(out)}/: slips/ ({slips}), led/ ({led} pictures), "
        f"voice/ ({sounds} sounds), {screens_en}{files.replace('，', ', ')}",
    )


def day_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield how many came, how long they waited, what they thought of it."""
    total = report["total"]
    wait, longest = _span(report["mean_wait_s"]), _span(report["longest_wait_s"])
    score = f"{total['score_sum'] / total['rated']:.2f}" if total["rated"] else "-"
    red = sum(alarm["level"] == "red" for alarm in report["alarms"])
    amber = len(report["alarms"]) - red
    yield t(
        f"{report['day']} 一天结束：取号 {report['taken']}，办结 {total['served']}，"
        f"未办理 {report['left']}。",
        f"{report['day']} is over: {report['taken']} tickets, {total['served']} served, "
        f"{report['left']} left at closing.",
    )
    yield t(
        f"平均等候 {wait}，最长 {longest}；评价均分 {score}；告警：黄 {amber}，红 {red}。",
        f"Mean wait {wait}, longest {longest}; mean rating {score}; "
        f"alarms: {amber} amber, {red} red.",
    )


def wrong_lines(wrong: Sequence[Text], good: Text) -> Iterator[str]:
    """Yield what was not as it must be, or ``good``, which says what was checked."""
    if not wrong:
        yield t(good.zh, good.en)
        return
    yield t(
        f"有 {len(wrong)} 处不符合要求：",
        f"{len(wrong)} things were not as they must be:"
        if len(wrong) > 1
        else "One thing was not as it must be:",
    )
    for mistake in wrong:
        yield f"  ✗ {t(mistake.zh, mistake.en)}"


def invitation(first: str, out: Path) -> Iterator[str]:
    """Yield what to type next; ``first`` is the number that is called first."""
    hallctl = os.path.relpath(Path(sys.executable).with_name("hallctl"))
    # hallctl looks below ./out by itself.
    if out != Path("out").absolute():
        hallctl = f"HALL_RUN={out / 'run'} {hallctl}"
    yield ""
    yield t(
        "大厅延时服务，仍在运行。请在另一个终端试试（Ctrl-C 结束）：",
        "The hall stays open for extended hours. Try in another terminal (Ctrl-C ends it):",
    )
    for line, zh, en in (
        ("status", "大厅现状", "the hall at a glance"),
        ("bench press pad-3 next", "3 号窗口叫下一位", "window 3 calls the next"),
        (f"why {first}", f"为什么叫 {first}", f"why {first} was called"),
        ("ticket take D01", "取一张号", "take a ticket"),
        ("bench press kiosk-1-button press", "按取号按钮", "press the kiosk's button"),
        ("bench fault printer paper-out", "打印机缺纸", "no paper"),
        ("bench clear printer", "换上新纸", "a new roll"),
        ("bench unplug led-wall", "拔下主屏；再用 plug 插回", "pull the wall's plug; then: plug"),
        ("devices", "设备状态", "how every device is"),
        ("report", "当日统计", "the day's figures"),
    ):
        yield f"  {hallctl} {line:<35} {t(zh, en)}"
    yield ""


def _span(seconds: float | None) -> str:
    return "-" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
