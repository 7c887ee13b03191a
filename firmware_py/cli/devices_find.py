"""``hallctl devices find``: what is plugged in, what it seems to be, and the lines to paste."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.configfile import config_path
from firmware_py.cli.errors import CliError, Refused
from firmware_py.cli.finding_options import stands_for
from firmware_py.cli.output import prose, say, write_json
from firmware_py.cli.words import joined, t

if TYPE_CHECKING:
    from firmware_py.cli.finding import Found, FoundPort
    from firmware_py.cli.neighbours import Neighbour

__all__ = ["find"]


@click.command(
    "find",
    cls=HallCommand,
    help=t(
        "现在插着什么、像是什么设备、谁在使用，以及可粘贴到 hall.toml 的配置行。"
        "不需要服务运行；不打开任何端口，也不发送任何内容，"
        "除非写明 --network、--ask 或 --scanners。",
        "What is plugged in, what it seems to be, who uses it, and the lines for hall.toml. No "
        "daemon is needed. No port is opened, nothing is sent, unless --network, --ask or "
        "--scanners say so.",
    ),
)
@click.option(
    "--network",
    metavar="HOST|CIDR",
    help=t(
        "查看这些地址上谁在监听 9100（打印机）和 5005（LED 卡）；只连接，不发送。",
        "See who listens on 9100 (printers) and 5005 (LED cards) there; connects, sends nothing.",
    ),
)
@click.option(
    "--ask",
    metavar="PORT",
    help=t(
        "向这一个端口询问是否为小票打印机（发送 10 04 01）。其他设备可能因此显示或打印乱码。",
        "Ask at this one port whether it is a receipt printer (sends 10 04 01). Another device may "
        "show or print nonsense.",
    ),
)
@click.option(
    "--scanners",
    is_flag=True,
    help=t(
        "让 SANE 查找扫描仪，网络上的也查找；需要几秒，正在扫描时不要使用。",
        "Let SANE look for scanners, in the network too; it takes seconds. Not while one scans.",
    ),
)
@pass_session
def find(session: Session, network: str | None, ask: str | None, scanners: bool) -> None:
    """Find what is plugged in."""
    from firmware_py.cli.finding import collect

    if ask is not None:
        _ask(session, ask)
        return
    if scanners:
        from firmware_py.cli.finding_scanners import show_scanners

        show_scanners(session)
        return
    configured = _configured(session)
    found = collect(configured or {})
    neighbours = _neighbours(network, configured or {}) if network is not None else []
    if session.json:
        write_json(
            {
                "configuration_known": configured is not None,
                "usb": [_as_json(one, configured or {}) for one in found],
                "network": [_neighbour_as_json(n, configured or {}) for n in neighbours],
            }
        )
        return
    if configured is None:
        say(t("（读不到配置，不知道哪些已经配置。）", "(The configuration cannot be read.)"))
    for one in found:
        _show(one, configured or {})
    if not found:
        say(t("没有插着 USB 设备。", "No USB device is plugged in."))
    for neighbour in neighbours:
        _show_neighbour(neighbour, configured or {})
    if network is not None and not neighbours:
        say(t(f"{network} 上没有发现设备。", f"Nobody listens at {network}."))


def _configured(session: Session) -> dict[str, str] | None:
    """Return the port of every device and line, or what stands for it in its options.

    The daemon's, else the file's; None: unknown.
    """
    try:
        shown = session.client.ask("config.show")
    except CliError:
        try:
            shown = tomllib.loads(config_path(None).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
    return dict(_ports(shown))


def _ports(shown: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for table, form in (("devices", "{}"), ("lines", "lines.{}")):
        entries = shown.get(table)
        for name, entry in entries.items() if isinstance(entries, Mapping) else ():
            if not isinstance(entry, Mapping):
                continue
            port = entry.get("port") or stands_for(entry.get("kind"), entry.get("options"))
            if isinstance(port, str) and port:
                yield form.format(name), port


def _neighbours(network: str, configured: Mapping[str, str]) -> Sequence[Neighbour]:
    """Look around; what the hall uses already is not connected to, for it may take one alone."""
    from firmware_py.cli.neighbours import PORTS, Neighbour, hosts_of, listening

    hosts = hosts_of(network)
    ours = [
        Neighbour(host, number, port)
        for host in hosts
        for number in PORTS
        if (port := f"socket://{host}:{number}") in configured.values()
    ]
    taken = {(one.host, one.number) for one in ours}
    others = [
        one
        for number in PORTS
        for one in listening([h for h in hosts if (h, number) not in taken], [number])
    ]
    return [*ours, *others]


def _ask(session: Session, port: str) -> None:
    from devices.errors import DeviceUnavailable
    from firmware_py.cli.asking import ask
    from firmware_py.cli.finding import quoted

    try:
        answer = ask(port)
    except DeviceUnavailable as error:
        raise Refused(
            "unavailable",
            f"不能打开 {port}：{error.zh or error.reason}",
            f"{port} cannot be opened: {error.reason}",
        ) from error
    if answer is None:
        raise Refused(
            "no_printer",
            f"{port} 没有小票打印机应答（电源、连线、波特率，或是其他设备）。",
            f"No receipt printer answers at {port} (power, cable, speed, or another device).",
        )
    if session.json:
        write_json({"port": port, "identity": answer.identity, "baud": answer.baud})
        return
    who = answer.identity or t("未说明型号", "it does not say which")
    say(t(f"{port}：小票打印机，{who}。", f"{port}: a receipt printer, {who}."))
    if answer.baud is not None:
        say(f"    line_settings = {{ baud = {answer.baud} }}")
    if answer.identity:
        say(f"    expect_identity = {quoted(answer.identity)}")


def _show(one: Found, taken: Mapping[str, str]) -> None:
    device = one.plugged
    own = f"{device.maker} {device.model}".strip()
    number = t(f"，序列号 {device.serial}", f", serial number {device.serial}")
    say(
        (device.socket, "bold"),
        f"  {t(one.seems.say.zh, one.seems.say.en)} ({device.vendor}:{device.product}"
        f"{', ' + own if own else ''}{number if device.serial else ''})",
    )
    for port in one.ports:
        prose(f"    {port.node.path}  {_state(port)}")
        if port.by_path:
            say(t("    也可写作：", "    or: "), port.by_path)
        for line in _lines(one, port, taken).splitlines():
            say("        ", line)


def _state(port: FoundPort) -> str:
    from firmware_py.cli.finding import unstable

    names = joined(port.configured)
    held = joined(f"{h.program or '?'} ({h.pid})" for h in port.held_by)
    parts = [t(f"已配置为 {names}", f"configured as {names}")] if names else []
    if held:
        parts.append(t(f"正被 {held} 使用", f"held by {held}"))
    if not parts:
        parts.append(t("空闲", "free"))
    if any(unstable(written) for written in port.configured.values()):
        parts.append(
            t(
                "配置中的名称重启后可能变成另一台设备，请改为下面的写法",
                "its name in the configuration may be another device's after a restart; write this",
            )
        )
    return t("；", "; ").join(parts)


def _lines(one: Found, port: FoundPort, taken: Mapping[str, str]) -> str:
    """Return what to paste: nothing for what is configured for good."""
    from firmware_py.cli.finding import lines_to_paste, quoted, unstable

    if not port.configured:
        return lines_to_paste(one, port, taken)
    if any(unstable(written) for written in port.configured.values()):
        return f"port = {quoted(port.write)}" if port.named is None else port.named.options
    return ""


def _as_json(one: Found, taken: Mapping[str, str]) -> dict[str, Any]:
    device = one.plugged
    return {
        "socket": device.socket,
        "vendor": device.vendor,
        "product": device.product,
        "serial": device.serial,
        "maker": device.maker,
        "model": device.model,
        "seems": {"zh": one.seems.say.zh, "en": one.seems.say.en},
        "kind": one.seems.kind or None,
        "ports": [
            {
                "node": port.node.path,
                "port": port.write or None,
                "by_path": port.by_path or None,
                "configured": dict(port.configured),
                "held_by": [{"pid": h.pid, "program": h.program} for h in port.held_by],
                "toml": _lines(one, port, taken),
            }
            for port in one.ports
        ],
    }


def _users_of(neighbour: Neighbour, configured: Mapping[str, str]) -> list[str]:
    return [name for name, port in configured.items() if port == neighbour.port]


def _show_neighbour(neighbour: Neighbour, configured: Mapping[str, str]) -> None:
    from firmware_py.cli.neighbours import PORTS

    users = joined(_users_of(neighbour, configured))
    what = PORTS[neighbour.number]
    state = t(f"已配置为 {users}", f"configured as {users}") if users else ""
    say((neighbour.port, "bold"), f"  {t(what.zh, what.en)}  {state}".rstrip())
    if not users:
        say(f'        port = "{neighbour.port}"')


def _neighbour_as_json(neighbour: Neighbour, configured: Mapping[str, str]) -> dict[str, Any]:
    from firmware_py.cli.neighbours import PORTS

    what = PORTS[neighbour.number]
    return {
        "port": neighbour.port,
        "seems": {"zh": what.zh, "en": what.en},
        "configured": _users_of(neighbour, configured),
    }
