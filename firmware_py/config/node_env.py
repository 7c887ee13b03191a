"""``node.env`` beside a hall's file: which Pi this is, where the hall's file is the same for all.

Lines ``NAME=value`` as systemd's ``EnvironmentFile=`` has them (systemd.exec(5)), without quotes;
empty lines and those that begin with ``#`` do not count. The environment itself goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["NODE_ENV", "node_text", "with_node"]

NODE_ENV = "node.env"
_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_HEAD = (
    "# 本机是大厅的哪一台设备，由 hallctl node join 写入。\n"
    "# Which Pi of the hall this is; written by hallctl node join.\n"
)


def with_node(config_file: Path, env: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with what ``node.env`` beside ``config_file`` adds.

    One that cannot be read adds nothing: a variable that is missing then is told as such.
    """
    try:
        text = (config_file.parent / NODE_ENV).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return env
    found = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    return {match[1]: match[2] for match in found if match is not None} | dict(env)


def node_text(variables: Mapping[str, str]) -> str:
    """Return the text of a ``node.env``. Raises ``ValueError`` for what no line can hold."""
    lines = [f"{name}={value}" for name, value in variables.items()]
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or line != line.strip():
            raise ValueError(line)
    return _HEAD + "".join(f"{line}\n" for line in lines)
