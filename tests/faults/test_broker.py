"""The broker is away, dies, hangs, forgets: the hall goes on, the centre has everything after."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from pathlib import Path

from tests.e2e.scene import Change, Scene, until

#: A command that waits for the broker would wait always; a busy machine takes this at most.
NOT_SLOWED_S = 4.0
TRIES = 5
SHORT_KEEPALIVE: list[Change] = [('[broker]\nhost = "127.0.0.1"', "[broker]\nkeepalive_s = 2")]


async def connected(hall: Scene, *, wanted: bool = True) -> bool:
    return bool((await hall.status())["broker"]["connected"]) is wanted


async def work(hall: Scene, people: int = 10) -> float:
    """Take, call and serve; return how long the slowest command took."""
    slowest_s = 0.0
    for _ in range(people):
        for method, params in (
            ("ticket.take", {"item": "F01", "origin": "kiosk-1"}),
            ("window.next", {"window": "1"}),
            ("window.finish", {"window": "1"}),
        ):
            begin = time.monotonic()
            await hall.hall.call(method, **params)
            slowest_s = max(slowest_s, time.monotonic() - begin)
    return slowest_s


async def not_slowed(hall: Scene, people: int = 10) -> None:
    """Work; a pause of the machine may make one command slow, a broker would make all slow."""
    for _ in range(TRIES):
        if await work(hall, people) < NOT_SLOWED_S:
            return
    raise AssertionError("the commands wait for something")


async def test_no_broker_at_the_start(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        await not_slowed(hall)
        status = (await hall.status())["broker"]
        assert not status["connected"]
        assert status["error"]
        hall.stage.start_broker()
        centre, file = hall.centre()
        await hall.centre_has_all(centre, file)
        assert centre.counts.lost == []


async def test_a_broker_that_was_dead_for_a_while(place: Path) -> None:
    async with Scene(place, broker=True, windows=("1",)) as hall:
        centre, file = hall.centre()
        await work(hall)
        await asyncio.to_thread(hall.stage.end, "mosquitto", signal.SIGKILL)
        await until(lambda: connected(hall, wanted=False))
        await not_slowed(hall, 30)
        assert (await hall.status())["broker"]["backlog"] >= 90
        hall.stage.start_broker()
        await hall.centre_has_all(centre, file)


async def test_a_broker_that_hangs_for_longer_than_the_keepalive(place: Path) -> None:
    async with Scene(place, broker=True, windows=("1",), changes=SHORT_KEEPALIVE) as hall:
        centre, file = hall.centre()
        await work(hall)
        # Whoever waited for the broker waited until it was given up. A pause of the machine may
        # take all that time, but not each time.
        for _ in range(TRIES):
            if await worked_while_it_hung(hall) > 2:
                break
        else:
            raise AssertionError("the hall waited for the broker")
        await hall.centre_has_all(centre, file)


async def worked_while_it_hung(hall: Scene) -> int:
    """Hang the broker until that is noticed; return how many people were served meanwhile."""
    await until(lambda: connected(hall))
    hall.signal_broker(signal.SIGSTOP)
    served = 0

    async def noticed() -> bool:
        nonlocal served
        await work(hall, 1)
        served += 1
        return not await connected(hall)

    try:
        await until(noticed)
        await not_slowed(hall)
    finally:
        hall.signal_broker(signal.SIGCONT)
    return served


async def test_a_broker_that_comes_back_with_nothing_and_a_hall_that_was_killed_meanwhile(
    place: Path,
) -> None:
    async with Scene(place, broker=True, windows=("1",)) as hall:
        centre, file = hall.centre()
        await work(hall)
        await hall.centre_has_all(centre, file)
        await asyncio.to_thread(hall.stage.end, "mosquitto", signal.SIGKILL)
        shutil.rmtree(hall.stage.folder / "broker")
        await work(hall)
        await hall.kill()
        await hall.start()
        await work(hall)
        hall.stage.start_broker()
        await hall.centre_has_all(centre, file)
        assert centre.counts.roll_backs == 0
        assert centre.counts.lost == []


async def test_a_centre_that_was_away_gets_what_it_missed(place: Path) -> None:
    async with Scene(place, broker=True, windows=("1",)) as hall:
        centre, file = hall.centre()
        await work(hall, 3)
        await hall.centre_has_all(centre, file)
        await centre.stop()
        await work(hall, 20)
        centre, file = hall.centre()
        await hall.centre_has_all(centre, file)
        assert centre.counts.stored > 0


async def test_the_hall_stops_in_time_while_its_broker_hangs(place: Path) -> None:
    async with Scene(place, broker=True, windows=("1",)) as hall:
        await until(lambda: connected(hall))
        hall.signal_broker(signal.SIGSTOP)
        try:
            await work(hall, 5)
            assert await hall.end() == 0
        finally:
            hall.signal_broker(signal.SIGCONT)
