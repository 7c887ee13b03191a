"""``hallctl node join``, at a new Pi: it becomes one of the hall's by the code of the hub."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.node_open import open_folder
from firmware_py.cli.node_services import Services, is_address
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import joined, t
from firmware_py.core.wire_version import WIRE, apart

if TYPE_CHECKING:
    from firmware_py.settings import Settings
    from firmware_py.store.joining_files import JoiningFiles
    from firmware_py.sync.adoption import Welcome
    from firmware_py.sync.joining import Joined

__all__ = ["join"]

_PORT = 8884
_DAEMON = "hall"
#: Certificates end by the clock; beyond this a technician should know.
_AHEAD_S = 120


@click.command(
    "join",
    HallCommand,
    help=t(
        "新设备上：用代码加入大厅。\n\n"
        "CODE 由主控上的 hallctl node adopt（或 replace）显示。私钥在本机生成，不离开本机；"
        "文件要么全部放好，要么一个不动。上次中断的，不写代码再执行一次即补完。",
        "At a new Pi: join the hall by a code.\n\n"
        "CODE is shown by hallctl node adopt (or replace) at the hub. The private key is made here "
        "and stays here; all files are put in place, or none. What was interrupted is finished by "
        "giving the command again, without a code.",
    ),
)
@click.argument("code", metavar="[CODE]", required=False)
@click.option(
    "--hub",
    metavar="HOST[:PORT]",
    help=t("主控的地址，见代码旁。", "The hub's address, as shown with the code."),
)
@click.option(
    "--into",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/etc/hall"),
    help=t("配置文件夹，默认 /etc/hall。", "The configuration's folder; /etc/hall if not given."),
)
@click.option("--no-start", is_flag=True, help=t("不启动服务。", "Do not start the daemon."))
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@pass_session
def join(
    session: Session, code: str | None, hub: str | None, into: Path, no_start: bool, yes: bool
) -> None:
    """Join the hall."""
    from firmware_py.cli.broker_certs_where import told
    from firmware_py.store.joining_files import JoiningFiles

    with told():
        files = JoiningFiles(_own_folder(into), _daemon())
        if files.finish():
            open_folder(files.folder, _daemon())
            _finished(session, files)
            _start(session, files.folder, no_start=no_start)
            return
        address, right = _address(hub), _code(code)
        _may_replace(files.folder, yes=yes)
        found = _join(session, right, address, files)
        open_folder(files.folder, _daemon())
    if session.json:
        write_json({"node": found.node, "hall": found.hall, "files": list(found.files)})
    else:
        _tell(found, files.folder)
    _start(session, files.folder, no_start=no_start)


def _own_folder(into: Path) -> Path:
    folder = into.absolute()
    if not folder.is_dir():
        raise WrongUse(
            "no_folder",
            f"没有文件夹 {folder}：先按 docs/operations.md 第 3 步安装。",
            f"There is no folder {folder}: first step 3 of docs/operations.md.",
        )
    if (folder / "authority").exists():
        raise Refused(
            "is_hub",
            f"{folder} 中有证书机构：本机是主控。请在新设备上执行。",
            f"{folder} has the hall's authority: this is the hub. Type it at the new Pi.",
        )
    return folder


def _daemon() -> tuple[int, int] | None:
    """Return the daemon's user and group, where there is one and we may give it files."""
    from firmware_py.store.authority_checks import AuthorityError, owner_of

    if os.geteuid() != 0:
        return None
    try:
        return owner_of(_DAEMON)
    except AuthorityError:
        return None


def _code(given: str | None) -> str:
    from firmware_py.sync.adoption_code import read_code

    typed = given or click.prompt(t("代码", "Code"), err=True)
    right = read_code(typed)
    if right is None:
        raise WrongUse(
            "miswritten_code",
            "代码有误：共 12 个字母和数字（没有 0、1、I、O），请逐字核对。没有消耗次数。",
            "That is no code: it has 12 letters and digits, without 0, 1, I and O. Compare them; "
            "no try was spent.",
        )
    return right


def _address(hub: str | None) -> tuple[str, int]:
    text = hub or click.prompt(t("主控地址", "The hub's address"), err=True)
    host, port = str(text).strip(), ""
    if host.startswith("["):
        host, _, port = host[1:].partition("]")
        port = port.removeprefix(":")
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    if not host or (port and not (port.isdecimal() and 0 < int(port) < 1 << 16)):
        raise WrongUse(
            "bad_address",
            f"{text} 不是地址，例如 192.168.1.10 或 192.168.1.10:8884。",
            f"{text} is no address, such as 192.168.1.10 or 192.168.1.10:8884.",
        )
    return host, int(port or _PORT)


def _may_replace(folder: Path, *, yes: bool) -> None:
    there = folder / "hall.toml"
    if there.exists() and not yes:
        words = t(
            f"本机已有配置 {there}，将被大厅的配置替换（旧文件存入 versions）。",
            f"This Pi has a configuration, {there}; the hall's will take its place (the old file "
            "is kept in versions).",
        )
        click.confirm(f"{words}{t('继续吗？', ' Go on?')}", abort=True, err=True)


