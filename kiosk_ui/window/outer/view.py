"""The taxpayer's picture: one thing at a time, and never anything of the person before."""

from __future__ import annotations

from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.look import Look
from kiosk_ui.ops import Picture, Rect
from kiosk_ui.window.fitting import fitted
from kiosk_ui.window.model import DeskModel, Facts, TicketSeen
from kiosk_ui.window.outer.checking import checking
from kiosk_ui.window.outer.rating import rating
from kiosk_ui.window.outer.sheet import Sheet
from kiosk_ui.window.outer.signature import signature

__all__ = ["outer", "page_of"]


def page_of(model: DeskModel) -> str:
    """Return which page the taxpayer sees."""
    facts = model.facts
    if not model.known or facts is None:
        return "cut_off" if model.met else "starting"
    if model.shared.signing is not None:
        return "signature"
    if model.shared.check is not None and model.shared.check.state == "open":
        return "check"
    if model.asks_why:
        return "why"
    if facts.ticket is not None:
        if facts.ticket.status == "called":
            return "called"
        return "mirror" if model.mirrors else "serving"
    if model.thanked:
        return "thanks"
    if facts.rating is not None and not facts.pad:
        return "rating"
    return facts.status if facts.status in {"open", "paused"} else "closed"


def outer(model: DeskModel, look: Look) -> Picture:
    """Return what the taxpayer sees."""
    sheet = Sheet(model, look)
    page = page_of(model)
    facts, ticket = model.facts, model.ticket
    check, signing = model.shared.check, model.shared.signing
    if page == "signature" and signing is not None:
        signature(sheet, signing)
    elif page == "check" and check is not None:
        checking(sheet, check)
    elif page in {"rating", "why"} and facts is not None:
        rating(sheet, facts, why=page == "why")
    elif page == "mirror" and facts is not None and ticket is not None:
        _mirror(sheet, facts, ticket)
    elif page in {"called", "serving"} and ticket is not None:
        _number(sheet, ticket, called=page == "called")
    elif page in {"open", "paused", "closed"} and facts is not None:
        _idle(sheet, facts, page)
    else:
        _plain(sheet, page)
    return sheet.draft.picture()


def _plain(sheet: Sheet, page: str) -> None:
    body = sheet.page(language=False)
    warns = page == "cut_off"
    c = sheet.colours
    ground, on = (c.warn, c.on_warn) if warns else (c.card, c.on_card)
    sheet.draft.card(body, ground)
    sheet.two(inset(body, sheet.px(16), sheet.px(12)), sheet.key(f"outer.{page}"), on,
              cap=sheet.sizes.title * 1.7)  # fmt: skip


def _said(sheet: Sheet) -> str:
    """Return what the clerk says, else why nothing moves: without a panel a clerk works blind."""
    model = sheet.model
    return model.shared.message or ("" if model.inner_there else sheet.words("outer.no_inner"))


def _message(sheet: Sheet, body: Rect) -> Rect:
    """Draw what the clerk says; return what is left."""
    text = _said(sheet)
    if not text:
        return body
    c = sheet.colours
    rest, band = rows(body, Share(), sheet.px(44), gap=sheet.px(6))
    sheet.draft.card(band, c.accent)
    place, cap = inset(band, sheet.px(8), sheet.px(3)), sheet.sizes.title * 1.3
    sheet.text(place, text, c.on_accent, cap=cap, floor=4, bold=True, align="center", lines=2)
    return rest


def _number(sheet: Sheet, ticket: TicketSeen, *, called: bool) -> None:
    """Draw the number large: whoever is called knows where to go, whoever is served stays calm."""
    c = sheet.colours
    body = _message(sheet, sheet.page())
    ground, on = (c.accent, c.on_accent) if called else (c.card, c.on_card)
    sheet.draft.card(body, ground)
    if not called:
        sheet.draft.frame(body, c.rule, sheet.px(0.7))
    inner = inset(body, sheet.px(12), sheet.px(8))
    number, words = rows(inner, Share(1.5), Share(1), gap=sheet.px(4))
    sheet.number(number, ticket.number, on, cap=84)
    if called:
        sheet.two(words, sheet.key("outer.called"), on, cap=sheet.sizes.title * 1.5, lines=2)
        return
    upper, lower = rows(words, Share(), Share())
    sheet.two(upper, ticket.name, on, cap=sheet.sizes.title * 1.1, lines=2)
    sheet.two(lower, sheet.key("outer.serving"), c.quiet, cap=sheet.sizes.body, lines=2)


def _mirror(sheet: Sheet, facts: Facts, ticket: TicketSeen) -> None:
    """Draw the clerk's PC as large as there is room, with the number in a thin strip."""
    model, c, draft = sheet.model, sheet.colours, sheet.draft
    draft.fill(draft.rect, (0, 0, 0))
    strip = Rect(0, 0, draft.rect.w, sheet.px(16))
    draft.fill(strip, c.ground)
    inner = inset(strip, sheet.px(6), sheet.px(1))
    left, middle, right = columns(inner, Share(), Share(1.4), Share(), gap=sheet.px(6))
    sheet.text(left, sheet.of(facts.name), cap=sheet.sizes.body, floor=3, bold=True)
    frozen = model.shared.mirror == "freeze"
    said = _said(sheet) or (sheet.words("outer.frozen") if frozen else "")
    sheet.text(middle, said, c.on_ground, cap=sheet.sizes.body, floor=3, bold=bool(said),
               align="center")  # fmt: skip
    sheet.text(right, ticket.number, cap=sheet.sizes.title, floor=3, bold=True,
               align="right")  # fmt: skip
    room = Rect(0, strip.h, draft.rect.w, draft.rect.h - strip.h)
    if min(model.mirror.size) > 0:
        room = at(room, *fitted(model.mirror.size, (room.w, room.h)))
    draft.live(room, "mirror")


def _idle(sheet: Sheet, facts: Facts, page: str) -> None:
    """Draw the window between two people: its number, and whether it is open."""
    c = sheet.colours
    body = _message(sheet, sheet.page())
    picture = sheet.model.picture
    if page == "open" and picture is not None:
        # The strip above has the window's number; the hall's pictures have the rest.
        sheet.draft.image(body, *picture)
        return
    sheet.draft.sheet(body)
    inner = inset(body, sheet.px(12), sheet.px(8))
    upper, lower = rows(inner, Share(1.4), Share(1), gap=sheet.px(4))
    sheet.two(upper, facts.name, c.on_card, cap=44, lines=1)
    state = sheet.key(f"outer.{page}")
    tone = {"open": c.on_card, "paused": c.accent}.get(page, c.quiet)
    sheet.two(lower, state, tone, cap=sheet.sizes.title * 1.5, lines=2)
