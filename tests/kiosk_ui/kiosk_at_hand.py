"""A kiosk for tests of its behaviour: its screen, a clock, and fingers that press what is there."""

from __future__ import annotations

from typing import Any

from kiosk_ui.kiosk.made_up import CATEGORIES, ITEMS
from kiosk_ui.kiosk.model import KioskModel, Page
from kiosk_ui.kiosk.pages.trouble import front
from kiosk_ui.kiosk.screen import KioskScreen
from kiosk_ui.kiosk.states import facts
from kiosk_ui.messages import (
    Answered,
    Ask,
    Command,
    Happened,
    Live,
    Message,
    Notified,
    Pressed,
    Refused,
    Request,
    Tick,
)
from kiosk_ui.ops import Picture
from kiosk_ui.states import LAYOUTS
from tests.kiosk_ui.looks import look

__all__ = ["LIFTED", "Kiosk", "issued", "laid", "said"]

PANEL = LAYOUTS["kiosk"]["21in"]


def said(code: str, zh: str = "请稍候。", en: str = "Please wait.") -> dict[str, str]:
    """Return a sentence of the daemon."""
    return {"code": code, "zh": zh, "en": en}


def laid(change: str = "laid", **other: Any) -> Notified:
    """Return what the daemon tells of a card at the reader."""
    found = {
        "change": change, "kiosk": "kiosk-1", "required": False, "there": True, "card": True,
        "known": True, "number_masked": "**************002X", "name_masked": "样**", "traits": [],
        "priority": None, "appointment": None, "say": None, "notes": [],
    }  # fmt: skip
    return Notified("card", {**found, **other})


#: The card was lifted.
LIFTED = laid("gone", there=False, card=False, known=False, number_masked="", name_masked="")


def issued(number: str = "A061", **other: Any) -> Happened:
    """Return a ticket's event."""
    data = {"number": number, "item": "A01", "ahead": 12, "estimate_s": 1500, "origin": "kiosk-1"}
    return Happened("ticket.issued", {**data, **other})


class Kiosk:
    """A kiosk in a hall that is open. ``asked`` and ``ordered`` are what it wanted so far."""

    def __init__(self, *, known: bool = True, **settings: Any) -> None:
        self.screen = KioskScreen("kiosk-1", **settings)
        self.language = settings.get("language", "zh")
        self.theme = settings.get("theme", "normal")
        self.now_s = 1000.0
        self.model: KioskModel = self.screen.first
        self.asked: list[Ask] = []
        self.ordered: list[Command] = []
        self._presses = 0
        if known:
            self.live()

    def live(self, **show: Any) -> None:
        """Connect, and learn what there is; half a second passes."""
        self.take(Live(), Tick(), facts(**show), Answered("categories", CATEGORIES),
                  Answered("items", {"items": ITEMS}))  # fmt: skip
        self.wait(0.5)

    def take(self, *messages: Message) -> KioskModel:
        """Take messages, all at this moment."""
        for message in messages:
            self.model, requests = self.screen.update(self.model, message, self.now_s)
            for one in requests:
                self._want(one)
        return self.model

    def _want(self, request: Request) -> None:
        if isinstance(request, Command):
            self.ordered.append(request)
        else:
            self.asked.append(request)

    def wait(self, seconds: float, turns_hz: int = 10) -> KioskModel:
        """Let time pass, with the turns of the loop."""
        for _ in range(round(seconds * turns_hz)):
            self.now_s += 1 / turns_hz
            self.take(Tick())
        return self.model

    def press(self, *areas: str, after_s: float = 0.5) -> KioskModel:
        """Press areas that are on the picture, each ``after_s`` after what was before."""
        for area in areas:
            self.wait(after_s)
            assert area in self.areas(), f"{area} is not there: {self.areas()}"
            self.tap(area)
        return self.model

    def tap(self, area: str) -> KioskModel:
        """Press at once, whatever is there: a finger that was faster than the picture."""
        self._presses += 1
        return self.take(Pressed(area, f"token-{self._presses}"), Tick())

    def to_taking(self) -> str:
        """Press until a ticket was asked for; return the name of the answer."""
        self.press("category:registration", "item:A01", "take")
        return self.ordered[-1].name

    def to_number(self, number: str = "A061", *, printed: bool = False) -> KioskModel:
        """Go on to the number."""
        self.give(self.to_taking(), number)
        if printed:
            self.paper(None, number)
        return self.model

    def give(self, name: str, number: str = "A061") -> KioskModel:
        """Answer a command with a ticket."""
        event = issued(number)
        happened = {"type": event.type, "data": dict(event.data)}
        return self.take(Answered(name, {"events": [happened]}), Tick())

    def paper(self, owed_by: str | None, number: str = "A061") -> KioskModel:
        """Say how a ticket's paper stands."""
        return self.take(
            Answered("paper", {"number": number, "paper": {"owed_by": owed_by}}), Tick()
        )

    def refuse(self, name: str, code: str) -> KioskModel:
        """Refuse a request."""
        return self.take(Refused(name, code, f"不行：{code}。", f"No: {code}."), Tick())

    def shown(self) -> Page:
        """Return the page that stands in front."""
        return front(self.model)

    def asks(self) -> int | None:
        """Return the seconds that are left to say that somebody is still there."""
        return self.model.asking_s

    def picture(self) -> Picture:
        """Return what people see."""
        return self.screen.view(self.model, look(PANEL, self.theme, self.language))

    def text(self) -> str:
        """Return all that can be read, as if no line had been broken."""
        return "".join(self.picture().texts())

    def areas(self) -> list[str]:
        """Return all that can be pressed."""
        return [one.id for one in self.picture().areas]

    def spoken(self) -> list[str]:
        """Return what the loudspeaker was told so far."""
        return [one.params["text"] for one in self.asked if one.name == "say"]
