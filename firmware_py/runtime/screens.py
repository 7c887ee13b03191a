"""What the two screens of a window share: a message, how the clerk's screen is shown, its title.

In memory alone: nothing of it is recorded, logged or sent to the broker. All of it goes with the
ticket in hand but the title, which is the clerk's PC's. Between two people nothing of the clerk's
screen is shown, whoever asks for it. After a restart within the same service it is shown if it was
(``mirror_memory``); else it stays blank until the clerk says otherwise or the next service begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, Protocol

from devices.led_wall.charset import one_line
from firmware_py.app.ports import Happened
from firmware_py.app.wire import encode
from firmware_py.core.events import ServiceStarted, TicketCalled
from firmware_py.core.model import State, TicketStatus
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.control import Subscriber
from firmware_py.runtime.mirror_memory import MirrorMemory, ShownTo, digest_of
from firmware_py.settings import MirrorSettings, Settings

__all__ = ["MirrorState", "ScreenHall", "WindowScreens"]

MirrorState = Literal["show", "freeze", "blank"]


class ScreenHall(Protocol):
    """The hall as screens see it; ``runtime.hall.Hall`` is one."""

    settings: Settings
    loop: asyncio.AbstractEventLoop

    def state(self) -> State:
        """Return what is recorded."""


#: Returns what the place says of a part at a window, plain data; None while there is nothing.
PartView = Callable[[str], Any]
#: Lets go of it: the window has another ticket in hand now, or none.
PartEnded = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Part:
    view: PartView
    ended: PartEnded


@dataclass(slots=True, repr=False)
class _Place:
    #: Who is in hand.
    number: str | None
    #: The clerk has said how the screen is shown to this person.
    said: bool
    text: str = ""
    state: MirrorState = "blank"
    title: str = ""
    message_ends: asyncio.TimerHandle | None = None
    title_ends: asyncio.TimerHandle | None = None
    watching: list[Subscriber] = field(default_factory=list)


class WindowScreens:
    """All windows' screens. Lives in the event loop."""

    def __init__(self, hall: ScreenHall, memory: MirrorMemory | None = None) -> None:
        self._hall = hall
        self._memory = memory
        self._parts: dict[str, _Part] = {}
        self._places: dict[str, _Place] = {}
        self._mirrors: dict[str, MirrorSettings] = {}
        self.configure()
        for window, shown in (memory.recall() if memory is not None else {}).items():
            place = self._place(window) if window in self._mirrors else None
            if place is not None and shown == self._shown_to(window, place.number):
                place.state = "show"
        self._remember()

    def register(self, name: str, view: PartView, ended: PartEnded = lambda window: None) -> None:
        """Have the place of every window tell of another part, under ``name``."""
        self._parts[name] = _Part(view, ended)

    def configure(self) -> None:
        """Take the windows and their mirrors; what changed is told to those who watch."""
        before = self._mirrors
        windows = self._hall.settings.windows
        self._mirrors = {one.id: one.mirror for one in windows if one.mirror is not None}
        known = {one.id for one in windows}
        for gone in self._places.keys() - known:
            self._let_go(self._places.pop(gone))
        for window, place in self._places.items():
            if before.get(window) != self._mirrors.get(window):
                # Another screen, or other masks: the clerk says anew what is shown of it.
                place.state = "blank"
                self._remember()
                self.tell(window, "settings")

    def _place(self, window: str) -> _Place:
        found = self._places.get(window)
        if found is None:
            in_hand = self._in_hand(window)
            found = self._places[window] = _Place(in_hand, said=self._serves(in_hand))
        return found

    def _in_hand(self, window: str) -> str | None:
        known = self._hall.state().windows.get(window)
        return known.ticket if known is not None else None

    def _serves(self, number: str | None) -> bool:
        ticket = self._hall.state().tickets.get(number or "")
        return ticket is not None and ticket.started_ms is not None

    def _shown_to(self, window: str, number: str | None) -> ShownTo | None:
        """Return what tells this service from any other; None while there is none."""
        ticket, mirror = self._hall.state().tickets.get(number or ""), self._mirrors.get(window)
        if ticket is None or ticket.status is not TicketStatus.SERVING or mirror is None:
            return None
        return ShownTo(ticket.number, ticket.started_ms or 0, digest_of(mirror))

    def _remember(self) -> None:
        """Keep who is shown the clerk's screen, before the screens hear of a change."""
        if self._memory is None:
            return
        showing = [(w, place) for w, place in self._places.items() if place.state == "show"]
        shown = {window: self._shown_to(window, place.number) for window, place in showing}
        self._memory.keep({window: one for window, one in shown.items() if one is not None})

    # ---- the transaction

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Follow who is in hand: another person sees nothing of the one before."""
        changed: list[tuple[str, str]] = []
        called = {h.event.window for h in happened if isinstance(h.event, TicketCalled)}
        started = {h.event.window for h in happened if isinstance(h.event, ServiceStarted)}
        for window, place in self._places.items():
            number = self._in_hand(window)
            if number != place.number or window in called:
                place.number, place.said, place.state = number, False, "blank"
                self._forget_message(place)
                for part in self._parts.values():
                    part.ended(window)
                self._begin(window, place)
                changed.append((window, "ticket"))
            elif window in started:
                # Also of one that the clerk showed before: now a restart would find the service.
                begun = self._begin(window, place)
                changed += [(window, "mirror")] if begun else []
        if changed or started:
            self._remember()
        for window, change in changed:
            self.tell(window, change)

    def _begin(self, window: str, place: _Place) -> bool:
        """Show what the configuration says, once the service has begun; say whether it did."""
        mirror = self._mirrors.get(window)
        if mirror is None or place.said or not self._serves(place.number):
            return False
        place.said = True
        place.state = mirror.start
        return mirror.start != "blank"

    # ---- what the clerk and programs say

    def message(self, window: str, text: str, seconds: int | None = None) -> None:
        """Show the taxpayer a text until the ticket in hand changes; an empty one takes it away."""
        place = self._place(window)
        self._forget_message(place)
        place.text = text
        if text and seconds is not None:
            place.message_ends = self._hall.loop.call_later(seconds, self.message, window, "")
        self.tell(window, "message")

    @staticmethod
    def _forget_message(place: _Place) -> None:
        place.text = ""
        if place.message_ends is not None:
            place.message_ends.cancel()
            place.message_ends = None

    def mirror(self, window: str, state: MirrorState) -> Refusal | None:
        """Show, freeze or blank the clerk's screen. With nobody in hand it stays blank.

        So it does when a blank one is to freeze: there is no picture to keep.
        """
        if state != "blank" and window not in self._mirrors:
            return Refusal(
                "no_mirror",
                f"{window} 号窗口没有配置同屏（windows 的 mirror）。",
                f"Window {window} has no mirror in the configuration.",
                {"window": window},
            )
        place = self._place(window)
        if place.number is None or (state == "freeze" and place.state == "blank"):
            return None
        place.said = True
        if place.state != state:
            place.state = state
            self._remember()
            self.tell(window, "mirror")
        return None

    def title(self, window: str, title: str, seconds: int | None = None) -> None:
        """Take which program is before the clerk; after ``seconds`` nobody knows any more."""
        place = self._place(window)
        if place.title_ends is not None:
            place.title_ends.cancel()
            place.title_ends = None
        if title and seconds is not None:
            place.title_ends = self._hall.loop.call_later(seconds, self.title, window, "")
        if place.title != title:
            place.title = title
            self.tell(window, "mirror")

    # ---- who sees it

    def view(self, window: str) -> dict[str, Any]:
        """Return the place as it is."""
        place = self._place(window)
        return {
            "window": window,
            "message": {"text": place.text} if place.text else None,
            "check": None,
            "signature": None,
            "mirror": {
                "state": place.state,
                "title": place.title,
                "hide": self._hidden(window, place.title),
            },
            **{name: part.view(window) for name, part in self._parts.items()},
        }

    def _hidden(self, window: str, title: str) -> list[dict[str, Any]]:
        """Return the areas that nobody sees now; all of them while nobody says the title."""
        mirror = self._mirrors.get(window)
        now = title.casefold()
        return [
            {"unit": mask.unit, "areas": [list(area) for area in mask.areas]}
            for mask in (mirror.masks if mirror is not None else ())
            if not title or fnmatchcase(now, one_line(mask.title).casefold())
        ]

    def watch(self, window: str, subscriber: Subscriber) -> Callable[[], None]:
        """Send what changes from now on, until what is returned is called."""
        place = self._place(window)
        place.watching.append(subscriber)
        return lambda: place.watching.remove(subscriber)

    def watchers(self, window: str) -> Sequence[Subscriber]:
        """Return who watches a window."""
        place = self._places.get(window)
        return tuple(place.watching) if place is not None else ()

    def tell(self, window: str, change: str) -> None:
        """Tell those who watch a window; ``change`` names what did."""
        watching = self.watchers(window)
        if not watching:
            return
        params = {"change": change, **self.view(window)}
        line = encode({"jsonrpc": "2.0", "method": "screen", "params": params}) + b"\n"
        for subscriber in watching:
            subscriber.send(line)

    def still_here(self) -> None:
        """Time passes: a restart soon after this goes on as it was."""
        if self._memory is not None:
            self._memory.still_here()

    def stop(self) -> None:
        """Let go of everything."""
        for place in self._places.values():
            self._let_go(place)

    def _let_go(self, place: _Place) -> None:
        self._forget_message(place)
        if place.title_ends is not None:
            place.title_ends.cancel()
            place.title_ends = None
