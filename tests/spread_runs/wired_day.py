"""One random day of a hall of Pis over a broker: the product's own classes carry everything.

The steps are those of ``schedule`` and of the model; here cuts, delays, repeats and lost messages
are the links', and time is that of a simulated event loop. Then everything heals, and it must come
to rest by itself.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from firmware_py.app.followed import FollowedWriter
from firmware_py.core import commands as c
from firmware_py.core.commands_spread import WriteOffNumbers
from firmware_py.core.epoch import Epoch, latest_epoch
from firmware_py.core.model import TicketStatus
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.hub_queries import HubQueries
from firmware_py.runtime.node_line import NodeLine
from tests.core.hall import RULES
from tests.spread_runs.broker import Broker
from tests.spread_runs.daemon import Daemon, Watch
from tests.spread_runs.morning import NAMES, lay_out, settings_of
from tests.spread_runs.pi import Pi
from tests.spread_runs.virtual import VirtualLoop, played_in

__all__ = ["WiredDay"]

STEPS = 60
MEAN_S = 0.22
BEGIN_S, HEAL_S = 30.0, 90.0
LOOK_S = 0.25
#: A copy that is level asks each second for outcomes that came without events.
QUIET_LOOKS, LEVEL_S = 6, 1.4
HALL_RULES = replace(RULES, next_guard_s=0)


class WiredDay(Watch):
    """The hall of ``seed``: make it, ``play``. ``told`` is what happened, in words."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed, self.folder = seed, folder
        self.chance = random.Random(seed)
        self.leased = seed % 4 == 3
        self.told: list[str] = [f"seed {seed}"]
        self.loop = VirtualLoop(random.Random(seed + 1))
        self.broker = Broker(self.loop, random.Random(seed + 2))
        folder.mkdir()
        lay_out(folder, HALL_RULES, copied=self.chance.random() < 0.8)
        promote = "lease" if self.leased else "by hand"
        self.pis = {
            name: Pi(
                settings_of(name, promote), HALL_RULES, folder / name, self.broker,
                random.Random(f"{seed} {name}"), self,
            )
            for name in NAMES
        }  # fmt: skip
        self.closed = self.calm = False
        self.begun: list[str] = []
        self.wrong: list[str] = []
        #: The highest epoch that a daemon knew at its start, from its card, or joined since.
        self._knows: dict[Daemon, Epoch] = {}
        self._promotions = self._presses = 0

    def play(self) -> None:
        """Play it to its end."""
        try:
            played_in(self.loop, self._play())
        except AssertionError as error:
            raise AssertionError(self.story(str(error))) from error

    def clear(self) -> None:
        """Nothing of it is left."""
        for pi in self.pis.values():
            if pi.daemon is not None:
                pi.daemon.closed()
        shutil.rmtree(self.folder)

    async def _play(self) -> None:
        for pi in self.pis.values():
            self.loop.call_later(self.chance.uniform(0, 1), pi.start)
        await self._until(lambda: self.unrest() or self._not_lent(), BEGIN_S)
        self._say("---- the day begins")
        self.broker.calm = False
        steps: list[tuple[Callable[[], None], int]] = [
            (self._press, 12), (self._window, 16), (self._desk, 10), (self._cut, 7),
            (self._mend, 6), (self._crash, 4), (self._promote, 3), (self._broker_dies, 1),
            (self._close, 1), (self._lose, 2),
        ]  # fmt: skip
        calls, weights = zip(*steps, strict=True)
        for step in self.chance.choices(calls, weights, k=STEPS):
            await asyncio.sleep(self.chance.expovariate(1 / MEAN_S))
            step()
            self._look()
        await self._heal()

    async def _heal(self) -> None:
        self._say("---- all is mended")
        self.broker.calm = True
        if not self.broker.up:
            self.broker.start("kept")
        for pi in self.pis.values():
            pi.mend()
            pi.start()
        await self._until(self.unrest, HEAL_S)

    async def _until(self, unrest: Callable[[], str], within_s: float) -> None:
        end_s, quiet = self.loop.time() + within_s, 0
        while quiet < QUIET_LOOKS:
            await asyncio.sleep(LOOK_S)
            self._look()
            quiet = 0 if (why := unrest()) else quiet + 1
            assert self.loop.time() < end_s, f"it does not come to rest: {why}"

    # ---- what people do

    def _node(self, name: str) -> Daemon | None:
        return self.pis[name].running

    def _deciding(self) -> list[Daemon]:
        found = (self._node(name) for name in ("hub", "standby"))
        return [one for one in found if one is not None and one.decides]

    def _press(self) -> None:
        kiosk = self.chance.choice(("kiosk-1", "kiosk-2"))
        self._presses += 1
        if (daemon := self._node(kiosk)) is not None:
            self._say(kiosk, "press", self._presses)
            daemon.give(c.TakeTicket("D01", kiosk), f"{kiosk}:press-{self._presses}", "screen")

    def _window(self) -> None:
        keys: tuple[c.Command, ...] = (
            c.CallNext("1"), c.StartService("1"), c.FinishService("1"), c.MarkMissed("1"),
            c.Recall("1"), c.AskRating("1"),
        )  # fmt: skip
        key = self.chance.choices(keys, [6, 5, 4, 1, 1, 1])[0]
        self._presses += 1
        if (daemon := self._node("window-1")) is not None:
            self._say("window-1", type(key).__name__)
            daemon.give(key, f"pad-1:{self._presses}", "pad-1")

    def _desk(self) -> None:
        hubs = self._deciding()
        if not hubs:
            return
        hub = self.chance.choice(hubs)
        self._presses += 1
        tickets = hub.state().tickets
        waiting = [n for n, t in tickets.items() if t.status is TicketStatus.WAITING]
        deeds: list[c.Command] = [c.CallNext("2"), c.StartService("2"), c.FinishService("2")]
        if waiting and not self.chance.randrange(4):
            deeds = [c.CancelTicket(self.chance.choice(waiting), "gone")]
        deed = self.chance.choice(deeds)
        self._say(hub.name, type(deed).__name__)
        hub.give(deed, f"desk:{hub.epoch}:{self._presses}", "hallctl:clerk")

    def _close(self) -> None:
        if hubs := self._deciding():
            hub = self.chance.choice(hubs)
            self._say(hub.name, "closes the day")
            hub.give(c.CloseDay(), f"close:{hub.epoch}:{self._presses}", "hallctl:manager")
            self.closed = True

    # ---- what goes wrong

    def _cut(self) -> None:
        pi = self.pis[self.chance.choice(NAMES)]
        if not pi.cable.cut and not pi.lost:
            unplugged = self.chance.random() < 0.4
            self._say("cut", pi.name, "(unplugged)" if unplugged else "")
            pi.cut(unplugged=unplugged)

    def _mend(self) -> None:
        cut = [pi for pi in self.pis.values() if pi.cable.cut]
        if cut:
            pi = self.chance.choice(cut)
            self._say("mended", pi.name)
            pi.mend()

    def _crash(self) -> None:
        pi = self.pis[self.chance.choice(NAMES)]
        if pi.life is None:
            return
        boot = not self.chance.randrange(3)
        self._say(pi.name, "crashes", "and boots" if boot else "")
        pi.crash(boot=boot)
        self.loop.call_later(self.chance.choice((0.1, 0.5, 4.0)), pi.start)

    def _broker_dies(self) -> None:
        if self.broker.up:
            retained = self.chance.choice(("kept", "lost", "older"))
            self._say("the broker dies; its retained messages:", retained)
            self.broker.die()
            self.loop.call_later(self.chance.choice((0.1, 1.0, 5.0)), self._broker_starts, retained)

    def _broker_starts(self, retained: str) -> None:
        if not self.broker.up:
            self.broker.start(retained)

    def _promote(self) -> None:
        self.broker.note_retained()
        if self.leased or self._promotions >= 2:
            return
        daemons = [self._node(name) for name in ("hub", "standby")]
        ready = [one for one in daemons if one is not None and one.role.keeper is not None]
        if ready:
            self._promotions += 1
            self._begin(self.chance.choice(ready))

    def _begin(self, daemon: Daemon) -> None:
        self._say(daemon.name, "is to be promoted")

        async def promoted() -> None:
            try:
                begun = await HubQueries(daemon.as_hall).begin("hallctl:root")
            except QueryError as error:
                self._say(daemon.name, "is not promoted:", error.refusal.en)
            else:
                self._say(daemon.name, "is promoted", begun["epoch"])

        daemon.life.tasks.append(self.loop.create_task(promoted()))

    def _lose(self) -> None:
        """A hub's card is gone for good, with all that nobody had copied: perhaps for a while."""
        hubs = [self.pis["hub"], self.pis["standby"]]
        if self.leased or any(pi.lost for pi in hubs):
            return
        self.chance.shuffle(hubs)
        lost, other = hubs
        if self.chance.random() < 0.5 and other.running is not None and not other.cable.cut:
            self._say(other.name, "copies no more, and", lost.name, "will be lost")
            other.cut(unplugged=True)
            self.loop.call_later(self.chance.uniform(1, 5), self._lose_one, lost, other)
        else:
            self._lose_one(lost, other)

    def _lose_one(self, lost: Pi, other: Pi) -> None:
        other.mend()
        if lost.lost or other.lost or self.broker.calm:
            return
        left, gone = other.running, lost.running
        if left is None or gone is None or self._rank(left) < self._rank(gone):
            # One that decides below a lost epoch is put right by a technician, with what it has.
            return
        keeper = left.role.keeper
        if keeper is not None and (keeper.disk is None or keeper.disk.copied() == 0):
            return
        self._say(lost.name, "is lost")
        lost.gone()
        if keeper is not None:
            self._begin(left)
        self.loop.call_later(2.0, self._write_off, other, lost.name)

    def _rank(self, daemon: Daemon) -> Epoch:
        if daemon.role.decides:
            return daemon.epoch
        sync = daemon.sync
        assert isinstance(sync, NodeLine)
        return sync.highest

    def _write_off(self, pi: Pi, lost: str) -> None:
        """A technician has the new hub write the lost one off, until that is done."""
        daemon = pi.running
        if daemon is None or not daemon.decides or not daemon.state().hub:
            self.loop.call_later(1.0, self._write_off, pi, lost)
        elif daemon.state().numbers_at == lost:
            self._say(pi.name, "writes off", lost)
            daemon.give(WriteOffNumbers(lost, "lost"), f"off:{lost}:{self._presses}", "hallctl:x")
            self._presses += 1
            self.loop.call_later(1.0, self._write_off, pi, lost)

    # ---- what may never be

    def _look(self) -> None:
        if self.leased and len(deciding := self._deciding()) > 1:
            self._note(f"{deciding[0].name} and {deciding[1].name} both hold the lease")
        if wrong := [*self.wrong, *self.loop.wrong]:
            raise AssertionError(wrong[0])

    def _note(self, wrong: str) -> None:
        self.wrong.append(wrong)

    def began(self, daemon: Daemon) -> None:
        """Keep which epochs were begun, and what is known at the start."""
        followed = daemon.queue.followed
        known = None if followed is None or followed.memory is None else followed.memory.known
        if known is not None:
            self._knows[daemon] = latest_epoch([epoch for epoch, _ in known.epochs], "hub")
        if daemon.role.decides and str(daemon.epoch) not in self.begun:
            self.begun.append(str(daemon.epoch))

    def recorded(self, daemon: Daemon) -> None:
        """A hub that was told of a higher epoch decides nothing."""
        if daemon.heard > daemon.epoch:
            self._note(f"{daemon.name} decides below {daemon.heard}")
        if self.leased and not daemon.decides:
            self._note(f"{daemon.name} decides without the lease")

    def joined(self, daemon: Daemon) -> None:
        """Who knows an epoch hears nothing of a lower one."""
        sync = daemon.sync
        assert isinstance(sync, NodeLine)
        epoch = latest_epoch([one.epoch for one in sync.epochs], "hub")
        known = max(daemon.heard, self._knows.get(daemon, epoch))
        if epoch < known:
            self._note(f"{daemon.name} follows {epoch} and knew {known}")
        self._knows[daemon] = epoch

    def printed(self, daemon: Daemon, number: str, request: str) -> None:
        """A number has one paper; the printer keeps what it printed."""
        papers = self.pis[daemon.name].papers
        if number not in papers:
            papers[number] = request
            self._say(daemon.name, "prints", number, request)

    # ---- rest

    def top(self) -> Daemon | None:
        """Return the one hub, when there is one alone."""
        hubs = self._deciding()
        return hubs[0] if len(hubs) == 1 else None

    def _not_lent(self) -> str:
        top = self.top()
        holders = set() if top is None else {block.holder for block in top.state().lent}
        return "" if {"kiosk-1", "kiosk-2"} <= holders else "nothing is lent yet"

    def unrest(self) -> str:
        """Return what is still under way; "" when all is at rest."""
        top = self.top()
        if top is None:
            return f"these decide: {[one.name for one in self._deciding()]}"
        for pi in self.pis.values():
            if pi.lost or pi.running is top:
                continue
            if pi.running is None:
                return f"{pi.name} does not run"
            if why := _under_way(pi.running, top):
                return f"{pi.name}: {why}"
        return ""

    def _say(self, *words: object) -> None:
        at = f"{self.loop.time() - 1000:7.3f}"
        self.told.append(" ".join(str(word) for word in (at, *words)))

    def story(self, wrong: str) -> str:
        """Return what is wrong, and all that led to it."""
        return "\n".join([wrong, *self.told])


def _under_way(daemon: Daemon, top: Daemon) -> str:
    line, writer = daemon.sync, daemon.writer
    if not isinstance(line, NodeLine) or not isinstance(writer, FollowedWriter):
        return "it still decides"
    if line.trouble:
        return line.trouble
    epoch = line.epochs[-1].epoch
    if epoch != top.store.epoch:
        return f"it follows {epoch}"
    if writer.last_seq != top.writer.last_seq:
        return f"it is at {writer.last_seq} of {top.writer.last_seq}"
    alone = writer.alone
    if alone is not None and (alone.stale or alone.records.waiting(epoch) or not alone.ready):
        return "it has records that the hub has not"
    keeper = daemon.role.keeper
    if keeper is None:
        return ""
    status = keeper.status()
    level = status is not None and status.state == "level" and (status.level_s or 0.0) < LEVEL_S
    if status is None or not level or status.copied != top.writer.last_seq:
        return f"its copy is {status}"
    if keeper.handover is None or not keeper.handover.done:
        return "it hands over"
    return ""
