"""Ticket templates: files that a technician edits, checked when they are loaded.

A template is TOML with one ``[[line]]`` a line of the slip. Each has exactly one of

    text = "前面{ahead}人"      fields in braces, see ``Form``; too long a line is wrapped
    qr = "{qr}"                a QR code; ``size`` is then its dots a square, ``level`` L M Q H
    rule = true                a line across
    signature = "签字"         in a form: the label of the taxpayer's signature, ``mm`` its place
    feed = 2                   so many empty lines

and, where wanted, ``align`` (left, center, right), ``size`` (1..8, or [width, height]), ``bold``,
``invert`` (white on black) and ``when``, see ``When``. A line whose fields are all empty is left
out; one with ``{paper_zh}`` or ``{paper_en}`` is repeated for each. ``{served:5}`` fills up to 5
columns, ``{served:>5}`` from the left. In a report or a form, ``each`` repeats a line for every
window, say (lines that follow one another with the same ``each`` together), and what is too long
for ``{paper_zh:40+}`` goes on below in the same columns.
For a technician all of this stands in docs/configuration.md.
"""

from __future__ import annotations

import re
import string
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from devices.errors import DeviceError

__all__ = [
    "TICKET",
    "Form",
    "LineSpec",
    "Problem",
    "Template",
    "TemplateError",
    "When",
    "find",
    "load",
    "logo_file",
    "parse",
]

#: A hall's own templates and logos.
_OWN = Path("/etc/hall/templates")

#: On which slips a line stands. ``next``: nobody is ahead; ``ahead``: somebody is. Neither when
#: nobody knows. ``copy``: on the second and later ones of ``copies``.
When = Literal["reprint", "first", "zh", "en", "next", "ahead", "copy", "original"]


@dataclass(frozen=True, slots=True)
class Form:
    """What may stand in a template: of a ticket, of a report.

    ``rows`` are what ``each`` may name, with the fields that such a line has beside ``fields``;
    ``must`` is a field without which the slip is worth nothing; ``signed``: it may have a
    taxpayer's signature.
    """

    fields: frozenset[str]
    must: str
    whens: tuple[str, ...]
    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    signed: bool = False

    def allowed(self, each: str) -> frozenset[str]:
        """Return the fields of a line."""
        return self.fields | self.rows.get(each, frozenset())


#: Of a ticket. ``hall``, ``item``, ``wait``, ``title`` and ``papers`` follow the slip's language;
#: with ``_zh`` and ``_en`` they do not. ``time`` is when the ticket was issued.
TICKET = Form(
    frozenset({
        "hall", "hall_zh", "hall_en", "item", "item_zh", "item_en", "wait", "wait_zh", "wait_en",
        "papers", "papers_zh", "papers_en", "paper_zh", "paper_en", "title", "title_zh",
        "title_en", "number", "time", "ahead", "qr",
    }),
    "number",
    get_args(When),
)  # fmt: skip
_Kind = Literal["text", "qr", "rule", "feed", "signature"]
_KINDS: tuple[_Kind, ...] = get_args(_Kind)
_KEYS: Mapping[str, tuple[type, ...]] = {
    "text": (str,), "qr": (str,), "rule": (bool,), "feed": (int,), "align": (str,),
    "size": (int, list), "bold": (bool,), "invert": (bool,), "when": (str,), "level": (str,),
    "each": (str,), "signature": (str,), "mm": (list,),
}  # fmt: skip
_CHOICES = {
    "align": ("left", "center", "right"),
    "level": ("L", "M", "Q", "H"),
}
#: Columns of a field: right-aligned after ">"; before "+" what is too long goes on below.
_COLUMNS = re.compile(r">?[1-9][0-9]?")
_GOES_ON = re.compile(r"[1-9][0-9]?\+")


class LineSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a template, checked."""

    kind: Literal["text", "qr", "rule", "feed", "signature"]
    #: ``text`` and ``qr``: what is printed, with fields in braces; ``signature``: its label.
    text: str = ""
    align: Literal["left", "center", "right"] = "left"
    width: int = 1
    height: int = 1
    bold: bool = False
    invert: bool = False
    when: str | None = None
    level: Literal["L", "M", "Q", "H"] = "M"
    feed: int = 0
    #: The line is repeated for each of these; "" stands once.
    each: str = ""
    #: At most so wide and high is a signature.
    mm: tuple[int, int] = (48, 16)


class Template(msgspec.Struct, frozen=True):
    """A checked template."""

    lines: tuple[LineSpec, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a template; ``line`` counts from 1, 0 is the whole file."""

    line: int
    zh: str
    en: str


