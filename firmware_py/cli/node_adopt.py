"""``hallctl node adopt`` and ``replace``, at the hub: a Pi gets certificate and configuration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import CliError, Refused, WrongUse
from firmware_py.cli.node_invite import Listening, invite, record
from firmware_py.cli.node_services import Services
from firmware_py.cli.output import say
from firmware_py.cli.words import in_words, t

if TYPE_CHECKING:
    from firmware_py.config.parcel import Parcel
    from firmware_py.store.authority import Authority
    from firmware_py.store.authority_register import Entry

__all__ = [
    "COMMANDS", "authority_here", "confirm_going", "revoke_at_broker", "state_of", "write_off",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])
#: One that ends sooner may be made anew for the same Pi.
_SOON = timedelta(days=60)
_USUAL_MINUTES, _PORT = 15, 8884


def _options(command: F) -> F:
    """Give a command the options that say where to listen, and which hall is meant."""
    for option in (
        click.option(
            "--folder",
            metavar="FOLDER",
            type=click.Path(path_type=Path, file_okay=False),
            help=t(
                "证书机构的文件夹；默认为配置文件旁的 authority。",
                "The authority's folder; else authority beside the configuration.",
            ),
        ),
        click.option(
            "--config",
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            help=t("大厅的配置文件。", "The hall's configuration."),
        ),
        click.option(
            "--trust-clock",
            is_flag=True,
            help=t(
                "本机时钟是对的，即使早于上次签发的时间。",
                "The clock is right, though earlier than the last certificate.",
            ),
        ),
        click.option(
            "--address",
            metavar="ADDRESS",
            default="",
            help=t(
                "只在本机的这个地址上等待；默认为全部。",
                "Listen at this address of this machine alone; else at all.",
            ),
        ),
        click.option(
            "--port",
            metavar="PORT",
            type=click.IntRange(0, 65_535),
            default=_PORT,
            help=t("等待的端口，默认 8884。", "The port; 8884 if not given."),
        ),
        click.option(
            "--minutes",
            metavar="N",
            type=click.FloatRange(0, 120, min_open=True),
            default=_USUAL_MINUTES,
            help=t("代码有效的分钟数，默认 15。", "How long the code is good; 15 if not given."),
        ),
    ):
        command = option(command)
    return command


@click.command(
    "adopt",
    HallCommand,
    help=t(
        "主控上：让新设备加入大厅。\n\n"
        "显示一次性代码，在新设备上用 hallctl node join 输入，它即得到证书、角色和配置。NAME "
        "是配置 [nodes] 中的名称。",
        "At the hub: take a new Pi into the hall.\n\n"
        "A one-time code is shown; typed at the new Pi (hallctl node join), it gets certificate, "
        "roles and configuration. NAME is one of [nodes].",
    ),
)
@click.argument("name", metavar="NAME")
@_options
@pass_session
def adopt(session: Session, /, name: str, **options: Any) -> None:
    """Take a new Pi in."""
    from firmware_py.cli.broker_certs_where import told

    with told():
        parcel, authority = _parcel(name, options), authority_here(options)
        had = _may_adopt(session, authority, name)

        def before_signing() -> None:
            # One that was made here and went nowhere: nobody may come in by it any more.
            if had is not None and not had.away and authority.good(name) is not None:
                revoke_at_broker(session, authority, name, options["config"], restart=False)

        invite(session, authority, parcel, _listening(options), before_signing)


@click.command(
    "replace",
    HallCommand,
    help=t(
        "主控上：设备坏了，换一台备用机。\n\n"
        "吊销 NAME 的证书，作废它手中的号码，显示一次性代码；在备用机上用 hallctl node join "
        "输入即接替。原来那台不能再连接。",
        "At the hub: a spare takes a dead Pi's place.\n\n"
        "The certificates of NAME are revoked and its numbers written off; a one-time code is "
        "shown, to be typed at the spare (hallctl node join). The old Pi cannot come in any more.",
    ),
)
@click.argument("name", metavar="NAME")
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@_options
@pass_session
def replace(session: Session, /, name: str, yes: bool, **options: Any) -> None:
    """Have a spare take a dead Pi's place."""
    from firmware_py.cli.broker_certs_where import told

    with told():
        parcel, authority = _parcel(name, options), authority_here(options)
        state = state_of(session, name)
        if not yes:
            words = t(
                f"{name} 的原设备将不能再连接，不能撤回。",
                f"The Pi that was {name} will not come in any more, for good.",
            )
            confirm_going(name, state, "更换", words)
        if authority.good(name) is not None:
            # Who is connected stays so until the broker starts anew.
            here = state in {"there", "silent"}
            revoke_at_broker(session, authority, name, options["config"], restart=here)
            record(session, "replace", name)
        write_off(session, name)
        invite(session, authority, parcel, _listening(options), lambda: None)


