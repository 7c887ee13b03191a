"""A Pi's daemon as the runs have it: the product's parts, wired as ``runtime.hall`` wires them.

Left out is what shows, prints and listens: devices, screens, the socket. The journals of a hub and
of a standby are files, as always; a kiosk's and a window's are in memory.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from firmware_py.app.clock import Clocks, FollowedClock, HallClock
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.paper_jobs import given_meanwhile
from firmware_py.app.ports import Happened, JournalPort, Outcome, Submission
from firmware_py.app.recovery import recover, remembered_ids
from firmware_py.app.writer import HallWriter
from firmware_py.core.commands import Command
from firmware_py.core.epoch import Epoch, latest_epoch
from firmware_py.core.events import TicketIssued
from firmware_py.core.model import State
from firmware_py.core.rules import Rules
from firmware_py.runtime.broker_port import BrokerPort, sync_settings
from firmware_py.runtime.followed_hall import followed_hall
from firmware_py.runtime.hub_role import HubRole
from firmware_py.runtime.hub_start import HubStart
from firmware_py.runtime.kept_port import HereKept
from firmware_py.runtime.kept_positions import KeptPositions
from firmware_py.runtime.lease_hall import lease_of_hall
from firmware_py.runtime.lending import Lender
from firmware_py.runtime.node_line import NodeLine
from firmware_py.runtime.queue import Queue, sentence_for
from firmware_py.settings import Settings
from firmware_py.store.journal import Journal
from firmware_py.sync.broker import BrokerSync
from firmware_py.sync.link import MakeLink
from firmware_py.sync.side import NOTHING
from tests.app.desk import MemoryJournal
from tests.spread_runs.virtual import Life, VirtualLoop

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.store.vault import Vault

__all__ = ["CardJournal", "Daemon", "Watch"]

T = TypeVar("T")
LOOK_S, BEGIN_S = 1.0, 5.0


class CardJournal(MemoryJournal):
    """The journal of a kiosk's or a window's Pi; it was never a hub's."""

    epochs: tuple[Any, ...] = ()


