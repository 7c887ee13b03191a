"""``hallctl version``."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["version", "version_number"]

_PACKAGE = "hall-controller"
_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@click.command("version", HallCommand, help=t("本程序的版本。", "The program's version."))
@pass_session
def version(session: Session) -> None:
    """Say the version."""
    number, is_installed = version_number()
    if session.json:
        write_json({"version": number, "installed": is_installed})
    elif is_installed:
        say(f"hallctl {number}")
    else:
        say(
            t(
                f"hallctl {number or '版本不明'}（直接从源码运行，没有安装）",
                f"hallctl {number or 'of unknown version'} (run from its source, not installed)",
            )
        )


def version_number() -> tuple[str | None, bool]:
    """Return the version and whether it is installed, or runs from its source."""
    try:
        return installed(_PACKAGE), True
    except PackageNotFoundError:
        return _of_the_source(_PROJECT), False


def own_version() -> tuple[str | None, bool]:
    """Return the version, None where none is known; and whether it runs from its source."""
    try:
        return installed(_PACKAGE), False
    except PackageNotFoundError:
        return _of_the_source(_PROJECT), True


def _of_the_source(project: Path) -> str | None:
    """Return the version that the source says it is, None where it says nothing."""
    try:
        text = project.read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r'^version = "([^"]+)"$', text, re.MULTILINE)
    return found[1] if found else None
