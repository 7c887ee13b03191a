"""``hallctl devices``: find the broken one in a minute, prove that the new one works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.devices_find import find
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.output import Column, say, state_style, table, write_json
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["devices", "show_devices"]

#: The daemon itself waits 30 s for a device.
TEST_S = 35.0
_NOT_RIGHT = frozenset({"warning", "fault", "gone", "disabled"})


@click.group(
    "devices",
    HallGroup,
    invoke_without_command=True,
    help=t(
        "设备；不写命令即列出。DEVICE 是配置中的设备名，例如 printer。",
        "Devices; listed when no command is given. DEVICE is a name of the configuration, "
        "such as printer.",
    ),
)
@click.pass_context
def devices(ctx: click.Context) -> None:
    """Devices."""
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Session), trouble=False)


@devices.command("list", cls=HallCommand, help=t("所有设备的状态。", "Every device's health."))
@click.option("--trouble", is_flag=True, help=t("只看有问题的。", "Only those in trouble."))
@pass_session
def list_all(session: Session, trouble: bool) -> None:
    """List the devices."""
    _list(session, trouble=trouble)


def _list(session: Session, *, trouble: bool) -> None:
    found = session.client.ask("device.list")
    if trouble:
        found = [one for one in found if one["state"] in _NOT_RIGHT]
    if session.json:
        write_json(found)
    elif found:
        show_devices(found)
    else:
        say(t("没有。", "None."))


def show_devices(found: Iterable[Mapping[str, Any]], *, kinds: bool = True) -> None:
    """Draw the table, with the kinds of the devices or without."""
    columns: list[Column] = [
        (t("设备", "Device"), ""),
        (t("状态", "State"), ""),
        (t("类型", "Kind"), ""),
        (t("说明", "What it says"), "wrap"),
    ]
    rows: list[list[str | tuple[str, str]]] = [
        [
            one["device"],
            (in_words(one["state"]), state_style(one["state"])),
            one["kind"],
            _says(one),
        ]
        for one in found
    ]
    if not kinds:
        del columns[2]
        for row in rows:
            del row[2]
    table(columns, rows)


def _says(one: Mapping[str, Any]) -> str:
    said = chosen(one["say"])
    return f"{said} [{one['identity']}]" if one.get("identity") else said


@devices.command(
    "show",
    cls=HallCommand,
    help=t(
        "一个设备的全部情况：状态、持续多久、上次应答、端口、设置、计数。",
        "All about one device: its state and since when, its last answer, port, settings, counts.",
    ),
)
@click.argument("device", metavar="DEVICE")
@pass_session
def show(session: Session, device: str) -> None:
    """Show a device."""
    found = session.client.ask("device.show", device=device)
    if session.json:
        write_json(found)
    else:
        from firmware_py.cli.device_page import show_device

        show_device(found)


@devices.command(
    "restart",
    cls=HallCommand,
    help=t("关闭后重新打开一个设备。", "Close a device and open it again."),
)
@click.argument("device", metavar="DEVICE")
@pass_session
def restart(session: Session, device: str) -> None:
    """Restart a device."""
    answer = session.client.ask("device.restart", device=device)
    if session.json:
        write_json(answer)
    else:
        say(t(f"正在重新打开 {device}。", f"{device} is being opened again."))


@devices.command(
    "watch",
    cls=HallCommand,
    help=t(
        "实时查看设备的变化，Ctrl-C 结束；--json 每个变化一行。",
        "Watch devices change until Ctrl-C; --json writes a line a change.",
    ),
)
@click.argument("device", metavar="[DEVICE]", required=False)
@pass_session
def watch(session: Session, device: str | None) -> None:
    """Watch devices."""
    from firmware_py.cli.device_watch import watch_devices

    watch_devices(session, device)


@devices.command(
    "disable",
    cls=HallCommand,
    help=t(
        "停用一个设备，放开端口；重启服务后仍然停用，直到 enable。",
        "Take a device out of use and free its port, over restarts too, until it is enabled.",
    ),
)
@click.argument("device", metavar="DEVICE")
@pass_session
def disable(session: Session, device: str) -> None:
    """Disable a device."""
    answer = session.client.ask("device.disable", device=device)
    if session.json:
        write_json(answer)
    else:
        say(
            t(
                f"{device} 已停用（{answer['by']}）。重新启用：hallctl devices enable {device}",
                f"{device} is disabled (by {answer['by']}). "
                f"To take it up again: hallctl devices enable {device}",
            )
        )


@devices.command(
    "enable",
    cls=HallCommand,
    help=t("重新启用停用的设备。", "Take up a device that was disabled."),
)
@click.argument("device", metavar="DEVICE")
@pass_session
def enable(session: Session, device: str) -> None:
    """Enable a device."""
    answer = session.client.ask("device.enable", device=device)
    if session.json:
        write_json(answer)
    else:
        say(t(f"{device} 已启用，正在打开。", f"{device} is enabled and being opened."))


@devices.command(
    "test",
    cls=HallCommand,
    help=t(
        "自检：打印、显示或发声，请看设备；--all 依次检查全部设备。",
        "Self-test: it prints, shows or sounds; watch it. --all takes one device after another.",
    ),
)
@click.argument("device", metavar="[DEVICE]", required=False)
@click.option("--all", "every", is_flag=True, help=t("全部设备。", "All devices."))
@pass_session
def test(session: Session, device: str | None, every: bool) -> None:
    """Run a device's self-test; exit code 1 when one of several failed."""
    if every == (device is not None):
        raise WrongUse(
            "which_device", "请写明一个设备，或 --all。", "Name a device, or take --all."
        )
    if device is None:
        _test_all(session)
        return
    answer = session.client.ask("device.test", TEST_S, device=device)
    if session.json:
        write_json(answer)
    else:
        say(chosen(answer.get("say"), t("自检完成。", "The self-test is done.")))


