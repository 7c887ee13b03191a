"""What a person sees on a simulated device, in words and lines instead of a simulator's data."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from firmware_py.cli.helptext import cells
from firmware_py.cli.output import say
from firmware_py.cli.words import joined, t

__all__ = ["seen_lines", "show_seen"]

#: The newest entries of a list that goes on all day.
NEWEST = 5

#: Fields of the simulators, in the order in which a person would tell them.
_NAMES = {
    "lit": ("亮着", "lit"),
    "lines": ("显示", "shows"),
    "last": ("最后一张", "last slip"),
    "last_number": ("最后的号", "last number"),
    "slips": ("出票", "slips"),
    "numbers": ("打出的号", "numbers out"),
    "reprints": ("重打", "reprints"),
    "torn": ("撕断", "torn"),
    "hanging": ("还在机内", "not cut yet"),
    "waiting": ("等候人数", "waiting"),
    "number": ("号码", "number"),
    "stars": ("星级", "stars"),
    "rating_open": ("正在询问评价", "asks for a rating"),
    "unanswered": ("还没应答的按键", "a key not answered yet"),
    "down": ("按着", "held down"),
    "presses": ("按过次数", "presses"),
    "history": ("变化", "changes"),
    "address": ("地址", "address"),
    "heartbeats": ("心跳", "heartbeats"),
    "frames": ("收到帧", "frames"),
    "bad_frames": ("坏帧", "bad frames"),
    "foreign_frames": ("他人的帧", "frames for others"),
    "unknown_commands": ("不认识的命令", "unknown commands"),
    "total_bytes": ("总字节", "bytes in all"),
    "rx_bytes": ("收到字节", "bytes in"),
    "tx_bytes": ("发出字节", "bytes out"),
    "last_rx_ns": ("最后收到", "last heard"),
    "last_tx_ns": ("最后发出", "last sent"),
    "last_byte_ns": ("最后字节", "last byte"),
}
#: What is told elsewhere: a lamp's ``colours`` by ``lit``, a display's by its lines.
_TOLD = frozenset({"colours", "effects"})
_COLOURS = {
    "red": ("红", "red"),
    "amber": ("琥珀", "amber"),
    "yellow": ("黄", "yellow"),
    "green": ("绿", "green"),
    "blue": ("蓝", "blue"),
    "white": ("白", "white"),
    "buzzer": ("蜂鸣", "buzzer"),
}


def show_seen(seen: Mapping[str, Any]) -> None:
    """Say it; lines that belong together stand below each other."""
    indent = ""
    for name, value in seen_lines(seen, time.monotonic_ns()):
        if name:
            head = f"{name}{t('：', ': ')}"
            indent = " " * cells(head)
            say((head, "dim"), value)
        else:
            say(f"{indent}{value}".rstrip())


def seen_lines(seen: Mapping[str, Any], now_ns: int) -> Iterator[tuple[str, str]]:
    """Yield name and value of each line; one that goes on has no name.

    Times are told as how long ago they were.
    """
    known = [name for name in _NAMES if name in seen]
    for name in (*known, *(name for name in seen if name not in _NAMES and name not in _TOLD)):
        words = t(*_NAMES[name]) if name in _NAMES else name
        value = seen[name]
        match name:
            case "lit":
                yield words, joined(_colour(one) for one in value) or t("无", "nothing")
            case "lines":
                yield from _each(words, _coloured(value, seen.get("colours")))
            case "last" | "hanging":
                yield from _each(words, "\n".join(value).strip("\n").splitlines())
            case "history":
                yield from _each(words, _changes(value, now_ns))
            case _ if name.endswith("_ns"):
                yield words, _ago(value, now_ns)
            case _:
                yield words, _plain(value)


def _each(words: str, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield lines below each other, the first behind their name."""
    if not lines:
        yield words, t("空", "empty")
    for place, line in enumerate(lines):
        yield ("" if place else words), line


def _coloured(lines: Sequence[str], colours: Any) -> list[str]:
    if not isinstance(colours, Sequence) or len(colours) != len(lines):
        return list(lines)
    blank = t("（空白）", "(blank)")
    return [
        f"{line} ({_colour(colour)})" if line else blank
        for line, colour in zip(lines, colours, strict=True)
    ]


def _colour(name: str) -> str:
    return t(*_COLOURS.get(name, (name, name)))


def _changes(history: Sequence[Any], now_ns: int) -> list[str]:
    """Return the newest changes of a lamp, ``{"at_ns", "colour", "on"}`` each."""
    newest = [_change(entry, now_ns) for entry in history[-NEWEST:]]
    more = len(history) - len(newest)
    if more:
        newest.insert(0, t(f"（之前还有 {more} 次）", f"({more} before)"))
    return newest


def _change(entry: Any, now_ns: int) -> str:
    match entry:
        case {"at_ns": int(at_ns), "colour": str(colour), "on": bool(on)}:
            turned = t("亮", "on") if on else t("灭", "off")
            return t(
                f"{_ago(at_ns, now_ns)} {_colour(colour)}{turned}",
                f"{_ago(at_ns, now_ns)} {_colour(colour)} {turned}",
            )
        case _:
            return _plain(entry)


def _ago(at_ns: int | None, now_ns: int) -> str:
    if not at_ns:
        return t("从未", "never")
    seconds = max(now_ns - at_ns, 0) / 1e9
    return t(f"{seconds:.1f} 秒前", f"{seconds:.1f} s ago")


def _plain(value: Any) -> str:
    match value:
        case bool():
            return t("是", "yes") if value else t("否", "no")
        case str():
            return value or t("空", "empty")
        case [] | None:
            return t("无", "none")
        case list() if len(value) > NEWEST and all(isinstance(one, str | int) for one in value):
            newest = joined(str(one) for one in value[-NEWEST:])
            return t(f"共 {len(value)} 个，最后是 {newest}", f"{len(value)}, the last: {newest}")
        case list() if all(isinstance(one, str | int) for one in value):
            return joined(str(one) for one in value)
        case list() if len(value) > NEWEST:
            return json.dumps(value[-NEWEST:], ensure_ascii=False) + f" (… {len(value)})"
        case _:
            return json.dumps(value, ensure_ascii=False)
