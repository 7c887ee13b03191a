"""``hallctl broker acl``: the broker's list of rights, with this hall's names in it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click
import msgspec

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.configfile import config_path, settings_of
from firmware_py.cli.errors import Refused
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import joined, t

__all__ = ["INSTALLED", "acl", "lacking_words", "last_written"]

TEMPLATE = Path(__file__).parents[2] / "config" / "mosquitto" / "hall.tls.acl"
#: Where hall.tls.conf says that it is.
INSTALLED = "/etc/mosquitto/hall.acl"
_NOTE = "rights.json"


@click.command(
    "acl",
    HallCommand,
    help=t(
        "写出本厅消息服务器的权限表（主控、备用主控和大厅编号已填好）。\n\n"
        "sudo hallctl broker acl | sudo tee /etc/mosquitto/hall.acl\n\n"
        "--check 只核对一份现有的，不写出。",
        "Write the list of rights for this hall's broker: with its id, hub and standby.\n\n"
        "sudo hallctl broker acl | sudo tee /etc/mosquitto/hall.acl\n\n"
        "With --check one that is there is looked at, and nothing is written.",
    ),
)
@click.option(
    "--check",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=t(f"核对这一份，如 {INSTALLED}。", f"Look at this one, such as {INSTALLED}."),
)
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=t("大厅的配置文件。", "The hall's configuration."),
)
@pass_session
def acl(session: Session, check: Path | None, config: Path | None) -> None:
    """Write or check the list of rights."""
    from firmware_py.config.broker_acl import acl_for, hubs_of, without_rights

    settings = settings_of(config)
    if check is None:
        click.echo(acl_for(TEMPLATE.read_text(encoding="utf-8"), settings), nl=False)
        _note(config_path(config).parent / "authority", hubs_of(settings))
        return
    names = hubs_of(settings)
    try:
        text = check.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Refused(
            "not_read",
            f"无法读取 {check}：{why}。请用 sudo 运行。",
            f"{check}: {why}. Run it by sudo.",
        ) from error
    lacking = without_rights(text, settings.hall.id, names)
    if session.json:
        write_json({"file": str(check), "hubs": list(names), "lacking": lacking})
        return
    if not lacking:
        say((t(f"{joined(names)} 都有主控的权限。", f"{joined(names)}: may be the hub."), "green"))
        return
    for words in lacking_words(str(check), lacking):
        say((words, "yellow"))


def last_written(authority: Path) -> tuple[str, ...] | None:
    """Return the names for which the list was written last; None when nobody knows."""
    try:
        return msgspec.json.decode((authority / _NOTE).read_bytes(), type=tuple[str, ...])
    except (OSError, msgspec.DecodeError):
        return None


def _note(authority: Path, names: tuple[str, ...]) -> None:
    """Note for whom it was written: a broker elsewhere cannot be asked for what it has."""
    from firmware_py.store.private_file import write_private

    # Whoever only looks, without the right to write there, leaves no note.
    with contextlib.suppress(OSError):
        write_private(authority / _NOTE, msgspec.json.encode(names))


def lacking_words(file: str, lacking: list[str]) -> list[str]:
    """Return what is wrong and what to do, a sentence each."""
    names = joined(lacking)
    return [
        t(
            f"{file} 中，{names} 没有本厅主控的权限：由它担任主控时，其他设备听不到它。",
            f"{file} gives {names} no rights of this hall's hub: as the hub, nobody would hear it.",
        ),
        t(
            f"sudo hallctl broker acl | sudo tee {file}，再 sudo systemctl reload mosquitto",
            f"sudo hallctl broker acl | sudo tee {file}, then: sudo systemctl reload mosquitto",
        ),
    ]
