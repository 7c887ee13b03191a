"""A slip becomes bytes: the compiled template filled with the slip's fields.

Tickets of one item differ in few lines: ``Forms`` keeps the others as bytes, and a ticket is a join
of ready pieces (some 25 microseconds). A line that is too wide is wrapped; a line with a character
that the printer has not got is drawn (``raster``, imported then only).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from devices.ticket_printer.chinese import columns, encode, printable, wrap
from devices.ticket_printer.codec import qr_code
from devices.ticket_printer.compile import CompiledLine, CompiledTemplate
from devices.ticket_printer.options import Options
from devices.ticket_printer.slip import Slip

__all__ = ["Forms", "body", "padded", "render", "written"]

_EACH = ("paper_zh", "paper_en")
#: Fields that each ticket has its own of; all others are alike for an item and a language.
_OWN = frozenset({"number", "time", "ahead", "wait", "wait_zh", "wait_en", "qr"})
#: So many forms are kept, about 2 kB each; one that is needed again is made again.
_KEPT = 128


@dataclass(frozen=True, slots=True)
class _Blanks:
    """A line with blanks: ``pattern`` has a ``%s`` for each of ``fields`` (name, columns)."""

    line: CompiledLine
    pattern: str
    fields: tuple[tuple[str, int], ...]
    #: Left out when all its fields are empty.
    optional: bool


#: Stands for a character that the printer has not got and that it cannot draw either.
_NONE = "〓"

_Form = tuple[bytes | _Blanks, ...]


def render(template: CompiledTemplate, slip: Slip, options: Options) -> bytes:
    """Return the bytes of a whole ticket and its copies, cut included, without confirmation."""
    return Forms(template, options).render(slip)


class Forms:
    """The tickets of one template, each line that all tickets of an item share written once."""

    def __init__(self, template: CompiledTemplate, options: Options, *, keep: int = _KEPT) -> None:
        self._template = template
        self._options = options
        self._keep = keep
        self._forms: dict[object, _Form] = {}

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._forms)

    def render(self, slip: Slip) -> bytes:
        """Return the bytes of a whole ticket and its copies, cut included, without confirmation."""
        first = self._ticket(slip)
        if self._options.copies == 1:
            return first
        return first + self._ticket(replace(slip, copy=True)) * (self._options.copies - 1)

    def _ticket(self, slip: Slip) -> bytes:
        english = slip.lang == "en"
        values = {
            "number": slip.number,
            "time": slip.issued,
            "ahead": "" if slip.ahead is None else str(slip.ahead),
            "qr": slip.qr,
            "wait_zh": slip.wait_zh,
            "wait_en": slip.wait_en,
            "wait": (english and slip.wait_en) or slip.wait_zh,
        }
        pieces: list[bytes] = []
        for piece in self._form_of(slip):
            if isinstance(piece, bytes):
                pieces.append(piece)
            elif filled := _filled(piece, values, self._options):
                pieces += (piece.line.before, filled, piece.line.after)
        return b"".join(pieces)

    def _form_of(self, slip: Slip) -> _Form:
        # All of a slip but its own fields, and which of the lines about "ahead" stand.
        key = (
            (slip.hall_zh, slip.hall_en, slip.item_zh, slip.item_en, slip.title_zh, slip.title_en),
            (slip.papers_zh, slip.papers_en, slip.reprint, slip.copy, slip.lang),
            slip.ahead and 1,
        )
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) >= self._keep:
                del self._forms[next(iter(self._forms))]
            form = self._forms[key] = _form(self._template, slip, self._options)
        return form


def _form(template: CompiledTemplate, slip: Slip, options: Options) -> _Form:
    """Return what slips like this one have in common: bytes, and lines with blanks between."""
    values = _common(slip)
    # Beginning and end may hold a logo: all forms share them.
    form: list[bytes | _Blanks] = [template.start]
    ready = b""
    for line in template.lines:
        if not _stands(line.spec.when, slip):
            continue
        if any(part.field in _OWN for part in line.parts):
            form += [ready, *(_blanks(line, values | each) for each in _repeated(line, slip))]
            ready = b""
        else:
            bodies = [body(line, values | each, options) for each in _repeated(line, slip)]
            if any(bodies):
                ready += b"".join((line.before, *bodies, line.after))
    return tuple(piece for piece in (*form, ready, template.end) if piece != b"")


def _repeated(line: CompiledLine, slip: Slip) -> list[dict[str, str]]:
    """Return what a line is filled with beside the slip's values, once for each time it stands."""
    field = next((part.field for part in line.parts if part.field in _EACH), None)
    if field is None:
        return [{}]
    return [{field: paper} for paper in (slip.papers_zh if field == "paper_zh" else slip.papers_en)]


