"""Real messages of a running hall again: twice, late, out of order, and from a former epoch.

Somebody at the broker heard everything: what kiosk and window asked, what the hub answered and
told. It is said again, as a broker may that delivers twice or late; nothing changes in the journal
or on paper, and who follows goes on.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from firmware_py.bench.client import Refused
from firmware_py.bench.spread import HUB
from tests.e2e.scene import until
from tests.faults.cut_hall import KIOSK, PATIENT_S, STANDBY, WINDOW, CutHall
from tests.faults.spread_judging import judge_papers, told_by
from tests.sync.support import ROOT, Ear, Heard

#: What the hall does by itself meanwhile.
_ITS_OWN = frozenset({
    "clock.set", "numbers.lent", "numbers.returned", "hub.promoted", "hub.numbers_taken_over",
})  # fmt: skip
TAKE: dict[str, Any] = {"item": "F01", "origin": KIOSK}


class Parrot:
    """Heard everything, and says it again."""

    def __init__(self, hall: CutHall) -> None:
        self._ear = Ear(hall.stage.broker_port, client_id="parrot")
        self.said = 0

    def heard(self) -> list[Heard]:
        """Return what real clients have said so far."""
        return list(self._ear.heard)

    async def says(self, messages: Sequence[Heard]) -> None:
        """Say them: births retained, as they were."""
        await asyncio.to_thread(self._say, messages)

    def _say(self, messages: Sequence[Heard]) -> None:
        for one in messages:
            topic = one.topic.removeprefix(f"{ROOT}/")
            self._ear.say(
                topic, one.payload, retain=topic.startswith("node/"),
                respond_to=None, correlation=one.correlation,
            )  # fmt: skip
            self.said += 1

    def close(self) -> None:
        """Hang up."""
        self._ear.client.disconnect()
        self._ear.client.loop_stop()


async def served(hall: CutHall) -> str:
    """Have one ticket taken, called, served and rated; return its number."""
    done = await hall.at(KIOSK).call("ticket.take", **TAKE)
    number = str(done["events"][0]["data"]["number"])
    await hall.shows_slip(number)
    for method in ("window.next", "window.start", "window.finish"):
        await hall.at(WINDOW).call(method, window="1")
    await hall.at(WINDOW).call("rate", window="1", score=5)
    return number


async def happened(hall: CutHall, hub: str) -> list[Mapping[str, Any]]:
    """Return what people made happen, as a hub's journal has it."""
    return [one for one in await told_by(hall, hub) if one["type"] not in _ITS_OWN]


async def unmoved(hall: CutHall, hub: str, parrot: Parrot, messages: Sequence[Heard]) -> None:
    """Say it all; journal and paper stay, who follows agrees."""
    before = await happened(hall, hub)
    seen = await hall.bench.do("seen", "printer-1")
    await parrot.says(messages)
    followers = [node for node in (HUB, KIOSK, WINDOW, STANDBY) if node != hub]
    for node in followers:
        await hall.becomes(node, "", PATIENT_S)
    await hall.level_with(hub, *followers)
    assert await happened(hall, hub) == before
    after = await hall.bench.do("seen", "printer-1")
    assert (after["numbers"], after["reprints"]) == (seen["numbers"], seen["reprints"])


async def promoted(hall: CutHall) -> None:
    """Make the standby the hub, and wait until the former one follows it."""
    await hall.copy_is_level()
    await hall.at(STANDBY).call("hub.promote")
    for node, decides in ((STANDBY, True), (HUB, False)):

        async def stands(node: str = node, decides: bool = decides) -> bool:
            try:
                await hall.reconnect(node)
                return bool((await hall.at(node).call("hub.status"))["decides"]) is decides
            except (OSError, Refused):
                return False

        await until(stands, PATIENT_S)


async def test_messages_twice_late_out_of_order_and_of_a_former_epoch_change_nothing(
    place: Path,
) -> None:
    chance = random.Random(1)
    async with CutHall(place, KIOSK, WINDOW, STANDBY, apart=False) as hall:
        hall.allowed += ["not the beginning of the hub's journal"]
        parrot = Parrot(hall)
        try:
            await hall.stands()
            for _ in range(3):
                await served(hall)
            messages = parrot.heard()
            kinds = {one.topic.removeprefix(f"{ROOT}/").partition("/")[0] for one in messages}
            assert {"ask", "reply", "event", "node"} <= kinds
            # Twice, and late; then in any order.
            await unmoved(hall, HUB, parrot, messages)
            await unmoved(hall, HUB, parrot, chance.sample(messages, len(messages)))
            # A Pi that begins anew counts its questions anew: old answers are none to these.
            await hall.end(WINDOW, signal.SIGKILL)
            starting = asyncio.create_task(hall.start(WINDOW))
            answers = [one for one in messages if "/reply/" in one.topic]
            await parrot.says(answers)
            await starting
            await unmoved(hall, HUB, parrot, answers)
            await served(hall)
            messages = parrot.heard()
            # From a former epoch: births that the broker retains, events, answers, questions.
            await promoted(hall)
            await unmoved(hall, STANDBY, parrot, chance.sample(messages, len(messages)))
            number = await served(hall)
            told = await told_by(hall, STANDBY)
            judge_papers(told, {KIOSK: await hall.bench.do("seen", "printer-1")})
            assert number in {e["data"]["number"] for e in told if e["type"] == "service.finished"}
            assert parrot.said > 100
        finally:
            parrot.close()
