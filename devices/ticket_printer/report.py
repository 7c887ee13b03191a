"""A business day's report on paper: what may stand in its template, and the words to fill it."""

from __future__ import annotations

from dataclasses import dataclass

from devices.ticket_printer.options import Options
from devices.ticket_printer.sheet import Sheet
from devices.ticket_printer.template import Form, Template, load

__all__ = ["REPORT", "DayReport", "load_report"]

_TALLY = frozenset({"served", "missed", "service", "overtime", "score", "bad"})
#: ``printed`` is when; ``rows`` are windows, clerks and categories that did something that day.
REPORT = Form(
    frozenset({
        "hall_zh", "hall_en", "day", "printed", "taken", "called", "served", "missed",
        "cancelled", "left", "passed_over", "written_off", "skipped", "wait", "wait_p90",
        "wait_longest", "service", "service_p90", "overtime", "rated", "score", "bad",
        "unanswered", "amber", "red", "acknowledged", "note_zh", "note_en",
    }),
    "day",
    (),
    {
        "windows": _TALLY | {"window"},
        "clerks": _TALLY | {"clerk"},
        "categories": _TALLY | {"category_zh", "category_en"},
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DayReport(Sheet):
    """The day's figures as words, by the fields of ``REPORT``."""

    layout = REPORT

    def template(self, options: Options) -> str:
        """Return the name or path of a report's template on this printer."""
        return options.report_template_name


def load_report(name: str) -> Template:
    """Read and check a report's template by name or path. Raises ``TemplateError``."""
    return load(name, REPORT)
