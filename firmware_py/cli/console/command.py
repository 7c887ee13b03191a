"""``hallctl console``: begins the full screen, or says what it lacks."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from importlib.util import find_spec

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.words import t

__all__ = ["console"]

#: Terminals that have no colours, and may show the codes for them instead.
_COLOURLESS = ("vt100", "vt102", "vt220", "vt320")


@click.command(
    "console",
    HallCommand,
    help=t(
        "全屏控制台：窗口、设备、排队、告警、流水，实时更新；80×24 的终端即可，SSH 也可以。",
        "A full screen, live: windows, devices, queue, alarms, journal. 80x24 is enough, over SSH "
        "too.",
    ),
)
@pass_session
def console(session: Session) -> None:
    """Open the console."""
    _check(session, os.environ)
    from firmware_py.cli.console.app import HallConsole
    from firmware_py.cli.console.link import try_rights

    try_rights(session.path)
    HallConsole(session.path).run()


def _check(session: Session, env: MutableMapping[str, str]) -> None:
    if session.json:
        raise WrongUse(
            "no_json",
            "console 是给人看的全屏界面，没有 JSON；程序请用 hallctl status --json 等命令。",
            "The console is a screen for people and has no JSON; programs take "
            "hallctl status --json and the like.",
        )
    if find_spec("textual") is None:
        raise WrongUse(
            "no_textual",
            "缺少 textual 软件包，不能打开控制台。请安装 hall-controller[console]。",
            "The package textual is missing, so there is no console. "
            "Install hall-controller[console].",
        )
    terminal = env.get("TERM", "dumb")
    if terminal == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongUse(
            "no_terminal",
            "控制台需要终端。用 SSH 时请加 -t：ssh -t 主机 hallctl console",
            "The console needs a terminal. Over SSH add -t: ssh -t HOST hallctl console",
        )
    if terminal in _COLOURLESS:
        env["NO_COLOR"] = "1"
