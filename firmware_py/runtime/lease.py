"""This Pi's part in the lease: it votes, and as hub or standby it asks. Wired to broker and hall.

It travels on the line that this Pi has with the broker anyway. A question, and an answer, expires
at the broker with the lease that it is about; one that comes late all the same counts for nothing
(``sync.lease``). Running time is CLOCK_BOOTTIME, which goes on while a process or a Pi sleeps.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import msgspec

from firmware_py.app.held_back import NO_LEASE
from firmware_py.config.spread import standby_of, voters_of
from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.core.refusals import Refusal
from firmware_py.core.wire_version import WIRE, apart
from firmware_py.runtime.lease_file import LeaseFile
from firmware_py.runtime.lease_words import (
    LeaseStatus,
    Part,
    VoterSeen,
    own_part,
    part_view,
    view_of,
)
from firmware_py.settings import Settings
from firmware_py.sync.lease import Holder, Voter
from firmware_py.sync.lease_campaign import Campaign
from firmware_py.sync.lease_wire import Ask, Word, read_ask, read_wire, read_word, told
from firmware_py.sync.mail import Incoming, Outgoing
from firmware_py.sync.topics import Topics

__all__ = ["LeaseHall", "LeaseKeeper", "running_s"]

log = logging.getLogger(__name__)

TICK_S = 0.1
#: A voter without its file asks the others so often.
RECALL_S = 1.0
#: A standby that could not take over stands again after this.
FAILED_S = 30.0
#: After the broker was away the hub comes back first: it tries again every 5 s at most.
HEAD_START_S = 6.0
FILE = "lease-vote"


def running_s() -> float:
    """Return seconds that this Pi has been on, those of its sleep too."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class LeaseHall:
    """What the lease needs of a hall. ``epoch``: the one that it decides in; None: it follows."""

    epoch: Callable[[], Epoch | None]
    #: The highest epoch that is known to have begun.
    known: Callable[[], Epoch]
    #: Whether this Pi could take over now: its copy of the journal is whole.
    may_stand: Callable[[], bool]
    #: Has this Pi begin the epoch that it was voted for; False when it could not.
    promote: Callable[[Epoch], Awaitable[bool]]
    #: The right to decide is there, or gone.
    changed: Callable[[bool], None]


