"""``hallctl version``."""

from __future__ import annotations

from importlib.metadata import version as installed

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["version"]


@click.command("version", HallCommand, help=t("本程序的版本。", "The program's version."))
@pass_session
def version(session: Session) -> None:
    """Say the version."""
    number = installed("hall-controller")
    if session.json:
        write_json({"version": number})
    else:
        say(f"hallctl {number}")
