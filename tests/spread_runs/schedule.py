"""One random day of a hall of many Pis, on the code itself: who is cut, when, and what people do.

The steps are those of the model (tests/model): links are cut, messages come late, twice or never,
Pis crash and come back, the standby is promoted, the day closes. Then everything heals, and
``judging`` says what would be wrong in a hall.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from firmware_py.app.ports import Outcome
from firmware_py.core import commands as c
from firmware_py.core.commands_spread import LendNumbers, WriteOffNumbers
from firmware_py.core.decide_alone import Here
from firmware_py.core.model import TicketStatus
from tests.core.hall import RULES
from tests.spread_runs.hub_pi import HubPi
from tests.spread_runs.node_pi import Asked, NodePi

__all__ = ["Day"]

PLACES = (
    Here("kiosk-1", frozenset(), frozenset({"kiosk-1"})),
    Here("kiosk-2", frozenset(), frozenset({"kiosk-2"})),
    Here("window-1", frozenset({"1"})),
)
STEPS = 90
LENT = 12
OFF_MINUTES = 4
IN_HAND = {TicketStatus.CALLED, TicketStatus.SERVING}


class Day:
    """The hall of ``seed``: make it, ``run``. ``told`` is what happened, in words."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.told: list[str] = []
        self.now_s = 1000.0
        rules = replace(RULES, next_guard_s=0)
        self.hub = HubPi("hub", rules, decides=True)
        self.standby = HubPi("standby", rules, decides=False)
        self.hubs: tuple[HubPi, ...] = (self.hub, self.standby)
        self.nodes = [NodePi(here, rules, lambda: self.now_s) for here in PLACES]
        for node in self.nodes:
            node.ahead_ms = self.chance.randint(-OFF_MINUTES, OFF_MINUTES) * 60_000
        #: Whose cable is pulled; the broker is one of them.
        self.cut: set[str] = set()
        self.promotions = 0
        self.closed = False
        self.begun: list[str] = []
        self._presses = 0
        self._morning()

    def _morning(self) -> None:
        self._hear_time()
        hub = self.hub
        hub.do(c.OpenDay("2026-03-02"), "open")
        for window in ("1", "2"):
            hub.do(c.OpenWindow(window, "1001"), f"open:{window}")
        for holder, reserve in (("kiosk-1", False), ("kiosk-2", False), ("standby", True)):
            lend = LendNumbers(holder, "common", LENT, reserve=reserve)
            hub.do(lend, f"lend:{holder}")
        for n in range(3):
            hub.do(c.TakeTicket("D01", "desk"), f"desk:{n}")
        for node in self.nodes:
            node.follow(hub, 100, heard=True)
        self.standby.copy_from(hub, 1000)

    # ---- time and links

    def _hear_time(self) -> None:
        for hub in self.hubs:
            if hub.desk is not None:
                hub.desk.now_ms = max(round(self.now_s * 1000), hub.journal.last_time_ms)

    def linked(self, name: str) -> bool:
        """Say whether a Pi reaches the broker."""
        return name not in self.cut and "broker" not in self.cut

    def heard_by(self, node: NodePi) -> list[HubPi]:
        """Return the hubs that a Pi hears, the highest epoch first."""
        if not self.linked(node.here.node):
            return []
        found = [one for one in self.hubs if one.decides and self.linked(one.name)]
        return sorted(found, key=lambda one: one.epoch, reverse=True)

    # ---- steps

    def run(self) -> None:
        """Let it happen, then let it heal."""
        steps: list[tuple[Callable[[], None], int]] = [
            (self._press, 10), (self._window, 14), (self._desk, 8), (self._carry, 14),
            (self._answer, 14), (self._follow, 14), (self._time, 12), (self._cut, 5),
            (self._mend, 5), (self._copy, 6), (self._disk, 10), (self._crash, 3),
            (self._promote, 2), (self._hear_hub, 4), (self._hand_over, 4), (self._close, 1),
            (self._lose, 1),
        ]  # fmt: skip
        calls, weights = zip(*steps, strict=True)
        for step in self.chance.choices(calls, weights, k=STEPS):
            step()
            self._hear_time()
        self._heal()

    def _press(self) -> None:
        node = self.chance.choice(self.nodes[:2])
        self._presses += 1
        self._say(node.here.node, "press", self._presses)
        kiosk = next(iter(node.here.kiosks))
        node.give(c.TakeTicket("D01", kiosk), f"{kiosk}:press-{self._presses}")

    def _window(self) -> None:
        node = self.nodes[2]
        keys: tuple[c.Command, ...] = (
            c.CallNext("1"), c.StartService("1"), c.FinishService("1"), c.MarkMissed("1"),
            c.Recall("1"), c.AskRating("1"),
        )  # fmt: skip
        key = self.chance.choices(keys, [6, 5, 4, 1, 1, 1])[0]
        self._presses += 1
        self._say("window-1", type(key).__name__)
        node.give(key, f"window-1:{self._presses}")

    def _desk(self) -> None:
        hub = self.chance.choice([one for one in self.hubs if one.decides])
        self._presses += 1
        waiting = [n for n, t in hub.state.tickets.items() if t.status is TicketStatus.WAITING]
        deeds: list[c.Command] = [c.CallNext("2"), c.StartService("2"), c.FinishService("2")]
        if waiting and not self.chance.randrange(4):
            deeds = [c.CancelTicket(self.chance.choice(waiting), "gone")]
        deed = self.chance.choice(deeds)
        self._say(hub.name, type(deed).__name__)
        hub.here.give(deed, f"desk:{hub.epoch_name}:{self._presses}")

    def _carry(self) -> None:
        """A question reaches a hub; it stays, and may reach it again, or another one."""
        node = self.chance.choice(self.nodes)
        hubs = [one for one in self.heard_by(node) if one.epoch >= node.known]
        if not (node.asked and hubs):
            return
        asked, hub = self.chance.choice(node.asked), self.chance.choice(hubs)
        if not asked.answers or asked.wanted():
            answer = list[Outcome]()
            # A question names the epoch of the hub that it is for: that hub was heard.
            node.known = hub.epoch
            hub.command(asked.question, node.here.node, answer)
            asked.answers.append((hub.epoch, answer))
            self._say(hub.name, "hears", asked.question["id"])

    def _answer(self) -> None:
        node = self.chance.choice(self.nodes)
        ready = [(one, n) for one in node.asked for n, (_, a) in enumerate(one.answers) if a]
        if ready and self.linked(node.here.node):
            asked, nth = self.chance.choice(ready)
            self._say(node.here.node, "is answered", asked.question["id"])
            self._bring(node, asked, nth)

    def _bring(self, node: NodePi, asked: Asked, nth: int) -> None:
        epoch, (outcome, *_) = asked.answers[nth]
        if epoch < node.known:
            return
        node.asked.remove(asked)
        node.heard_s = self.now_s
        if outcome.refusal is not None:
            told = {"code": outcome.refusal.code, "zh": "。", "en": "."}
            asked.answered({"refusal": told})
            return
        events = [
            {"seq": h.seq, "time_ms": h.time_ms, "type": h.name, "data": h.event}
            for h in outcome.happened
        ]
        asked.answered({"events": events, "repeated": outcome.repeated})

    def _follow(self) -> None:
        node = self.chance.choice(self.nodes)
        hubs = self.heard_by(node)
        if hubs and hubs[0].epoch >= node.known:
            self._say(node.here.node, "follows", hubs[0].name)
            node.follow(hubs[0], self.chance.randint(1, 6), heard=self.chance.random() < 0.7)

    def _time(self) -> None:
        for _ in range(self.chance.choice([1, 4, 12])):
            self.now_s += 0.25
            self._hear_time()
            for node in self.nodes:
                if not self.heard_by(node) and node.alone.trouble not in {"broker", "hub"}:
                    node.stands("broker")
                node.look()

    def _cut(self) -> None:
        name = self.chance.choice(["broker", "hub", "standby", *(n.here.node for n in self.nodes)])
        self._say("cut", name)
        self.cut.add(name)

    def _mend(self) -> None:
        if self.cut:
            name = self.chance.choice(sorted(self.cut))
            self._say("mended", name)
            self.cut.discard(name)

    def _pair(self) -> tuple[HubPi, HubPi] | None:
        """Return a hub that decides and one that follows, when they reach each other."""
        deciding = [one for one in self.hubs if one.decides]
        if (
            len(self.hubs) < 2
            or len(deciding) != 1
            or not all(self.linked(one.name) for one in self.hubs)
        ):
            return None
        (hub,) = deciding
        other = self.standby if hub is self.hub else self.hub
        return (hub, other) if other.heard <= hub.epoch else None

    def _copy(self) -> None:
        if (pair := self._pair()) is not None:
            self._say(pair[1].name, "copies")
            pair[1].copy_from(pair[0], self.chance.randint(1, 8))

    def _hand_over(self) -> None:
        if (pair := self._pair()) is not None and pair[1].kept:
            self._say(pair[1].name, "hands over")
            most, heard = self.chance.randint(1, 20), self.chance.random() < 0.7
            pair[1].hand_over(pair[0], most, heard=heard)

    def _hear_hub(self) -> None:
        one, other = self.chance.choices(self.hubs, k=2)
        if (
            one is not other
            and one.decides
            and other.decides
            and self.linked(one.name)
            and self.linked(other.name)
        ):
            low, high = sorted((one, other), key=lambda hub: hub.epoch)
            self._say(low.name, "stands down before", str(high.epoch))
            low.stand_down(high.epoch)

    def _promote(self) -> None:
        ready = [one for one in self.hubs if not one.decides and one.journal.last_seq]
        if ready and self.promotions < 2:
            hub = self.chance.choice(ready)
            self.promotions += 1
            hub.promote()
            self._hear_time()
            self.begun.append(hub.epoch_name)
            self._say(hub.name, "is promoted", hub.epoch_name)

    def _lose(self) -> None:
        """A hub's card is gone for good, with all that nobody had copied."""
        if len(self.hubs) < 2 or self.chance.randrange(3):
            return
        lost, other = self.chance.sample(self.hubs, 2)
        # One that decides below a lost epoch is put right by a technician, with what it has.
        if not other.journal.last_seq or other.epoch < lost.epoch:
            return
        self._say(lost.name, "is lost")
        self.hubs = (other,)
        if not other.decides:
            other.promote()
            self._hear_time()
            self._say(other.name, "is promoted", other.epoch_name)
        former = other.state.numbers_at
        if former == lost.name:
            other.do(WriteOffNumbers(lost.name, "lost"), f"write-off:{lost.name}")

    def _disk(self) -> None:
        for hub in self.hubs:
            if hub.desk is not None:
                hub.desk.disk.run()
        for node in self.nodes:
            node.disk.run()

    def _crash(self) -> None:
        everybody: list[HubPi | NodePi] = [*self.hubs, *self.nodes]
        one = self.chance.choice(everybody)
        if isinstance(one, HubPi):
            self._say(one.name, "crashes")
            one.restart()
            return
        boot = not self.chance.randrange(3)
        self._say(one.here.node, "crashes", "boots" if boot else "")
        one.restart(boot=boot)

    def _close(self) -> None:
        hub = self.chance.choice([one for one in self.hubs if one.decides])
        self._say(hub.name, "closes the day")
        hub.here.give(c.CloseDay(), f"close:{hub.epoch_name}:{self._presses}")
        self.closed = True

    def _say(self, *words: object) -> None:
        self.told.append(" ".join(str(word) for word in words))

    # ---- healing

    def _heal(self) -> None:
        """All is mended; people press no more. It must come to rest."""
        self.cut.clear()
        self._say("---- all is mended")
        for _ in range(400):
            self._disk()
            self._hear_hub()
            moved = len(self.hubs) > 1 and self._pair() is None
            for node in self.nodes:
                for asked in list(node.asked):
                    if not any(answer for _, answer in asked.answers):
                        answer = list[Outcome]()
                        self.heard_by(node)[0].command(asked.question, node.here.node, answer)
                        asked.answers.append((self.heard_by(node)[0].epoch, answer))
                        self._disk()
                    for nth in range(len(asked.answers)):
                        if asked in node.asked and asked.answers[nth][1]:
                            self._bring(node, asked, nth)
                moved |= node.follow(self.heard_by(node)[0], 50, heard=True)
            self._time()
            if (pair := self._pair()) is not None:
                hub, other = pair
                moved |= other.hand_over(hub, 50, heard=True)
                before = (other.journal.last_seq, other.starts)
                other.copy_from(hub, 1000)
                moved |= before != (other.journal.last_seq, other.starts)
            moved |= any(node.asked for node in self.nodes)
            if not moved:
                return
        raise AssertionError(self.story("it does not come to rest"))

    def story(self, wrong: str) -> str:
        """Return what is wrong, and all that led to it."""
        return "\n".join([wrong, *self.told])
