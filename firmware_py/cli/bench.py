"""``hallctl bench``: play the people and the mishaps of a simulated hall."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.client import ANSWER_S, socket_path
from firmware_py.cli.errors import NoDaemon, Refused
from firmware_py.cli.lines import LineSocket
from firmware_py.cli.output import say, table, write_json
from firmware_py.cli.words import t

__all__ = ["bench"]

SOCKET = "bench.sock"


class Bench:
    """The bench's control socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def do(self, verb: str, device: str | None = None, **fields: Any) -> Any:
        """Return what the bench answers. Raises ``CliError``."""
        request = {"id": 1, "do": verb, "device": device, **fields}
        try:
            with LineSocket(self._path, ANSWER_S) as line:
                line.send(request)
                answer = line.receive(ANSWER_S)
        except TimeoutError:
            raise NoDaemon(
                "no_answer",
                f"模拟台 {ANSWER_S:g} 秒内没有应答。",
                f"The bench gave no answer within {ANSWER_S:g} s.",
            ) from None
        except OSError as error:
            raise NoDaemon(
                "no_bench",
                f"没有运行模拟台（{self._path} 无人应答）。"
                "模拟台由 make run 启动；真实大厅没有模拟台。",
                f"No bench runs (nobody answers at {self._path}). make run starts one; "
                "a real hall has none.",
            ) from error
        if not answer.get("ok"):
            problem = answer.get("error") or {}
            raise Refused(
                str(problem.get("code", "failed")),
                str(problem.get("zh", problem)),
                str(problem.get("en", problem)),
            )
        return answer.get("result")


@click.group(
    "bench",
    HallGroup,
    help=t(
        "模拟台。DEVICE 是设备名或线路名，例如 pad-3、printer。\n\n\b\n"
        "hallctl bench press pad-3 next         按 3 号呼叫器的“下一位”\n"
        "hallctl bench fault printer paper-out  打印机缺纸\n"
        "hallctl bench unplug led-wall          拔下主屏",
        "The bench. DEVICE is a device or a line, such as pad-3 or printer.\n\n\b\n"
        "hallctl bench press pad-3 next         press next on pad 3\n"
        "hallctl bench fault printer paper-out  the printer has no paper\n"
        "hallctl bench unplug led-wall          pull the wall's plug",
    ),
)
@click.option(
    "--bench-socket",
    metavar="PATH",
    help=t(
        "模拟台的控制套接字；默认在服务的套接字旁边。",
        "The bench's control socket; else beside that of the daemon.",
    ),
)
@click.pass_context
def bench(ctx: click.Context, bench_socket: str | None) -> None:
    """The bench."""
    ctx.meta[__name__] = bench_socket


def _bench() -> Bench:
    """Return the bench: as named, else beside the daemon's socket, else where it usually is.

    Asked for when the command runs: ``--socket`` may stand behind the command's own name.
    """
    ctx = click.get_current_context()
    given: str | None = ctx.meta[__name__]
    daemon = ctx.ensure_object(Session).socket
    if given is None and daemon is not None:
        return Bench(Path(daemon).with_name(SOCKET))
    return Bench(socket_path(given, os.environ, SOCKET))


_device = click.argument("device", metavar="DEVICE")


def _done(session: Session, answer: Any, words: str) -> None:
    if session.json:
        write_json(answer)
    else:
        say(words)


@bench.command(
    "list", cls=HallCommand, help=t("模拟的设备和故障。", "The simulated devices, their faults.")
)
@pass_session
def list_all(session: Session) -> None:
    """List the devices."""
    found = _bench().do("list")
    if session.json:
        write_json(found)
        return
    columns = (
        (t("设备", "Device"), ""),
        (t("插头", "Plug"), ""),
        (t("现有故障", "Faults"), ""),
        (t("可模拟的故障", "Can play"), "wrap"),
    )
    plugged, pulled = t("插好", "in"), (t("已拔", "out"), "bold red")
    table(
        columns,
        [
            (
                one["device"],
                plugged if one["plugged"] else pulled,
                (" ".join(one["faults"]), "bold red"),
                (" ".join(one["can"]), "dim"),
            )
            for one in found
        ],
    )


@bench.command(
    "press",
    cls=HallCommand,
    help=t(
        "按键。KEY 例如 next；VALUE 例如评价的分数。",
        "Press a key; VALUE is a rating's score, for one.",
    ),
)
@_device
@click.argument("key", metavar="KEY")
@click.argument("value", metavar="[VALUE]", type=int, required=False)
@pass_session
def press(session: Session, device: str, key: str, value: int | None) -> None:
    """Press a key."""
    answer = _bench().do("press", device, key=key, value=value)
    _done(session, answer, t(f"已按 {device} 的 {key}。", f"Pressed {key} on {device}."))


@bench.command("fault", cls=HallCommand, help=t("出故障。", "Begin a fault."))
@_device
@click.argument("name", metavar="NAME")
@click.option("--value", type=float, metavar="N", help=t("故障的程度。", "How strong it is."))
@click.option("--off", is_flag=True, help=t("结束这个故障。", "End it."))
@pass_session
def fault(session: Session, device: str, name: str, value: float | None, off: bool) -> None:
    """Begin or end a fault."""
    answer = _bench().do("fault", device, fault=name, value=value, active=not off)
    words = (
        t(f"{device}：{name} 结束。", f"{device}: {name} ends.")
        if off
        else t(f"{device}：{name}。", f"{device}: {name}.")
    )
    _done(session, answer, words)


def _simple(verb: str, help_zh: str, help_en: str, zh: str, en: str) -> None:
    @bench.command(verb, cls=HallCommand, help=t(help_zh, help_en))
    @_device
    @pass_session
    def command(session: Session, device: str) -> None:
        answer = _bench().do(verb, device)
        _done(session, answer, t(f"{device}：{zh}。", f"{device}: {en}."))


_simple("clear", "结束全部故障。", "End all faults.", "故障已全部结束", "no faults any more")
_simple("unplug", "拔下插头。", "Pull the plug.", "已拔下", "unplugged")
_simple("plug", "插回插头。", "Put the plug back.", "已插上", "plugged in")


@bench.command(
    "seen", cls=HallCommand, help=t("人在设备上看到什么。", "What a person sees on the device.")
)
@_device
@pass_session
def seen(session: Session, device: str) -> None:
    """Show what is seen."""
    answer = _bench().do("seen", device)
    if session.json:
        write_json(answer)
        return
    from firmware_py.cli.bench_seen import show_seen

    show_seen(answer)


@bench.command(
    "pictures",
    cls=HallCommand,
    help=t("把看到的画面存为 PNG。", "Write what was seen as PNG files."),
)
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--device", metavar="DEVICE", help=t("只存这个设备。", "Of this device alone."))
@pass_session
def pictures(session: Session, folder: Path, device: str | None) -> None:
    """Write pictures."""
    written = _bench().do("pictures", device, folder=str(folder.absolute()))
    if session.json:
        write_json(written)
        return
    for path in written:
        say(path)
    if not written:
        say(t("没有新的画面。", "Nothing new was seen."))
