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
    said: list[str | tuple[str, str]] = []
    if alone["now"]:
        since = span(alone["since_s"])
        said.append((t(f"独立工作中  {since}", f"works by itself  for {since}"), "bold yellow"))
    elif alone["why_not"]:
        why = t(
            "本机启动后还没有与主控取得联系，断网时暂不能独立工作",
            "not yet: it must have heard the hub once since it was switched on",
        )
        said.append((why, "yellow"))
    if count := alone["waiting"]:
        said.append(t(f"待交给主控的记录 {count} 条", f"records that wait for the hub: {count}"))
    if count := alone.get("passed_by", 0):
        later = t(
            f"其中 {count} 条要等主控（或本机）换成新版程序后再交，不会丢失",
            f"{count} of them wait for a newer program at the hub (or here); none is lost",
        )
        said.append((later, "yellow"))
    if words := numbers_words(alone["left"]):
        said.append(words)
    if said:
        between = [part for one in said for part in ("  ", one)][1:]
        yield (t("断网独立  ", "Alone  "), "dim"), *between


def numbers_words(left: Mapping[str, int]) -> str:
    """Say how many numbers of its own a Pi has left; empty where it was lent none."""
    if not left:
        return ""
    if list(left) == ["common"]:
        count = left["common"]
        return t(f"断网可用号码 {count} 个", f"numbers of its own left: {count}")
    each = joined(t(f"{series} {n} 个", f"{series} {n}") for series, n in left.items())
    return t(f"断网可用号码：{each}", f"numbers of its own left: {each}")
