"""What LED walls and window strips show, from what was recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from devices.led_wall.calls import CallBoard
from devices.led_wall.display import LedDisplay
from devices.led_wall.layout import Layout
from devices.led_wall.notices import Notice
from devices.led_wall.options import PanelOptions
from devices.led_wall.page import LedLine, LedPage
from devices.led_wall.wall import WallPicture
from devices.led_wall.words import CHINESE, Words
from devices.registry import convert_options
from firmware_py.app.ports import Happened
from firmware_py.core import events as e
from firmware_py.core.model import State, TicketStatus, Window, WindowStatus
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.devices import Post
from firmware_py.settings import Settings

__all__ = ["Strips", "Walls", "panel_of", "strip_line"]

#: After these a ticket is in no window's hand.
ENDED = (
    e.ServiceFinished,
    e.TicketMissed,
    e.TicketParked,
    e.TicketTransferred,
    e.TicketCancelled,
)
FOLLOWED = frozenset(
    {e.TicketCalled, e.TicketRecalled, e.ServiceStarted, e.DayOpened, e.DayClosed, *ENDED}
)


def panel_of(settings: Settings, display: str) -> PanelOptions:
    """Return what a display is and says; the configuration's check has looked at its options."""
    device = settings.devices.get(display)
    options = convert_options(device.kind, device.options) if device is not None else None
    return options if isinstance(options, PanelOptions) else PanelOptions()


