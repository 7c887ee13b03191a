"""What every command of ``hallctl`` shares: its session, its options, its help.

The root group knows the names of its commands and imports what stands behind one only when it
runs: ``hallctl --help`` and a quick command must not pay for tables or configuration.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from firmware_py.cli.helptext import HelpText
from firmware_py.cli.words import t

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_py.cli.client import Client
    from firmware_py.cli.errors import Refused

__all__ = ["HallCommand", "HallGroup", "LazyGroup", "Session", "pass_session"]


class Session:
    """One run of ``hallctl``: how it answers, and whom it talks to."""

    def __init__(self) -> None:
        self.json = False
        self.socket: str | None = None
        #: What was said of a journal that nobody keeps is said once.
        self.said_unrecorded = False
        self._client: Client | None = None

    @property
    def path(self) -> Path:
        """Where the daemon's socket should be."""
        from firmware_py.cli.client import socket_path

        return socket_path(self.socket, os.environ)

    @property
    def client(self) -> Client:
        """The daemon; connects when first asked."""
        # Here: a page of help needs neither sockets nor JSON.
        if self._client is None:
            from firmware_py.cli.client import Client

            self._client = Client(self.path)
        return self._client

    def other_version(self) -> Refused | None:
        """Return that the daemon that was asked is of another version; None: it is not."""
        return None if self._client is None else self._client.other_version()

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()


pass_session = click.make_pass_decorator(Session, ensure=True)


def _session(ctx: click.Context) -> Session:
    return ctx.ensure_object(Session)


def _json(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        _session(ctx).json = True


def _socket(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        _session(ctx).socket = value


def _shared() -> list[click.Parameter]:
    """Return the options that stand at any place of the line."""
    return [
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_json,
            help=t("输出 JSON，供程序使用。", "Answer in JSON, for programs."),
        ),
        click.Option(
            ["--lang"],
            type=click.Choice(["zh", "en"]),
            expose_value=False,
            is_eager=True,
            help=t("语言；默认按 LANG。", "The language; by LANG if not given."),
        ),
        click.Option(
            ["--socket"],
            metavar="PATH",
            expose_value=False,
            is_eager=True,
            callback=_socket,
            help=t("服务的控制套接字。", "The daemon's control socket."),
        ),
    ]


class _Context(click.Context):
    formatter_class = HelpText


class HallCommand(click.Command):
    """A command with the shared options and pages in the language in use."""

    context_class = _Context

    def __init__(self, name: str | None, **attributes: Any) -> None:
        attributes.setdefault("options_metavar", t("[选项]", "[OPTIONS]"))
        super().__init__(name, **attributes)
        self.params.extend(_shared())


class HallGroup(click.Group):
    """A group of such commands, listed in the order in which they were written."""

    context_class = _Context
    command_class = HallCommand

    def __init__(self, name: str | None = None, **attributes: Any) -> None:
        attributes.setdefault("options_metavar", t("[选项]", "[OPTIONS]"))
        attributes.setdefault("subcommand_metavar", t("命令 [参数]...", "COMMAND [ARGS]..."))
        super().__init__(name, **attributes)
        self.params.extend(_shared())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the file."""
        return list(self.commands)


HallGroup.group_class = HallGroup


class LazyGroup(HallGroup):
    """The root: name -> (``module:attribute``, what it does in a line)."""

    def __init__(self, name: str, lazy: Mapping[str, tuple[str, str]], **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"firmware_py.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        rows: Sequence[tuple[str, str]] = [(n, line) for n, (_, line) in self._lazy.items()]
        with formatter.section(t("命令", "Commands")):
            formatter.write_dl(rows)
