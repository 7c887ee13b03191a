"""What ends ``hallctl`` early: each has a sentence in both languages and an exit code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_py.cli.words import t

__all__ = ["DONE", "CliError", "NoDaemon", "Refused", "WrongUse"]

DONE = 0


class CliError(Exception):
    """Root. ``code`` is for programs, ``zh`` and ``en`` for people, ``data`` what it is about."""

    exit_code = 1

    def __init__(self, code: str, zh: str, en: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en
        self.data = dict(data or {})

    @property
    def sentence(self) -> str:
        """The sentence in the language in use."""
        return t(self.zh, self.en)

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` shows it."""
        return {"error": {"code": self.code, "zh": self.zh, "en": self.en, "data": self.data}}


class Refused(CliError):
    """The hall said no, or a check found something wrong."""

    exit_code = 1


class WrongUse(CliError):
    """Arguments or a configuration that cannot be right."""

    exit_code = 2


class NoDaemon(CliError):
    """Nobody answers at the socket."""

    exit_code = 3
