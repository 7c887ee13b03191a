"""A form of a made-up transaction, and a sheet as somebody reads it on paper."""

from __future__ import annotations

from devices.ticket_printer.compile import compile_here
from devices.ticket_printer.form import FORM, FormSheet
from devices.ticket_printer.interpreter import Interpreter, Piece
from devices.ticket_printer.options import Options
from devices.ticket_printer.sheet import Sheet, render_sheet
from devices.ticket_printer.template import Template, load

FIELDS = {
    "hall_zh": "国家税务总局示范市税务局办税服务厅",
    "hall_en": "Demo Tax Service Hall",
    "number": "F20261123-003",
    "version": "1",
    "replaces": "",
    "time": "2026-11-23 09:15",
    "changed": "",
    "window": "3",
    "clerk": "1023",
    "ticket": "A012",
    "item_zh": "增值税一般纳税人登记",
    "item_en": "Registration as a general VAT taxpayer",
    "pages": "6",
    "total": "5",
    "asked": "申请自下月起按一般纳税人计税，并领取增值税专用发票。",
    "days": "5",
    "due": "2026-11-30",
    "come_zh": "办结后凭本单到任意窗口领取，可先拨打大厅电话查询。",
    "come_en": "Any window, with this form; call first to ask whether it is ready.",
    "qr": "F20261123-003-K",
}
LONG = "增值税一般纳税人登记表及其附列资料（一般纳税人适用，由法定代表人签章）"
PAPERS = (
    {"n": "1", "paper_zh": "营业执照副本", "paper_en": "Business licence (copy)", "count": "1"},
    {"n": "2", "paper_zh": LONG, "paper_en": "Registration form with its annexes, signed and "
     "sealed by the legal representative", "count": "2"},
    {"n": "3", "paper_zh": "授权委托书", "paper_en": "", "count": "2"},
)  # fmt: skip


def form(*marks: str, **fields: str) -> FormSheet:
    """Return a copy of the form; ``marks`` beside the taxpayer's own copy's."""
    assert fields.keys() <= FORM.fields
    which = set(marks) if "sign" in marks else {"keep", *marks}
    if "sign" in marks and "signed" not in marks:
        which.add("unsigned")
    return FormSheet({**FIELDS, **fields}, {"papers": PAPERS}, frozenset(which))


def changed(*marks: str) -> FormSheet:
    """Return the form's second version, which does not know the holidays."""
    return form(
        "changed", "weekends", *marks, version="2", replaces="1", changed="2026-11-23 10:02"
    )


def piece_of(sheet: Sheet, options: Options, template: Template | None = None) -> Piece:
    """Return the one piece of paper that a sheet comes out as."""
    layout = template or load(sheet.template(options), sheet.layout)
    pieces: list[Piece] = []
    engine = Interpreter(options.dots, lambda command, rest: None, pieces.append)
    engine.buffer += render_sheet(compile_here(layout, options), sheet, options)
    while engine.step():
        pass
    assert engine.unknown == []
    assert not engine.buffer
    (piece,) = pieces
    return piece
