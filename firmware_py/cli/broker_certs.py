"""``hallctl broker certs``: who may come to the hall's broker, and until when.

Works on the authority's folder alone, without a daemon. Keys go from file to file and are never
shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.broker_certs_said import (
    SOON_DAYS,
    entry_json,
    placed_json,
    say_entries,
    say_places,
)
from firmware_py.cli.broker_certs_where import authority, authority_of, hosts_of, told, usual_names
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import joined, t

if TYPE_CHECKING:
    from firmware_py.store.authority import Authority
    from firmware_py.store.authority_register import Entry

__all__ = ["certs"]

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


def _where(command: F) -> F:
    """Give a command the two options that say which authority is meant."""
    config = click.option(
        "--config",
        metavar="FILE",
        type=_FILE,
        help=t("大厅的配置文件。", "The hall's configuration."),
    )
    folder = click.option(
        "--folder",
        metavar="FOLDER",
        type=_FOLDER,
        help=t(
            "证书机构的文件夹；默认为配置文件旁的 authority。",
            "The authority's folder; else authority beside the configuration.",
        ),
    )
    return folder(config(command))


_TRUST = click.option(
    "--trust-clock",
    is_flag=True,
    help=t(
        "本机时钟是对的，即使早于上次签发的时间。",
        "The clock is right, though earlier than the last certificate.",
    ),
)


def _now() -> datetime:
    return datetime.now(UTC)


@click.group(
    "certs",
    HallGroup,
    invoke_without_command=True,
    help=t(
        "消息服务器的证书：谁可以连接、到何时为止；不写命令即列出。\n\n"
        "每台设备、每个接收方一张证书，由本厅自己的证书机构签发。私钥不会显示。",
        "Certificates of the broker: who may connect, until when; listed by itself.\n\n"
        "One for each node and consumer, signed by the hall's own authority. Private keys are "
        "never shown.",
    ),
)
@click.pass_context
def certs(ctx: click.Context) -> None:
    """Certificates."""
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Session), None, None)


@certs.command(
    "make",
    cls=HallCommand,
    help=t(
        "签发证书。首次执行时建立证书机构并签发消息服务器的证书。\n\n"
        "不写 NAME 时签发：本机、配置中的其他设备（[nodes]）和接收方、technician（技术员）。"
        "其他的写明名称（即该机的 hall.node），例如：make standby viewer",
        "Make certificates. The first time, the authority and the broker's certificate are made "
        "too.\n\nWithout NAME: for this node, the configuration's other nodes and consumers, and "
        "the technician. Others by name (their hall.node), such as: make standby viewer",
    ),
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--host",
    "hosts",
    metavar="HOST",
    multiple=True,
    help=t(
        "其他设备连接消息服务器所用的主机名或 IP，可多次。",
        "A name or address by which others reach the broker; may be repeated.",
    ),
)
@_TRUST
@_where
@pass_session
def make(
    session: Session,
    names: tuple[str, ...],
    hosts: tuple[str, ...],
    trust_clock: bool,
    config: Path | None,
    folder: Path | None,
) -> None:
    """Make certificates."""
    with told():
        from firmware_py.store.authority_checks import BROKER

        found = authority(config, folder, _now(), trust_clock=trust_clock)
        made: list[Entry] = []
        there: list[Entry] = []
        for name in dict.fromkeys((BROKER, *(names or usual_names(config)))):
            wanted = hosts_of(config, found.good(BROKER), hosts) if name == BROKER else ()
            had = found.good(name)
            if had is not None and set(wanted) <= set(had.hosts):
                there.append(had)
            else:
                made.append(found.issue(name, _now(), hosts=wanted))
        places = found.spread()
    if session.json:
        write_json(
            {
                "folder": str(found.folder),
                "made": [entry_json(one, _now()) for one in made],
                "there": [entry_json(one, _now()) for one in there],
                "places": [placed_json(one) for one in places],
            }
        )
        return
    for one in made:
        say(t(f"{one.name}：已签发，至 {_day(one)}。", f"{one.name}: made, until {_day(one)}."))
    for one in there:
        say(t(f"{one.name}：已有，至 {_day(one)}。", f"{one.name}: there, until {_day(one)}."))
    say(
        t(
            f"文件在 {found.folder}。请把此文件夹备份到安全处，其中有证书机构的私钥。",
            f"The files are in {found.folder}. Keep a copy of it in a safe place: the "
            "authority's key is in it.",
        )
    )
    say_places(places)


@certs.command("list", cls=HallCommand, help=t("列出证书。", "List the certificates."))
@_where
@pass_session
def list_(session: Session, config: Path | None, folder: Path | None) -> None:
    """List them."""
    _list(session, config, folder)


def _list(session: Session, config: Path | None, folder: Path | None) -> None:
    with told():
        found = authority_of(config, folder)
        entries, now = found.entries(), _now()
    if session.json:
        write_json(
            {
                "folder": str(found.folder),
                "hall": found.hall,
                "ends": found.ends.isoformat(),
                "certificates": [entry_json(one, now) for one in entries],
                "places": [[one.name, one.folder, one.owner] for one in found.places],
            }
        )
        return
    say_entries(found, entries, now)
    _say_behind(config, found)


@certs.command(
    "renew",
    cls=HallCommand,
    help=t(
        "续签即将到期的证书，私钥不变；各处的副本同时更换。",
        "Renew what ends soon, with the same keys; copies are replaced too.",
    ),
)
@click.option(
    "--within",
    metavar="DAYS",
    type=click.IntRange(0, 3650),
    default=SOON_DAYS,
    help=t("多少天内到期的；默认 60。", "What ends within so many days; 60 if not given."),
)
@_TRUST
@_where
@pass_session
def renew(
    session: Session, within: int, trust_clock: bool, config: Path | None, folder: Path | None
) -> None:
    """Renew."""
    with told():
        found = authority_of(config, folder, trust_clock=trust_clock)
        renewed, elsewhere = found.renew(within, _now())
        places = found.spread()
    if session.json:
        write_json(
            {
                "renewed": [entry_json(one, _now()) for one in renewed],
                "elsewhere": [entry_json(one, _now()) for one in elsewhere],
                "places": [placed_json(one) for one in places],
            }
        )
        return
    for one in renewed:
        say(t(f"{one.name}：已续签，至 {_day(one)}。", f"{one.name}: good until {_day(one)}."))
    for one in elsewhere:
        say(
            (
                t(
                    f"{one.name}：{_day(one)} 到期，私钥在该机上：hallctl node adopt {one.name}，"
                    "或在该机上申请，再用 sign 签发。",
                    f"{one.name}: ends on {_day(one)}; its key is on that machine: hallctl node "
                    f"adopt {one.name}, or have it ask, then: sign",
                ),
                "yellow",
            )
        )
    if not renewed and not elsewhere:
        say(t(f"{within} 天内没有证书到期。", f"Nothing ends within {within} days."))
    say_places(places)
    if renewed:
        _carry(found, renewed)
        say(
            t(
                "消息服务器重新读取后生效，不断开连接：sudo systemctl reload mosquitto",
                "It counts when the broker reads it, which ends no connection: "
                "sudo systemctl reload mosquitto",
            )
        )
        _say_behind(config, found)


@certs.command(
    "revoke",
    cls=HallCommand,
    help=t(
        "吊销一个名称的全部证书（设备被盗、报废、更换时）。",
        "Revoke all certificates of a name: its machine was stolen, or is gone.",
    ),
)
@click.argument("name", metavar="NAME")
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@_where
@pass_session
def revoke(
    session: Session, name: str, yes: bool, config: Path | None, folder: Path | None
) -> None:
    """Revoke."""
    if not yes:
        words = t(
            f"{name} 将不能再连接，不能撤回；以后可用新私钥重新签发。",
            f"{name} will not come in any more, for good; it can get a new key later.",
        )
        click.confirm(f"{words}{t('继续吗？', ' Go on?')}", abort=True, err=True)
    with told():
        found = authority_of(config, folder)
        count = found.revoke(name, _now())
        places = found.spread()
    if session.json:
        write_json({"name": name, "revoked": count, "places": [placed_json(one) for one in places]})
        return
    say(t(f"{name} 的 {count} 张证书已吊销。", f"{name}: {count} revoked."))
    say_places(places)
    say(
        t(
            "重启消息服务器后生效，并断开现有连接：sudo systemctl restart mosquitto",
            "It counts when the broker starts anew, which also ends connections: "
            "sudo systemctl restart mosquitto",
        )
    )
    _say_behind(config, found)


@certs.command(
    "place",
    cls=HallCommand,
    help=t(
        "把一张证书和私钥放到使用它的地方，续签时自动更换。\n\n"
        "例如：place broker /etc/mosquitto/certs --owner mosquitto",
        "Put a certificate and its key where they are used, and anew when renewed.\n\n"
        "Such as: place broker /etc/mosquitto/certs --owner mosquitto",
    ),
)
@click.argument("name", metavar="NAME")
@click.argument("target", metavar="FOLDER", type=_FOLDER)
@click.option(
    "--owner",
    metavar="USER",
    default="",
    help=t("文件属于哪个用户；默认同文件夹。", "Whose the files are; else the folder's owner's."),
)
@_where
@pass_session
def place(
    session: Session,
    name: str,
    target: Path,
    owner: str,
    config: Path | None,
    folder: Path | None,
) -> None:
    """Place a copy."""
    with told():
        authority_of(config, folder).place(name, target, owner)
    if session.json:
        write_json({"name": name, "folder": str(target)})
        return
    say(
        t(
            f"{target} 中已有 {name} 的证书和私钥（仅所有者可读私钥）。",
            f"{target} has the certificate and key of {name}; only their owner reads the key.",
        )
    )


@certs.command(
    "sign",
    cls=HallCommand,
    help=t(
        "为一台设备自己生成的私钥签发证书；REQUEST 是它的证书申请文件（PEM）。",
        "Sign for a key that a machine made itself; REQUEST is its request (PEM).",
    ),
)
@click.argument("name", metavar="NAME")
@click.argument("request", metavar="REQUEST", type=_FILE)
@_TRUST
@_where
@pass_session
def sign(
    session: Session,
    name: str,
    request: Path,
    trust_clock: bool,
    config: Path | None,
    folder: Path | None,
) -> None:
    """Sign a request."""
    with told():
        found = authority_of(config, folder, trust_clock=trust_clock)
        found.sign(request.read_bytes(), name, _now())
    file = found.folder / f"{name}.crt"
    if session.json:
        write_json({"name": name, "file": str(file)})
        return
    say(
        t(
            f"已签发：{file}。请连同 ca.crt 一起交给该机。",
            f"Signed: {file}. That machine needs it and ca.crt.",
        )
    )


def _day(entry: Entry) -> str:
    return f"{entry.ends:%Y-%m-%d}"


def _say_behind(config: Path | None, found: Authority) -> None:
    from firmware_py.cli.broker_seen import say_behind

    say_behind(config, found.folder)


def _carry(found: Authority, renewed: list[Entry]) -> None:
    placed = {one.name for one in found.places}
    names = [one.name for one in renewed if one.name not in placed]
    if names:
        say(
            t(
                f"请把新证书复制到各机：{joined(names)}（{found.folder} 中的 名称.crt）。",
                f"Bring the new certificates to their machines: {joined(names)} "
                f"(NAME.crt in {found.folder}).",
            )
        )
