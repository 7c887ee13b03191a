"""The newest call, large, and the list of the others."""

from __future__ import annotations

from kiosk_ui.draft import CAP_DOWN, CAP_UP
from kiosk_ui.layout import Share, columns, inset, rows
from kiosk_ui.ops import Rect
from kiosk_ui.wall.calls import Call
from kiosk_ui.wall.parts import Sheet

__all__ = ["CAP_MM", "call_card", "call_list", "card_height", "idle_card", "list_rows"]

#: A number must be this high, its capitals, to be read from 8 m away.
CAP_MM = 98.0
#: ... unless the panel is too small for it: it never takes more of its height.
_MOST_SHARE = 0.33
_ROW_MM, _LEAST_ROW_MM = 66.0, 34.0
_MOST_ROWS = 8


def number_cap_mm(sheet: Sheet) -> float:
    """Return how high the newest number is on this panel, if it is not too long."""
    return max(sheet.mm(104), min(CAP_MM, sheet.height_mm * _MOST_SHARE))


def card_height(sheet: Sheet) -> int:
    """Return how high the large place is, in pixels."""
    figures = sheet.draft.px(number_cap_mm(sheet) * (CAP_UP + CAP_DOWN) / 0.72)
    lines = figures + (round(figures * 0.9) + sheet.px(8) if sheet.upright else 0)
    return lines + sheet.px(40) + sheet.px(34)


def call_card(sheet: Sheet, rect: Rect) -> None:
    """Draw the newest call: number and window as large as the panel allows, the number first."""
    draft, board = sheet.draft, sheet.model.board
    colours = draft.colours
    call = board.large_call
    if call is None:
        idle_card(sheet, rect)
        return
    ground, text = (
        (colours.on_accent, colours.accent)
        if sheet.model.flash
        else (colours.accent, colours.on_accent)
    )
    draft.card(rect, ground)
    if sheet.model.flash:
        draft.frame(rect, text, sheet.px(3))
    inner = inset(rect, sheet.px(26), sheet.px(13))
    place, below = rows(inner, Share(), sheet.px(36), gap=sheet.px(6))
    window, other = sheet.of(sheet.model.window_name(call.window))
    cap = number_cap_mm(sheet)
    if sheet.upright:
        upper, lower = rows(place, Share(1.0), Share(0.9), gap=sheet.px(8))
        draft.text(
            upper,
            call.number,
            text,
            cap=cap,
            floor=cap * 0.3,
            bold=True,
            align="center",
            figures=True,
        )
        draft.text(lower, window, text, cap=cap * 0.9, floor=cap * 0.2, bold=True, align="center")
    else:
        number, arrow, where = _across(sheet, place, call, cap)
        draft.text(number, call.number, text, cap=cap, floor=cap * 0.3, bold=True, figures=True)
        _arrow(sheet, arrow, text)
        draft.text(
            where, window, text, cap=cap, floor=cap * 0.16, bold=True, align="center", lines=2
        )
    words = draft.look.second if draft.look.chinese else draft.look.words
    line = words("wall.call.go", number=call.number, window=other or window)
    draft.text(below, line, text, cap=sheet.mm(22), floor=sheet.mm(7), align="center")


def _across(sheet: Sheet, rect: Rect, call: Call, cap: float) -> list[Rect]:
    """Divide the large place: the number has what it needs, up to two thirds of the width."""
    needs = sheet.draft.width_of(call.number, cap, bold=True)
    most = round(rect.w * 0.66)
    return columns(rect, min(needs, most), sheet.px(74), Share(), gap=sheet.px(16))


def _arrow(sheet: Sheet, rect: Rect, colour: tuple[int, int, int]) -> None:
    draft, thick = sheet.draft, max(sheet.px(9), 2)
    middle, wing = rect.y + rect.h // 2, min(rect.w // 2, rect.h // 3)
    draft.fill(Rect(rect.x, middle - thick // 2, rect.w - wing // 2, thick), colour)
    for sign in (-1, 1):
        draft.line(rect.right - wing, middle + sign * wing, rect.right, middle, colour, thick)


def idle_card(sheet: Sheet, rect: Rect) -> None:
    """Draw that nobody is called: what to do, and how many wait."""
    draft, hall = sheet.draft, sheet.model.hall
    draft.sheet(rect)
    first, other = sheet.both("wall.idle")
    inner = inset(rect, sheet.px(26), sheet.px(16))
    if hall is None or hall.waiting == 0:
        sheet.two_lines(
            inner, *sheet.as_both(first, other), draft.colours.on_card, cap=58, align="center"
        )
        return
    above, below = rows(inner, Share(0.66), Share(0.34), gap=sheet.px(6))
    sheet.two_lines(
        above, *sheet.as_both(first, other), draft.colours.on_card, cap=52, align="center"
    )
    count = "  ·  ".join(filter(None, sheet.both("wall.idle.waiting", count=hall.waiting)))
    draft.text(
        below, count, draft.colours.quiet, cap=sheet.mm(22), floor=sheet.mm(8), align="center"
    )


def list_rows(sheet: Sheet, rect: Rect) -> int:
    """Return how many calls the list has room for."""
    left = rect.h - sheet.px(36)
    wanted = round(left / max(sheet.px(_ROW_MM), 1))
    most = left // max(sheet.px(_LEAST_ROW_MM), 1)
    return max(min(max(wanted, 3), most, _MOST_ROWS), 1)


def call_list(sheet: Sheet, rect: Rect, count: int) -> None:
    """Draw the calls beside the large one."""
    draft = sheet.draft
    colours = draft.colours
    draft.sheet(rect)
    inner = inset(rect, sheet.px(14), sheet.px(8))
    title, body = rows(inner, sheet.px(26), Share(), gap=sheet.px(4))
    sheet.title(title, "wall.list", colours.quiet, colours.quiet)
    calls = sheet.model.board.rows(count)
    if not calls:
        first, other = sheet.both("wall.list.none")
        sheet.two_lines(body, *sheet.as_both(first, other), colours.quiet, cap=18, align="center")
        return
    for place, call in zip(rows(body, *[Share()] * count), calls, strict=False):
        _row(sheet, sheet.ruled(place, 0.22), call)


def _row(sheet: Sheet, rect: Rect, call: Call) -> None:
    draft = sheet.draft
    colours = draft.colours
    cap = 46.0
    number, where, state = columns(rect, Share(0.36), Share(0.42), Share(0.22), gap=sheet.px(8))
    colour = colours.quiet if call.served or call.over else colours.on_card
    draft.text(
        number, call.number, colour, cap=sheet.mm(cap), floor=sheet.mm(10), bold=True, figures=True
    )
    window, other = sheet.of(sheet.model.window_name(call.window))
    zh, en = sheet.as_both(window, other)
    sheet.two_lines(where, zh, en, colour, cap=30, second=colours.quiet)
    if call.served:
        first, second = sheet.both("wall.row.served")
        sheet.two_lines(state, *sheet.as_both(first, second), colours.quiet, cap=17, align="right")
