"""Cards and codes at the readers of kiosks and windows. Lives in the event loop.

Fields of a card are in memory alone, at one place and only while they are needed; nothing of them
goes into a log, an event or to those who ``subscribe``. What is looked up of a person is looked up
on a thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

from devices.base import Reading, Sentence
from devices.card_reader.reports import (
    CardRead,
    CardRefused,
    CodeRead,
    CodeRefused,
    Lifted,
    TagRead,
)
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.ports import Happened
from firmware_py.core.commands import Command, TakeTicket
from firmware_py.core.opening import local_day
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.runtime.card_hall import CardHall, Shared
from firmware_py.runtime.card_kiosk import KioskDesk
from firmware_py.runtime.card_watch import CardWatch
from firmware_py.runtime.card_window import WindowDesk
from firmware_py.runtime.card_words import at_another_pi
from firmware_py.runtime.control import QueryError, Subscriber
from firmware_py.runtime.people_lists import PeopleLists
from firmware_py.runtime.people_port import People, PeopleHere
from firmware_py.runtime.person_finder import PersonFinder
from firmware_py.settings import KioskSettings, WindowSettings

__all__ = ["Cards"]

log = logging.getLogger(__name__)

#: Seconds between two looks at the lists.
LOOK_S = 5.0
OTHER_CARD = Sentence(
    "这张卡不能证明身份，请使用身份证；没有带证件请到导税台。",
    "This card does not say who you are. Use your ID card; without one, ask at the entrance.",
)


class Cards:
    """All readers of the hall. ``configure`` takes other settings up."""

    def __init__(self, hall: CardHall) -> None:
        self._hall = hall
        self._tasks: set[asyncio.Task[None]] = set()
        self.lists = PeopleLists(None, None, ())
        self._lists_of: tuple[object, ...] = ()
        self.finder = PersonFinder(lambda: hall.vault)
        self._shared = Shared(hall, self._people(), CardWatch())
        self._kiosks: dict[str, KioskDesk] = {}
        self._windows: dict[str, WindowDesk] = {}
        self._by_device: dict[str, KioskDesk | WindowDesk] = {}
        self.configure()

    def _people(self) -> People:
        hall = self._hall
        if isinstance(hall.writer, FollowedWriter):
            # Imported here: a hall of one Pi does without.
            from firmware_py.runtime.people_at_hub import PeopleAtHub

            found = PeopleAtHub(hall, self._do)
            hall.writer.apart = found.apart
            return found
        return PeopleHere(hall, self.finder, lambda: self.lists, self.look_up)

    def configure(self) -> None:
        """Take what stands where; a place that is as before keeps its card."""
        settings = self._hall.settings
        kiosks, windows = self._kiosks, self._windows
        self._kiosks = {
            one.id: _same(kiosks.get(one.id), one) or KioskDesk(one, self._shared)
            for one in settings.kiosks
            if one.card_reader or one.code_scanner
        }
        self._windows = {
            one.id: _same(windows.get(one.id), one) or WindowDesk(one, self._shared)
            for one in settings.windows
            if one.card_reader or one.code_scanner
        }
        places: list[KioskDesk | WindowDesk] = [*self._kiosks.values(), *self._windows.values()]
        before: list[KioskDesk | WindowDesk] = [*kiosks.values(), *windows.values()]
        for desk in before:
            if desk not in places:
                desk.forget()
        self._by_device = {device: desk for desk in places for device in desk.readers}
        people = settings.people
        # Lists and their key are the hub's alone.
        here = (None, None) if self._shared.people.far else (people.lists, people.key_file)
        lists_of = (*here, frozenset(self._hall.rules.items))
        if lists_of != self._lists_of:
            self._lists_of = lists_of
            self.lists = PeopleLists(_path(here[0]), _path(here[1]), lists_of[2])

    # ---- readers

    def happened(self, device: str, reading: Reading) -> None:
        """Take what was held to a reader. What has no place here is let go of."""
        desk = self._by_device.get(device)
        if desk is None:
            if isinstance(reading, CardRead | TagRead):
                reading.wipe()
            return
        match reading:
            case CardRead():
                desk.card(reading)
            case Lifted():
                desk.lifted()
            case CodeRead():
                desk.code(reading)
            case TagRead():
                # A UID is a card's, which anybody can copy, and says nothing of who holds it.
                reading.wipe()
                desk.refused("other_card", OTHER_CARD)
            case CardRefused(code=code, say=say) | CodeRefused(code=code, say=say):
                log.info("%s: refused: %s", device, code)
                desk.refused(code, say)
            case _:
                return

    def gone(self, device: str) -> None:
        """A reader was lost or opened again: nobody can say whether the card still lies there."""
        desk = self._by_device.get(device)
        if desk is not None and device == desk.reader:
            desk.forget()

    # ---- the queue

    def complete(self, command: Command) -> Command:
        """Return a command as it is decided: a kiosk's ticket carries who is there."""
        desk = self._kiosk_of(command)
        return desk.complete(command) if desk and isinstance(command, TakeTicket) else command

    def vet(self, command: Command) -> Refusal | None:
        """Refuse a kiosk's ticket without a card where one is required."""
        desk = self._kiosk_of(command)
        return desk.vet(command) if desk and isinstance(command, TakeTicket) else None

    def _kiosk_of(self, command: Command) -> KioskDesk | None:
        return self._kiosks.get(command.origin) if isinstance(command, TakeTicket) else None

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Follow tickets and windows."""
        self._shared.people.recorded(happened)
        for desk in self._by_place():
            desk.recorded(happened)

    def stands(self, trouble: str) -> None:
        """Hear how this Pi stands with the hub: what could not be asked is asked again."""
        for desk in self._windows.values() if not trouble else ():
            desk.reachable()

    # ---- looking up, and the lists

    def look_up(self, call: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Call on a thread, and be done with what it returned in the loop."""

        async def look() -> None:
            try:
                found = await asyncio.to_thread(call)
            except (OSError, ValueError, LookupError, RuntimeError) as error:
                # Never with its words: they may hold what was looked for.
                log.error("nothing could be looked up: %s", type(error).__name__)  # noqa: TRY400
            else:
                done(found)

        self._do(look())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._hall.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def look_at_lists(self) -> None:
        """Read the lists that changed."""
        hall, state = self._hall, self._hall.state()
        today = local_day(state, hall.clock.now_ms()) if hall.clock.wall_known else None
        await asyncio.to_thread(self.lists.look, today, state.day)

    async def watch_lists(self) -> None:
        """Look at the lists for ever."""
        while True:
            if self._lists_of[:2] != (None, None):
                await self.look_at_lists()
            await asyncio.sleep(LOOK_S)

    async def stop(self) -> None:
        """Let go of every card."""
        for desk in self._by_place():
            desk.forget()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- who asks

    def window(self, window: str) -> WindowDesk:
        """Return a window's reader. Raises ``QueryError``."""
        if window not in self._hall.rules.windows:
            raise QueryError(refuse("unknown_window", window=window))
        there = next(one for one in self._hall.settings.windows if one.id == window)
        self._must_be_here(there)
        return self._windows.get(window) or WindowDesk(there, self._shared)

    def kiosk(self, kiosk: str) -> KioskDesk:
        """Return a kiosk's reader. Raises ``QueryError``."""
        for one in self._hall.settings.kiosks:
            if one.id == kiosk:
                self._must_be_here(one)
                return self._kiosks.get(kiosk) or KioskDesk(one, self._shared)
        raise QueryError(
            Refusal(
                "unknown_kiosk",
                f"没有取号机 {kiosk}，请查看配置。",
                f"There is no kiosk {kiosk}; see the configuration.",
                {"kiosk": kiosk},
            )
        )

    def _must_be_here(self, place: KioskSettings | WindowSettings) -> None:
        """Raise for a place of another Pi: its cards are shown there and nowhere else."""
        elsewhere = at_another_pi(self._hall.settings, place)
        if elsewhere is not None:
            raise QueryError(elsewhere)

    def watch(self, desk: KioskDesk | WindowDesk, subscriber: Subscriber) -> Callable[[], None]:
        """Send a place's changes, until what is returned is called."""
        return self._shared.watch.watch(desk.watched_as, subscriber)

    def _by_place(self) -> Iterable[KioskDesk | WindowDesk]:
        return (*self._kiosks.values(), *self._windows.values())


def _same(desk: Any, settings: Any) -> Any:
    return desk if desk is not None and desk.settings == settings else None


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
