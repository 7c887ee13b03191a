"""Mistakes in a hall's files: collected, each with its file, line and path, and told together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from firmware_py.config.lines import KeyPath, key_lines, nearest_line

__all__ = ["ConfigError", "Findings", "Mistake", "close_to", "path_text"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: where (``line`` 0: the file as a whole), and what in both languages."""

    file: str
    line: int
    path: str
    en: str
    zh: str

    def __str__(self) -> str:
        return self._placed(self.en)

    def in_chinese(self) -> str:
        """Return the line for a Chinese reader."""
        return self._placed(self.zh)

    def _placed(self, words: str) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (where, self.path, words) if part)


class ConfigError(ValueError):
    """Files that cannot be used; ``mistakes`` holds all that was found, in the files' order."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: Sequence[Mistake] = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class Findings:
    """What was found wrong with one file so far.

    ``broken`` are the paths of tables that could not be read: nothing below them is known to be
    missing, and a reference to them may be right.
    """

    def __init__(self, file: str, text: str = "", broken: Collection[KeyPath] = ()) -> None:
        self.file = file
        self.text = text
        self.broken: set[KeyPath] = set(broken)
        self._found: list[Mistake] = []

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        """The line of every path; read from the text at the first mistake."""
        return key_lines(self.text)

    def add(self, at: KeyPath, en: str, zh: str, *, line: int | None = None) -> None:
        """Remember a mistake at ``at``; ``line`` where the text cannot be asked for it."""
        if line is None:
            line = nearest_line(self.lines, at) or 0
        mistake = Mistake(self.file, line, path_text(at), en, zh)
        if mistake not in self._found:
            self._found.append(mistake)

    def unsure(self, at: KeyPath) -> bool:
        """Say whether ``at`` may stand in a part of the file that could not be read."""
        return any(at[: len(lost)] == lost or lost[: len(at)] == at for lost in self.broken)

    @property
    def count(self) -> int:
        """How many mistakes were found so far."""
        return len(self._found)

    def mistakes(self) -> list[Mistake]:
        """Return what was found, by line."""
        return sorted(self._found, key=lambda mistake: mistake.line)

    def __bool__(self) -> bool:
        return bool(self._found)


def path_text(path: KeyPath) -> str:
    """Return a path as people read it, arrays counted from 1: ``windows[3].pad``."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def close_to(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``word`` was probably meant to be."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return near[0] if near else None
