"""Slips that are longer than a ticket: a day's report, an acceptance form.

A sheet is words by field, and for a line with ``each`` the words of each time it stands. Lines
with the same ``each`` that follow one another are repeated together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import ClassVar

from devices.ticket_printer.chinese import columns, wrap
from devices.ticket_printer.compile import CompiledLine, CompiledTemplate, Part
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import body, padded, written
from devices.ticket_printer.signature import signature_rows
from devices.ticket_printer.template import Form

__all__ = ["Sheet", "render_sheet", "tickets_long"]

#: Lines of a usual ticket, which a printer has time for (``print_timeout_s``).
_TICKET_LINES = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a sheet, by the fields of its ``layout``; what is missing is empty.

    ``rows`` are, for each name of ``layout.rows``, the fields of its lines in their order;
    ``marks`` are those of ``layout.whens`` that hold: other lines with ``when`` are left out.
    ``signature`` is a PNG: somebody's, so nothing shows it but the paper.
    """

    fields: Mapping[str, str]
    rows: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    signature: bytes = field(default=b"", repr=False)

    layout: ClassVar[Form]

    def template(self, options: Options) -> str:
        """Return the name or path of its template on a printer with these options."""
        # Each kind of sheet knows its own: a report, a form.
        raise NotImplementedError


def render_sheet(template: CompiledTemplate, sheet: Sheet, options: Options) -> bytes:
    """Return the bytes of a sheet, cut included, without its confirmation."""
    layout = sheet.layout
    values = dict.fromkeys(layout.fields, "") | dict(sheet.fields)
    pieces = [template.start]
    standing = [
        line for line in template.lines if not line.spec.when or line.spec.when in sheet.marks
    ]
    for each, group in groupby(standing, lambda line: line.spec.each):
        lines = list(group)
        empty = dict.fromkeys(layout.rows.get(each, ()), "")
        for row in sheet.rows.get(each, ()) if each else ({},):
            for line in lines:
                if line.kind == "signature":
                    signed = values.get("signed", "")
                    filled = signature_rows(line, sheet.signature, signed, options)
                else:
                    filled = _filled(line, values | empty | dict(row), options)
                if filled:
                    pieces += (line.before, filled, line.after)
    pieces.append(template.end)
    return b"".join(pieces)


def tickets_long(data: bytes) -> float:
    """Return how long paper is that these bytes print, in usual tickets; at least 1.

    A form of thirty papers is half a metre: 8 s are not enough for it on an old printer.
    """
    return max(1.0, data.count(b"\n") / _TICKET_LINES)


def _filled(line: CompiledLine, values: Mapping[str, str], options: Options) -> bytes:
    """Return a line's own bytes; a field that goes on below makes it several."""
    if not any(part.wraps for part in line.parts):
        return body(line, values, options)
    if line.optional and not any(values[part.field] for part in line.parts if part.field):
        return b""
    cells = [_cells(part, values) for part in line.parts]
    rows = max(len(cell) for cell in cells)
    return b"".join(
        written("".join(_cell(cell, row) for cell in cells).rstrip(), line, options)
        for row in range(rows)
    )


def _cells(part: Part, values: Mapping[str, str]) -> Sequence[str]:
    if not part.field:
        return (part.text,)
    text = values[part.field]
    texts = wrap(text, part.columns) if part.wraps else (text,)
    return [padded(one, part.columns) for one in texts]


def _cell(cell: Sequence[str], row: int) -> str:
    return cell[row] if row < len(cell) else " " * columns(cell[0])
