"""The commands of a window: one touch or one key each."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk_ui.layout import Share, columns, grid, rows
from kiosk_ui.ops import Rect
from kiosk_ui.window.inner.sheet import Sheet
from kiosk_ui.window.keypad import key_of
from kiosk_ui.window.model import COVERS, DeskModel, Facts

__all__ = ["KEYS", "commands", "more"]

#: Each command's key on the clerk's keyboard.
KEYS = {
    "next": "F1", "recall": "F2", "start": "F3", "finish": "F4", "missed": "F5", "park": "F6",
    "transfer": "F7", "form": "F8", "message": "F9", "pause": "F10", "resume": "F10",
    "open": "F10", "help": "F12", "close": "F11", "ask_rating": "r", "scan": "s", "away": "b",
    "mirror_show": "m", "mirror_freeze": "f", "mirror_blank": "x", "sign": "g", "withdraw": "w",
    "print_form": "p",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Can:
    """Whether a command does something now, and whether it is the one that is meant next."""

    can: bool
    main: bool = False


def _states(model: DeskModel, facts: Facts) -> dict[str, _Can]:
    ticket = model.ticket
    is_open, free = facts.status == "open", ticket is None
    called = ticket is not None and ticket.status == "called"
    serving = ticket is not None and ticket.status == "serving"
    # Between two people it stays blank whatever is pressed. It may be made blank all the same: who
    # was called a moment ago may not be known here yet.
    mirror = dict.fromkeys(("mirror_show", "mirror_freeze"), _Can(not free))
    if model.alone:
        return mirror | _alone(called=called, serving=serving, parks=called or serving)
    return mirror | {
        "next": _Can(is_open and (free or serving), main=is_open and free and facts.waiting > 0),
        "recall": _Can(called),
        "start": _Can(called, main=called),
        "finish": _Can(serving, main=serving),
        "missed": _Can(called),
        "park": _Can(called or serving),
        "transfer": _Can(called or serving),
        "form": _Can(serving and facts.form_printer),
        "message": _Can(called or serving),
        "scan": _Can(serving and facts.scanner),
        "away": _Can(bool(facts.away)),
        "print_form": _Can(facts.form_printer),
        "help": _Can(can=True),
    }


def _alone(*, called: bool, serving: bool, parks: bool) -> dict[str, _Can]:
    """Return what can be done without the hub: the work in hand is finished."""
    never = ("next", "transfer", "form", "away", "print_form", "sign", "resume", "open")
    return {
        **dict.fromkeys(never, _Can(can=False)),
        "recall": _Can(called),
        "start": _Can(called, main=called),
        "finish": _Can(serving, main=serving),
        "missed": _Can(called),
        "park": _Can(parks),
        "message": _Can(parks),
        "scan": _Can(can=False),
        "help": _Can(can=True),
    }


def commands(sheet: Sheet, rect: Rect, facts: Facts) -> None:
    """Draw the commands: those of the ticket, of the taxpayer's screen, of the window."""
    model = sheet.model
    known, rest = _states(model, facts), _Can(can=True)
    lines = tuple(
        tuple((name, known.get(name, rest)) for name in line) for line in _lines(model, facts)
    )
    # A window is in a handful of states all day.
    depends = "commands", rect, lines, model.rests, model.keypad, model.held
    sheet.draft.once(depends, lambda: _buttons(sheet, rect, lines))


def _buttons(sheet: Sheet, rect: Rect, lines: tuple[tuple[tuple[str, _Can], ...], ...]) -> None:
    heights = [Share(1.5), Share(1.25), *[Share()] * (len(lines) - 2)]
    for line, place in zip(lines, rows(rect, *heights, gap=sheet.px(5)), strict=True):
        parts = columns(place, *[Share()] * len(line), gap=sheet.px(5))
        for (name, state), part in zip(line, parts, strict=True):
            sheet.command(
                name, part, sheet.words(f"desk.do.{name}"), KEYS[name],
                can=state.can and (name in COVERS or not sheet.model.rests), main=state.main,
            )  # fmt: skip


def more(sheet: Sheet, rect: Rect, facts: Facts) -> None:
    """Draw the commands that have no key of their own on a number pad, each with a figure."""
    model, states = sheet.model, _states(sheet.model, facts)
    names = [one for line in _lines(model, facts) for one in line if not key_of(KEYS[one])]
    for n, (name, place) in enumerate(
        zip(names, grid(rect, len(names), 2, gap=sheet.px(5), deep=4), strict=True), 1
    ):
        can = states.get(name, _Can(can=True)).can and (name in COVERS or not model.rests)
        sheet.command(name, place, sheet.words(f"desk.do.{name}"), str(n), can=can)


def _lines(model: DeskModel, facts: Facts) -> list[list[str]]:
    return [
        ["next", "recall"], ["start", "finish"], ["missed", "park", "transfer"],
        ["form", "scan", "message"], _mirror(model), _window(model, facts),
    ]  # fmt: skip


def _mirror(model: DeskModel) -> list[str]:
    """Return what can be done with the taxpayer's screen."""
    found = ["mirror_show"] if model.shared.mirror != "show" else ["mirror_freeze"]
    found.append("mirror_blank")
    if model.shared.check is not None and model.shared.check.state == "open":
        return [*found, "withdraw"]
    if model.ticket is not None and model.ticket.forms:
        # Never by itself: the copies of before were already given out.
        printed = model.ticket.forms[-1] in model.ticket.signed
        return [*found, "sign", "print_form"] if printed else [*found, "sign"]
    return [*found, "away"]


def _window(model: DeskModel, facts: Facts) -> list[str]:
    """Return the commands of the window itself."""
    if facts.status == "closed":
        return ["open", "help"]
    if facts.status == "paused":
        return ["resume", "close", "help"]
    last = ["pause", "close"] if model.ticket is None else ["pause"]
    rating = ["ask_rating"] if model.ticket is not None or facts.last else []
    return [*last, *rating, "help"]
