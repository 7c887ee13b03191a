"""``kill -9`` of the daemon at random moments, while people take, clerks call and paper comes out.

After each kill the daemon starts again on what the disk has, everybody comes back, and a command
that was not answered is sent again with its id.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.scene import Connection, Scene, until

TAKERS = 6
WINDOWS = ("1", "2", "3", "4")


class Person:
    """Takes one ticket after the other, each until it is answered."""

    def __init__(self, scene: Scene, name: str, kiosk: str) -> None:
        self._scene = scene
        self._name = name
        self._kiosk = kiosk
        #: Command id -> the number that was acknowledged.
        self.acknowledged: dict[str, str] = {}
        self.retries = 0
        self.stopping = False

    async def run(self) -> None:
        client: Connection | None = None
        while not self.stopping:
            command_id = f"{self._name}:{len(self.acknowledged)}"
            while command_id not in self.acknowledged:
                try:
                    client = client or await self._scene.client()
                    await self._take(client, command_id)
                except ConnectionError:
                    self.retries += 1
                    client = None
            await asyncio.sleep(0.005)

    async def _take(self, client: Connection, command_id: str) -> None:
        outcome = await client.call(
            "ticket.take", item="F01", origin=self._kiosk, command_id=command_id, by=self._name
        )
        (event,) = outcome["events"]
        self.acknowledged[command_id] = event["data"]["number"]


async def clerks(scene: Scene, chance: random.Random) -> None:
    """Press keys at the pads for ever; whoever waits is called, served, rated."""
    while True:
        pad = f"pad-{chance.choice(WINDOWS)}"
        key = chance.choice(("next", "next", "finish", "recall", "rating"))
        await scene.press(pad, key, 5 if key == "rating" else None)
        await asyncio.sleep(0.01)


async def killed_again_and_again(place: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    async with Scene(place, broker=True, windows=WINDOWS) as hall:
        centre, file = hall.centre()
        people = [Person(hall, f"p{n}", f"kiosk-{1 + n % 2}") for n in range(TAKERS)]
        taking = [asyncio.create_task(person.run()) for person in people]
        calling = asyncio.create_task(clerks(hall, chance))
        epochs = {(await hall.status())["epoch"]}
        for _ in range(kills):
            # Also while it starts: it is ready after about a third of a second.
            await asyncio.sleep(chance.uniform(0.0, 0.7))
            await hall.kill()
            hall.stage.start_hall()
        await hall.connect()
        for person in people:
            person.stopping = True
        await asyncio.wait_for(asyncio.gather(*taking), 60)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        epochs.add((await hall.status())["epoch"])
        assert len(epochs) == 1
        assert sum(person.retries for person in people) > 0, "no kill hit anybody"
        await nothing_lost_nothing_twice(hall, people)
        await everybody_has_paper(hall)
        await hall.verified()
        await hall.centre_has_all(centre, file)
        assert centre.counts.lost == []


async def nothing_lost_nothing_twice(hall: Scene, people: list[Person]) -> None:
    issued = [e for e in await hall.journal() if e["type"] == "ticket.issued"]
    numbers = [e["data"]["number"] for e in issued]
    assert numbers == [f"A{n:03}" for n in range(1, len(numbers) + 1)]
    by_command = {e["command_id"]: e["data"]["number"] for e in issued}
    assert len(by_command) == len(issued), "a command counted twice"
    acknowledged = {k: v for person in people for k, v in person.acknowledged.items()}
    assert by_command == acknowledged
    for person in people:
        command_id, number = next(iter(person.acknowledged.items()))
        again = await hall.hall.call(
            "ticket.take", item="F01", origin="kiosk-1", command_id=command_id, by="late"
        )
        assert again["repeated"]
        assert again["events"][0]["data"]["number"] == number


async def everybody_has_paper(hall: Scene) -> None:
    """Who waits has a slip; of several slips of a number all but one say that they are reprints."""

    async def nothing_owed() -> bool:
        return not (await hall.status())["papers_owed"]

    await until(nothing_owed)
    numbers: Counter[str] = Counter()
    reprints: Counter[str] = Counter()
    for printer in ("printer", "printer-2"):
        seen = await hall.seen(printer)
        numbers.update(seen["numbers"])
        reprints.update(seen["reprints"])
        assert seen["unknown_commands"] == []
    waiting = [t["number"] for t in await hall.hall.call("ticket.list", status="waiting")]
    assert [n for n in waiting if not numbers[n]] == []
    unmarked = {n for n in numbers if numbers[n] - reprints[n] > 1}
    assert unmarked == set()


async def test_15_kills_under_load_lose_nothing_and_give_nothing_twice(place: Path) -> None:
    await killed_again_and_again(place, 15, seed=1)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_200_kills_under_load_lose_nothing_and_give_nothing_twice(place: Path) -> None:
    await killed_again_and_again(place, 200, seed=2)