def _blanks(line: CompiledLine, values: Mapping[str, str]) -> _Blanks:
    """Fill in what is known of a line; what it has beside stays blank."""
    pattern: list[str] = []
    fields: list[tuple[str, int]] = []
    optional = line.optional
    for part in line.parts:
        if part.field and part.field not in values:
            pattern.append("%s")
            fields.append((part.field, part.columns))
            continue
        text = part.text
        if part.field:
            text = values[part.field]
            optional = optional and not text
        pattern.append(padded(text, part.columns).replace("%", "%%"))
    return _Blanks(line, "".join(pattern), tuple(fields), optional)


def _stands(when: str | None, slip: Slip) -> bool:
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


def _common(slip: Slip) -> dict[str, str]:
    english = slip.lang == "en"
    papers_zh = "、".join(slip.papers_zh)
    papers_en = ", ".join(slip.papers_en)
    return {
        "hall_zh": slip.hall_zh,
        "hall_en": slip.hall_en,
        "hall": (english and slip.hall_en) or slip.hall_zh,
        "item_zh": slip.item_zh,
        "item_en": slip.item_en,
        "item": (english and slip.item_en) or slip.item_zh,
        "title_zh": slip.title_zh,
        "title_en": slip.title_en,
        "title": (english and slip.title_en) or slip.title_zh,
        "papers_zh": papers_zh,
        "papers_en": papers_en,
        "papers": (english and papers_en) or papers_zh,
    }


def body(line: CompiledLine, values: Mapping[str, str], options: Options) -> bytes:
    """Return a line's own bytes, line feed included; empty where the line is left out."""
    if line.kind == "const":
        return line.parts[0].code or b""
    return _filled(_blanks(line, values), values, options)


def padded(text: str, width: int) -> str:
    """Return ``text`` in so many columns, right-aligned when negative, as it is when 0.

    Words that are too long are cut; what is right-aligned is a figure, and stays whole.
    """
    if not width:
        return text
    while columns(text) > width > 0:
        text = text[:-1]
    blank = " " * (abs(width) - columns(text))
    return blank + text if width < 0 else text + blank


def _filled(blanks: _Blanks, values: Mapping[str, str], options: Options) -> bytes:
    texts = [values[field] for field, _ in blanks.fields]
    if blanks.optional and not any(texts):
        return b""
    line = blanks.line
    cells = [padded(text, width) for text, (_, width) in zip(texts, blanks.fields, strict=True)]
    whole = blanks.pattern % tuple(cells)
    if line.kind == "qr":
        # A reader needs an empty margin: four squares, less than a line.
        return b"\n" + qr_code(whole, module=line.spec.width, level=line.spec.level) + b"\n"
    runs = options.chinese == "runs"
    code = encode(whole, options.charset, runs)
    # A byte is a column, unless FS & stands between.
    if code is not None and not runs and len(code) <= line.columns:
        return code + b"\n"
    if columns(whole) <= line.columns:
        return written(whole, line, options)
    return b"".join(written(row, line, options) for row in wrap(whole, line.columns))


def written(row: str, line: CompiledLine, options: Options) -> bytes:
    """Return a row that fits its line, written by the printer or, where it cannot, drawn."""
    code = encode(row, options.charset, options.chinese == "runs")
    if code is None and not options.graphics:
        marked = "".join(one if printable(one, options.charset) else _NONE for one in row)
        code = encode(marked, options.charset, options.chinese == "runs")
    if code is not None:
        return code + b"\n"
    from devices.ticket_printer.raster import drawn_line

    return drawn_line(row, line.spec, options.dots)
