"""``hallctl node open``, at a Pi that follows: its daemon may put the hub's configuration in place.

``node join`` does it too. At a hub the files are people's; with a standby it may follow one day.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.node_services import Services
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["open_", "open_folder"]

#: Folders that the daemon has no business in, or that belong to a screen's user.
_NOT = frozenset({"authority", "mirror"})


def open_folder(folder: Path, daemon: tuple[int, int] | None) -> bool:
    """Have the folders of the configuration belong to the daemon; say whether that could be.

    The files in it stay whose they are: what the hub sends takes their place whole. Raises
    ``OSError``.
    """
    if daemon is None or os.geteuid() != 0:
        return False
    inside = [one for one in folder.rglob("*") if one.is_dir() and not one.is_symlink()]
    for one in (folder, *inside):
        if not _NOT & set(one.relative_to(folder).parts):
            os.chown(one, daemon[0], one.stat().st_gid)
    return True


@click.command(
    "open",
    HallCommand,
    help=t(
        "设备上：允许服务放置主控的配置（以 root 执行一次；用 node join 加入的设备已经允许）。\n\n"
        "FOLDER 是配置文件夹，默认 /etc/hall；其中的文件夹归服务所有，halld 重新启动。",
        "At a Pi that follows: let its daemon put the hub's configuration in place (once, as root; "
        "node join has done it).\n\n"
        "FOLDER is that of the configuration, /etc/hall if not given; its folders belong to the "
        "daemon from then on, and halld starts anew.",
    ),
)
@click.argument(
    "folder",
    metavar="[FOLDER]",
    default=Path("/etc/hall"),
    type=click.Path(path_type=Path, file_okay=False, exists=True),
)
@pass_session
def open_(session: Session, folder: Path) -> None:
    """Open the folder."""
    from firmware_py.cli.broker_certs_where import told
    from firmware_py.store.authority_checks import owner_of

    folder = folder.absolute()
    with told():
        if not open_folder(folder, owner_of("hall")):
            raise WrongUse("not_root", "请用 sudo。", "Use sudo.")
        services = Services.of_machine()
        said = ""
        if services.there and services.has_unit:
            services.let_write(folder)
            said = services.run("daemon-reload") or services.run("restart", "halld")
    if session.json:
        write_json({"folder": str(folder), "said": said})
        return
    say((t(f"服务可以写入 {folder}。", f"The daemon may write {folder}."), "green"))
    if said:
        say((t(f"服务没有重新启动：{said}", f"The daemon did not start anew: {said}"), "red"))