class LeaseKeeper:
    """Implements ``sync.ports.SideLine``. Lives in the event loop."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        hall: LeaseHall,
        now_s: Callable[[], float] = running_s,
        chance: random.Random | None = None,
    ) -> None:
        own, spread = settings.hall.node, settings.spread
        self.voters = voters_of(settings)
        self._hubs = frozenset({spread.hub, standby_of(settings) or spread.hub})
        self._own, self._hall, self._now_s = own, hall, now_s
        self._lease_s = float(spread.lease_s)
        self._topics = Topics(settings.hall.id, own)
        chance = chance or random.SystemRandom()
        incarnation = f"{chance.getrandbits(32):08x}"
        self._voter = Voter(
            own, [name for name in self.voters if name != own], LeaseFile(folder / FILE), now_s,
            lease_s=self._lease_s, incarnation=incarnation,
        )  # fmt: skip
        self._holder = Holder(self._voter, now_s, lease_s=self._lease_s, incarnation=incarnation)
        self._campaign = Campaign(
            self._holder, now_s, deciding=hall.epoch, may_stand=self._may_stand,
            chance=chance.random,
        )  # fmt: skip
        self._asks = own in self._hubs
        self._send: Callable[[Outgoing], None] | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._promoting: asyncio.Task[None] | None = None
        self._recalled_s = self._failed_s = -float("inf")
        self._up_s = 0.0
        #: The epoch that this Pi began, or could not begin: not tried again.
        self._tried = NO_EPOCH
        self._had: bool | None = None
        #: When each other voter was heard last, and its last vote.
        self._heard_s: dict[str, float] = {}
        self._votes: dict[str, tuple[Word, float]] = {}
        #: Voters whose program is too far from ours.
        self._apart: set[str] = set()
        if not self._voter.remembers:
            log.warning(
                "本机没有投票记录，等待后向 %s 核对再投票。 What this Pi voted is not known: it "
                "waits, and asks %s before it votes.",
                "、".join(sorted(self._voter.unheard)), ", ".join(sorted(self._voter.unheard)),
            )  # fmt: skip

    # ---- what the hall asks

    def why_not(self) -> Refusal | None:
        """Return why nothing may be decided at this moment; None: it may. Looks at the clock."""
        return None if self.holds() else NO_LEASE

    def holds(self) -> bool:
        """Say whether this Pi's hall may decide at this moment."""
        epoch = self._hall.epoch()
        return epoch is not None and self._holder.holds(epoch)

    def status(self) -> LeaseStatus:
        """Return how it stands."""
        now_s, voter = self._now_s(), self._voter
        others = [name for name in self.voters if name != self._own]
        late_s = now_s - self._lease_s
        return LeaseStatus(
            self._own,
            self.voters,
            self._hall.epoch() is not None,
            self.holds(),
            round(self._holder.left_s, 1),
            self._lease_s,
            str(voter.promised) if voter.left_s and voter.promised != NO_EPOCH else "",
            round(voter.left_s, 1),
            tuple(name for name in others if self._heard_s.get(name, -float("inf")) < late_s),
            tuple(sorted(voter.unheard)),
        )

    def view(self) -> dict[str, Any]:
        """Return how it stands, with words for people."""
        return view_of(self.status())

    def part_of(self, name: str) -> dict[str, Any] | None:
        """Return a Pi's part in the lease as this one knows it; None for one that does not vote."""
        if name not in self.voters:
            return None
        hub = self._hall.epoch() is not None
        decides = {self._own} if hub else self._hubs - {self._own}
        part: Part = "witness" if name not in self._hubs else "standby"
        part = "hub" if name in decides else part
        if name == self._own:
            return own_part(part, self.status())
        now_s = self._now_s()
        word, at_s = self._votes.get(name, (Word("vote", "", NO_EPOCH), now_s))
        heard_s, epoch = self._heard_s.get(name), word.epoch if word.yes else word.highest
        seen = VoterSeen(
            part,
            None if heard_s is None else round(now_s - heard_s, 1),
            "" if epoch == NO_EPOCH else str(epoch),
            word.yes,
            round(now_s - at_s, 1),
        )
        return part_view(seen, self._lease_s)

    # ---- its line

    @property
    def filters(self) -> tuple[str, ...]:
        """What this Pi hears of it."""
        return (f"{self._topics.root}/lease/+/+",)

    def up(self, send: Callable[[Outgoing], None]) -> None:
        """The broker is there."""
        self._send, self._up_s = send, self._now_s()

    def down(self) -> None:
        """The broker is away."""
        self._send = None

    def take(self, incoming: Incoming) -> None:
        """Take a question or a word."""
        _, kind, name = (self._topics.suffix(incoming.topic) or "//").split("/")
        # The broker vouches for the name. Nothing of this is ever kept for later.
        if incoming.retained or name == self._own or name not in self.voters:
            return
        try:
            self._take(kind, name, incoming.payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            log.warning("what %s says of the lease cannot be read: %s", name, error)

    def _take(self, kind: str, name: str, payload: bytes) -> None:
        if apart(WIRE, wire := read_wire(payload)):
            # It counts as missing: no vote of a program that may mean something else by it.
            if name not in self._apart:
                log.error(
                    "%s 的程序（通信版本 %d）与本机相差两版以上，它的投票不算。 Its program is two "
                    "wire versions or more from ours: its vote does not count.", name, wire,
                )  # fmt: skip
            self._apart.add(name)
            return
        self._apart.discard(name)
        self._heard_s[name] = self._now_s()
        if kind == "ask" and name in self._hubs:
            ask = read_ask(payload)
            if ask is not None:
                self._say(self._voter.asked(ask, name))
        elif kind == "vote":
            word = read_word(payload)
            if word.what == "vote":
                self._votes[name] = word, self._now_s()
            answer = self._voter.heard(word, name)
            if answer is not None:
                self._say(answer)
            if self._asks and self._holder.heard(word, name):
                self._look()

    def _say(self, message: Ask | Word) -> None:
        if self._send is None:
            return
        kind = "ask" if isinstance(message, Ask) else "vote"
        topic = f"{self._topics.root}/lease/{kind}/{self._own}"
        self._send(Outgoing(topic, told(message), expiry_s=ceil(self._lease_s)))

    # ---- now and then

    def start(self) -> None:
        """Begin to vote, and to ask."""
        self._ticking = asyncio.create_task(self._tick(), name="lease")

    async def stop(self) -> None:
        """End; the lease runs out by itself."""
        for task in (self._ticking, self._promoting):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
                await asyncio.wait([task])
        self._ticking = self._promoting = None

    async def _tick(self) -> None:
        while True:
            try:
                self._turn()
            except Exception:
                # A hub without votes stops: that is safe. A voter must not end by one mistake.
                log.exception("the lease's turn failed")
            await asyncio.sleep(TICK_S)

    def _turn(self) -> None:
        self._voter.learn(self._hall.known())
        now_s = self._now_s()
        if now_s - self._recalled_s >= RECALL_S and (word := self._voter.recall()) is not None:
            self._recalled_s = now_s
            self._say(word)
        if self._asks and (ask := self._campaign.due()) is not None:
            self._say(ask)
        self._look()

    def _may_stand(self) -> bool:
        now_s = self._now_s()
        rested = now_s - self._failed_s >= FAILED_S and now_s - self._up_s >= HEAD_START_S
        # Whoever nobody hears asks nobody; in vain it would only come to higher and higher epochs.
        return rested and self._send is not None and self._hall.may_stand()

    def _look(self) -> None:
        """See whether the lease came or went, and whether an epoch is to be begun."""
        holder, epoch = self._holder, self._hall.epoch()
        if holder.left_s and holder.epoch not in {epoch, self._tried}:
            self._tried = holder.epoch
            self._promoting = asyncio.create_task(self._promote(holder.epoch), name="lease-promote")
        has = self.holds()
        if has != self._had:
            if self._had is not None or has:
                self._log(has)
            self._had = has
            self._hall.changed(has)

    def _log(self, has: bool) -> None:
        if has:
            log.info("本机取得多数同意，开始受理。 Two of three votes are here: this hub decides.")
        elif self._hall.epoch() is not None:
            log.warning(
                "本机失去多数同意，暂不受理。 The lease is over: this hub decides nothing until "
                "two of %s are in touch again.", ", ".join(self.voters),
            )  # fmt: skip

    async def _promote(self, epoch: Epoch) -> None:
        log.warning(
            "主控失联，本机经多数同意接替（纪元 %s）。 The hub is gone for a whole lease: this Pi "
            "takes over in epoch %s, with two of three votes.", epoch, epoch,
        )  # fmt: skip
        done = False
        try:
            done = await self._hall.promote(epoch)
        except Exception:
            log.exception("this Pi could not take over")
        finally:
            self._promoting = None
            if not done:
                # Others may: it asks for this epoch no more.
                self._failed_s = self._now_s()
                self._campaign.given_up = epoch
