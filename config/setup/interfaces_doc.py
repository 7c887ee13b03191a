"""Writes into docs/interfaces.md what the code says: commands, their fields, refusals.

    python config/setup/interfaces_doc.py

The tables stand between markers such as ``<!-- commands -->`` and ``<!-- end -->``; a test holds
the page against this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import partial
from pathlib import Path

from firmware_py.core.commands import COMMANDS, Command
from firmware_py.core.refusals import SENTENCES
from firmware_py.sync.sentences import SENTENCES as BROKER_SENTENCES

__all__ = ["PAGE", "rewritten"]

PAGE = Path(__file__).parents[2] / "docs" / "interfaces.md"

#: Annotations as they stand in ``core/commands.py``, in words of JSON.
_TYPES = {
    "str": "string",
    "int": "integer",
    "bool": "boolean",
    "tuple[Trait, ...]": "list of traits",
    "tuple[str, ...]": "list of strings",
    "tuple[PaperTicked, ...]": "list of papers",
}


def _fields(kind: type[Command]) -> str:
    told = []
    for field in fields(kind):
        words = f"`{field.name}` {_TYPES[str(field.type).removesuffix(' | None')]}"
        told.append(f"**{words}**" if field.default is MISSING else words)
    return ", ".join(told)


def _what(kind: type[Command]) -> str:
    first, _, _ = (kind.__doc__ or "").partition("\n\n")
    return " ".join(first.split()).replace("``", "`")


def _commands() -> str:
    rows = [f"| `{name}` | {_fields(kind)} | {_what(kind)} |" for name, kind in COMMANDS.items()]
    return "\n".join(["| method | fields, **bold**: required | |", "| --- | --- | --- |", *rows])


def _sentences(sentences: Mapping[str, tuple[str, str]]) -> str:
    rows = [f"| `{code}` | {zh} | {en} |" for code, (zh, en) in sentences.items()]
    return "\n".join(["| code | 中文 | English |", "| --- | --- | --- |", *rows])


def _put(table: str, match: re.Match[str]) -> str:
    """Return both markers with the table between: in a function, backslashes stay what they are."""
    return f"{match[1]}{table}{match[2]}"


def rewritten(page: str) -> str:
    """Return the page with its tables as they should be. Raises ``ValueError`` without markers."""
    tables = {
        "commands": _commands(),
        "refusals": _sentences(SENTENCES),
        "broker refusals": _sentences(BROKER_SENTENCES),
    }
    for name, table in tables.items():
        page, found = re.subn(
            rf"(<!-- {name} -->\n).*?(<!-- end -->)",
            partial(_put, f"{table}\n"),
            page,
            flags=re.DOTALL,
        )
        if found != 1:
            raise ValueError(f"the page has {found} tables called {name}, not one")
    return page


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
