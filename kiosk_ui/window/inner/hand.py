"""The ticket in hand: number, item, time, papers; who it is, hidden until held."""

from __future__ import annotations

from kiosk_ui.layout import Share, columns, grid, inset, rows
from kiosk_ui.ops import Rect
from kiosk_ui.window.inner.sheet import Sheet
from kiosk_ui.window.model import Card, TicketSeen

__all__ = ["clock_text", "hand", "timer"]

_PAPERS_DOWN = 4
#: Fields of a card that are a word or a date.
_SHORT = frozenset({"sex", "nation"})


def clock_text(seconds: int) -> str:
    """Return a time as it runs: 4:07, 1:02:09."""
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def hand(sheet: Sheet, rect: Rect) -> Rect | None:
    """Draw the ticket in hand, its papers, the person's card; return the place for its time."""
    model = sheet.model
    ticket, card = model.ticket, model.card
    if ticket is None:
        if card is not None and card.note:
            # What could not be kept of whoever just left is written down now, or never.
            rect, below = rows(rect, Share(2), Share(), gap=sheet.px(6))
            _card(sheet, below, Card(note=card.note))
        _nobody(sheet, rect)
        return None
    parts = [Share(1.25), Share(1.1 if ticket.papers else 0.3)]
    if card is not None:
        parts.append(Share(1.05))
    places = rows(rect, *parts, gap=sheet.px(6))
    time = _ticket(sheet, places[0], ticket)
    _papers(sheet, places[1], ticket)
    if card is not None:
        _card(sheet, places[2], card)
    return time


def _nobody(sheet: Sheet, rect: Rect) -> None:
    facts = sheet.model.facts
    inner = sheet.card(rect)
    upper, lower = rows(inner, Share(), Share())
    status = facts.status if facts is not None else ""
    key = {"open": "desk.nobody", "paused": "desk.paused"}.get(status, "desk.not_open")
    sheet.text(upper, sheet.words(key), sheet.colours.quiet, cap=sheet.sizes.title, align="center",
               valign="bottom", lines=3)  # fmt: skip
    if facts is not None and facts.last:
        text = sheet.words("desk.last", number=facts.last)
        if facts.rated is not None:
            text += sheet.words("desk.last.rated", score=facts.rated)
        elif facts.rating == facts.last:
            text += sheet.words("desk.last.rating")
        sheet.text(lower, text, sheet.colours.quiet, align="center", valign="top", lines=2)


def _ticket(sheet: Sheet, rect: Rect, ticket: TicketSeen) -> Rect:
    c = sheet.colours
    inner = sheet.card(rect)
    number, item, why, time = rows(
        inner, Share(1.5), Share(0.7), Share(0.75), Share(1), gap=sheet.px(2)
    )
    left, right = columns(number, Share(1.5), Share(1), gap=sheet.px(4))
    sheet.draft.text(left, ticket.number, c.accent if sheet.look.theme.name == "normal" else
                     c.on_card, cap=sheet.cap(48), floor=sheet.cap(8), bold=True,
                     figures=True)  # fmt: skip
    state = sheet.words(f"desk.ticket.{ticket.status}")
    if ticket.status == "called" and ticket.calls > 1:
        state = sheet.words("desk.ticket.calls", calls=ticket.calls)
    sheet.text(right, state, c.on_card, cap=sheet.sizes.title, floor=3, bold=True, align="right")
    sheet.text(item, sheet.of(ticket.name), c.on_card, cap=sheet.sizes.title, floor=3, lines=2)
    reasons = [sheet.words(f"desk.trait.{one}") for one in ticket.traits]
    if ticket.appointment:
        reasons.append(sheet.words("desk.appointment", time=ticket.appointment[-5:]))
    between = sheet.words("desk.between")
    sheet.text(why, between.join([*reasons, sheet.of(ticket.why)][:4]), c.quiet,
               cap=sheet.sizes.small, floor=2.5, lines=3)  # fmt: skip
    return time


def timer(sheet: Sheet, rect: Rect, ticket: TicketSeen) -> None:
    """Draw the time and its bar: amber at its share, red at the limit."""
    c, seconds = sheet.colours, sheet.model.seconds
    colour, on = {
        "amber": (c.warn, c.on_warn), "red": (c.alarm, c.on_alarm),
    }.get(sheet.model.level, (c.good, c.on_good))  # fmt: skip
    words, bar = columns(rect, Share(0.8), Share(1.2), gap=sheet.px(5))
    sheet.draft.card(words, colour)
    sheet.text(inset(words, sheet.px(3)), clock_text(seconds), on, cap=sheet.sizes.title * 1.5,
               floor=3, bold=True, align="center")  # fmt: skip
    if ticket.status != "serving" or not ticket.limit_s:
        return
    upper, lower = rows(bar, Share(0.55), Share(0.45), gap=sheet.px(2))
    sheet.draft.card(upper, c.rule)
    done = min(seconds / ticket.limit_s, 1.0)
    sheet.draft.card(Rect(upper.x, upper.y, max(round(upper.w * done), 1), upper.h), colour)
    left_s = ticket.limit_s - seconds
    key = "desk.time.left" if left_s >= 0 else "desk.time.over"
    sheet.text(lower, sheet.words(key, time=clock_text(abs(left_s))), c.quiet,
               cap=sheet.sizes.small, floor=2)  # fmt: skip


