"""The window at work: what it asks the daemon for, and what keys, touches and answers do to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from kiosk_ui.both import NOTHING, Both, both_of
from kiosk_ui.look import Look
from kiosk_ui.messages import (
    Answered,
    Ask,
    CutOff,
    Drawn,
    Happened,
    Held,
    Live,
    Message,
    Mirrored,
    Notified,
    Panels,
    Pressed,
    Previewed,
    Refused,
    Tick,
    Typed,
    Unknown,
)
from kiosk_ui.ops import Picture
from kiosk_ui.window.inner.view import inner
from kiosk_ui.window.model import DeskModel, Menu, MirrorSeen, Shared, Step, TicketSeen
from kiosk_ui.window.outer.view import outer
from kiosk_ui.window.presses import pressed, typed
from kiosk_ui.window.reading import (
    card_of,
    clock_of,
    facts_of,
    items_of,
    pictures_of,
    reasons_of,
    seconds_of,
    shared_of,
    windows_of,
)
from kiosk_ui.window.signing import stroked

__all__ = ["DeskScreen"]

_EVERY_S = {"facts": 2.0, "names": 600.0, "pictures": 10.0}
#: How long a picture stands between two people.
_PICTURE_S = 10.0
_QUESTIONS = frozenset(
    {"facts", "shared", "card", "windows", "items", "reasons", "glass", "pictures", "pad_back"}
)
#: So soon after something happened in the hall.
_SOON_S = 0.05
#: What was told to the clerk stays for so long, "thank you", the question why, and a language
#: that somebody chose before an empty window.
_TOLD_S, _THANKED_S, _WHY_S, _LANGUAGE_S = 8.0, 4.0, 30.0, 30.0
#: A command that takes longer makes the buttons pale: an outcome within it is one change of the
#: page instead of three, and seen the sooner.
_REST_S = 0.1
#: So long the page waits for what follows from something that happened: it is drawn once, then.
_HOLD_S = 0.03
#: Sent as questions: they are lost with the connection. All else is repeated (``Link``).
_LOST = frozenset({"screen.message", "screen.mirror"})
#: The taxpayer's own: they leave alone what the clerk has opened.
_TAXPAYERS = frozenset({"check.answer", "signature.give"})
#: Menus that are about nobody in hand.
_OF_THE_WINDOW = frozenset({"away", "open"})


@dataclass(frozen=True)
class DeskScreen:
    """A pair of screens: one model, two views. ``window`` is its id in the configuration."""

    window: str
    elder: bool = False
    keypad: bool = False
    first: DeskModel = field(init=False)

    def __post_init__(self) -> None:
        """Make the model before anything is known."""
        first = DeskModel(self.window, elder=self.elder, keypad=self.keypad)
        object.__setattr__(self, "first", first)

    def inner(self, model: DeskModel, look: Look) -> Picture:
        """Return the clerk's picture."""
        return inner(model, look)

    def outer(self, model: DeskModel, look: Look) -> Picture:
        """Return the taxpayer's picture."""
        return outer(model, look)

    def holds(self, model: DeskModel, now_s: float) -> bool:
        """Whether what follows from an event is about to come: what is shown stays so long."""
        return model.known and model.awaits_s is not None and now_s - model.awaits_s < _HOLD_S

    def update(self, model: DeskModel, message: Message, now_s: float) -> Step:
        """Return the next model and what to ask for."""
        match message:
            case Tick():
                return self._ticked(model, now_s)
            case Held() | Panels() | Pressed() | Drawn() | Typed():
                return self._touched(model, message, now_s)
            case Live(alone):
                return self._live(model, alone=alone)
            case CutOff(why):
                # What stood here of a person may be another's by the time the hall is back. A
                # command that was on its way still is: the line repeats it.
                return replace(
                    model, live=False, met=True, cut_by=why, fresh=False,
                    safe=False, card=None, shared=Shared(), menu=None,
                    busy="" if model.busy in _LOST else model.busy, scanning=False,
                    asked=frozenset(), correcting=None, corrections={}, held=None,
                ), ()  # fmt: skip
            case Happened():
                due = {**model.due, "facts": min(model.due.get("facts", 0.0), now_s + _SOON_S)}
                if message.data.get("window") == self.window:
                    due["facts"] = now_s
                    awaits_s = now_s if model.awaits_s is None else model.awaits_s
                    model = replace(model, awaits_s=awaits_s)
                return replace(model, due=due), ()
            case Mirrored(code, zh, en, size):
                seen = MirrorSeen(code or "live", Both(zh, en), size)
                return replace(model, mirror=seen), ()
            case Previewed(size, zh, en):
                return replace(model, preview=size, preview_say=Both(zh, en)), ()
            case Notified(method, params):
                model = self._notified(model, method, dict(params))
                if params.get("change") == "settings":
                    return model, (Ask("glass", "window.mirror", {"window": self.window}),)
                return model, ()
            case Answered() | Refused() | Unknown():
                return self._answered(model, message, now_s)
        return model, ()

    def _touched(
        self, model: DeskModel, message: Held | Panels | Pressed | Drawn | Typed, now_s: float
    ) -> Step:
        before = model.menu
        model, requests = self._by_hand(model, message, now_s)
        if before is not None and before.by_pad and not (model.menu and model.menu.by_pad):
            # Left on the screen: what is typed at the pad from now on is for nothing here.
            requests = (*requests, Ask("pad_back", "screen.pad_back", {"window": self.window}))
        return model, requests

    def _by_hand(
        self, model: DeskModel, message: Held | Panels | Pressed | Drawn | Typed, now_s: float
    ) -> Step:
        match message:
            case Held(area):
                return replace(model, held=area), ()
            case Panels(inner_there, outer_there):
                return replace(model, inner_there=inner_there, outer_there=outer_there), ()
            case Pressed(area, token):
                return pressed(model, area, token, now_s)
            case Drawn(_, begins, x, y):
                return stroked(model, (x, y), begins=begins), ()
            case Typed(key):
                return typed(model, key), ()

    def _live(self, model: DeskModel, *, alone: bool) -> Step:
        if model.live:
            # The same daemon: only how it stands with the hub is another.
            return replace(model, alone=alone, due={}), ()
        place = {"window": self.window}
        model = replace(model, live=True, alone=alone, met=True, asked=frozenset(), due={})
        return model, (
            Ask("shared", "screen.watch", place), Ask("card", "card.watch", place),
            Ask("reasons", "rating.reasons"), Ask("glass", "window.mirror", place),
        )  # fmt: skip

    # ---- time

    def _ticked(self, model: DeskModel, now_s: float) -> Step:
        if model.clock is not None:
            told, at_s = model.clock
            minute = (told + timedelta(seconds=now_s - at_s)).replace(second=0, microsecond=0)
            if minute != model.minute:
                model = replace(model, minute=minute)
        if model.ticket is not None:
            told_s, at_s = model.since
            # An answer that came late would set it back by a second.
            seconds = int(told_s + now_s - at_s)
            if seconds > model.seconds:
                model = replace(model, seconds=seconds)
        if model.pictures and int(now_s // _PICTURE_S) != model.turn:
            model = replace(model, turn=int(now_s // _PICTURE_S))
        if model.told and now_s - model.told_s >= _TOLD_S:
            model = replace(model, told=NOTHING)
        if model.thanked and now_s - model.thanked_s >= _THANKED_S:
            model = replace(model, thanked=False)
        if model.asks_why and now_s - model.why[1] >= _WHY_S:
            model = replace(model, asks_why=False)
        return self._asked(_rested(_of_person(model, now_s), now_s), now_s)

    def _asked(self, model: DeskModel, now_s: float) -> Step:
        if not model.live:
            return model, ()
        requests = list[Ask]()
        due, asked = dict(model.due), set(model.asked)
        if "facts" not in asked and now_s >= due.get("facts", 0.0):
            requests.append(Ask("facts", "window.show", {"window": self.window}))
            due["facts"] = now_s + _EVERY_S["facts"]
            asked.add("facts")
        if "names" not in asked and now_s >= due.get("names", 0.0):
            requests += [Ask("windows", "window.list"), Ask("items", "item.list")]
            due["names"] = now_s + _EVERY_S["names"]
        waits = model.facts is not None and model.facts.idle and model.ticket is None
        if waits and "pictures" not in asked and now_s >= due.get("pictures", 0.0):
            requests.append(Ask("pictures", "notice.list"))
            due["pictures"] = now_s + _EVERY_S["pictures"]
            asked.add("pictures")
        if not requests:
            return model, ()
        return replace(model, due=due, asked=frozenset(asked)), requests

    # ---- the daemon

    def _notified(self, model: DeskModel, method: str, params: dict[str, object]) -> DeskModel:
        if params.get("window") != self.window:
            return model
        if method == "card":
            return replace(model, card=card_of(params))
        if method == "screen":
            return _shared(model, params)
        return model

    def _answered(
        self, model: DeskModel, message: Answered | Refused | Unknown, now_s: float
    ) -> Step:
        name = message.name
        model = replace(model, asked=model.asked - {name})
        if name == model.busy:
            model = replace(model, busy="")
        if name == "document.scan":
            model = replace(model, scanning=False)
        match message:
            case Answered() if (known := self._known(model, message, now_s)) is not None:
                return known, ()
            case Answered("rate", result):
                bad = any(
                    event["type"] == "rating.given" and event["data"].get("bad")
                    for event in result.get("events", ())
                )
                # Somebody else may have been called meanwhile: they are not asked.
                bad_now = bad and model.ticket is None
                return replace(
                    model, asks_why=bad_now, why=(model.why[0], now_s),
                    thanked=not bad, thanked_s=now_s,
                ), ()  # fmt: skip
            case Answered("rate.reason"):
                return replace(model, asks_why=False, thanked=True, thanked_s=now_s), ()
            case Refused("facts", "safe_mode"):
                return replace(model, safe=True), ()
            case Refused(name) if name in _QUESTIONS:
                return model, ()
            case Refused(_, _, zh, en):
                model = replace(model, asks_why=model.asks_why and name != "rate.reason")
                return model.tell(Both(zh, en), now_s, bad=True), ()
            case Unknown():
                return model.tell(_NOT_SURE, now_s, bad=True), ()
            case Answered("signature.give") if model.facts and model.facts.form_printer:
                # Which form it is comes with the facts, and with it the key.
                model = replace(model, due={**model.due, "facts": now_s})
                return model.tell(_SIGNED, now_s, bad=False), ()
            case Answered(name) if name in _TAXPAYERS:
                return model, ()
        # A command that was taken closes the menu that gave it; what came of it is asked at once.
        due = {**model.due, "facts": now_s}
        return replace(model, menu=None, told=NOTHING, due=due), ()

    def _known(self, model: DeskModel, message: Answered, now_s: float) -> DeskModel | None:
        """Take the answer to a question; None for that to a command."""
        result = message.result
        match message.name:
            case "facts":
                return self._facts(model, result, now_s)
            case "shared":
                return _shared(model, result)
            case "pad_back":
                return model
            case "card":
                return replace(model, card=card_of(result))
            case "pictures":
                idle = model.facts.idle if model.facts is not None else ""
                return replace(model, pictures=pictures_of(result, idle) if idle else ())
            case "windows":
                return replace(model, windows=windows_of(result))
            case "items":
                return replace(model, items=items_of(result))
            case "reasons":
                return replace(model, reasons=reasons_of(result))
            case "glass":
                return replace(model, glass=result if isinstance(result, dict) else None)
            case "document.scan":
                said = both_of(result.get("say")) if isinstance(result, dict) else NOTHING
                return model.tell(said or _SCANNED, now_s, bad=False)
        return None

    def _facts(self, model: DeskModel, result: dict[str, object], now_s: float) -> DeskModel:
        before = model.ticket
        facts, now = facts_of(result), clock_of(result)
        after, told_s = facts.ticket, seconds_of(result)
        same = model.fresh and _state_of(before) == _state_of(after)
        model = replace(
            model, facts=facts, fresh=True, safe=False, awaits_s=None,
            clock=(now, now_s) if now is not None else None,
            minute=model.minute if now is not None else None, since=(told_s, now_s),
            seconds=max(int(told_s), model.seconds if same else 0),
        )  # fmt: skip
        if (before.number if before else None) != (after.number if after else None):
            # Another person: nothing of the one before stays, on either screen.
            keeps = model.menu is not None and model.menu.kind in _OF_THE_WINDOW and before is None
            # What is picked at the pad may be told before who it is for.
            pad = model.shared.pad
            keeps |= pad is not None and after is not None and pad.number == after.number
            model = replace(
                model, ticked=frozenset(), menu=model.menu if keeps else None, correcting=None,
                corrections={}, held=None, asks_why=model.asks_why and after is None,
            )  # fmt: skip
        return _of_person(model, now_s)


def _state_of(ticket: TicketSeen | None) -> tuple[str, str, int] | None:
    """Return that in which a ticket's time runs on."""
    return (ticket.number, ticket.status, ticket.calls) if ticket is not None else None


def _of_person(model: DeskModel, now_s: float) -> DeskModel:
    """Give the taxpayer's screen back the hall's own language once the person has left it."""
    facts = model.facts
    person = ""
    if facts is not None:
        person = facts.ticket.number if facts.ticket is not None else facts.rating or ""
    if not person and (model.asks_why or model.thanked):
        return model
    if person != model.person:
        left = bool(model.person)
        return replace(model, person=person, english=model.english and not left)
    if model.english and not person and now_s - model.english_s >= _LANGUAGE_S:
        return replace(model, english=False)
    return model


def _rested(model: DeskModel, now_s: float) -> DeskModel:
    """Let the buttons rest while a command takes long."""
    if not model.busy:
        return model if model.busy_s is None else replace(model, busy_s=None, rests=False)
    if model.busy_s is None:
        return replace(model, busy_s=now_s)
    rests = now_s - model.busy_s >= _REST_S
    return replace(model, rests=rests) if rests != model.rests else model


def _shared(model: DeskModel, params: dict[str, object]) -> DeskModel:
    shared = shared_of(params, model.shared)
    if (shared.check and shared.check.id) != (model.shared.check and model.shared.check.id):
        model = replace(model, correcting=None, corrections={})
    mirror: Any = params.get("mirror") or {}
    pad = shared.pad
    if pad is not None and pad != model.shared.pad:
        model = replace(model, menu=Menu(pad.kind, pad.text, by_pad=True))
    elif pad is None and model.menu is not None and model.menu.by_pad:
        model = replace(model, menu=None)
    return replace(model, shared=shared, title=str(mirror.get("title") or ""))


_SCANNED = Both("扫描完成。", "Scanned.")
_SIGNED = Both(
    "纳税人已签名。要打印已签名的受理单，请按 P。",
    "The form is signed. To print it with the signature, press P.",
)
_NOT_SURE = Both(
    "与控制器的连接中断，不能确定刚才的操作是否生效，请核对后再按。",
    "The connection broke: whether the last press counted is not known. Look before pressing.",
)
