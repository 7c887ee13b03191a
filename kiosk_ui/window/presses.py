"""What presses do: the clerk's commands and menus, the taxpayer's answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kiosk_ui.messages import Ask, Command
from kiosk_ui.window.keypad import MORE, key_of
from kiosk_ui.window.model import COVERS, Check, DeskModel, Menu, Step, TicketSeen
from kiosk_ui.window.signing import signature_command

__all__ = ["pressed", "typed"]

#: Areas whose press is a command with the window alone.
_PLAIN = {
    "pause": "window.pause", "resume": "window.resume", "close": "window.close",
    "help": "window.help",
}  # fmt: skip
#: Those that are about the ticket in hand, and name it: a press that comes late, or that a pad's
#: came before, must not act on the next person.
_IN_HAND = {
    "recall": "window.recall", "start": "window.start", "finish": "window.finish",
    "missed": "window.missed",
}  # fmt: skip
_MENUS = frozenset({
    "transfer", "transfer_window", "transfer_item", "message", "form", "away", "scan", "open",
})  # fmt: skip
#: The mirror's states, by the key that asks for each.
_MIRROR = {"mirror_show": "show", "mirror_freeze": "freeze", "mirror_blank": "blank"}
_MOST_TYPED = 40
#: Digits of a form's limit.
_DAYS = 3


def pressed(model: DeskModel, area: str, token: str, now_s: float) -> Step:
    """Return what a press does. One command is on its way at a time."""
    kind, _, what = area.partition(":")
    if not model.known:
        return model, ()
    if kind.startswith("o_"):
        return _outer(model, kind, what, token, now_s)
    if kind in _MENUS:
        if model.busy and (model.menu is None or model.menu.kind == "rest"):
            return model, ()
        return replace(model, menu=Menu(kind)), ()
    menu = _in_menu(model, kind, what)
    if menu is not None:
        return menu, ()
    if model.busy and kind not in COVERS:
        return model, ()
    method, params = _command(model, kind, what)
    if not method:
        return model, ()
    if method == "document.scan":
        # It may take minutes, and holds up nothing.
        return replace(model, scanning=True), (Ask(method, method, params),)
    if method in {"screen.message", "screen.mirror"}:
        # These change nothing of the queue: questions, as far as the daemon is concerned.
        return replace(model, busy=model.busy or method), (Ask(method, method, params),)
    return replace(model, busy=method), (Command(method, method, token, params),)


def _in_menu(model: DeskModel, kind: str, what: str) -> DeskModel | None:
    """Take a press that changes only what the clerk sees; None for any other."""
    menu = model.menu
    match kind:
        case "shut":
            return replace(model, menu=None)
        case "leaf" if menu is not None:
            return replace(model, menu=replace(menu, leaf=int(what)))
        case "tick":
            return replace(model, ticked=model.ticked ^ {int(what)})
        case "digit" if menu is not None and len(menu.text) < _MOST_TYPED:
            return replace(model, menu=replace(menu, text=menu.text + what))
        case "erase" if menu is not None:
            return replace(model, menu=replace(menu, text=menu.text[:-1]))
        case "days" if menu is not None:
            return replace(model, menu=replace(menu, text=what))
        case "hold":
            return model
    return None


def _command(model: DeskModel, kind: str, what: str) -> tuple[str, Mapping[str, Any]]:
    """Return the method and its parameters; an empty method for what does nothing."""
    window = {"window": model.window}
    if kind in _PLAIN:
        return _PLAIN[kind], window
    if kind in _MIRROR:
        return "screen.mirror", {**window, "number": _in_hand(model), "state": _MIRROR[kind]}
    match kind:
        case "next":
            return "window.next", {**window, "number": _in_hand(model)}
        case "ask_rating":
            last = model.facts.last if model.facts is not None else None
            about = _in_hand(model) or last
            return "window.ask_rating", {**window, "number": about} if about else window
        case "open_as" if model.menu is not None and model.menu.text:
            return "window.open", {**window, "clerk": model.menu.text}
        case "return":
            return "ticket.resume", {"number": what}
        case "say":
            return "screen.message", {**window, "number": _in_hand(model), "text": what}
        case "say_nothing":
            return "screen.message", {**window, "number": _in_hand(model), "text": ""}
        case "scan_as" if not model.scanning:
            number = {"number": model.ticket.number} if model.ticket is not None else {}
            return "document.scan", {**window, **number, "kind": what}
        case "withdraw" if model.shared.check is not None:
            return "check.withdraw", {**window, "check": model.shared.check.id}
    return _with_ticket(model, model.ticket, kind, what) if model.ticket is not None else ("", {})


def _in_hand(model: DeskModel) -> str:
    """Return the number in hand as the clerk sees it; empty when there is none."""
    return model.ticket.number if model.ticket is not None else ""


def _with_ticket(
    model: DeskModel, ticket: TicketSeen, kind: str, what: str
) -> tuple[str, Mapping[str, Any]]:
    """Return the commands that are about the ticket in hand."""
    number = {"number": ticket.number}
    if kind in _IN_HAND:
        return _IN_HAND[kind], {"window": model.window, **number}
    here = {**number, "at": model.window}
    match kind:
        case "park":
            return "ticket.park", here
        case "to_desk":
            return "ticket.transfer", {**here, "window": "desk"}
        case "to_window":
            return "ticket.transfer", {**here, "window": what}
        case "to_item":
            return "ticket.transfer", {**here, "item": what}
        case "make_form" if model.ticked:
            papers = [{"paper": n + 1, "count": 1} for n in sorted(model.ticked)]
            days = model.menu.text if model.menu is not None else ""
            own = {"days": int(days)} if days.isdecimal() else {}
            # Bound to its ticket: by the time it comes another may be in hand.
            return "form.make", {"window": model.window, **number, "papers": papers, **own}
        case "print_form" if ticket.forms and ticket.forms[-1] in ticket.signed:
            return "form.reprint", {"form": ticket.forms[-1], "window": model.window}
        case "sign" if ticket.forms:
            return "signature.ask", {"window": model.window, "form": ticket.forms[-1]}
    return "", {}


def typed(model: DeskModel, key: str) -> DeskModel:
    """Take a key of the keyboard that presses nothing."""
    if model.keypad and key == MORE and model.known:
        shut = model.menu is not None and model.menu.kind == "rest"
        return replace(model, menu=None if shut else Menu("rest"))
    if model.menu is None:
        return model
    if model.keypad and key == key_of("backspace"):
        key = "backspace"
    if key == "escape":
        return replace(model, menu=None)
    if key == "backspace":
        return replace(model, menu=replace(model.menu, text=model.menu.text[:-1], leaf=0))
    if model.menu.kind == "form" and not (key in "0123456789" and len(model.menu.text) < _DAYS):
        return model
    if len(key) == 1 and key.isalnum() and len(model.menu.text) < _MOST_TYPED:
        return replace(model, menu=replace(model.menu, text=model.menu.text + key, leaf=0))
    return model


# ---- the taxpayer


def _outer(model: DeskModel, kind: str, what: str, token: str, now_s: float) -> Step:
    window, check, signing = {"window": model.window}, model.shared.check, model.shared.signing
    match kind:
        case "o_language":
            return replace(model, english=not model.english, english_s=now_s), ()
        case "o_score" if not model.busy and model.facts is not None and model.facts.rating:
            params = {**window, "number": model.facts.rating, "score": int(what)}
            model = replace(model, why=(model.facts.rating, now_s))
            return replace(model, busy="rate"), (Command("rate", "rate", token, params),)
        case "o_reason" if not model.busy and model.asks_why:
            params = {**window, "number": model.why[0], "reason": what}
            command = Command("rate.reason", "rate.reason", token, params)
            return replace(model, busy="rate.reason"), (command,)
        case "o_no_reason" if model.asks_why:
            return replace(model, asks_why=False, thanked=True, thanked_s=now_s), ()
        case "o_clear" if signing is not None:
            shared = replace(model.shared, signing=replace(signing, strokes=()))
            return replace(model, shared=shared), ()
        case "o_signed" if signing is not None and signing.strokes and not model.busy:
            command = signature_command(model.window, signing, token)
            return replace(model, busy="signature.give"), (command,)
    if check is not None:
        return _checked(model, check, kind, what, token)
    return model, ()


def _checked(model: DeskModel, check: Check, kind: str, what: str, token: str) -> Step:
    """Take what the taxpayer does with a check."""
    if kind in {"o_confirm", "o_wrong"} and not model.busy:
        known = {one.id: one.value for one in check.fields}
        changed = {k: v for k, v in model.corrections.items() if known.get(k) != v}
        outcome = "refused" if kind == "o_wrong" else "corrected" if changed else "confirmed"
        params = {
            "window": model.window, "check": check.id, "outcome": outcome,
            "corrections": changed if outcome == "corrected" else {},
        }  # fmt: skip
        command = Command("check.answer", "check.answer", token, params)
        return replace(model, busy="check.answer"), (command,)
    if kind == "o_correct":
        value = next((one.value for one in check.fields if one.id == what), "")
        return replace(model, correcting=(what, model.corrections.get(what, value))), ()
    if kind == "o_back":
        return replace(model, correcting=None), ()
    if model.correcting is None:
        return model, ()
    field, text = model.correcting
    match kind:
        case "o_key":
            return replace(model, correcting=(field, (text + what)[:200])), ()
        case "o_erase":
            return replace(model, correcting=(field, text[:-1])), ()
        case "o_taken":
            changed = {**model.corrections, field: text}
            return replace(model, correcting=None, corrections=changed), ()
    return model, ()
