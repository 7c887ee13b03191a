"""``hallctl devices``: find the broken one in a minute, prove that the new one works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.output import Column, say, state_style, table, write_json
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["devices", "show_devices"]

#: The daemon itself waits 30 s for a device.
TEST_S = 35.0


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
        found = [one for one in found if one["state"] in {"warning", "fault", "gone"}]
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
    "test",
    cls=HallCommand,
    help=t("自检：打印、显示或发声，请看设备。", "Self-test: it prints, shows or beeps; watch it."),
)
@click.argument("device", metavar="DEVICE")
@pass_session
def test(session: Session, device: str) -> None:
    """Run a device's self-test."""
    answer = session.client.ask("device.test", TEST_S, device=device)
    if session.json:
        write_json(answer)
    else:
        say(chosen(answer.get("say"), t("自检完成。", "The self-test is done.")))