class LoopThread:
    """Stands where ``JournalThread`` stands: a disk that is quick or slow, in the loop."""

    def __init__(
        self, journal: JournalPort, loop: VirtualLoop, life: Life, chance: random.Random
    ) -> None:
        self._journal, self._loop, self._life, self._chance = journal, loop, life, chance
        self._outstanding = 0
        self._last_s = 0.0

    def post(
        self,
        call: Callable[[JournalPort], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run it when the disk has its turn; never once the daemon has died."""
        takes_s = self._chance.choice((0.0002, 0.001, 0.03))
        self._last_s = max(self._loop.time() + takes_s, self._last_s + 1e-6)
        self._outstanding += 1

        def job() -> None:
            if not self._life.alive:
                return
            self._outstanding -= 1
            self._now(call, done, failed)

        self._loop.call_at(self._last_s, job)

    def commit(
        self,
        call: Callable[[JournalPort], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """As ``post``, or here and now."""
        if self._outstanding or self._chance.random() < 0.5:
            self.post(call, done, failed)
        else:
            self._now(call, done, failed)

    def _now(
        self,
        call: Callable[[JournalPort], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        try:
            result = call(self._journal)
        except Exception as error:  # noqa: BLE001 - handed to the caller, who must answer
            failed(error)
        else:
            done(result)

    async def run(self, call: Callable[[JournalPort], T]) -> T:
        """Run it and return its result."""
        future: asyncio.Future[T] = self._loop.create_future()

        def done(result: T) -> None:
            if not future.done():
                future.set_result(result)

        def failed(error: Exception) -> None:
            if not future.done():
                future.set_exception(error)

        self.post(call, done, failed)
        return await future


class QuietPort(BrokerPort):
    """Draws no pictures: no Pi of the hall goes by them."""

    def snapshots(self) -> Iterable[tuple[str, bytes]]:
        """Return none."""
        return ()


class Watch:
    """Told what may be wrong at once."""

    def began(self, daemon: Daemon) -> None:
        """A daemon begins, in its part."""

    def recorded(self, daemon: Daemon) -> None:
        """A hub has decided something, and tells of it."""

    def joined(self, daemon: Daemon) -> None:
        """A Pi has taken a hub's hall as a whole."""

    def printed(self, daemon: Daemon, number: str, request: str) -> None:
        """A kiosk has printed a ticket."""


class Daemon:
    """Has what the product's parts use of a ``Hall``. Lives in the event loop."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        role: HubRole,
        card: CardJournal,
        clocks: Clocks,
        boot: str,
        life: Life,
        chance: random.Random,
        link: MakeLink,
        watch: Watch,
    ) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.settings, self.rules, self.role, self.loop = settings, rules, role, loop
        self.life, self.watch, self._link = life, watch, link
        #: The highest epoch of another hub that this daemon was told of.
        self.heard = Epoch(0, "")
        run_folder = Path(settings.control.socket).parent
        self.trouble = "" if role.decides else "broker"
        self.sync: Any = None
        #: No card is swapped here: a hub that were found to be set back would never go on.
        self.storage = None
        self.serving = False
        #: Nobody lays a card in these halls.
        self.cards = SimpleNamespace(stands=lambda trouble: None)
        #: Nor is anything of anybody kept.
        self.kept = HereKept(cast("Vault", None))
        #: What was known in an earlier boot, until the hall is known again.
        self._former: State | None = None
        self._numbers = count(1)
        self._run = f"{chance.getrandbits(40):010x}"
        self.store: Journal | CardJournal = card
        if role.decides:
            assert role.journal is not None
            self.store = Journal.open(role.journal, node=settings.hall.node)
        self.journal = LoopThread(self.store, loop, life, chance)
        self.queue = self._queue(clocks, run_folder, boot)
        self.clock, self.writer = self.queue.clock, self.queue.writer
        self.positions = KeptPositions(self.journal, loop, self.store.positions())
        self.beginning = HubStart(self.as_hall)
        self.lease = lease_of_hall(self.as_hall, loop.time, chance)
        self.lender = Lender(self.as_hall)

    def _queue(self, clocks: Clocks, run_folder: Path, boot: str) -> Queue:
        settings, rules, store = self.settings, self.rules, self.store
        if not self.role.decides:
            found = followed_hall(
                settings, rules, store, self.journal, clocks, sentence_for, run_folder, boot
            )
            if found.writer.alone is not None and not found.writer.alone.ready:
                self._former = found.former
            return Queue(found.clock, found.writer, _usual, decides=False, followed=found)
        state = recover(rules, store)
        clock = HallClock(clocks, settings.hall.timezone, run_folder / "clock.json")
        clock.resume(store.epoch, store.last_time_ms, state.wall_offset_ms)
        writer = HallWriter(
            rules, state, self.journal, last_seq=store.last_seq, known=remembered_ids(store),
            clock_ms=clock.now_ms, sentence_for=sentence_for, soon=self.loop.call_soon,
        )  # fmt: skip
        return Queue(clock, writer, _usual, decides=True)

    @property
    def as_hall(self) -> Hall:
        """For what is given a ``Hall``."""
        return cast("Hall", self)

    @property
    def name(self) -> str:
        """Its Pi's name."""
        return self.settings.hall.node

    @property
    def decides(self) -> bool:
        """Whether it decides: it has neither stood down nor to wait for a lease."""
        held = isinstance(self.writer, HallWriter) and self.writer.held_back() is None
        return self.serving and held and not self.role.change.wanted.is_set()

    @property
    def epoch(self) -> Epoch:
        """That of its own journal, at a hub."""
        return latest_epoch([one.epoch for one in self.store.epochs], self.name)

    # ---- what the product's parts use

    def state(self) -> State:
        """Return what is recorded."""
        return self.writer.recorded

    def submit_own(self, command: Command, by: str = "halld") -> None:
        """Submit a command of the daemon's own."""
        command_id = f"{type(command).__name__.lower()}:{self._run}:{next(self._numbers)}"
        self.give(command, command_id, by)

    def give(self, command: Command, command_id: str, by: str) -> list[Outcome]:
        """Submit a command; the list has its outcome once there is one."""
        found = list[Outcome]()
        self.writer.submit(Submission(command_id, by, command), found.append)
        return found

    def tell_screens(self, trouble: str) -> None:
        """Hear how it stands with the hub."""
        self.trouble = trouble

    def print_owed(self) -> None:
        """The papers of the runs stand at kiosks alone."""

    @property
    def may_decide(self) -> bool:
        """Whether nothing else says who decides, or it has the lease."""
        return self.lease is None or not self.queue.decides or self.lease.holds()

    # ---- from start to end

    async def serve(self) -> None:
        """Run until this Pi has another part; as ``runtime.halld`` does it."""
        assert self.settings.broker is not None
        told = sync_settings(self.as_hall, self.settings.broker)
        side = self.lease or NOTHING
        if isinstance(self.writer, FollowedWriter):
            assert isinstance(self.clock, FollowedClock)
            self.writer.on_joined.append(self._joined)
            self.writer.on_recorded.append(self._printed)
            self.sync = NodeLine(self.as_hall, self.writer, self.clock, told, side, self._link)
        else:
            if self.lease is None:
                await asyncio.wait([self.beginning.start()], timeout=BEGIN_S)
            port = QuietPort(self.as_hall)
            self.sync = BrokerSync(told, port, port, side, self._link)
            self.writer.on_recorded.append(lambda _: self.watch.recorded(self))
        self.writer.on_recorded.append(self.sync.recorded)
        await self.sync.start()
        if self.lease is not None:
            self.lease.start()
        self.role.start(self.as_hall)
        self.serving = True
        looking = asyncio.create_task(self._look(), name="upkeep")
        await self.role.change.wanted.wait()
        self.serving = False
        looking.cancel()
        await self.stop()

    async def stop(self) -> None:
        """End in order."""
        await self.beginning.stop()
        await self.role.stop()
        if self.lease is not None:
            await self.lease.stop()
        if self.sync is not None:
            await self.sync.stop()
        await self.journal.run(lambda journal: None)
        self.closed()

    def closed(self) -> None:
        """Its files are nobody's any more, after a stop or a crash."""
        if isinstance(self.store, Journal):
            self.store.close()
        keeper = self.role.keeper
        if keeper is not None and keeper.disk is not None:
            keeper.disk.close()

    async def _look(self) -> None:
        while True:
            if isinstance(self.sync, NodeLine):
                self.sync.tick()
            else:
                self.lender.look()
            await asyncio.sleep(LOOK_S)

    # ---- papers, as ``runtime.papers`` has them

    def _joined(self, before: State) -> None:
        self.watch.joined(self)
        known, self._former = self._former or before, None
        for ticket in given_meanwhile(known, self.state()):
            self._print(ticket.number, ticket.request, ticket.origin)

    def _printed(self, happened: Sequence[Happened]) -> None:
        for one in happened:
            if isinstance(one.event, TicketIssued):
                self._print(one.event.number, one.event.request, one.event.origin)

    def _print(self, number: str, request: str, origin: str | None) -> None:
        node = self.settings.nodes.get(self.name)
        if node is not None and origin in node.kiosks:
            self.watch.printed(self, number, request)


def _usual() -> float:
    return 1.0
