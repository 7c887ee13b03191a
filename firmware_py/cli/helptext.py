"""Help pages whose columns stay straight in Chinese, where a character is two columns wide."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable

import click

from firmware_py.cli.words import t

__all__ = ["HelpText", "cells", "wrap"]


def cells(text: str) -> int:
    """Return how many columns ``text`` takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


#: No line begins with one of these.
_CLOSING = "，。；：、！？）》”,.;:!?)"


def _pieces(text: str) -> list[str]:
    """Cut where a line may break: at spaces, and around every wide character."""
    pieces: list[str] = []
    joins = False
    for c in text:
        wide = cells(c) == 2
        if pieces and (c in _CLOSING or (joins and not wide and c != " ")):
            pieces[-1] += c
            joins = c not in _CLOSING or not wide
        else:
            pieces.append(c)
            joins = not wide and c != " "
    return pieces


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` in lines of at most ``width`` columns, as far as its words allow."""
    lines, line = list[str](), ""
    for piece in _pieces(text):
        if line and cells(line) + cells(piece) > width and piece != " ":
            lines.append(line.rstrip())
            line = ""
        if piece != " " or line:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _page_width(most: int) -> int:
    columns = os.environ.get("COLUMNS", "")
    if not columns.isdigit():
        try:
            columns = str(os.get_terminal_size(1).columns)
        except OSError:
            columns = ""
    return max(min(int(columns or most) or most, most) - 2, 50)


class HelpText(click.HelpFormatter):
    """click's pages, measured in columns.

    What click takes shutil and textwrap for is done here: they import archivers, 10 ms of 100.
    """

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        super().__init__(indent_increment, width or _page_width(max_width or 80))

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is typed."""
        start = f"{t('用法：', 'Usage: ') if prefix is None else prefix}{prog} "
        lines = wrap(args, max(self.width - cells(start), 20)) or [""]
        self.write((start + ("\n" + " " * cells(start)).join(lines)).rstrip() + "\n")

    def write_heading(self, heading: str) -> None:
        """Write a heading with the colon of its language."""
        self.write(f"{'':>{self.current_indent}}{heading}{t('：', ':')}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs; one that begins with a line of U+0008 alone keeps its lines."""
        indent = " " * self.current_indent
        paragraphs = []
        for paragraph in text.split("\n\n"):
            lines = paragraph.splitlines()
            if lines and lines[0].strip() == "\b":
                lines = lines[1:]
            else:
                lines = wrap(" ".join(lines), self.width - self.current_indent)
            paragraphs.append("\n".join(indent + line for line in lines))
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms and what they mean in two columns."""
        rows = list(rows)
        first = min(max(cells(term) for term, _ in rows), col_max) + col_spacing
        indent = " " * self.current_indent
        width = max(self.width - self.current_indent - first, 10)
        for term, meaning in rows:
            lines = wrap(meaning, width)
            if cells(term) + col_spacing > first:
                lines.insert(0, "")
            for n, line in enumerate(lines or [""]):
                start = term if n == 0 else ""
                gap = " " * (first - cells(start)) if line else ""
                self.write(f"{indent}{start}{gap}{line}".rstrip() + "\n")