COMMANDS = (adopt, replace)


def _parcel(name: str, options: dict[str, Any]) -> Parcel:
    import os

    from firmware_py.cli.configfile import config_path, say_mistakes, say_variables
    from firmware_py.config.mistakes import ConfigError
    from firmware_py.config.parcel import ParcelError, parcel_for

    path = config_path(options["config"])
    try:
        return parcel_for(path, name, os.environ)
    except ConfigError as error:
        say_mistakes(error)
        say_variables(error, path)
        raise WrongUse(
            "bad_config",
            f"配置文件 {path} 对 {name} 来说有误，先改正再加入设备。",
            f"The configuration {path} is not right for {name}; mend it before a Pi gets it.",
        ) from error
    except ParcelError as error:
        raise Refused(error.code, error.zh, error.en) from error


def authority_here(options: dict[str, Any]) -> Authority:
    """Return the hall's authority. Raises ``AuthorityError``, ``OSError``."""
    from firmware_py.cli.broker_certs_where import authority_of

    trust = bool(options.get("trust_clock"))
    return authority_of(options["config"], options["folder"], trust_clock=trust)


def _listening(options: dict[str, Any]) -> Listening:
    return Listening(options["address"], options["port"], options["minutes"])


def state_of(session: Session, name: str) -> str:
    """Return how the hub sees a Pi (``node.list``), "" when nobody can say."""
    try:
        found: str = session.client.ask("node.show", node=name)["state"]
    except CliError:
        return ""
    return found


def _may_adopt(session: Session, authority: Authority, name: str) -> Entry | None:
    """Return the certificate that the name has; refuse when a Pi may live by it."""
    had = authority.good(name)
    if had is None:
        return None
    if had.away and had.ends - datetime.now(UTC) < _SOON:
        return had
    placed = any(one.name == name for one in authority.places)
    if had.away or placed or state_of(session, name) in {"there", "silent"}:
        raise Refused(
            "has_certificate",
            f"{name} 已有证书（{had.made:%Y-%m-%d} 签发）。要换成另一台设备，请执行："
            f"hallctl node replace {name}",
            f"{name} has a certificate (of {had.made:%Y-%m-%d}). To put another Pi in its place: "
            f"hallctl node replace {name}",
        )
    return had


def confirm_going(name: str, state: str, act_zh: str, otherwise: str) -> None:
    """Ask before a Pi's certificates go: one that is there is cut off. Aborts at a no.

    ``act_zh`` is what is done to it, ``otherwise`` what is said of one that is not there.
    """
    words = otherwise
    if state in {"there", "silent"}:
        now = in_words(state, "node")
        words = t(
            f"{name} 现在{now}！{act_zh}后它立即断开，并不能再连接。",
            f"{name} is {now} now! It will be cut off at once, for good.",
        )
    click.confirm(f"{words}{t('继续吗？', ' Go on?')}", abort=True, err=True)


def revoke_at_broker(
    session: Session, authority: Authority, name: str, config: Path | None, *, restart: bool
) -> None:
    """Revoke a name's certificates and have the broker go by it, at once where it can be told.

    Raises ``AuthorityError``, ``OSError``.
    """
    from firmware_py.cli.broker_seen import say_behind

    count = authority.revoke(name, datetime.now(UTC))
    troubled = [one for one in authority.spread() if one.trouble not in {"", "revoked"}]
    services, word = Services.of_machine(), "restart" if restart else "reload"
    told = services.broker_runs() and not services.run(word, "mosquitto")
    if session.json:
        return
    say(t(f"{name} 的 {count} 张证书已吊销。", f"{name}: its certificates are revoked ({count})."))
    for one in troubled:
        words = f"{one.folder} ({one.name}): {one.trouble}"
        say((t(f"副本没有更新：{words}", f"Not copied: {words}"), "yellow"))
    if told:
        say(t("消息服务器已按此执行。", "The broker goes by it."))
    elif not say_behind(config, authority.folder):
        command = f"sudo systemctl {word} mosquitto"
        words = t(
            f"在消息服务器上执行后生效：{command}", f"It counts when the broker is told: {command}"
        )
        say((words, "yellow"))


def write_off(session: Session, name: str) -> None:
    """Have the hub write off the numbers that a Pi holds, if it holds some."""
    try:
        session.client.command("node.write_off", node=name)
    except CliError as error:
        # It holds none; or no daemon runs: then its day's numbers are asked for at its start.
        if error.code in {"no_numbers_held", "no_method", "no_daemon"} or session.json:
            return
        words = t("号码没有作废：", "Its numbers are not written off: ")
        say((f"{words}{error.sentence}", "yellow"))
    else:
        if not session.json:
            say(t("它手中的号码已作废。", "The numbers that it held are written off."))
