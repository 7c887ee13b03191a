"""Which configuration file is meant, and reading it with all of its mistakes told."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from firmware_py.cli.errors import WrongUse
from firmware_py.cli.words import language, t

if TYPE_CHECKING:
    from firmware_py.config.file import Configuration
    from firmware_py.config.mistakes import ConfigError
    from firmware_py.settings import Settings

__all__ = [
    "USUAL",
    "config_option",
    "config_path",
    "read",
    "say_mistakes",
    "say_variables",
    "settings_of",
]

USUAL = Path("/etc/hall/hall.toml")

#: Of commands that read the file themselves.
config_option = click.option(
    "--config",
    "config_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=t(
        "配置文件；默认 /etc/hall/hall.toml。",
        "The configuration; /etc/hall/hall.toml if not given.",
    ),
)

_UNSET = re.compile(r"the environment variable (\w+) is not set")
#: Values for a check: what the daemon will get is not what is looked at.
_CLOCK, _FIRST_PORT = "machine", 18830


def config_path(given: Path | None) -> Path:
    """Return the file meant: as given, else ``HALL_CONFIG``, else ``/etc/hall/hall.toml``."""
    if given is not None:
        return given
    own = os.environ.get("HALL_CONFIG")
    return Path(own) if own else USUAL


def read(path: Path, *, with_files: bool = True, text: str | None = None) -> Configuration:
    """Return what the file says, with what it names, or would with another ``text``.

    Raises ``ConfigError``.
    """
    from firmware_py.config.file import load_all

    return load_all(path, os.environ, with_files=with_files, text=text)


def settings_of(given: Path | None) -> Settings:
    """Return the settings of the file meant, without a look at the files that it names.

    Raises ``WrongUse`` when it is not right; its mistakes are said.
    """
    from firmware_py.config.mistakes import ConfigError

    path = config_path(given)
    try:
        return read(path, with_files=False).settings
    except ConfigError as error:
        say_mistakes(error)
        raise WrongUse(
            "bad_config",
            f"配置文件 {path} 有误。可用 --config 指定文件。",
            f"The configuration {path} is not right. Another file can be given by --config.",
        ) from error


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


def say_variables(error: ConfigError, path: Path) -> None:
    """Say in one sentence which ``${NAME}`` of the file need a value, and how to give them."""
    names = dict.fromkeys(
        match[1] for mistake in error.mistakes if (match := _UNSET.search(mistake.en))
    )
    if not names:
        return
    values = [f"{name}={_sample(name, place)}" for place, name in enumerate(names)]
    line = " ".join([*values, "hallctl config check", shlex.quote(str(path))])
    click.secho(
        t(
            f"此文件要由环境变量给出 {'、'.join(names)}（模拟大厅由 make run 给出）；"
            f"检查时请写在命令前面：{line}",
            f"This file takes {', '.join(names)} from the environment (for the bench, make run "
            f"gives them); to check it, put them before the command: {line}",
        ),
        err=True,
    )


def _sample(name: str, place: int) -> str:
    if name.endswith("PORT"):
        return str(_FIRST_PORT + place)
    return _CLOCK if name.endswith("CLOCK") else "..."