def _join(session: Session, code: str, address: tuple[str, int], files: JoiningFiles) -> Joined:
    import asyncio

    from firmware_py.cli.node_joining import Place
    from firmware_py.sync.joining import CannotJoin
    from firmware_py.sync.joining import join as joining

    host, port = address
    if not session.json:
        say((t(f"正在连接主控 {host}:{port} ……", f"Connecting to {host}:{port} ..."), "dim"))
    request = files.request()
    place = Place(files, lambda welcome, named: _welcome(session, welcome, named))
    try:
        return asyncio.run(
            joining(code, address, request, place, host=socket.gethostname(), wall_s=time.time)
        )
    except CannotJoin as error:
        raise Refused(error.code, error.zh, error.en) from error


def _welcome(session: Session, welcome: Welcome, files: Mapping[str, bytes]) -> None:
    if session.json:
        return
    size = sum(map(len, files.values()))
    say(
        t(
            f"主控已确认。本机将是大厅 {welcome.hall} 的 {welcome.node}"
            f"（{len(files)} 个文件，{size // 1024 + 1} kB）。",
            f"The hub is the right one. This Pi becomes {welcome.node} of hall {welcome.hall} "
            f"({len(files)} files, {size // 1024 + 1} kB).",
        )
    )


def _tell(found: Joined, folder: Path) -> None:
    names = joined(sorted(found.files))
    say(t(f"已写入 {folder}：{names}", f"Written to {folder}: {names}"))
    say((t(f"本机现在是 {found.node}。", f"This Pi is {found.node} now."), "green"))
    if not found.confirmed:
        words = t("主控没有收到确认，不影响使用。", "The hub did not hear of it; that is no harm.")
        say((words, "yellow"))
    ahead = round(abs(found.ahead_s))
    if ahead > _AHEAD_S:
        side = t("慢", "behind") if found.ahead_s > 0 else t("快", "ahead of")
        say(
            (
                t(
                    f"本机时钟比主控{side} {ahead} 秒；大厅以主控时间为准，证书以本机时钟为准。"
                    "请校准：timedatectl",
                    f"This Pi's clock is {ahead} s {side} the hub's. The hall goes by the hub's, "
                    "certificates by this one: set it (timedatectl).",
                ),
                "yellow",
            )
        )
    from importlib.metadata import version

    if apart(WIRE, found.hub_wire):
        own = version("hall-controller")
        words = t(
            f"本机程序 {own} 与主控 {found.hub_version} 相差两版以上，不会受理。请装成同一版本。",
            f"This Pi's program {own} is two versions or more from the hub's, {found.hub_version}: "
            "it takes nothing. Install the same.",
        )
        say((words, "yellow"))


def _finished(session: Session, files: JoiningFiles) -> None:
    if session.json:
        write_json({"finished": True})
        return
    words = t(
        f"上次加入时中断，现已补完：{files.folder}。",
        f"What was interrupted is finished now: {files.folder}.",
    )
    say((words, "green"))


def _start(session: Session, folder: Path, *, no_start: bool) -> None:
    """Check what is there as the daemon will, and start that where systemd is."""
    from firmware_py.cli.configfile import read, say_mistakes
    from firmware_py.config.mistakes import ConfigError

    config = folder / "hall.toml"
    try:
        settings = read(config).settings
    except ConfigError as error:
        if not session.json:
            say_mistakes(error)
            say(t("补齐后：", "When they are there:"))
            _next_steps(config, [])
        return
    addresses = _broker_addresses(settings)
    if not session.json:
        say(t("配置检查通过。", "The configuration is right."))
    services = Services.of_machine()
    if no_start or not services.there or not services.has_unit:
        if not session.json:
            _next_steps(config, addresses)
        return
    services.let_out(addresses)
    services.let_write(folder)
    said = services.start()
    if session.json:
        return
    if said:
        words = t(f"服务没有启动：{said}", f"The daemon did not start: {said}")
        say((words, "red"))
        _next_steps(config, addresses)
    else:
        say((t("服务已启动。", "The daemon has started."), "green"))
        say(t("查看：hallctl status", "See: hallctl status"))


def _broker_addresses(settings: Settings) -> list[str]:
    host = "" if settings.broker is None else settings.broker.host
    if not host or is_address(host):
        return [host] if host else []
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except OSError:
        return []
    return sorted({str(one[4][0]) for one in found})


def _next_steps(config: Path, addresses: list[str]) -> None:
    say(t("接下来：", "Next:"))
    allowed = "  ".join(f"IPAddressAllow={one}" for one in addresses or ["..."])
    for line in (
        f"sudo hallctl config check {config}",
        f"sudo systemctl edit halld    # [Service]  {allowed}",
        "sudo systemctl enable --now halld",
        "hallctl status",
    ):
        say((f"    {line}", "cyan"))
