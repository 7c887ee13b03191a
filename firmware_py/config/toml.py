"""Reads a TOML file in spite of its mistakes.

``tomllib`` stops at the first. Here the table with the mistake is left out and the rest is read,
so that one missing quote does not hide nine other mistakes.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from firmware_py.config.lines import HeaderPaths, KeyPath, parse_key
from firmware_py.config.mistakes import Findings

__all__ = ["parse_toml", "read_text", "read_toml"]

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
#: A header, whole or broken; an array's line of values begins with no letter, or holds a comma.
_HEADER = re.compile(r"[ \t]*\[{1,2}[ \t]*[A-Za-z_\"'][^,=]*$")
#: A string that ends on its line.
_CLOSED = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'""")
#: Nobody reads more of them at once.
_MOST = 50

#: How tomllib's sentences begin, in Chinese.
_ZH = {
    "Cannot overwrite a value": "此键重复",
    "Cannot declare": "此表重复",
    "Cannot mutate immutable namespace": "此表已在别处写成内联表或数组",
    "Cannot redefine namespace": "此表重复",
    "Found invalid character '\\n'": "字符串没有在本行结束（缺少引号）",
    "Invalid initial character for a key part": "键名含有不允许的字符（请加引号）",
    "Invalid value": "值无效",
    "Invalid statement": "语句无效",
    "Expected '=' after a key": "键名之后缺少“=”",
    "Expected newline or end of document": "语句之后有多余内容",
    "Unclosed array": "数组没有结束（缺少 ]）",
    "Unclosed inline table": "内联表没有结束（缺少 }）",
    "Illegal character": "含有不允许的字符（可能缺少引号）",
    "Unterminated string": "字符串没有结束（缺少引号）",
    "Expected ']": "表头缺少 ]",
    'Expected "\'"': "字符串没有结束（缺少引号）",
    "Unescaped '\\'": "反斜杠应写作 \\\\，或用单引号",
    "Duplicate inline table key": "内联表中的键重复",
}


def read_toml(path: Path) -> tuple[dict[str, Any], Findings]:
    """Return what could be read of ``path``, and what is wrong with its TOML."""
    text, findings = read_text(path)
    if findings:
        return {}, findings
    return parse_toml(text, str(path))


def read_text(path: Path) -> tuple[str, Findings]:
    """Return the file's text. Windows' byte order mark and line ends are taken."""
    findings = Findings(str(path))
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        findings.add((), "no such file", "文件不存在", line=0)
        return "", findings
    except OSError as error:
        why = error.strerror or type(error).__name__
        findings.add((), f"cannot be read: {why}", f"无法读取：{why}", line=0)
        return "", findings
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n"), findings
    except UnicodeDecodeError as error:
        findings.add(
            (),
            "not UTF-8; save the file as UTF-8 (it may be GBK)",
            "不是 UTF-8 编码，请另存为 UTF-8（可能是 GBK）",
            line=data.count(b"\n", 0, error.start) + 1,
        )
        return "", findings


def parse_toml(text: str, file: str) -> tuple[dict[str, Any], Findings]:
    """Return what could be read of ``text``, and what is wrong with its TOML."""
    try:
        return tomllib.loads(text), Findings(file, text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return _without_broken_tables(text, file, error)


def _without_broken_tables(
    text: str, file: str, error: ValueError | RecursionError
) -> tuple[dict[str, Any], Findings]:
    lines = text.split("\n")
    syntax: list[tuple[int, str]] = []
    broken: set[KeyPath] = set()
    data: dict[str, Any] = {}
    while len(syntax) < _MOST:
        line, why = _place(error, lines)
        syntax.append((line, why))
        if not line or not _leave_out(lines, line - 1, broken):
            broken.add(())
            lines = []
            break
        try:
            data = tomllib.loads("\n".join(lines))
            break
        except (tomllib.TOMLDecodeError, RecursionError) as next_error:
            error = next_error
    else:
        lines = []
        broken.add(())
    findings = Findings(file, "\n".join(lines), broken)
    for line, why in syntax:
        zh = next(
            (zh for start, zh in _ZH.items() if why.startswith(start)), f"TOML 语法错误：{why}"
        )
        findings.add((), f"not TOML: {_lower(why)}", zh, line=line)
    return data, findings


def _place(error: ValueError | RecursionError, lines: list[str]) -> tuple[int, str]:
    """Return the line (from 1; 0 when it cannot be told) and tomllib's words."""
    if isinstance(error, RecursionError):
        return 0, "tables or arrays too deep"
    words = str(error)
    match = _PLACE.search(words)
    if match is None:
        return 0, words
    why = words[: match.start()]
    if match[1] is None:
        return _open_end(lines), why
    line, column = int(match[1]), int(match[2])
    if not lines[line - 1][: column - 1].strip() and why.startswith("Unclosed"):
        # Noticed at the first word of the next statement; it stands on the line before.
        earlier = [n for n in range(1, line) if lines[n - 1].split("#")[0].strip()]
        line = earlier[-1] if earlier else line
    return line, why


def _open_end(lines: list[str]) -> int:
    """Return the line of what was opened and never closed before the end of the file."""
    for mark in ('"""', "'''"):
        holding = [n for n, line in enumerate(lines, start=1) if line.count(mark) % 2]
        if len(holding) % 2:
            return holding[-1]
    for n, line in enumerate(lines, start=1):
        rest = _CLOSED.sub("", line).split("#")[0]
        if '"' in rest or "'" in rest:
            return n
    filled = [n for n, line in enumerate(lines, start=1) if line.split("#")[0].strip()]
    return filled[-1] if filled else 0


def _leave_out(lines: list[str], bad: int, broken: set[KeyPath]) -> bool:
    """Empty the line with index ``bad``, or the table around it when the line alone is no help.

    Returns False when nothing was left to empty.
    """
    headers = [n for n, line in enumerate(lines) if _HEADER.match(line.split("#")[0])]
    first = max((n for n in headers if n <= bad), default=-1)
    end = min((n for n in headers if n > bad), default=len(lines))
    if not any(line.strip() for line in lines[max(first, 0) : end]):
        return False
    broken.add(_header_path(lines, [n for n in headers if n <= first]))
    if first < bad:
        kept, lines[bad] = lines[bad], ""
        if kept.strip() and not _wrong_within(lines, max(first, 0), end):
            return True
    # A good header stays, or all later [[tables]] would be counted wrong.
    keep_header = 0 <= first < bad and any(line.strip() for line in lines[first + 1 : end])
    for n in range(first + 1 if keep_header else max(first, 0), end):
        lines[n] = ""
    return True


def _wrong_within(lines: list[str], first: int, end: int) -> bool:
    """Say whether the part of the file in ``lines[first:end]``, read alone, is still no TOML."""
    try:
        tomllib.loads("\n".join(lines[first:end]))
    except (tomllib.TOMLDecodeError, RecursionError):
        return True
    return False


def _header_path(lines: list[str], headers: list[int]) -> KeyPath:
    paths = HeaderPaths()
    path: KeyPath = ()
    for n in headers:
        line = lines[n].strip()
        array = line.startswith("[[")
        try:
            keys, _ = parse_key(line, 2 if array else 1)
        except ValueError:
            path = ()
        else:
            path = paths.resolve(keys, array=array)
    return path


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
