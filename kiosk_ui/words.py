"""What the screens say: a gettext catalogue a language, ``locale/zh.po`` and ``locale/en.po``.

A message's id is a short name (``wall.closed``), so the Chinese and the English are both written by
people and neither is a translation by a key's accident. The catalogues are read as they are, by a
reader of the part of the format that they use: 300 messages take 2 ms, less than gettext's import,
and nothing has to be compiled or can be out of date. Poedit and Babel open the same files.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

__all__ = ["LANGUAGES", "CatalogueError", "Words", "load_words", "read_catalogue"]

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).parent / "locale"


class CatalogueError(ValueError):
    """A catalogue cannot be used; says which line."""


class Words:
    """The messages of one language."""

    def __init__(self, language: str, messages: Mapping[str, str]) -> None:
        self.language = language
        self.messages = messages

    def __call__(self, key: str, /, **fill: object) -> str:
        """Return a message with its gaps filled. Raises ``KeyError`` for one that is not there."""
        text = self.messages[key]
        return text.format(**fill) if fill else text


def load_words(language: str) -> Words:
    """Return a language's messages. Raises ``CatalogueError``, ``OSError``."""
    path = _FOLDER / f"{language}.po"
    return Words(language, read_catalogue(path.read_text(encoding="utf-8"), str(path)))


def read_catalogue(text: str, name: str = "catalogue") -> dict[str, str]:
    """Return the messages of a .po file by id; ``fuzzy`` and obsolete ones are left out.

    Raises ``CatalogueError``.
    """
    found: dict[str, str] = {}
    key, value, fuzzy = "", "", False
    part = ""

    def take() -> None:
        if key and value and not fuzzy:
            found[key] = value

    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("#") or not line:
            if part == "msgstr":
                take()
                key, value, fuzzy, part = "", "", False, ""
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        keyword, _, quoted = line.partition(" ") if not line.startswith('"') else (part, "", line)
        if keyword == "msgid":
            if part == "msgstr":
                take()
                key, value, fuzzy = "", "", False
        elif keyword != "msgstr":
            raise CatalogueError(f"{name}:{number}: {line!r} is not understood")
        try:
            piece = _piece(quoted.strip())
        except (SyntaxError, ValueError) as error:
            raise CatalogueError(f"{name}:{number}: {quoted} is no text") from error
        part = keyword
        if part == "msgid":
            if piece in found:
                raise CatalogueError(f"{name}:{number}: {piece} stands twice")
            key += piece
        else:
            value += piece
    take()
    return found


def _piece(quoted: str) -> str:
    """Return what stands in quotes. Raises ``SyntaxError``, ``ValueError`` for anything else."""
    inner = quoted[1:-1]
    if quoted == f'"{inner}"' and '"' not in inner and "\\" not in inner:
        # Nearly all: reading them as Python does takes four times as long.
        return inner
    return str(ast.literal_eval(quoted))
