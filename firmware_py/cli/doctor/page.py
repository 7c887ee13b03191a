"""The checks as people see them: a sign and a line each, and below what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from firmware_py.cli.doctor.checks import Checked, worst
from firmware_py.cli.doctor.finding import Finding, Level
from firmware_py.cli.helptext import cells, wrap
from firmware_py.cli.output import say, terminal_width
from firmware_py.cli.words import t

__all__ = ["as_json", "show"]

_SIGNS = {
    Level.OK: ("✓", "green"),
    Level.WARNING: ("!", "bold yellow"),
    Level.RED: ("✗", "bold red"),
    Level.NOT_APPLICABLE: ("–", "dim"),
}
_STYLES = {
    Level.OK: "",
    Level.WARNING: "yellow",
    Level.RED: "bold red",
    Level.NOT_APPLICABLE: "dim",
}
#: Of a check that has something worse to say, these are left out.
_QUIET = {Level.OK, Level.NOT_APPLICABLE}


def show(checked: Sequence[Checked]) -> None:
    """Write all checks; a check that is fine or does not apply takes one line."""
    first = max(cells(_title(one)) for one in checked) + 2
    for one in checked:
        _show(one, first)
    _sum(checked)


def _title(one: Checked) -> str:
    return t(one.check.title.zh, one.check.title.en)


def _show(one: Checked, first: int) -> None:
    title = _title(one)
    told = _told(one)
    for n, finding in enumerate(told):
        sign, style = _SIGNS[finding.level]
        words = t(finding.say.zh, finding.say.en)
        # A terminal's width: the sign and its blank, the title, and one column to spare.
        lines = wrap(words, terminal_width() - first - 3)
        gap = " " * (first - cells(title))
        say((sign, style), " ", (title, "bold" if title else ""), gap,
            (lines[0], _STYLES[finding.level]))  # fmt: skip
        for line in lines[1:]:
            say(" " * (first + 2), (line, _STYLES[finding.level]))
        # Said once for all that it mends.
        again = n + 1 < len(told) and told[n + 1].do == finding.do
        if finding.do is not None and not again:
            do = wrap(t(finding.do.zh, finding.do.en), terminal_width() - first - 5)
            for at, line in enumerate(do):
                say(" " * (first + 2), ("→ " if at == 0 else "  "), (line, "cyan"))
        title = ""


def _told(one: Checked) -> list[Finding]:
    """Return what is worth a line: all that is wrong, else the first of the rest."""
    wrong = [f for f in one.findings if f.level not in _QUIET]
    if wrong:
        return wrong
    # What could not be looked at is said beside what was found fine.
    well = [f for f in one.findings if f.level is Level.OK]
    unseen = [f for f in one.findings if f.level is Level.NOT_APPLICABLE]
    return [*well[:1], *unseen[:1]]


def _sum(checked: Sequence[Checked]) -> None:
    levels = [finding.level for one in checked for finding in one.findings]
    reds, warnings = levels.count(Level.RED), levels.count(Level.WARNING)
    overall = worst(iter(levels))
    if overall is Level.RED:
        words = t(
            f"{reds} 处需要处理" + (f"，{warnings} 处提醒" if warnings else "") + "。",
            f"To be mended: {reds}" + (f"; warnings: {warnings}" if warnings else "") + ".",
        )
    elif overall is Level.WARNING:
        words = t(f"可以开门；{warnings} 处提醒。", f"Good to open; warnings: {warnings}.")
    else:
        words = t("一切正常。", "All is well.")
    say((words, _STYLES[overall] or "bold green"))


def as_json(checked: Sequence[Checked]) -> dict[str, Any]:
    """Return the checks for programs."""
    return {
        "ok": all(one.level is not Level.RED for one in checked),
        "level": str(worst(one.level for one in checked)),
        "checks": [
            {
                "check": one.check.code,
                "title": {"zh": one.check.title.zh, "en": one.check.title.en},
                "level": str(one.level),
                "findings": [
                    {
                        "level": str(f.level),
                        "say": {"zh": f.say.zh, "en": f.say.en},
                        "do": None if f.do is None else {"zh": f.do.zh, "en": f.do.en},
                    }
                    for f in one.findings
                ],
            }
            for one in checked
        ],
    }
