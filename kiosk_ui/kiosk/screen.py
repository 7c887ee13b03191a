"""The kiosk at work: what it asks the daemon for, and what touches, answers and time do to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from kiosk_ui.kiosk.cards import carded, without_card
from kiosk_ui.kiosk.model import Facts, KioskModel, Said, Step
from kiosk_ui.kiosk.pages.access import Access
from kiosk_ui.kiosk.pages.card import CardPage
from kiosk_ui.kiosk.pages.pin import Pin
from kiosk_ui.kiosk.pages.start import Start
from kiosk_ui.kiosk.pages.taking import Taking
from kiosk_ui.kiosk.pages.technician import Technician
from kiosk_ui.kiosk.pages.ticket import TicketPage, ticket_page
from kiosk_ui.kiosk.pages.trouble import front
from kiosk_ui.kiosk.reading import catalogue_of, categories_of, clock_of, facts_of, item_of
from kiosk_ui.kiosk.speech import followed, speech
from kiosk_ui.kiosk.view import view
from kiosk_ui.look import Look
from kiosk_ui.messages import (
    Answered,
    Ask,
    CutOff,
    Happened,
    Held,
    Live,
    Message,
    Notified,
    Pressed,
    Refused,
    Request,
    Tick,
    Unknown,
)
from kiosk_ui.ops import Picture
from kiosk_ui.theme import load_theme
from kiosk_ui.touch import SETTLE_S, STUCK_S
from kiosk_ui.words import Words, load_words

__all__ = ["KioskScreen"]

#: What is asked for, and how often: the hall and the printer, waits, the catalogue.
_EVERY_S = {"facts": 4.0, "categories": 8.0, "items": 600.0}
_METHODS = {"facts": "kiosk.show", "categories": "category.list", "items": "item.list"}
#: So soon after something happened in the hall.
_SOON_S = 0.4
#: So many touches of the header, in so many seconds, ask for the technician's number.
_TAPS, _TAPS_S = 5, 4.0
_OURS = frozenset({"day.opened", "day.closed", "day.closing_changed"})


@dataclass(frozen=True)
class KioskScreen:
    """A ``Screen``. ``kiosk`` is its id in the configuration; ``foot_mm`` as in ``KioskModel``."""

    kiosk: str
    language: str = "zh"
    theme: str = "normal"
    foot_mm: float = 850.0
    first: KioskModel = field(init=False)

    def __post_init__(self) -> None:
        """Make the model before anything is known."""
        start = Start()
        first = KioskModel(self.kiosk, start, start, theme=self.theme, foot_mm=self.foot_mm)
        object.__setattr__(self, "first", first)

    @cached_property
    def _words(self) -> Mapping[str, Words]:
        return {language: load_words(language) for language in ("zh", "en")}

    def view(self, model: KioskModel, look: Look) -> Picture:
        """Return the kiosk's picture."""
        return view(model, look)

    def update(self, model: KioskModel, message: Message, now_s: float) -> Step:
        """Return the next model and what to ask for."""
        before = model
        model = replace(model, now_s=now_s)
        model, requests = self._taken(model, message, now_s)
        return self._followed(before, model, list(requests), now_s)

    def _taken(self, model: KioskModel, message: Message, now_s: float) -> Step:
        match message:
            case Tick():
                return self._ticked(model, now_s)
            case Held(area):
                # A question stays where it is until the finger has left it.
                if area is None or model.asking_s is None:
                    model = replace(model, idle=model.idle.touched(now_s))
                return replace(model, held=area), ()
            case Pressed(area, token):
                return self._pressed(model, area, token, now_s)
            case Live(alone) if model.live:
                return replace(model, alone=alone, due=dict.fromkeys(_EVERY_S, now_s)), ()
            case Live(alone):
                watch = Ask("card", "card.watch", {"kiosk": model.kiosk})
                due = dict.fromkeys(_EVERY_S, now_s)
                return replace(
                    model, live=True, alone=alone, met=True, fresh=False, due=due,
                    asked=frozenset(),
                ), (watch,)  # fmt: skip
            case CutOff(why):
                model = replace(
                    model, live=False, met=True, cut_by=why, asked=frozenset(),
                    there=False, told=None,
                )  # fmt: skip
                return without_card(model), ()
            case Happened():
                return self._happened(model, message, now_s)
            case Notified("card", params):
                return carded(model, params, now_s), ()
            case Answered() | Refused() | Unknown():
                return self._answered(model, message, now_s)
        return model, ()

    # ---- people

    def _pressed(self, model: KioskModel, area: str, token: str, now_s: float) -> Step:
        model = replace(model, idle=model.idle.touched(now_s))
        settling = now_s - model.since_s < SETTLE_S
        if model.asking_s is not None:
            model = replace(model, asking_s=None)
            return (model.left() if area == "leave" and not settling else model), ()
        if settling:
            return model, ()
        match area:
            case "corner":
                return self._tapped(model, now_s), ()
            case "home":
                return (model.left() if model.page.last else model.at_home()), ()
            case "back":
                return model.back(), ()
            case "language":
                other = "en" if self._language(model) == "zh" else "zh"
                return replace(model, choices=replace(model.choices, language=other)), ()
            case "elder":
                large = self._theme(model) == "elder"
                usual = self.theme if self.theme != "elder" else "normal"
                voice = model.facts is not None and model.facts.voice
                theme = usual if large else "elder"
                choices = replace(model.choices, theme=theme, speaks=voice and not large)
                return replace(model, choices=choices), ()
            case "access":
                return (model if isinstance(model.page, Access) else model.to(Access())), ()
            case "repeat":
                return model, speech(model, self.language, self._words)
        return front(model).press(model, area, token)

    def _language(self, model: KioskModel) -> str:
        return model.choices.language or self.language

    def _theme(self, model: KioskModel) -> str:
        return model.choices.theme or self.theme

    def _tapped(self, model: KioskModel, now_s: float) -> KioskModel:
        if isinstance(model.page, Taking | Pin | Technician):
            return model
        taps = (*(one for one in model.taps if now_s - one < _TAPS_S), now_s)
        if len(taps) >= _TAPS and model.facts is not None and model.facts.technician:
            return replace(model.to(Pin()), taps=())
        return replace(model, taps=taps)

    # ---- time

    def _ticked(self, model: KioskModel, now_s: float) -> Step:
        idle_s = load_theme(self._theme(model)).idle_s
        if model.idle.idle_s != idle_s:
            model = replace(model, idle=replace(model.idle, idle_s=idle_s))
        if model.clock is not None:
            told, at_s = model.clock
            minute = (told + timedelta(seconds=now_s - at_s)).replace(second=0, microsecond=0)
            if minute != model.minute:
                model = replace(model, minute=minute)
        if model.held is not None and now_s - model.idle.touched_s >= STUCK_S:
            # A drop of water is no finger: nothing stays pressed by it.
            model = replace(model, held=None)
        model = self._waited(model, now_s)
        page = front(model)
        model, requests = page.tick(model, now_s)
        model, asks = _asked(model, now_s)
        return model, (*requests, *asks)

    def _waited(self, model: KioskModel, now_s: float) -> KioskModel:
        """Ask whether somebody is still there, and go back when nobody is."""
        page, phase = front(model), model.idle.phase(now_s)
        if page.calm and (model.untouched or model.page.stays or page != model.page):
            covered = page != model.page and not model.untouched
            if covered and phase == "gone":
                # What stands in front is not to be left; what is behind it is.
                return model.left()
            return model if model.asking_s is None else replace(model, asking_s=None)
        match phase:
            case "here":
                return model if model.asking_s is None else replace(model, asking_s=None)
            case "gone":
                return model.left()
        left_s = model.idle.left_s(now_s)
        return model if left_s == model.asking_s else replace(model, asking_s=left_s)

    # ---- the daemon

    def _happened(self, model: KioskModel, event: Happened, now_s: float) -> Step:
        soon = now_s + (0.0 if event.type in _OURS else _SOON_S)
        due = {**model.due, "facts": min(model.due.get("facts", soon), soon)}
        model = replace(model, due=due)
        if event.type == "ticket.issued" and event.data.get("origin") == model.kiosk:
            return self._issued(model, event, now_s)
        return model, ()

    def _issued(self, model: KioskModel, event: Happened, now_s: float) -> Step:
        """Show a ticket that nobody pressed for here: of a card alone, or of the ticket button."""
        page = model.page
        if isinstance(page, Taking | Pin | Technician):
            # One that was pressed for comes with its answer.
            return model, ()
        if isinstance(page, TicketPage) and page.number == event.data.get("number"):
            return model, ()
        model = replace(model, card=None, asking_s=None, idle=model.idle.touched(now_s))
        return ticket_page(model, event.data)

    def _answered(
        self, model: KioskModel, message: Answered | Refused | Unknown, now_s: float
    ) -> Step:
        name = message.name
        model = replace(model, asked=model.asked - {name})
        match message:
            case Answered("facts", result):
                now = clock_of(result)
                clock = (now, now_s) if now is not None else None
                model = replace(model, facts=facts_of(result), fresh=True, clock=clock)
                if clock is None:
                    model = replace(model, minute=None)
                return model, ()
            case Refused("facts", code, zh, en):
                # Safe mode has no such question; a kiosk that the hall does not know says so.
                facts = model.facts if model.facts is not None else Facts()
                if code == "unknown_kiosk":
                    said = Said(code, zh, en)
                    return replace(model, facts=replace(facts, closed=said), fresh=True), ()
                return replace(model, facts=replace(facts, mode="safe"), fresh=True), ()
            case Answered("categories", result):
                return replace(model, categories=categories_of(result)), ()
            case Answered("items", result):
                items, catalogue = catalogue_of(result)
                return replace(model, items=items, catalogue=catalogue), ()
            case Answered("item", result):
                item = item_of(result)
                return replace(model, items={**model.items, item.id: item}), ()
            case Answered("card", result):
                return carded(model, result, now_s), ()
            case Answered("say") | Refused("say" | "card" | "item" | "categories" | "items"):
                return model, ()
        return front(model).answered(model, message)

    # ---- after every message

    def _followed(
        self, before: KioskModel, model: KioskModel, requests: list[Request], now_s: float
    ) -> Step:
        """Remember when the page came, and speak it."""
        if model.card is not None and not isinstance(model.page, CardPage):
            model = replace(model, card=None)
        if _moved(before, model):
            model = replace(model, since_s=now_s)
        if before.choices.speaks or model.choices.speaks:
            requests += followed(before, model, self.language, self._words)
        return model, requests


def _moved(before: KioskModel, after: KioskModel) -> bool:
    """Say whether other things stand where a finger may be."""
    was, now = front(before), front(after)
    if was.key() != now.key() or (before.asking_s is None) != (after.asking_s is None):
        return True
    if before.choices is after.choices:
        return False
    return replace(before.choices, volume=after.choices.volume) != after.choices


def _asked(model: KioskModel, now_s: float) -> Step:
    """Ask for what is due."""
    if not model.live:
        return model, ()
    due = [
        name for name in _EVERY_S if name not in model.asked and now_s >= model.due.get(name, 0.0)
    ]
    if not due:
        return model, ()
    params = {"facts": {"kiosk": model.kiosk}}
    requests = [Ask(name, _METHODS[name], params.get(name, {})) for name in due]
    later = {**model.due, **{name: now_s + _EVERY_S[name] for name in due}}
    return replace(model, due=later, asked=model.asked | set(due)), requests
