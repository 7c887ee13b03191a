"""``kill -9`` of the hub while people take tickets and clerks call at other Pis.

After each kill the hub starts again on what its disk has; now and then so late that kiosk and
windows go on by themselves. Whoever was not answered presses again, and counts once.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from firmware_py.bench.spread import HUB
from tests.e2e.scene import until
from tests.faults.cut_hall import KIOSK, PATIENT_S, STANDBY, WINDOW, CutHall
from tests.faults.spread_judging import judge_journals, judge_papers, told_by
from tests.faults.spread_load import Clerk, Taker

WINDOW_2 = "window-2"
#: Every so many kills the hub stays away until others go on alone.
AWAY_EVERY, AWAY_S = 6, 3.5
#: Of the kills so many come once it is followed.
AT_WORK = 0.8


async def killed_again_and_again(place: Path, kills: int, seed: int) -> dict[str, int]:
    """Return the figures of the run."""
    chance = random.Random(seed)
    async with CutHall(place, KIOSK, WINDOW, WINDOW_2, STANDBY, apart=False) as hall:
        await hall.stands()
        await hall.at(HUB).call("window.open", window="2", clerk="1002")
        takers = [Taker(hall, KIOSK, f"person-{n}", pause_s=0.25) for n in range(2)]
        clerks = [Clerk(hall, "1"), Clerk(hall, "2")]
        people: list[Taker | Clerk] = [*takers, *clerks]
        work = [asyncio.create_task(one.run()) for one in people]
        try:
            for kill in range(1, kills + 1):
                # At work, and now and then while it starts.
                if chance.random() < AT_WORK:
                    await hall.becomes(KIOSK, "", PATIENT_S)
                await asyncio.sleep(chance.uniform(0.0, 0.6))
                await asyncio.to_thread(hall.stage.end, "halld", signal.SIGKILL)
                if kill % AWAY_EVERY == 0:
                    await asyncio.sleep(AWAY_S)
                hall.stage.start_hall()
            for one in people:
                one.stopping = True
            async with asyncio.timeout(PATIENT_S):
                await asyncio.gather(*work)
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        await hall.reconnect(HUB)
        await hall.heals()
        await hall.copy_is_level()
        await _all_printed(hall)
        events = await told_by(hall)
        judge_papers(events, {KIOSK: await hall.bench.do("seen", "printer-1")})
        _nothing_answered_is_lost(events, takers, clerks)
        for node in (KIOSK, WINDOW, WINDOW_2, STANDBY, HUB):
            await hall.end(node)
        records = judge_journals(hall, copies=[STANDBY], deciding=[KIOSK, WINDOW, WINDOW_2])
        assert records > 0, "nobody ever went on alone"
        return {
            "kills": kills,
            "tickets": sum(len(one.numbers) for one in takers),
            "pressed again": sum(one.told.again for one in people),
            "calls": Counter(e["type"] for e in events)["ticket.called"],
            "events": len(events),
            "records": records,
        }


async def _all_printed(hall: CutHall) -> None:
    async def look() -> bool:
        return not (await hall.at(KIOSK).call("hall.status"))["papers_owed"]

    await until(look, PATIENT_S)


def _nothing_answered_is_lost(
    events: Sequence[Any], takers: Sequence[Taker], clerks: Sequence[Clerk]
) -> None:
    """Whatever people were told is in the journal, as it was told, and once."""
    by_request = {
        e["data"]["request"]: e["data"]["number"] for e in events if e["type"] == "ticket.issued"
    }
    replaced = {
        e["data"]["number"]: e["data"]["paper"] for e in events if e["type"] == "ticket.replaced"
    }
    for taker in takers:
        for command_id, number in taker.numbers.items():
            assert number not in replaced
            assert by_request[command_id] == number or by_request[command_id] in replaced
    happened = Counter((e["type"], e["data"].get("number")) for e in events)
    merged = {
        (e["data"]["type"], e["data"]["number"]) for e in events if e["type"] == "record.merged"
    }
    for clerk in clerks:
        for told in clerk.told.events.values():
            for one in told:
                what = (one["type"], one["data"].get("number"))
                assert what in happened or what in merged, what
    for kind in ("service.finished", "rating.given"):
        assert [w for w, times in happened.items() if w[0] == kind and times > 1] == []


async def test_7_kills_of_the_hub_under_load_lose_nothing_and_double_nothing(place: Path) -> None:
    await killed_again_and_again(place, 7, seed=1)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_200_kills_of_the_hub_under_load_lose_nothing_and_double_nothing(
    place: Path,
) -> None:
    await killed_again_and_again(place, 200, seed=2)
