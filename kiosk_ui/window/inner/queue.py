"""Who is next and why, how many wait, who may come back, the shift's own figures."""

from __future__ import annotations

from kiosk_ui.layout import Share, columns, rows
from kiosk_ui.ops import Rect
from kiosk_ui.window.inner.sheet import Sheet
from kiosk_ui.window.model import Check, Facts

__all__ = ["queue"]


def queue(sheet: Sheet, rect: Rect, facts: Facts) -> None:
    """Draw the right side."""
    check = sheet.model.shared.check
    parts = [Share(1.1), Share(0.6), Share(0.85)]
    if check is not None:
        parts.insert(0, Share(0.9))
    places = rows(rect, *parts, gap=sheet.px(6))
    if check is not None:
        _check(sheet, places.pop(0), check)
    _next(sheet, places[0], facts)
    _waiting(sheet, places[1], facts)
    _shift(sheet, places[2], facts)


def _next(sheet: Sheet, rect: Rect, facts: Facts) -> None:
    c = sheet.colours
    inner = sheet.card(rect, sheet.words("desk.next"))
    if sheet.model.alone:
        sheet.text(inner, sheet.words("desk.alone.next"), c.on_card, align="center", lines=4)
        return
    if facts.next is None:
        sheet.text(inner, sheet.words("desk.next.nobody"), c.quiet, align="center", lines=2)
        return
    number, name, why = rows(inner, Share(1.2), Share(0.8), Share(0.9), gap=sheet.px(2))
    left, right = columns(number, Share(), Share(), gap=sheet.px(4))
    sheet.text(left, facts.next.number, c.on_card, cap=sheet.sizes.title * 2.2, floor=4, bold=True)
    sheet.text(right, sheet.words("desk.waited", minutes=facts.next.waited_min), c.on_card,
               floor=2.5, align="right", lines=2)  # fmt: skip
    sheet.text(name, sheet.of(facts.next.name), c.on_card, floor=2.5, lines=2)
    sheet.text(why, sheet.of(facts.next.why), c.quiet, cap=sheet.sizes.small, floor=2, lines=3)


def _waiting(sheet: Sheet, rect: Rect, facts: Facts) -> None:
    inner = sheet.card(rect)
    mine, hall, away = rows(inner, Share(), Share(), Share())
    alone = sheet.model.alone
    sheet.line_of(mine, sheet.words("desk.waiting"), "?" if alone else str(facts.waiting))
    sheet.line_of(hall, sheet.words("desk.waiting.hall"), "?" if alone else str(facts.waiting_hall))
    numbers = sheet.words("desk.between").join(one.number for one in facts.away[:4])
    sheet.line_of(away, sheet.words("desk.away"), numbers or "0")


def _shift(sheet: Sheet, rect: Rect, facts: Facts) -> None:
    shift = facts.shift
    inner = sheet.card(rect, sheet.words("desk.shift"))
    average = shift.average_min
    lines = [
        ("desk.shift.served", str(shift.served)),
        ("desk.shift.average",
         sheet.words("desk.minutes", minutes=average) if average is not None else "-"),
        ("desk.shift.missed", str(shift.missed)),
        ("desk.shift.rated", sheet.words("desk.shift.of", rated=shift.rated, bad=shift.bad)),
    ]  # fmt: skip
    for place, (key, value) in zip(rows(inner, *[Share()] * len(lines)), lines, strict=True):
        sheet.line_of(place, sheet.words(key), value)


def _check(sheet: Sheet, rect: Rect, check: Check) -> None:
    """Draw what the taxpayer is asked to check, and what they said."""
    c = sheet.colours
    inner = sheet.card(rect, sheet.words("desk.check"))
    state, fields = rows(inner, Share(0.5), Share(), gap=sheet.px(2))
    said = sheet.of(check.say) or sheet.words(f"desk.check.{check.state}")
    sheet.text(state, said, c.on_card, floor=2.5, bold=True, lines=3)
    between = sheet.words("desk.between")
    names = between.join(
        sheet.of(one.label) + ("*" if one.id in check.corrected else "") for one in check.fields
    )
    sheet.text(fields, names, c.quiet, cap=sheet.sizes.small, floor=2, lines=4, valign="top")