class Walls:
    """Keeps the numbers in hand visible on every wall, each for the configured time.

    ``layouts`` is by wall; a wall that has none shows calls alone.
    """

    def __init__(
        self,
        settings: Settings,
        post: Post,
        clock_s: Callable[[], float],
        later: Callable[[float, Callable[[], None]], asyncio.TimerHandle],
        layouts: Mapping[str, Layout] | None = None,
    ) -> None:
        self._post = post
        self._clock_s = clock_s
        self._later = later
        #: When each wall's picture changes by itself, and what is waiting for that.
        self._timers: dict[str, tuple[float, asyncio.TimerHandle]] = {}
        #: What each wall was last sent.
        self._pages: dict[str, LedPage] = {}
        self._pictures: dict[str, WallPicture] = {}
        #: What each picture was made of.
        self._made_of: dict[str, tuple[object, ...]] = {}
        self.configure(settings, layouts or {})

    def configure(self, settings: Settings, layouts: Mapping[str, Layout]) -> set[str]:
        """Make the walls' pictures anew where the configuration changed; return whose."""
        before, made_of = self._pictures, self._made_of
        self._pictures, self._made_of = {}, {}
        for wall in settings.walls:
            panel, display = panel_of(settings, wall.display), wall.display
            layout = layouts.get(wall.id) or Layout.of_calls(wall.rows)
            self._made_of[display] = (wall, panel, layout)
            if made_of.get(display) == self._made_of[display]:
                self._pictures[display] = before[display]
                continue
            self._pictures[display] = WallPicture(
                layout, panel.columns, max(wall.min_show_s, 0.1), words=panel.words
            )
        changed = {name for name in made_of if made_of[name] != self._made_of.get(name)}
        for display in changed & self._timers.keys():
            self._timers.pop(display)[1].cancel()
        for display in changed:
            self._pages.pop(display, None)
        return {name for name in self._made_of if self._made_of[name] != made_of.get(name)}

    def take_notices(self, display: str, notices: Sequence[Notice]) -> None:
        """Show these notices and lists on a wall, where its layout has a place for them."""
        self._pictures[display].take(notices, self._clock_s())
        self._show_changed(display)

    def notices_on(self, display: str) -> set[str]:
        """Return the keys of the notices that are on show there, or take turns."""
        return self._pictures[display].notices

    def recovered(self, state: State, displays: Collection[str] | None = None) -> None:
        """After a restart: who was called and is called or served still, as it was before.

        ``displays``: those that begin anew, if it is not all.
        """
        begun = [
            picture.board
            for display, picture in self._pictures.items()
            if picture.board is not None and (displays is None or display in displays)
        ]
        in_hand = [state.tickets[w.ticket] for w in state.windows.values() if w.ticket is not None]
        for ticket in sorted(in_hand, key=lambda t: t.called_ms or 0):
            called_s = min((ticket.called_ms or 0) / 1000, self._clock_s())
            for board in begun:
                board.called(ticket.number, ticket.window or "", called_s)
                if ticket.status is TicketStatus.SERVING and not ticket.auto_started:
                    board.served(ticket.number)
                # Those that had their row then do not wait for it again.
                board.lines(called_s)

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Follow the calls: each leaves with its ticket; an opened or closed day clears all."""
        followed = [h.event for h in happened if type(h.event) in FOLLOWED]
        if not followed:
            return
        for display, picture in self._pictures.items():
            if picture.board is not None:
                for event in followed:
                    self._follow(picture.board, event)
                self._show_changed(display)

    def _follow(self, board: CallBoard, event: e.Event) -> None:
        match event:
            case e.TicketCalled(called_ms=int()):
                # Another Pi called it, then; its window's strip shows who is in hand now.
                pass
            case e.TicketCalled() | e.TicketRecalled():
                board.called(event.number, event.window, self._clock_s())
            case e.ServiceStarted():
                # One that began by itself tells nothing of whether the person has come.
                if not event.auto:
                    board.served(event.number)
            case e.DayOpened() | e.DayClosed():
                board.clear()
            case _ if isinstance(event, ENDED):
                board.over(event.number)

    def show(self, display: str) -> None:
        """Send the wall its present picture, whatever it shows."""
        if display in self._pictures:
            self._pages.pop(display, None)
            self._show_changed(display)

    def _show_changed(self, display: str) -> None:
        """Send the wall its picture if that is another, and wake up for its next change."""
        now = self._clock_s()
        picture = self._pictures[display]
        page = picture.page(now)
        if self._pages.get(display) != page:
            self._pages[display] = page
            self._send(display, page)
        self._wake(display, picture.next_change(now), now)

    def _wake(self, display: str, change: float | None, now: float) -> None:
        if display in self._timers:
            at, timer = self._timers[display]
            if at == change:
                return
            timer.cancel()
            del self._timers[display]
        if change is not None:
            timer = self._later(change - now, lambda: self._due(display))
            self._timers[display] = change, timer

    def _due(self, display: str) -> None:
        self._timers.pop(display, None)
        self._show_changed(display)

    def _send(self, display: str, page: LedPage) -> None:
        def show_page(driver: LedDisplay) -> None:
            driver.show(page)

        def shown(result: Result) -> None:
            # What the driver refused or never had is worth another try at the next event.
            if result.outcome is not Outcome.DONE and self._pages.get(display) is page:
                del self._pages[display]

        self._post(display, show_page, key="page", done=shown)

    def stop(self) -> None:
        """Cancel what was to be shown later."""
        for _, timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


class Strips:
    """One strip a window: its number while it serves, what it is otherwise."""

    def __init__(self, settings: Settings, post: Post, state: Callable[[], State]) -> None:
        self._post = post
        self._state = state
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Take which strip hangs at which window, and its words."""
        self._strip_of = {w.id: w.strip for w in settings.windows if w.strip is not None}
        self._window_of = {strip: window for window, strip in self._strip_of.items()}
        self._words = {strip: panel_of(settings, strip).words for strip in self._window_of}

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Show the windows that changed."""
        windows: dict[str, None] = {}
        for h in happened:
            if isinstance(h.event, e.DayOpened | e.DayClosed):
                windows.update(dict.fromkeys(self._strip_of))
            window = getattr(h.event, "window", None)
            if window is not None:
                windows[window] = None
            before = getattr(h.event, "from_window", None)
            if before is not None:
                windows[before] = None
            if isinstance(h.event, e.TicketCancelled):
                ticket = self._state().tickets.get(h.event.number)
                if ticket is not None and ticket.window is not None:
                    windows[ticket.window] = None
        for window in windows:
            if window in self._strip_of:
                self._show(window)

    def show(self, strip: str) -> None:
        """Send a strip its present picture."""
        window = self._window_of.get(strip)
        if window is not None:
            self._show(window)

    def _show(self, window_id: str) -> None:
        window = self._state().windows.get(window_id)
        if window is None:
            return
        strip = self._strip_of[window_id]
        page = LedPage((strip_line(window, self._words[strip]),))

        def show_page(driver: LedDisplay) -> None:
            driver.show(page)

        self._post(strip, show_page, key="page")


def strip_line(window: Window, words: Words = CHINESE) -> LedLine:
    """Return what a window's strip shows."""
    if window.ticket is not None:
        return LedLine(window.ticket, "red")
    if window.status is WindowStatus.CLOSED:
        return LedLine(words.closed, "yellow")
    if window.status is WindowStatus.PAUSED:
        return LedLine(words.paused, "yellow")
    return LedLine(words.window.format(window=window.id), "green")
