"""Beside the calls: who waits and how long, which windows are open, what the hall has to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from kiosk_ui.layout import Share, columns, grid, inset, rows
from kiosk_ui.ops import Rect
from kiosk_ui.wall.model import Category, Notice, WallModel, WindowSeen
from kiosk_ui.wall.parts import Sheet

__all__ = [
    "ONE_ROW",
    "notice_card",
    "notice_height",
    "picture_place",
    "ranges",
    "shown_windows",
    "waiting_card",
    "windows_card",
]

#: Rows of categories and lines of a list are not lower than this; more of them take turns.
_LEAST_ROW_MM, _ROW_MM = 27.0, 34.0
_LINE_MM = 27.0
#: Above and below what a notice says; its title and what is left free below that.
_EDGE_MM, _TITLE_MM, _TITLE_GAP_MM = 9.0, 28.0, 3.0
#: How much of its column a picture is given.
_PICTURE_SHARE = 0.5
T = TypeVar("T")

#: So many windows stand beside each other; more of them in two rows.
ONE_ROW = 10
#: More windows than that are told as ranges: 1-15, 18.
_MOST_CHIPS = 20


def waiting_card(sheet: Sheet, rect: Rect) -> None:
    """Draw how many wait for each category and how long it takes."""
    draft, found = sheet.draft, sheet.model.categories
    colours = draft.colours
    draft.sheet(rect)
    inner = inset(rect, sheet.px(14), sheet.px(8))
    title, body = rows(inner, sheet.px(26), Share(), gap=sheet.px(4))
    sheet.title(title, "wall.wait", colours.quiet, colours.quiet)
    if not found or body.h <= 0:
        return
    most = max(body.h // max(sheet.px(_LEAST_ROW_MM), 1), 1)
    shown = list(found)
    if len(found) > most:
        shown, most = _leaf(sheet, found, most)
    height = min(body.h // min(len(found), most), sheet.px(_ROW_MM * 1.35))
    places = rows(body, *[height] * len(shown), Share())
    for place, category in zip(places, shown, strict=False):
        _category(sheet, sheet.ruled(place, 0.17), category)


def _leaf(sheet: Sheet, found: Sequence[T], most: int) -> tuple[list[T], int]:
    """Return the part of a list whose turn it is, and how long the longest is: all about alike."""
    leaves = max(-(-len(found) // most), 1)
    leaf = sheet.model.part % leaves
    start, end = (len(found) * n // leaves for n in (leaf, leaf + 1))
    return list(found[start:end]), -(-len(found) // leaves)


def _category(sheet: Sheet, rect: Rect, category: Category) -> None:
    draft, colours = sheet.draft, sheet.draft.colours
    mm = draft.look.panel.mm(rect.h)
    name, count, wait = columns(rect, Share(0.50), Share(0.18), Share(0.32), gap=sheet.px(7))
    sheet.two_lines(
        name, category.name.zh, category.name.en, colours.on_card, cap=18, second=colours.quiet
    )
    people, _ = sheet.both("wall.wait.people", count=category.waiting)
    draft.text(
        count, people, colours.on_card, cap=min(sheet.mm(16), mm * 0.4), floor=sheet.mm(5),
        bold=True, align="right",
    )  # fmt: skip
    first, other = _wait_words(sheet, category)
    sheet.two_lines(wait, *sheet.as_both(first, other), colours.quiet, cap=18, align="right")


def _wait_words(sheet: Sheet, category: Category) -> tuple[str, str]:
    if category.wait_s is None:
        return sheet.both("wall.wait.no_window")
    if category.wait_s == 0:
        return sheet.both("wall.wait.none")
    return sheet.both("wall.wait.time", minutes=-(-category.wait_s // 60))


def ranges(names: list[str]) -> str:
    """Return numbers as ranges, two spaces apart, other names as they are: ``1–6  8  desk``."""
    found, run = list[str](), list[int]()

    def close() -> None:
        if len(run) > 2:
            found.append(f"{run[0]}–{run[-1]}")
        else:
            found.extend(str(one) for one in run)
        run.clear()

    for number in sorted(int(name) for name in names if name.isdecimal()):
        if run and number != run[-1] + 1:
            close()
        run.append(number)
    close()
    return "  ".join([*found, *(name for name in names if not name.isdecimal())])


def windows_card(sheet: Sheet, rect: Rect) -> None:
    """Draw which windows are open, and which have a break."""
    draft, colours = sheet.draft, sheet.draft.colours
    draft.sheet(rect)
    inner = inset(rect, sheet.px(14), sheet.px(8))
    heading, body = columns(inner, sheet.px(116), Share(), gap=sheet.px(8))
    first, second = sheet.both("wall.windows")
    sheet.two_lines(heading, *sheet.as_both(first, second), colours.quiet, cap=13)
    seen = shown_windows(sheet.model)
    if not seen:
        first, other = sheet.both("wall.windows.none")
        sheet.two_lines(body, *sheet.as_both(first, other), colours.on_card, cap=15)
        return
    if len(seen) > _MOST_CHIPS or any(len(one.id) > 3 for one in seen):
        # Names are too long for a chip, or there are too many.
        numbers = [one.id for one in seen if one.status == "open" and one.id.isdecimal()]
        names = [one for one in seen if one.status == "open" and not one.id.isdecimal()]
        told = [ranges(numbers), *(sheet.of(one.name)[0] or one.id for one in names)]
        text = "   ".join(filter(None, told))
        draft.text(
            body, text, colours.on_card, cap=sheet.mm(22), floor=sheet.mm(6), bold=True, lines=2
        )
        return
    across = max(len(seen) if len(seen) <= ONE_ROW else -(-len(seen) // 2), 6)
    for cell, window in zip(grid(body, len(seen), across, gap=sheet.px(5)), seen, strict=True):
        _chip(sheet, cell, window)


def shown_windows(model: WallModel) -> list[WindowSeen]:
    """Return the windows that people may be called to."""
    return [one for one in model.windows if one.status in {"open", "paused"}]


def _chip(sheet: Sheet, rect: Rect, window: WindowSeen) -> None:
    """Draw one window; a break is told by its two bars and an outline, not by colour alone."""
    draft, colours = sheet.draft, sheet.draft.colours
    opened = window.status == "open"
    place = rect
    if opened:
        draft.card(rect, colours.good, radius=sheet.px(4))
    else:
        draft.frame(rect, colours.rule, sheet.px(1.2))
        place, mark = columns(rect, Share(0.62), Share(0.38))
        side, bar = mark.h // 3, max(mark.h // 10, 1)
        for x in (mark.x, mark.x + 2 * bar):
            draft.fill(Rect(x, mark.y + (mark.h - side) // 2, bar, side), colours.quiet)
    draft.text(
        inset(place, 0, place.h // 7),
        window.id,
        colours.on_good if opened else colours.quiet,
        cap=sheet.mm(17),
        floor=sheet.mm(4),
        bold=opened,
        align="center",
        figures=window.id.isascii(),
    )


def notice_height(sheet: Sheet, rect: Rect, notice: Notice | None) -> int:
    """Return how much of ``rect`` a notice is given, in pixels; 0 without one."""
    if notice is None:
        return 0
    if notice.picture:
        return round(rect.h * _PICTURE_SHARE)
    if notice.lines:
        title_mm = _TITLE_MM + _TITLE_GAP_MM if notice.text else 0.0
        wanted = sheet.px(2 * _EDGE_MM + title_mm + 1 + _LINE_MM * min(len(notice.lines), 6))
    else:
        wanted = sheet.px(58 + 24 * (len(notice.text) // 24))
    return min(wanted, round(rect.h * 0.42))


def notice_card(sheet: Sheet, rect: Rect) -> None:
    """Draw the notice on show: a text, or a list such as of prices."""
    notice = sheet.model.notice
    if notice is None or rect.h <= 0:
        return
    draft, colours = sheet.draft, sheet.draft.colours
    draft.sheet(rect)
    if notice.picture:
        draft.image(picture_place(sheet, rect), notice.picture, notice.stamp)
        return
    bar = Rect(rect.x, rect.y + sheet.px(6), sheet.px(4), rect.h - 2 * sheet.px(6))
    draft.fill(bar, colours.accent)
    inner = inset(rect, sheet.px(16), sheet.px(_EDGE_MM))
    if not notice.lines:
        draft.text(
            inner,
            notice.text,
            colours.on_card,
            cap=sheet.mm(26 if rect.h < sheet.px(190) else 42),
            floor=sheet.mm(9),
            lines=8,
        )
        return
    high, gap = (_TITLE_MM, _TITLE_GAP_MM) if notice.text else (0.0, 0.0)
    title, body = rows(inner, sheet.px(high), Share(), gap=sheet.px(gap))
    if notice.text:
        draft.text(
            title, notice.text, colours.on_card, cap=sheet.mm(16), floor=sheet.mm(8), bold=True
        )
    _list(sheet, body, notice)


def picture_place(sheet: Sheet, rect: Rect) -> Rect:
    """Return where on a card a picture stands."""
    return inset(rect, sheet.px(5))


def _list(sheet: Sheet, rect: Rect, notice: Notice) -> None:
    """Draw the lines of a list; those that find no room take turns."""
    # What rounding took away is no reason for another leaf.
    each = max(sheet.px(_LINE_MM), 1)
    most = max((rect.h + each // 8) // each, 1)
    shown, _ = _leaf(sheet, notice.lines, most)
    draft, colours = sheet.draft, sheet.draft.colours
    height = min(rect.h // max(len(shown), 1), sheet.px(_LINE_MM * 1.3))
    for place, line in zip(rows(rect, *[height] * len(shown), Share()), shown, strict=False):
        what, _, price = (part.strip() for part in line.partition("|"))
        left, right = columns(
            place, Share(0.68 if price else 1.0), Share(0.32 if price else 0.0), gap=sheet.px(8)
        )
        draft.text(left, what, colours.on_card, cap=sheet.mm(14), floor=sheet.mm(5.5), lines=2)
        if price:
            draft.text(
                right, price, colours.on_card, cap=sheet.mm(14), floor=sheet.mm(5.5), bold=True,
                align="right", lines=2,
            )  # fmt: skip
