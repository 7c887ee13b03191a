"""What a command asks before it is given: where to, what to say, which papers, who is the clerk."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_py.core.figures import figures_of, meant_by
from kiosk_ui.both import Both
from kiosk_ui.layout import Share, at, columns, grid, inset, rows
from kiosk_ui.ops import Rect
from kiosk_ui.window.inner.commands import more
from kiosk_ui.window.inner.sheet import Sheet
from kiosk_ui.window.model import Menu

__all__ = ["MESSAGES", "menu"]

#: What clerks say most; each is sent in both languages.
MESSAGES = ("id", "wait", "papers", "sign", "copy", "terminal", "desk", "next")
#: As many as there are digits to choose one by.
_PER_LEAF = 9
#: Where something is typed: digits do not choose there, Return does.
_TYPED = frozenset({"transfer_window", "transfer_item"})
#: Usual limits in working days; any other is typed.
_LIMITS = ("1", "3", "5", "10", "15", "20", "30")

Choice = tuple[str, str, str]


def menu(sheet: Sheet, rect: Rect, chosen: Menu) -> None:
    """Draw a menu; a digit chooses, or what is typed and Return; Escape leads back."""
    head, body, foot = rows(rect, sheet.px(20), Share(), sheet.px(26), gap=sheet.px(6))
    sheet.text(head, sheet.words(f"desk.menu.{chosen.kind}"), cap=sheet.sizes.title * 1.2, floor=3,
               bold=True)  # fmt: skip
    buttons = [("shut", sheet.words("desk.menu.back"), "escape")]
    if chosen.kind == "open":
        _digits(sheet, body, chosen)
        buttons.append(("open_as", sheet.words("desk.do.open"), "return"))
    elif chosen.kind == "rest" and sheet.model.facts is not None:
        more(sheet, body, sheet.model.facts)
    elif chosen.kind == "scan":
        _scan(sheet, body)
    elif chosen.kind == "form":
        _form(sheet, body, chosen)
        if sheet.model.ticked and _days(sheet, chosen):
            buttons.append(("make_form", sheet.words("desk.menu.make"), "return"))
    else:
        buttons += _list(sheet, body, chosen)
    for place, (id_, label, key) in zip(
        columns(foot, *[Share()] * len(buttons), gap=sheet.px(6)), buttons, strict=True
    ):
        sheet.command(id_, place, label, key, main=id_ in {"open_as", "make_form"})  # fmt: skip


def _choices(sheet: Sheet, chosen: Menu) -> list[Choice]:
    """Return what can be chosen: id, name, what is beside it."""
    model, words, typed = sheet.model, sheet.words, chosen.text.casefold()
    # A pad has no letters; its choices have their figures beside them.
    by_figures = model.keypad or chosen.by_pad
    match chosen.kind:
        case "transfer":
            return [
                ("transfer_window", words("desk.menu.to_window"), ""),
                ("transfer_item", words("desk.menu.to_item"), ""),
                ("to_desk", words("desk.menu.to_desk"), ""),
            ]
        case "transfer_window":
            return [
                (f"to_window:{id_}", sheet.of(name) or id_, figures_of(id_) if by_figures else "")
                for id_, name in model.windows
                if id_ != model.window and (id_.casefold().startswith(typed)
                                            or (by_figures and figures_of(id_).startswith(typed)))
            ]  # fmt: skip
        case "transfer_item":
            return [
                (f"to_item:{id_}", sheet.of(name),
                 f"{id_} ({figures_of(id_)})" if by_figures else id_)
                for id_, name, initials in model.items
                if id_.casefold().startswith(typed) or typed in initials.casefold()
                or (by_figures and figures_of(id_).startswith(typed))
                or typed in name.en.casefold()
            ]  # fmt: skip
        case "away" if model.facts is not None:
            return [
                (f"return:{one.number}", f"{one.number}  {sheet.of(one.name)}",
                 words(f"desk.away.{one.status}", minutes=one.minutes))
                for one in model.facts.away
            ]  # fmt: skip
        case "message":
            said = [(_said(sheet, name), words(f"desk.say.{name}")) for name in MESSAGES]
            found = [(f"say:{text}", label, "") for text, label in said]
            if model.shared.message:
                found.insert(0, ("say_nothing", words("desk.menu.quiet"), ""))
            return found
    return []


def _said(sheet: Sheet, name: str) -> str:
    """Return a message in both languages: the taxpayer's screen shows both."""
    both: Both = sheet.key(f"desk.say.{name}")
    return f"{both.zh} {both.en}".strip()


