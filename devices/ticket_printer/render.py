"""A slip becomes bytes: the compiled template filled with the slip's fields.

A ticket is a join of ready pieces (some 30 microseconds). A line that is too wide is wrapped; a
line with a character that the printer has not got is drawn (``raster``, imported then only).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from devices.ticket_printer.chinese import columns, encode, wrap
from devices.ticket_printer.codec import qr_code
from devices.ticket_printer.compile import CompiledLine, CompiledTemplate
from devices.ticket_printer.options import Options
from devices.ticket_printer.report import REPORT, DayReport
from devices.ticket_printer.slip import Slip
from devices.ticket_printer.template import When

__all__ = ["render", "render_report"]

_EACH = ("paper_zh", "paper_en")


def render(template: CompiledTemplate, slip: Slip, options: Options) -> bytes:
    """Return the bytes of a whole ticket and its copies, cut included, without confirmation."""
    first = _ticket(template, slip, options)
    if options.copies == 1:
        return first
    return first + _ticket(template, replace(slip, copy=True), options) * (options.copies - 1)


def render_report(template: CompiledTemplate, report: DayReport, options: Options) -> bytes:
    """Return the bytes of a day's report, cut included, without its confirmation."""
    empty = dict.fromkeys(REPORT.fields, "")
    values = empty | dict(report.fields)
    pieces = [template.start]
    for line in template.lines:
        each = line.spec.each
        rows = report.rows.get(each, ()) if each else ({},)
        for row in rows:
            blank = dict.fromkeys(REPORT.rows.get(each, ()), "")
            body = _filled(line, values | blank | dict(row), options, const=line.kind == "const")
            if body:
                pieces += (line.before, body, line.after)
    pieces.append(template.end)
    return b"".join(pieces)


def _ticket(template: CompiledTemplate, slip: Slip, options: Options) -> bytes:
    values = _values(slip)
    pieces = [template.start]
    for line in template.lines:
        if not _stands(line.spec.when, slip):
            continue
        body = _body(line, values, slip, options)
        if body:
            pieces += (line.before, body, line.after)
    pieces.append(template.end)
    return b"".join(pieces)


def _stands(when: When | None, slip: Slip) -> bool:
    """Say whether a line stands on this slip."""
    match when:
        case None:
            return True
        case "reprint" | "first":
            return slip.reprint == (when == "reprint")
        case "copy" | "original":
            return slip.copy == (when == "copy")
        case "next" | "ahead":
            return slip.ahead is not None and (slip.ahead == 0) == (when == "next")
        case _:
            return slip.lang == when


def _values(slip: Slip) -> dict[str, str]:
    english = slip.lang == "en"
    papers_zh = "、".join(slip.papers_zh)
    papers_en = ", ".join(slip.papers_en)
    return {
        "number": slip.number,
        "time": slip.issued,
        "ahead": "" if slip.ahead is None else str(slip.ahead),
        "qr": slip.qr,
        "hall_zh": slip.hall_zh,
        "hall_en": slip.hall_en,
        "hall": (english and slip.hall_en) or slip.hall_zh,
        "item_zh": slip.item_zh,
        "item_en": slip.item_en,
        "item": (english and slip.item_en) or slip.item_zh,
        "wait_zh": slip.wait_zh,
        "wait_en": slip.wait_en,
        "wait": (english and slip.wait_en) or slip.wait_zh,
        "title_zh": slip.title_zh,
        "title_en": slip.title_en,
        "title": (english and slip.title_en) or slip.title_zh,
        "papers_zh": papers_zh,
        "papers_en": papers_en,
        "papers": (english and papers_en) or papers_zh,
    }


def _body(line: CompiledLine, values: dict[str, str], slip: Slip, options: Options) -> bytes:
    """Return a line's own bytes, line feed included; empty where the line is left out."""
    if line.kind == "const":
        return line.parts[0].code or b""
    repeated = next((part.field for part in line.parts if part.field in _EACH), None)
    if repeated is None:
        return _filled(line, values, options)
    papers = slip.papers_zh if repeated == "paper_zh" else slip.papers_en
    return b"".join(_filled(line, values | {repeated: paper}, options) for paper in papers)


def _padded(text: str, width: int) -> str:
    """Return ``text`` in so many columns, right-aligned when negative.

    Words that are too long are cut; what is right-aligned is a figure, and stays whole.
    """
    while columns(text) > width > 0:
        text = text[:-1]
    blank = " " * (abs(width) - columns(text))
    return blank + text if width < 0 else text + blank


def _filled(
    line: CompiledLine, values: Mapping[str, str], options: Options, *, const: bool = False
) -> bytes:
    if const:
        return line.parts[0].code or b""
    texts = [values[part.field] if part.field else part.text for part in line.parts]
    if line.optional and not any(
        text for part, text in zip(line.parts, texts, strict=True) if part.field
    ):
        return b""
    whole = "".join(
        _padded(text, part.columns) if part.columns else text
        for part, text in zip(line.parts, texts, strict=True)
    )
    if line.kind == "qr":
        # A reader needs an empty margin: four squares, less than a line.
        return b"\n" + qr_code(whole, module=line.spec.width, level=line.spec.level) + b"\n"
    runs = options.chinese == "runs"
    code = encode(whole, options.charset, runs)
    # A byte is a column, unless FS & stands between.
    if code is not None and not runs and len(code) <= line.columns:
        return code + b"\n"
    if columns(whole) <= line.columns:
        return _written(whole, line, options)
    return b"".join(_written(row, line, options) for row in wrap(whole, line.columns))


def _written(row: str, line: CompiledLine, options: Options) -> bytes:
    code = encode(row, options.charset, options.chinese == "runs")
    if code is not None:
        return code + b"\n"
    from devices.ticket_printer.raster import drawn_line

    return drawn_line(row, line.spec, options.dots)
