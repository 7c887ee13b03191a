"""The wall's pages. Pure: a model and a look make a picture."""

from __future__ import annotations

from kiosk_ui.both import Both
from kiosk_ui.draft import Draft
from kiosk_ui.fonts import INSTALL
from kiosk_ui.layout import Share, columns, inset, rows
from kiosk_ui.look import Look
from kiosk_ui.ops import Picture, Rect
from kiosk_ui.wall.model import Notice, WallModel
from kiosk_ui.wall.open_page import call_card, call_list, card_height, idle_card, list_rows
from kiosk_ui.wall.parts import Sheet
from kiosk_ui.wall.side import (
    ONE_ROW,
    notice_card,
    notice_height,
    picture_place,
    shown_windows,
    waiting_card,
    windows_card,
)

__all__ = ["view"]

#: Where the page stands, one after the other, in thousandths of its width: against burning in.
_SHIFTS = ((0, 0), (1, 0), (2, 1), (1, 2), (0, 2), (-1, 1), (-2, 0), (-1, -1), (0, -2), (1, -1))
#: The large place of a small panel is not that large while nobody is called.
_IDLE_SHARE = 0.32


def view(model: WallModel, look: Look) -> Picture:
    """Return what the wall shows."""
    draft = Draft(look)
    sheet = Sheet(draft, model)
    draft.fill(draft.rect, draft.colours.ground)
    page = inset(draft.rect, sheet.px(16), sheet.px(13))
    dx, dy = _SHIFTS[model.shift % len(_SHIFTS)]
    step = max(draft.rect.w // 1000, 1)
    page = page.moved(dx * step, dy * step)
    if not look.chinese:
        page, foot = rows(page, Share(), sheet.px(16), gap=sheet.px(4))
        text = look.words("fonts.missing", install=INSTALL)
        draft.text(foot, text, draft.colours.quiet, cap=sheet.mm(8), floor=1)
    match model.page:
        case "open":
            _open(sheet, page)
        case "closed":
            _closed(sheet, page)
        case other:
            _message(sheet, page, other)
    return draft.picture()


def _header(sheet: Sheet, rect: Rect) -> None:
    """Draw the hall's name and the time."""
    draft, model = sheet.draft, sheet.model
    minute, colours = model.minute, draft.colours
    clock_width = sheet.px(250 if minute is not None else 0)
    name_rect, clock = columns(rect, Share(), clock_width, gap=sheet.px(12))
    name = model.hall.name if model.hall is not None else Both()
    sheet.two_lines(name_rect, name.zh, name.en, colours.on_ground, cap=20)
    if minute is None:
        return
    date_rect, time_rect = columns(clock, Share(), sheet.px(128), gap=sheet.px(10))
    draft.text(
        time_rect, f"{minute:%H:%M}", colours.on_ground, cap=sheet.mm(32), floor=1, bold=True,
        align="right", figures=True,
    )  # fmt: skip
    month = sheet.both(f"month.{minute.month}")[0]
    day = draft.look.words("date", month=month, day=minute.day)
    weekday = sheet.both(f"weekday.{minute.weekday()}")
    sheet.lines(date_rect, [(day, 12), (weekday[0], 12)], colours.quiet, align="right")


def _open(sheet: Sheet, page: Rect) -> None:
    """Draw the page of an open hall."""
    gap, model = sheet.px(11), sheet.model
    if not model.board.calls:
        poster = _poster_places(sheet, page)[1]
        _soon(sheet, poster)
        if model.notice is not None and model.notice.picture:
            _poster(sheet, page)
            return
    high = card_height(sheet)
    if not model.board.calls:
        high = min(high, round(page.h * _IDLE_SHARE))
    header, card, body = rows(page, sheet.px(46), high, Share(), gap=gap)
    _header(sheet, header)
    call_card(sheet, card)
    if sheet.upright:
        calls, waiting, windows, below = _upright(sheet, body, model.notice)
        _soon(sheet, _upright(sheet, body, model.next_notice)[3])
        call_list(sheet, calls, list_rows(sheet, calls))
        waiting_card(sheet, waiting)
        windows_card(sheet, windows)
        notice_card(sheet, below)
        return
    left, right = columns(body, Share(0.53), Share(0.47), gap=gap)
    calls, below = rows(left, Share(), _windows_height(sheet), gap=gap)
    call_list(sheet, calls, list_rows(sheet, calls))
    windows_card(sheet, below)
    waiting, beside = _beside(sheet, right, model.notice)
    _soon(sheet, _beside(sheet, right, model.next_notice)[1])
    waiting_card(sheet, waiting)
    notice_card(sheet, beside)


def _windows_height(sheet: Sheet) -> int:
    return sheet.px(52 if len(shown_windows(sheet.model)) <= ONE_ROW else 70)


def _upright(sheet: Sheet, body: Rect, notice: Notice | None) -> list[Rect]:
    gap = sheet.px(11)
    high = notice_height(sheet, body, notice)
    if notice is not None and notice.picture:
        # It leaves room for two calls and some categories.
        high = round(body.h * 0.36)
    most = max(body.h - high - gap * 3, 0)
    return rows(body, Share(most * 0.42), Share(most * 0.42), Share(most * 0.16), high, gap=gap)


def _beside(sheet: Sheet, column: Rect, notice: Notice | None) -> list[Rect]:
    high = notice_height(sheet, column, notice)
    return rows(column, Share(), high, gap=sheet.px(11) if high else 0)


def _poster_places(sheet: Sheet, page: Rect) -> list[Rect]:
    """Return the places of header, picture, what to do, who waits, and windows."""
    gap = sheet.px(11)
    header, body = rows(page, sheet.px(46), Share(), gap=gap)
    if sheet.upright:
        return [header, *rows(body, Share(0.46), Share(0.17), Share(0.28), Share(0.09), gap=gap)]
    left, right = columns(body, Share(0.62), Share(0.38), gap=gap)
    poster, windows = rows(left, Share(), _windows_height(sheet), gap=gap)
    idle, waiting = rows(right, Share(0.3), Share(0.7), gap=gap)
    return [header, poster, idle, waiting, windows]


def _poster(sheet: Sheet, page: Rect) -> None:
    """Draw the page of an open hall in which nobody is called: its picture is large."""
    header, poster, idle, waiting, windows = _poster_places(sheet, page)
    _header(sheet, header)
    notice_card(sheet, poster)
    idle_card(sheet, idle)
    waiting_card(sheet, waiting)
    windows_card(sheet, windows)


def _soon(sheet: Sheet, card: Rect) -> None:
    """Have the next notice's picture made ready for its card."""
    notice = sheet.model.next_notice
    if notice is not None and notice.picture:
        sheet.draft.soon(picture_place(sheet, card), notice.picture, notice.stamp)


def _closed(sheet: Sheet, page: Rect) -> None:
    """Draw the page of a hall that is closed: when it opens, and what it has to say."""
    gap, model, draft = sheet.px(12), sheet.model, sheet.draft
    header, body = rows(page, sheet.px(46), Share(), gap=gap)
    _header(sheet, header)
    notice = model.notice
    with_picture = rows(body, Share(0.24), Share(0.76), gap=gap)
    _soon(sheet, with_picture[1])
    if notice is None:
        main, below = body, Rect(body.x, body.bottom, body.w, 0)
    elif notice.picture:
        main, below = with_picture
    else:
        main, below = rows(body, Share(0.45), Share(0.55), gap=gap)
    draft.sheet(main)
    hall = model.hall
    opening = hall.next_opening if hall is not None else Both()
    rest = hall.rest_name if hall is not None else Both()
    title, second = sheet.both("wall.closed")
    inner = inset(main, sheet.px(24), sheet.px(14 if main.h > sheet.px(200) else 7))
    over, under = rows(inner, Share(0.55), Share(0.45), gap=gap // 2)
    sheet.two_lines(
        over, *sheet.as_both(title, second), draft.colours.on_card, cap=58, align="center"
    )
    words = [sheet.of(text) for text in (rest, opening) if text.zh or text.en]
    sheet.lines(under, [(one, 26) for one in _flat(words)], draft.colours.quiet, align="center")
    notice_card(sheet, below)


def _flat(pairs: list[tuple[str, str]]) -> list[str]:
    return [text for pair in pairs for text in dict.fromkeys(pair) if text]


def _message(sheet: Sheet, page: Rect, name: str) -> None:
    """Draw a page of one message: what is wrong and what to do."""
    draft = sheet.draft
    colours = draft.colours
    if name == "starting":
        title, second = sheet.both("wall.starting")
        sheet.two_lines(
            page, *sheet.as_both(title, second), colours.on_ground, cap=48, align="center"
        )
        return
    band, body = rows(page, Share(0.34), Share(0.66), gap=sheet.px(20))
    draft.card(band, colours.warn)
    title, second = sheet.both(f"wall.{name}.title")
    sheet.two_lines(
        inset(band, sheet.px(24), sheet.px(12)), *sheet.as_both(title, second), colours.on_warn,
        cap=56, align="center",
    )  # fmt: skip
    what, others = sheet.both(f"wall.{name}.do")
    first, last = rows(body, Share(0.56), Share(0.44), gap=sheet.px(12))
    draft.text(
        first, what, colours.on_ground, cap=sheet.mm(40), floor=sheet.mm(14), align="center",
        bold=True, lines=4,
    )  # fmt: skip
    if others:
        draft.text(
            last, others, colours.quiet, cap=sheet.mm(26), floor=sheet.mm(10), align="center",
            valign="top", lines=5,
        )  # fmt: skip
