"""Which configuration file is meant, and reading it with all of its mistakes told."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from firmware_py.cli.words import language, t

if TYPE_CHECKING:
    from firmware_py.config.file import Configuration
    from firmware_py.config.mistakes import ConfigError

__all__ = ["USUAL", "config_path", "read", "say_mistakes"]

USUAL = Path("/etc/hall/hall.toml")


def config_path(given: Path | None) -> Path:
    """Return the file meant: as given, else ``HALL_CONFIG``, else ``/etc/hall/hall.toml``."""
    if given is not None:
        return given
    own = os.environ.get("HALL_CONFIG")
    return Path(own) if own else USUAL


def read(path: Path) -> Configuration:
    """Return what the file says. Raises ``ConfigError``."""
    from firmware_py.config.file import load_all

    return load_all(path, os.environ, with_files=True)


def say_mistakes(error: ConfigError) -> None:
    """Say every mistake, one a line, and how many there are."""
    for mistake in error.mistakes:
        sys.stderr.write(f"{mistake.in_chinese() if language() == 'zh' else mistake}\n")
    count = len(error.mistakes)
    words = t(
        f"配置有 {count} 处错误。",
        "The configuration has a mistake."
        if count == 1
        else f"The configuration has {count} mistakes.",
    )
    click.secho(words, fg="red", err=True)
