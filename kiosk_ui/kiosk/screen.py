"""The kiosk at work: what it asks the daemon for, and what touches, answers and time do to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from kiosk_ui.idle import Idle
from kiosk_ui.kiosk.model import KioskModel, Step
from kiosk_ui.kiosk.pages.access import Access
from kiosk_ui.kiosk.pages.card import CardPage
from kiosk_ui.kiosk.pages.pin import Pin
from kiosk_ui.kiosk.pages.start import Start
from kiosk_ui.kiosk.pages.ticket import ticket_page
from kiosk_ui.kiosk.pages.trouble import front
from kiosk_ui.kiosk.reading import card_of, catalogue_of, categories_of, clock_of, facts_of, item_of
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
from kiosk_ui.words import Words, load_words

__all__ = ["KioskScreen"]

#: What is asked for, and how often: the hall and the printer, waits, the catalogue.
_EVERY_S = {"facts": 3.0, "categories": 6.0, "items": 600.0}
_METHODS = {"facts": "kiosk.show", "categories": "category.list", "items": "item.list"}
#: So soon after something happened in the hall.
_SOON_S = 0.4
#: A press so soon after the page changed was meant for the page before: a double touch.
SETTLE_S = 0.4
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
        first = KioskModel(self.kiosk, start, start, foot_mm=self.foot_mm)
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
                if area is not None:
                    model = replace(model, idle=model.idle.touched(now_s))
                return replace(model, held=area), ()
            case Pressed(area, token):
                return self._pressed(model, area, token, now_s)
            case Live():
                watch = Ask("card", "card.watch", {"kiosk": model.kiosk})
                due = dict.fromkeys(_EVERY_S, now_s)
                model = replace(model, live=True, met=True, due=due, asked=frozenset())
                return model, (watch,)
            case CutOff():
                return replace(model, live=False, asked=frozenset(), card=None, there=False), ()
            case Happened():
                return self._happened(model, message, now_s)
            case Notified("card", params):
                return _carded(model, params, now_s), ()
            case Answered() | Refused() | Unknown():
                return self._answered(model, message, now_s)
        return model, ()

    # ---- people

    def _pressed(self, model: KioskModel, area: str, token: str, now_s: float) -> Step:
        model = replace(model, idle=model.idle.touched(now_s))
        if model.asking_s is not None:
            model = replace(model, asking_s=None)
            return (model.left() if area == "leave" else model), ()
        if now_s - model.since_s < SETTLE_S:
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
                return self._chosen(model, language=other), ()
            case "elder":
                large = (model.choices.theme or self.theme) == "elder"
                usual = self.theme if self.theme != "elder" else "normal"
                voice = model.facts is not None and model.facts.voice
                return self._chosen(
                    model, theme=usual if large else "elder", speaks=voice and not large
                ), ()  # fmt: skip
            case "access":
                return (model if isinstance(model.page, Access) else model.to(Access())), ()
            case "repeat":
                return model, self._speech(model)
        return front(model).press(model, area, token)

    def _language(self, model: KioskModel) -> str:
        return model.choices.language or self.language

    def _chosen(self, model: KioskModel, **change: object) -> KioskModel:
        return replace(model, choices=replace(model.choices, **change))  # type: ignore[arg-type]

    def _tapped(self, model: KioskModel, now_s: float) -> KioskModel:
        taps = (*(one for one in model.taps if now_s - one < _TAPS_S), now_s)
        if len(taps) >= _TAPS and model.facts is not None and model.facts.technician:
            return replace(model.to(Pin()), taps=())
        return replace(model, taps=taps)

    # ---- time

    def _ticked(self, model: KioskModel, now_s: float) -> Step:
        idle_s = load_theme(model.choices.theme).idle_s if model.choices.theme else 60.0
        if model.idle.idle_s != idle_s:
            model = replace(model, idle=replace(model.idle, idle_s=idle_s))
        if model.clock is not None:
            told, at_s = model.clock
            minute = (told + timedelta(seconds=now_s - at_s)).replace(second=0, microsecond=0)
            if minute != model.minute:
                model = replace(model, minute=minute)
        model = self._waited(model, now_s)
        page = front(model)
        model, requests = page.tick(model, now_s)
        model, asks = _asked(model, now_s)
        return model, (*requests, *asks)

    def _waited(self, model: KioskModel, now_s: float) -> KioskModel:
        """Ask whether somebody is still there, and go back when nobody is."""
        untouched = model == model.left()
        if front(model).calm and (untouched or model.page.stays):
            return model if model.asking_s is None else replace(model, asking_s=None)
        match model.idle.phase(now_s):
            case "here":
                return model if model.asking_s is None else replace(model, asking_s=None)
            case "gone":
                return model.left()
        left_s = model.idle.left_s(now_s)
        return model if left_s == model.asking_s else replace(model, asking_s=left_s)

    # ---- the daemon

    def _happened(self, model: KioskModel, event: Happened, now_s: float) -> Step:
        soon = now_s + (0.0 if event.type in _OURS else _SOON_S)
        due = {**model.due, **{k: min(model.due.get(k, soon), soon) for k in ("facts",)}}
        model = replace(model, due=due)
        mine = event.type == "ticket.issued" and event.data.get("origin") == model.kiosk
        if mine and isinstance(model.page, CardPage):
            # The card alone took the ticket: an appointment at its time.
            return ticket_page(replace(model, card=None), event.data)
        return model, ()

    def _answered(
        self, model: KioskModel, message: Answered | Refused | Unknown, now_s: float
    ) -> Step:
        name = message.name
        model = replace(model, asked=model.asked - {name})
        match message:
            case Answered("facts", result):
                now = clock_of(result)
                clock = (now, now_s) if now is not None else None
                model = replace(model, facts=facts_of(result), clock=clock)
                if clock is None:
                    model = replace(model, minute=None)
                return model, ()
            case Answered("categories", result):
                return replace(model, categories=categories_of(result)), ()
            case Answered("items", result):
                items, catalogue = catalogue_of(result)
                return replace(model, items=items, catalogue=catalogue), ()
            case Answered("item", result):
                item = item_of(result)
                return replace(model, items={**model.items, item.id: item}), ()
            case Answered("card", result):
                return _carded(model, result, now_s), ()
            case Answered("say" | "card_forget") | Refused("say" | "card" | "item"):
                return model, ()
        return front(model).answered(model, message)

    # ---- after every message

    def _followed(
        self, before: KioskModel, model: KioskModel, requests: list[Request], now_s: float
    ) -> Step:
        """Remember when the page came, and speak it."""
        was, now = front(before), front(model)
        if type(was) is not type(now) or was.key() != now.key():
            model = replace(model, since_s=now_s)
        changed = was.key() != now.key() or before.choices != model.choices
        if changed and model.choices.speaks:
            requests += self._speech(model)
        elif before.choices.speaks and not model.choices.speaks:
            requests.append(Ask("say", "kiosk.say", {"kiosk": model.kiosk, "text": ""}))
        return model, requests

    def _speech(self, model: KioskModel) -> Sequence[Request]:
        """Return the request that speaks the page in front."""
        if model.facts is None or not model.facts.voice or not model.live:
            return ()
        language = self._language(model)
        words = self._words[language]
        text = front(model).say(model, words)
        if model.asking_s is not None:
            text = words("kiosk.idle.ask")
        params = {
            "kiosk": model.kiosk, "text": text, "language": language,
            "volume": model.choices.volume,
        }  # fmt: skip
        return (Ask("say", "kiosk.say", params),)


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


def _carded(model: KioskModel, found: Mapping[str, object], now_s: float) -> KioskModel:
    """Take the card at the reader: greet, follow, let go."""
    card, there = card_of(found), bool(found.get("there"))
    model = replace(model, there=there)
    if card is None:
        return replace(model, card=None)
    if isinstance(model.page, CardPage):
        return replace(model, card=card)
    if (model.page.stays and not isinstance(model.page, Access)) or not found.get("change"):
        return model
    if found.get("change") == "changed" and card.say is None:
        # What was let go of after its ten seconds does not come back.
        return model
    model = replace(model, card=card, card_s=now_s, idle=Idle(model.idle.idle_s, now_s))
    return model.to(CardPage())
