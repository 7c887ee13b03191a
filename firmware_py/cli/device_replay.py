"""``hallctl devices replay``: a recorded trace plays the device, for a driver to be tried on it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devices.registry import UnknownKind, explain
from devices.replay import Difference, Player
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from devices.tracefile import BadTrace, Trace, read_trace
from firmware_py.cli.base import Session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["replay_trace"]

#: The driver takes the device's last bytes before the port goes.
_LINGER_S = 0.5
_DRAIN_S = 0.05
_SHOWN = 16
_MOST_WORDS = 3


def replay_trace(
    session: Session, file: Path, speed: float, port: Path | None, *, whole: bool = False
) -> bool:
    """Play a trace until it is over or Ctrl-C; return whether all was as recorded.

    It begins where the line was last opened, as a driver does; ``whole`` plays all of it.
    """
    recorded = _read(file)
    trace = recorded if whole else recorded.since_opening()
    with tempfile.TemporaryDirectory(prefix="hall-replay-") as folder:
        place = port or Path(folder) / trace.device
        player = Player(trace.device, trace, speed=speed)
        _say_how(session, trace, place, len(recorded.chunks) - len(trace.chunks))
        try:
            asyncio.run(_play(trace, player, place))
        except (OSError, ValueError) as error:
            raise Refused(
                "no_port",
                f"无法在 {place} 建立端口：{error}。",
                f"No port can be made at {place}: {error}.",
            ) from error
    return _say_result(session, trace, player)


def _read(file: Path) -> Trace:
    try:
        with file.open("rb") as lines:
            trace = read_trace(lines)
    except OSError as error:
        raise WrongUse(
            "no_file",
            f"无法读取 {file}：{error.strerror}。",
            f"{file} cannot be read: {error.strerror}.",
        ) from error
    except BadTrace as error:
        raise WrongUse("bad_trace", f"{file}：{error.zh}", f"{file}: {error.en}") from error
    if not any(chunk.way == "out" for chunk in trace.chunks):
        raise WrongUse(
            "nothing_sent",
            f"{file} 中没有发给设备的数据，无从比较。",
            f"{file} has nothing that was sent to the device, so there is nothing to compare.",
        )
    return trace


async def _play(trace: Trace, player: Player, place: Path) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)

    def changed() -> None:
        if player.done:
            loop.call_later(_LINGER_S, over.set)

    player.on_change = changed
    spec = DeviceSpec(name=trace.device, kind=trace.kind, port=str(place))
    async with SimHost({}, {trace.device: spec}, make_simulator=lambda _: player):
        await over.wait()
        # What the host wrote before Ctrl-C still counts.
        await asyncio.sleep(_DRAIN_S)


def _say_how(session: Session, trace: Trace, place: Path, left_out: int) -> None:
    options = {k: v for k, v in trace.head.get("options", {}).items() if v is not None}
    lines = [f"[devices.{trace.device}]", f'kind = "{trace.kind}"', f'port = "{place}"']
    if options:
        lines.append(f"options = {_toml(options)}")
    if session.json:
        write_json({"port": str(place), "config": "\n".join(lines)}, line=True)
        return
    say(
        t(
            f"正在回放 {trace.device} 的记录，端口 {place}。把下面几行写入配置后启动服务；"
            "按 Ctrl-C 结束。",
            f"The trace of {trace.device} plays at {place}. Put these lines into a configuration "
            "and start its daemon; Ctrl-C ends.",
        )
    )
    for line in lines:
        say("  ", (line, "bold"))
    if left_out:
        say(
            t(
                f"从最近一次打开端口处开始，之前的 {left_out} 段不回放（--whole 全部回放）。",
                f"It begins where the port was last opened; {left_out} pieces before that are not "
                "played (--whole plays them).",
            )
        )
    if trace.lost:
        say(
            (
                t(
                    f"注意：记录时丢失了 {trace.lost} 段，回放不会完全一致。",
                    f"Mind: {trace.lost} pieces were lost when it was recorded.",
                ),
                "yellow",
            )
        )
    sys.stdout.flush()


def _toml(value: Any) -> str:
    """Return a value as TOML in a line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _say_result(session: Session, trace: Trace, player: Player) -> bool:
    missing = player.missing()
    good = player.done and not player.differences
    done, total = player.progress
    if session.json:
        told = [_as_json(trace, one) for one in player.differences]
        answer = {"ok": good, "pieces": done, "of": total, "differences": told}
        write_json(answer | {"missing": len(missing)}, line=True)
        return good
    for one in player.differences:
        _say_difference(trace, one)
    if good:
        say(
            (t("一致：", "As recorded: "), "green"),
            t(f"{total} 段全部相同。", f"all {total} pieces."),
        )
        return True
    say(
        (t("不一致：", "Not as recorded: "), "bold red"),
        t(
            f"{done}/{total} 段，{len(player.differences)} 处不同，{len(missing)} 段没有等到。",
            f"{done} of {total} pieces, {len(player.differences)} differences, "
            f"{len(missing)} never came.",
        ),
    )
    if missing:
        awaited = missing[0]
        words = _words(trace, awaited.expected)[:_MOST_WORDS]
        _say_bytes(t("等候  ", "awaited "), awaited.expected, awaited.offset, words)
    return False


def _say_difference(trace: Trace, one: Difference) -> None:
    where = f"{one.at_ns / 1e6:.3f} ms"
    say(
        (
            t(
                f"第 {one.position} 字节起（{where}）不同：",
                f"Different from byte {one.position} on ({where}):",
            ),
            "bold",
        )
    )
    expected, got = _words(trace, one.expected), _words(trace, one.got)
    _say_bytes(t("记录  ", "recorded"), one.expected, one.offset, _beyond(expected, got))
    _say_bytes(t("实际  ", "written "), one.got, one.offset, _beyond(got, expected))


def _beyond(lines: Sequence[str], others: Sequence[str]) -> Sequence[str]:
    """Return the lines from the first on that the others do not have there."""
    same = 0
    while same < min(len(lines), len(others)) and lines[same] == others[same]:
        same += 1
    return lines[same : same + _MOST_WORDS]


def _say_bytes(name: str, data: bytes, offset: int, words: Sequence[str]) -> None:
    shown = data[offset : offset + _SHOWN]
    before = "... " if offset else ""
    after = f" ... ({len(data)})" if len(data) > offset + _SHOWN else ""
    say("  ", (name, "dim"), f"  {before}{shown.hex(' ') or '-'}{after}")
    for line in words:
        say("            ", (line, "bold"))


def _as_json(trace: Trace, one: Difference) -> dict[str, Any]:
    return {
        "position": one.position,
        "ms": round(one.at_ns / 1e6, 3),
        "offset": one.offset,
        "recorded": {"hex": one.expected.hex(" "), "words": _words(trace, one.expected)},
        "written": {"hex": one.got.hex(" "), "words": _words(trace, one.got)},
    }


def _words(trace: Trace, data: bytes) -> Sequence[str]:
    try:
        return explain(trace.kind, data, options=trace.head.get("options"))
    except UnknownKind:
        return []
