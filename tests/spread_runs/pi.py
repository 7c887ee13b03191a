"""A Pi of the wired runs: its card and its cable outlive the daemon that runs on it."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable, Sequence
from contextvars import copy_context
from pathlib import Path

import msgspec

from firmware_py.app.clock import Reading
from firmware_py.core.epoch import Epoch
from firmware_py.core.rules import Rules
from firmware_py.runtime.hub_role import RoleChange, role_of
from firmware_py.runtime.raised_epoch import raise_epoch
from firmware_py.settings import Settings
from firmware_py.sync.followed import read_birth
from firmware_py.sync.heard import epoch_told
from firmware_py.sync.mail import Address, Incoming, LinkMail, Outgoing
from tests.spread_runs.broker import Broker, Cable, MemoryLink
from tests.spread_runs.daemon import CardJournal, Daemon, Watch
from tests.spread_runs.virtual import LIFE, Life

__all__ = ["Pi"]

OFF_MINUTES = 4
WALL_MS = 1_772_400_000_000


class Pi:
    """``start``, ``crash``; ``daemon`` while one runs."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        folder: Path,
        broker: Broker,
        chance: random.Random,
        watch: Watch,
    ) -> None:
        path, socket = folder / "journal.db", folder / "run" / "hall.sock"
        self.settings = msgspec.structs.replace(
            settings,
            journal=msgspec.structs.replace(settings.journal, path=str(path)),
            control=msgspec.structs.replace(settings.control, socket=str(socket)),
        )
        self.name, self.folder = settings.hall.node, folder
        self.rules, self.broker, self.chance, self.watch = rules, broker, chance, watch
        self.cable = Cable()
        self.card = CardJournal()
        #: On the card: which tickets have their paper, and for which request.
        self.papers: dict[str, str] = {}
        self.boot = 1
        self.lost = False
        self.life: Life | None = None
        self.daemon: Daemon | None = None
        self._off_ms = chance.randint(-OFF_MINUTES, OFF_MINUTES) * 60_000
        self._booted_s = chance.uniform(-1000, 500)
        self._cuts = 0

    @property
    def running(self) -> Daemon | None:
        """Its daemon, when that does its work."""
        return self.daemon if self.daemon is not None and self.daemon.serving else None

    def clocks(self) -> Reading:
        """Return its clocks; its wall clock is wrong, and it knows that nobody set it."""
        now_s = self.broker.loop.time()
        wall_ms = WALL_MS + self._off_ms + round(now_s * 1000)
        return Reading(round((now_s - self._booted_s) * 1000), wall_ms, synchronised=False)

    # ---- its daemon

    def start(self) -> None:
        """Start the daemon."""
        if self.life is not None or self.lost:
            return
        self.life = Life()
        self.folder.joinpath("run").mkdir(parents=True, exist_ok=True)
        context = copy_context()
        context.run(LIFE.set, self.life)
        task = context.run(asyncio.create_task, self._run(self.life))
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """It never ends by itself."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.broker.loop.wrong.append(f"the daemon of {self.name} ended: {error!r}")

    def crash(self, *, boot: bool) -> None:
        """End it as ``kill -9`` does, or with the Pi's power."""
        life, self.life = self.life, None
        if life is None:
            return
        life.end()
        self.cable.links = [one for one in self.cable.links if one.life is not life]
        for session in list(self.broker.sessions.values()):
            if session.link.life is life:
                # The kernel says goodbye for a process, nobody for a Pi without power.
                wait_s = 1.5 * session.link.keepalive_s if boot else 0.005
                self.broker.loop.call_later(wait_s, self.broker.given_up, session.link)
        if self.daemon is not None:
            self.daemon.serving = False
            self.daemon.closed()
        self.daemon = None
        if boot:
            self.boot += 1
            self._booted_s = self.broker.loop.time()
            shutil.rmtree(self.folder / "run")

    def gone(self) -> None:
        """Its card is lost for good."""
        self.crash(boot=True)
        self.lost = True
        shutil.rmtree(self.folder)

    async def _run(self, life: Life) -> None:
        change = RoleChange()
        while True:
            if change.raised is not None:
                raise_epoch(self.settings, self.rules, change.raised)
                change.begun, change.raised = change.raised, None
            role = await role_of(self.settings, change, self._link_of(life))
            boot = f"{self.boot:08d}-{self.name}"
            daemon = self.daemon = Daemon(
                self.settings, self.rules, role, self.card, self.clocks, boot, life, self.chance,
                self._link_of(life), self.watch,
            )  # fmt: skip
            self.watch.began(daemon)
            await daemon.serve()
            change = RoleChange(
                begun=change.begun, write_off=change.write_off, raised=change.raised
            )

    def _link_of(self, life: Life) -> Callable[..., MemoryLink]:
        def make(
            address: Address,
            subscriptions: Sequence[str],
            take: Callable[[LinkMail], None],
            *,
            will: Outgoing | None = None,
            largest_payload: int = 0,
        ) -> MemoryLink:
            def hears(mail: LinkMail) -> None:
                take(mail)
                self._notes(mail)

            return MemoryLink(self.broker, self.cable, life, address, subscriptions, hears, will)

        return make

    def _notes(self, mail: LinkMail) -> None:
        """Keep of which epochs this daemon was told, whatever it made of that."""
        if not isinstance(mail, Incoming) or "/node/" not in mail.topic or self.daemon is None:
            return
        name = mail.topic.rpartition("/")[2]
        birth = read_birth(mail.payload)
        if name != self.name and "hub" in birth.roles:
            told = epoch_told(name, birth.epochs) or Epoch(0, "")
            self.daemon.heard = max(self.daemon.heard, told)

    # ---- its cable

    def cut(self, *, unplugged: bool) -> None:
        """Pull the cable; ``unplugged``: both ends notice at once."""
        if self.cable.cut:
            return
        self.cable.cut = True
        self._cuts += 1
        nth = self._cuts
        for session in list(self.broker.sessions.values()):
            link = session.link
            if link.cable is not self.cable:
                continue

            def broker_notices(link: MemoryLink = link) -> None:
                if self.cable.cut and self._cuts == nth:
                    self.broker.given_up(link)

            def we_notice(link: MemoryLink = link) -> None:
                if self.cable.cut and self._cuts == nth and link.session is not None:
                    link.lost(link.session)

            patience_s = 0.01 if unplugged else link.keepalive_s
            self.broker.loop.call_later(1.5 * patience_s, broker_notices)
            self.broker.loop.call_later(patience_s * self.chance.uniform(1, 2), we_notice)

    def mend(self) -> None:
        """Plug it in again."""
        if self.cable.cut:
            self.cable.cut = False
            for link in list(self.cable.links):
                self.broker.mended(link)
