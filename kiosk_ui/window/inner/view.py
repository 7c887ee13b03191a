"""The clerk's picture: the ticket in hand, the commands, who is next, who the person is."""

from __future__ import annotations

from dataclasses import replace

from kiosk_ui.both import NOTHING
from kiosk_ui.fonts import INSTALL
from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.look import Look
from kiosk_ui.ops import Picture, Rect
from kiosk_ui.window.inner.commands import commands
from kiosk_ui.window.inner.hand import hand, timer
from kiosk_ui.window.inner.menus import menu
from kiosk_ui.window.inner.queue import queue
from kiosk_ui.window.inner.sheet import Sheet
from kiosk_ui.window.model import DeskModel, Facts

__all__ = ["inner"]


def inner(model: DeskModel, look: Look) -> Picture:
    """Return what the clerk sees."""
    sheet = Sheet(model, look)
    draft = sheet.draft
    draft.fill(draft.rect, sheet.colours.ground)
    page = inset(draft.rect, sheet.px(9), sheet.px(8))
    head, body, foot = rows(page, sheet.px(24), Share(), sheet.px(20), gap=sheet.px(6))
    _head(sheet, head)
    facts = model.facts
    if not model.known or facts is None:
        # Of the person in hand nothing is kept.
        draft.kept("desk", None, lambda: None)
        _stopped(sheet, body)
    else:
        # Of all that is below the head only the time changes each second.
        still = _still(model)
        place = draft.kept("desk", still, lambda: _body(sheet.of_model(still), body, facts))
        if place is not None and model.ticket is not None:
            timer(sheet, place, model.ticket)
    _foot(sheet, foot)
    return draft.picture()


def _still(model: DeskModel) -> DeskModel:
    """Return the model without what changes often and is not in the page's body."""
    message = model.shared.message if model.menu is not None else ""
    shared = replace(model.shared, message=message, signing=None)
    return replace(model, shared=shared, seconds=0, minute=None, told=NOTHING, told_bad=False)


def _body(sheet: Sheet, rect: Rect, facts: Facts) -> Rect | None:
    """Draw what is below the head; return the place for the time."""
    model = sheet.model
    left, middle, right = columns(rect, Share(1.15), Share(1.2), Share(1), gap=sheet.px(7))
    place = hand(sheet, left)
    if model.menu is None:
        commands(sheet, middle, facts)
        queue(sheet, right, facts)
    else:
        both = Rect(middle.x, middle.y, right.right - middle.x, middle.h)
        menu(sheet, both, model.menu)
    return place


def _head(sheet: Sheet, rect: Rect) -> None:
    model, c = sheet.model, sheet.colours
    facts = model.facts
    name, middle, clock = columns(rect, Share(1.2), Share(1.6), Share(0.5), gap=sheet.px(8))
    if facts is not None:
        text = sheet.of(facts.name)
        if facts.clerk:
            text = sheet.words("desk.clerk", window=text, clerk=facts.clerk)
        sheet.text(name, text, cap=sheet.sizes.title, floor=3, bold=True)
        state = sheet.words(f"desk.status.{facts.status}")
        colour = {"open": (c.good, c.on_good), "paused": (c.warn, c.on_warn)}.get(
            facts.status, (c.card, c.on_card)
        )
        if model.known:
            badge = at(middle, sheet.px(60), middle.h, across=0.0)
            sheet.draft.card(badge, colour[0])
            sheet.text(inset(badge, sheet.px(2)), state, colour[1], floor=3, bold=True,
                       align="center")  # fmt: skip
            if model.mirrors:
                badge = _seen(sheet, at(middle, sheet.px(90), middle.h, across=0.0), badge.right)
            x = badge.right + sheet.px(6)
            rest = Rect(x, middle.y, middle.right - x, middle.h)
            alarm = next((sheet.of(one) for one in facts.alarms), "")
            said, ground, on = alarm, c.alarm, c.on_alarm
            if model.alone:
                said, ground, on = sheet.words("desk.alone"), c.warn, c.on_warn
            if said:
                sheet.draft.card(rest, ground)
                sheet.text(inset(rest, sheet.px(3)), said, on, floor=2.5, bold=True,
                           lines=2)  # fmt: skip
    if model.minute is not None:
        sheet.text(clock, f"{model.minute:%H:%M}", cap=sheet.sizes.title * 1.3, floor=3, bold=True,
                   align="right")  # fmt: skip


def _seen(sheet: Sheet, rect: Rect, after: int) -> Rect:
    """Tell that the taxpayer sees the clerk's PC now; return where it stands."""
    c, frozen = sheet.colours, sheet.model.shared.mirror == "freeze"
    badge = Rect(after + sheet.px(6), rect.y, rect.w, rect.h)
    sheet.draft.card(badge, c.card if frozen else c.accent)
    words = sheet.words("desk.mirror.frozen" if frozen else "desk.mirror.live")
    on = c.on_card if frozen else c.on_accent
    sheet.text(inset(badge, sheet.px(2)), words, on, floor=3, bold=True, align="center")
    return badge


def _stopped(sheet: Sheet, rect: Rect) -> None:
    """Draw what is wrong and what a clerk does without the hall."""
    model, c = sheet.model, sheet.colours
    safe = model.live and (
        model.safe or (model.fresh and model.facts is not None and model.facts.mode == "safe")
    )
    key = "desk.safe" if safe else "desk.cut_off" if model.met else "desk.starting"
    if not safe and model.cut_by:
        key = f"desk.{model.cut_by}"
    box = at(rect, min(rect.w, sheet.px(560)), min(rect.h, sheet.px(190)))
    waiting = key == "desk.starting"
    ground, on = (c.card, c.on_card) if waiting else (c.warn, c.on_warn)
    sheet.draft.card(box, ground)
    place = inset(box, sheet.px(14), sheet.px(12))
    if waiting:
        sheet.text(place, sheet.words(key), on, cap=sheet.sizes.title * 1.6, align="center")
        return
    upper, lower = rows(place, Share(0.45), Share(0.55))
    sheet.text(upper, sheet.words(key), on, cap=sheet.sizes.title * 1.8, bold=True, align="center",
               lines=2)  # fmt: skip
    sheet.text(lower, sheet.words(f"{key}.do"), on, cap=sheet.sizes.body * 1.2, align="center",
               lines=3)  # fmt: skip


def _foot(sheet: Sheet, rect: Rect) -> None:
    """Draw what was just told, else what the outer panel is without."""
    model, c = sheet.model, sheet.colours
    told, bad = sheet.of(model.told), model.told_bad
    if not told and not model.outer_there:
        told, bad = sheet.words("desk.no_outer"), True
    if not told and not sheet.look.chinese:
        told, bad = sheet.words("fonts.missing", install=INSTALL), False
    if not told and model.mirror.say:
        told, bad = sheet.of(model.mirror.say), True
    if not told and model.keypad and model.known and model.menu is None:
        told, bad = sheet.words("desk.rest"), False
    if not told:
        return
    ground, on = (c.alarm, c.on_alarm) if bad else (c.card, c.on_card)
    sheet.draft.card(rect, ground)
    sheet.text(inset(rect, sheet.px(6), sheet.px(2)), told, on, floor=2.5, bold=bad, lines=2)
