"""How a Pi goes on by itself, in words: whether it does, what waits, what it may still give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firmware_py.cli.output import span
from firmware_py.cli.words import joined, t

__all__ = ["alone_lines", "numbers_words"]

Line = tuple[str | tuple[str, str], ...]


def alone_lines(line: Mapping[str, Any] | None) -> Iterator[Line]:
    """Yield it for a Pi's line to the hub (``broker`` of ``hall.status``); nothing at others."""
    alone = (line or {}).get("alone")
    if not alone:
        return
    label = (t("断网自立  ", "Alone  "), "dim")
    if alone["now"]:
        since = span(alone["since_s"])
        yield label, (t(f"独立工作中  {since}", f"works by itself  for {since}"), "bold yellow")
    elif alone["why_not"]:
        yield (
            label,
            (
                t(
                    "本机启动后还没有与主控取得联系，断网时暂不能独立工作",
                    "not yet: it must have heard the hub once since it was switched on",
                ),
                "yellow",
            ),
        )
    if alone["waiting"]:
        count = alone["waiting"]
        yield label, t(f"待交给主控的记录 {count} 条", f"{count} records wait for the hub")
    if words := numbers_words(alone["left"]):
        yield label, words


def numbers_words(left: Mapping[str, int]) -> str:
    """Say how many numbers of its own a Pi has left; empty where it was lent none."""
    if not left:
        return ""
    if list(left) == ["common"]:
        count = left["common"]
        return t(f"断网可用号码 {count} 个", f"{count} numbers of its own left")
    each = joined(t(f"{series} {n} 个", f"{series} {n}") for series, n in left.items())
    return t(f"断网可用号码：{each}", f"numbers of its own left: {each}")