def _papers(sheet: Sheet, rect: Rect, ticket: TicketSeen) -> None:
    """Draw the papers of the item, to be ticked off; what was scanned; forms."""
    c, model = sheet.colours, sheet.model
    done = sheet.words("desk.papers", ticked=len(model.ticked), count=len(ticket.papers))
    inner = sheet.card(rect, done if ticket.papers else "")
    notes = []
    if ticket.pages:
        notes.append(sheet.words("desk.pages", count=ticket.pages))
    notes += [sheet.words("desk.form", form=form) for form in ticket.forms[-1:]]
    if not ticket.papers:
        notes.insert(0, sheet.words("desk.papers.none"))
    foot = sheet.line(sheet.sizes.small) if notes else 0
    inner, below = rows(inner, Share(), foot, gap=sheet.px(2))
    if notes:
        sheet.text(below, sheet.words("desk.between").join(notes), c.quiet,
                   cap=sheet.sizes.small, floor=2)  # fmt: skip
    shown = ticket.papers[:6]
    if not shown:
        return
    # More than four in one column would be too low for a finger.
    across = 1 if len(shown) <= _PAPERS_DOWN else 2
    down = -(-len(shown) // across)
    each = min((inner.h - sheet.px(3) * (down - 1)) // down, sheet.px(30))
    whole = Rect(inner.x, inner.y, inner.w, each * down + sheet.px(3) * (down - 1))
    for n, (paper, place) in enumerate(
        zip(shown, grid(whole, len(shown), across, gap=sheet.px(3)), strict=True)
    ):
        ticked = n in model.ticked
        ground, on = (c.good, c.on_good) if ticked else (c.card, c.on_card)
        # In a menu digits choose, or are typed.
        key = str(n + 1) if model.menu is None else ""
        sheet.surface(f"tick:{n}", place, sheet.of(paper), ground, on, key)
        row = inset(place, sheet.px(4), sheet.px(1))
        box, name = columns(row, min(sheet.px(9), row.h), Share(), gap=sheet.px(4))
        if ticked:
            sheet.draft.icon(box, "done", on)
        else:
            sheet.text(box, str(n + 1), c.quiet, floor=2, align="center")
        sheet.text(name, sheet.of(paper), on, floor=2.5, lines=2)


def _card(sheet: Sheet, rect: Rect, card: Card) -> None:
    """Draw the card; names and addresses are hidden until a finger or the mouse holds them."""
    c, held = sheet.colours, sheet.model.held == "hold"
    fields = {key: sheet.of(whole if held else hidden) for key, whole, hidden in card.fields[:7]}
    title = sheet.words("desk.card")
    if kind := fields.pop("kind", ""):
        title += sheet.words("desk.between") + kind
    inner = sheet.card(rect, title)
    said = [sheet.of(card.say)] if card.say else []
    said += [sheet.of(card.note)] if card.note else []
    said += [sheet.words("desk.card.expired")] if card.expired else []
    said += [sheet.words("desk.card.other")] if card.same is False else []
    lines = _in_pairs(list(fields))
    if not (said or lines):
        return
    sheet.draft.area("hold", rect, sheet.words("desk.card.hold"))
    places = rows(inner, *[Share()] * (len(said) + len(lines)), gap=sheet.px(1))
    for place, text in zip(places, said, strict=False):
        sheet.text(place, text, c.on_card, floor=2, bold=True, lines=2)
    for place, keys in zip(places[len(said) :], lines, strict=True):
        halves = columns(place, *[Share()] * len(keys), gap=sheet.px(16))
        for half, key in zip(halves, keys, strict=True):
            sheet.line_of(half, sheet.words(f"desk.card.{key}"), fields[key])


def _in_pairs(keys: list[str]) -> list[list[str]]:
    """Return which fields share a line: short ones do, so that all are as large as can be."""
    lines = list[list[str]]()
    for key in keys:
        if key in _SHORT and lines and len(lines[-1]) == 1 and lines[-1][0] in _SHORT:
            lines[-1].append(key)
        else:
            lines.append([key])
    return lines