class TemplateError(DeviceError, ValueError):
    """A template that cannot be used: all its mistakes, each with file and line."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            "\n".join(
                f"{file}:{p.line}: {p.en} / {p.zh}" if p.line else f"{file}: {p.en} / {p.zh}"
                for p in problems
            )
        )
        self.file = file
        self.problems = problems


def find(name: str) -> Path:
    """Return the file of a template: a path, or a name in the first folder that has it.

    Folders: ``/etc/hall/templates`` (a hall's own), then the shipped ones.
    """
    given = Path(name)
    if given.suffix == ".toml" or len(given.parts) > 1:
        if given.is_file():
            return given
        raise TemplateError(name, (Problem(0, "没有这个文件", "no such file"),))
    folders = (
        _OWN,
        Path(__file__).parents[2] / "config" / "templates",
        Path(sys.prefix) / "share" / "hall-controller" / "config" / "templates",
    )
    for folder in folders:
        if (folder / f"{name}.toml").is_file():
            return folder / f"{name}.toml"
    looked = ", ".join(str(folder) for folder in folders)
    raise TemplateError(
        name, (Problem(0, f"在 {looked} 中都没有此模板", f"no such template in {looked}"),)
    )


def logo_file(name: str) -> Path:
    """Return the file of a logo: a path, or a name in ``/etc/hall/templates``."""
    given = Path(name)
    return given if given.is_file() else _OWN / name


def load(name: str, form: Form = TICKET) -> Template:
    """Read and check a template by name or path. Raises ``TemplateError``."""
    file = find(name)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(0, "无法读取", f"cannot be read: {error}")
        raise TemplateError(str(file), (problem,)) from error
    return parse(text, str(file), form)


def parse(text: str, file: str = "template", form: Form = TICKET) -> Template:
    """Check a template's text. Raises ``TemplateError`` with every mistake found."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else 0
        problem = Problem(line, f"不是有效的 TOML：{error}", f"not valid TOML: {error}")
        raise TemplateError(file, (problem,)) from error
    where = _Places(text)
    problems = [
        Problem(where.key(key), f"不认识的设置 {key}", f"unknown setting {key}")
        for key in data
        if key != "line"
    ]
    entries = data.get("line")
    if not isinstance(entries, list) or not entries:
        problems.append(Problem(0, "没有任何 [[line]]", "there is no [[line]]"))
        entries = []
    specs: list[LineSpec] = []
    for index, entry in enumerate(entries):
        spec = _check(entry, form, partial(where.line, index), problems)
        if spec is not None:
            specs.append(spec)
    must = f"{{{form.must}}}"
    if not problems and not any(must in spec.text for spec in specs):
        problems.append(Problem(0, f"没有 {must}，不能缺少", f"no {must}: it must be there"))
    if problems:
        raise TemplateError(file, tuple(sorted(problems, key=lambda p: p.line)))
    return Template(tuple(specs))


def _check(
    entry: dict[str, Any], form: Form, at: Callable[[str], int], problems: list[Problem]
) -> LineSpec | None:
    """Check one ``[[line]]``; add what is wrong to ``problems``."""
    mistakes = [*_setting_faults(entry, form), *_content_faults(entry, form)]
    if mistakes:
        problems += [Problem(at(key), f"{key}：{zh}", f"{key}: {en}") for key, zh, en in mistakes]
        return None
    kind = next(kind for kind in _KINDS if kind in entry)
    sizes = _sizes(entry)
    return LineSpec(
        kind=kind,
        text=entry[kind] if kind in {"text", "qr", "signature"} else "",
        align=entry.get("align", "left"),
        width=sizes[0],
        height=sizes[1],
        bold=entry.get("bold", False),
        invert=entry.get("invert", False),
        when=entry.get("when"),
        level=entry.get("level", "M"),
        feed=entry.get("feed", 0),
        each=entry.get("each", ""),
        mm=tuple(entry.get("mm", (48, 16))),
    )


def _sizes(entry: Mapping[str, Any]) -> list[Any]:
    size = entry.get("size", 6 if "qr" in entry else 1)
    return size if isinstance(size, list) else [size, size]


def _setting_faults(entry: Mapping[str, Any], form: Form) -> Iterator[tuple[str, str, str]]:
    """Yield each wrong setting, what is wrong in Chinese, and in English."""
    all_choices = {**_CHOICES, "when": form.whens, "each": tuple(form.rows)}
    for key, value in entry.items():
        types = _KEYS.get(key)
        if types is None:
            yield key, "不认识的设置", "unknown setting"
        elif type(value) not in types:
            names = " or ".join(kind.__name__ for kind in types)
            yield key, f"{value!r} 的类型应为 {names}", f"{value!r} is not {names}"
        elif key in all_choices and value not in all_choices[key]:
            choices = ", ".join(all_choices[key]) or "-"
            yield key, f"{value} 应为 {choices} 之一", f"{value} is not one of {choices}"
        elif key == "size":
            most = 16 if "qr" in entry else 8
            sizes = _sizes(entry)
            if len(sizes) != 2 or not all(type(n) is int and 1 <= n <= most for n in sizes):
                yield key, f"{value} 应在 1 至 {most} 之间", f"{value} is not 1..{most}"
        elif key == "mm" and not _is_place(value):
            yield (
                key,
                f"{value} 应写成 [宽, 高]，10 至 100 毫米",
                f"{value} is not [10..100, 10..100]",
            )
        elif key == "feed" and not 0 <= value <= 20:
            yield key, f"{value} 应在 0 至 20 之间", f"{value} is not 0..20"


def _is_place(value: Any) -> bool:
    return len(value) == 2 and all(type(n) is int and 10 <= n <= 100 for n in value)


def _content_faults(entry: Mapping[str, Any], form: Form) -> Iterator[tuple[str, str, str]]:
    allowed = form.allowed(str(entry.get("each", "")))
    kinds = [kind for kind in _KINDS if kind in entry]
    if len(kinds) != 1:
        yield "line", "须恰有 text、qr、rule、feed 之一", "exactly one of text, qr, rule, feed"
    if "signature" in kinds and not form.signed:
        yield "signature", "只用于受理单", "only in an acceptance form"
    if "signature" in kinds and "{" in str(entry["signature"]):
        yield "signature", "标签中没有字段", "a label has no fields"
    for kind in kinds:
        if isinstance(entry[kind], str):
            yield from (
                (kind, zh, en) for zh, en in _field_faults(entry[kind], allowed, bool(form.rows))
            )


def _field_faults(text: str, allowed: frozenset[str], goes_on: bool) -> list[tuple[str, str]]:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        return [(f"花括号不成对：{error}", f"braces do not match: {error}")]
    found = []
    for _, name, columns, conversion in parts:
        if name is None:
            continue
        if name not in allowed or conversion:
            fields = " ".join(sorted(allowed))
            found.append((f"没有字段 {{{name}}}", f"no field {{{name}}}; fields: {fields}"))
        elif columns and not (
            _COLUMNS.fullmatch(columns) or (goes_on and _GOES_ON.fullmatch(columns))
        ):
            found.append(
                (
                    f"{{{name}:{columns}}} 的列数应为 1 至 99",
                    f"{{{name}:{columns}}}: columns, 1..99",
                )
            )
    return found


class _Places:
    """Where in the file a setting stands; tomllib does not tell."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._headers = [
            number
            for number, line in enumerate(self._lines, 1)
            if re.match(r"\s*\[\[\s*line\s*\]\]", line)
        ]

    def key(self, key: str, start: int = 1, end: int | None = None) -> int:
        """Return the line of ``key = ...`` between two lines, else ``start``."""
        pattern = re.compile(rf"\s*[\[\"']*{re.escape(key)}[\]\"']*\s*(=|$)")
        for number, line in enumerate(self._lines[start - 1 : end], start):
            if pattern.match(line):
                return number
        return start

    def line(self, index: int, key: str) -> int:
        """Return the line of ``key`` in the ``[[line]]`` with this index."""
        if index >= len(self._headers):
            return 0
        later = self._headers[index + 1 :]
        return self.key(key, self._headers[index], later[0] - 1 if later else None)
