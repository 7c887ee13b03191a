"""An acceptance form (文书受理单) on paper: what may stand in its template, and its words.

It comes out twice: the taxpayer keeps one, the hall keeps one that is signed, by pen or on a
screen. Nobody's name is printed: the taxpayer writes it with a pen.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.ticket_printer.options import Options
from devices.ticket_printer.sheet import Sheet
from devices.ticket_printer.template import Form, Template, load

__all__ = ["FORM", "FormSheet", "load_form"]

#: ``time`` is when the papers were taken in, ``pages`` how many were scanned, ``total`` how many
#: papers there are, ``days`` the limit in working days. ``keep`` and ``sign`` are the two copies,
#: ``signed`` and ``unsigned`` the second as it is signed on a screen or to be signed by pen;
#: the field ``signed`` is when;
#: ``changed``: it takes the place of version ``replaces`` since the time ``changed``; ``weekends``:
#: no calendar told which holidays come before ``due``.
FORM = Form(
    frozenset({
        "hall_zh", "hall_en", "number", "version", "replaces", "time", "window", "clerk",
        "changed", "ticket", "item_zh", "item_en", "pages", "total", "asked", "days", "due",
        "come_zh", "come_en", "qr", "signed",
    }),
    "number",
    ("reprint", "changed", "keep", "sign", "weekends", "signed", "unsigned"),
    {"papers": frozenset({"n", "paper_zh", "paper_en", "count"})},
    signed=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormSheet(Sheet):
    """One copy of an acceptance form, by the fields of ``FORM``."""

    layout = FORM

    def template(self, options: Options) -> str:
        """Return the name or path of a form's template on this printer."""
        return options.form_template_name


def load_form(name: str) -> Template:
    """Read and check a form's template by name or path. Raises ``TemplateError``."""
    return load(name, FORM)