def _test_all(session: Session) -> None:
    results = []
    for one in session.client.ask("device.list"):
        name = one["device"]
        if one["state"] == "disabled":
            result = {"device": name, "outcome": "disabled", "say": one["say"]}
        else:
            try:
                result = session.client.ask("device.test", TEST_S, device=name)
            except Refused as error:
                words = {"zh": error.zh, "en": error.en}
                result = {"device": name, "outcome": "failed", "say": words}
        results.append(result)
        if not session.json:
            good = result["outcome"] == "done"
            state = (
                (t("请看", "look"), "green")
                if good
                else (in_words(result["outcome"]), state_style(result["outcome"]) or "bold red")
            )
            say(f"{name}  ", state, f"  {chosen(result['say'])}")
    if session.json:
        write_json(results)
    if any(result["outcome"] == "failed" for result in results):
        raise click.exceptions.Exit(1)


@devices.command(
    "trace",
    cls=HallCommand,
    help=t(
        "设备线路上最近的每个字节：时间、方向、十六进制和含义；身份证号已遮盖。",
        "The last bytes of a device's line: times, direction, hex and meaning. ID numbers are "
        "masked.",
    ),
)
@click.argument("device", metavar="DEVICE")
@click.option("-f", "--follow", is_flag=True, help=t("继续显示新的。", "Go on with what comes."))
@click.option(
    "--seconds", type=click.FloatRange(min=0, min_open=True), metavar="N",
    help=t("继续 N 秒后结束。", "Go on for N seconds."),
)  # fmt: skip
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="FILE",
    help=t("写入文件，可供 replay 回放。", "Write a file that replay can play."),
)  # fmt: skip
@pass_session
def trace(
    session: Session, device: str, follow: bool, seconds: float | None, to: Path | None
) -> None:
    """Trace a device."""
    from firmware_py.cli.device_trace import trace_device

    trace_device(session, device, to, seconds, follow=follow)


@devices.command(
    "replay",
    cls=HallCommand,
    help=t(
        "用记录文件扮演设备：建立一个端口，收到记录中的数据就回送设备当时的数据。"
        "有不同则退出码为 1。不需要服务运行。",
        "Let a recorded trace play the device: makes a port, and answers what was recorded. "
        "Exit code 1 when something else was written. Needs no daemon.",
    ),
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--speed", default="1", metavar="N|max", show_default=True,
    help=t("速度：1 为原速，max 不等候。", "1: as recorded; max: wait for nothing."),
)  # fmt: skip
@click.option(
    "--port", type=click.Path(path_type=Path), metavar="PATH",
    help=t("端口的路径；默认临时目录。", "The port's path; else in a temporary folder."),
)  # fmt: skip
@click.option(
    "--whole", is_flag=True,
    help=t("从头回放，而不是从最近一次打开处。", "From its beginning, not from the last opening."),
)  # fmt: skip
@pass_session
def replay(session: Session, file: Path, speed: str, port: Path | None, whole: bool) -> None:
    """Replay a trace."""
    from firmware_py.cli.device_replay import replay_trace

    if not replay_trace(session, file, _speed(speed), port, whole=whole):
        raise click.exceptions.Exit(1)


def _speed(text: str) -> float:
    try:
        speed = float("inf") if text == "max" else float(text)
    except ValueError:
        speed = 0.0
    if not speed > 0:
        raise WrongUse(
            "bad_speed",
            f"速度“{text}”应为大于 0 的数或 max。",
            f"A speed is a number above 0, or max, not {text}.",
        )
    return speed


devices.add_command(find)