def _list(sheet: Sheet, rect: Rect, chosen: Menu) -> Sequence[Choice]:
    choices = _choices(sheet, chosen)
    if chosen.by_pad:
        field, rect = rows(rect, sheet.px(26), Share(), gap=sheet.px(4))
        _at_pad(sheet, field, chosen)
    elif chosen.kind in _TYPED:
        field, rect = rows(rect, sheet.px(20), Share(), gap=sheet.px(4))
        typed = chosen.text.upper() or sheet.words(f"desk.menu.type.{chosen.kind}")
        sheet.text(field, typed, sheet.colours.quiet, floor=2.5)
    if not choices:
        sheet.text(rect, sheet.words("desk.menu.nothing"), sheet.colours.quiet, align="center")
        return ()
    leaves = -(-len(choices) // _PER_LEAF)
    leaf = min(chosen.leaf, leaves - 1)
    shown = choices[leaf * _PER_LEAF : (leaf + 1) * _PER_LEAF]
    across = 1 if len(shown) <= 5 else 2 if len(shown) <= 10 else 3
    cells = grid(rect, len(shown), across, gap=sheet.px(5), deep=4)
    for n, (cell, (id_, name, beside)) in enumerate(zip(cells, shown, strict=True), 1):
        meant = chosen.kind in _TYPED and _is_meant(sheet, chosen, id_, n)
        key = "return" if meant else str(n) if chosen.kind not in _TYPED else ""
        label = f"{name}  {beside}" if beside else name
        sheet.command(id_, cell, label, key, main=meant)
    found = list[Choice]()
    if leaf > 0:
        found.append((f"leaf:{leaf - 1}", sheet.words("kiosk.before"), "pageup"))
    if leaf < leaves - 1:
        found.append((f"leaf:{leaf + 1}", sheet.words("kiosk.next"), "pagedown"))
    return found


def _at_pad(sheet: Sheet, rect: Rect, chosen: Menu) -> None:
    """Draw what was typed at the pad, else what to type there, or why it could not be."""
    pad, c = sheet.model.shared.pad, sheet.colours
    say = sheet.of(pad.say) if pad is not None else ""
    ground, on = (c.alarm, c.on_alarm) if say else (c.card, c.on_card)
    sheet.draft.card(rect, ground)
    words = sheet.words(f"desk.menu.pad.{'typed' if chosen.text else chosen.kind}",
                        text=chosen.text)  # fmt: skip
    sheet.text(inset(rect, sheet.px(4), sheet.px(2)), say or words, on, floor=2.5,
               bold=bool(say or chosen.text), lines=2)  # fmt: skip


def _is_meant(sheet: Sheet, chosen: Menu, id_: str, place: int) -> bool:
    """Say whether Return takes a choice: the first item, a window whose whole number was typed.

    At the pad an item wants its whole number, too: it may be typed without a look up here.
    """
    if chosen.by_pad:
        items = chosen.kind == "transfer_item"
        known = [one[0] for one in (sheet.model.items if items else sheet.model.windows)]
        return id_.partition(":")[2] == meant_by(chosen.text, known)
    if chosen.kind == "transfer_window":
        return id_.casefold() == f"to_window:{chosen.text.casefold()}"
    return bool(chosen.text) and place == 1


def _digits(sheet: Sheet, rect: Rect, chosen: Menu) -> None:
    """Draw a pad for the clerk's number."""
    field, pad = rows(rect, sheet.px(30), Share(), gap=sheet.px(6))
    sheet.draft.sheet(field)
    sheet.text(field, chosen.text or sheet.words("desk.menu.clerk"), sheet.colours.on_card,
               cap=sheet.sizes.title * 1.4, align="center", bold=bool(chosen.text))  # fmt: skip
    keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "erase", "0"]
    for key, cell in zip(keys, grid(pad, len(keys), 3, gap=sheet.px(5)), strict=True):
        if key == "erase":
            sheet.command("erase", cell, sheet.words("kiosk.search.erase"), "backspace")
        else:
            sheet.command(f"digit:{key}", cell, key, "")


def _days(sheet: Sheet, chosen: Menu) -> str:
    """Return the limit in working days: what was typed, else the item's own."""
    ticket = sheet.model.ticket
    own = str(ticket.statutory_days) if ticket is not None and ticket.statutory_days else ""
    return chosen.text or own


def _form(sheet: Sheet, rect: Rect, chosen: Menu) -> None:
    """Draw what the acceptance form would say: the papers that were ticked, and its limit."""
    ticket, c = sheet.model.ticket, sheet.colours
    if ticket is None:
        return
    above, limit, keys = rows(rect, Share(), sheet.px(24), sheet.px(34), gap=sheet.px(5))
    inner = sheet.card(above)
    names = [sheet.of(paper) for n, paper in enumerate(ticket.papers) if n in sheet.model.ticked]
    if not names:
        sheet.text(inner, sheet.words("desk.menu.form.none"), c.on_card, align="center", lines=3)
        return
    numbered = [f"{n}. {one}" for n, one in enumerate(names, 1)]
    lines = [sheet.words("desk.menu.form.papers"), *numbered]
    for place, text in zip(rows(inner, *[Share()] * max(len(lines), 6)), lines, strict=False):
        sheet.text(place, text, c.on_card, floor=2.5, lines=2)
    days = _days(sheet, chosen)
    key = "desk.menu.form.days" if days else "desk.menu.form.type"
    sheet.text(limit, sheet.words(key, days=days), c.on_ground, floor=2.5, bold=True)
    for place, usual in zip(
        columns(keys, *[Share()] * len(_LIMITS), gap=sheet.px(5)), _LIMITS, strict=True
    ):
        sheet.command(f"days:{usual}", place, usual, "")


def _scan(sheet: Sheet, rect: Rect) -> None:
    """Draw what the document camera sees, and what the paper under it may be."""
    model, c = sheet.model, sheet.colours
    picture, kinds = columns(rect, Share(1.5), Share(1), gap=sheet.px(6))
    sheet.draft.sheet(picture)
    inner = inset(picture, sheet.px(3))
    wide, high = model.preview
    if wide and high:
        scale = min(inner.w / wide, inner.h / high)
        sheet.draft.live(at(inner, int(wide * scale), int(high * scale)), "preview")
    else:
        text = sheet.of(model.preview_say) or sheet.words("desk.scan.waits")
        sheet.text(inner, text, c.quiet, floor=2.5, align="center", lines=4)
    papers = model.ticket.papers[:6] if model.ticket is not None else ()
    choices = [(f"scan_as:paper:{n}", sheet.of(one), str(n)) for n, one in enumerate(papers, 1)]
    choices.append(("scan_as:other", sheet.words("desk.scan.other"), "0"))
    for place, (id_, label, key) in zip(
        rows(kinds, *[Share()] * len(choices), gap=sheet.px(4)), choices, strict=True
    ):
        sheet.command(id_, place, label, key, can=not model.scanning)
