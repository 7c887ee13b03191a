"""The hub's own card is swapped for an old copy: the standby has more, and nobody else knows."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from firmware_py.bench.client import Refused
from firmware_py.bench.spread import HUB
from tests.e2e.scene import until
from tests.faults.cut_hall import PATIENT_S, STANDBY, CutHall


async def take(hall: CutHall, node: str) -> str:
    """Take a number at a Pi's desk; return it."""
    done = await hall.at(node).call("ticket.take", item="F01", origin="desk", override=True)
    return str(done["events"][-1]["data"]["number"])


async def decides(hall: CutHall, node: str) -> None:
    """Wait until a Pi decides."""

    async def look() -> bool:
        try:
            await hall.reconnect(node)
            return bool((await hall.at(node).call("hub.status"))["decides"])
        except (ConnectionError, OSError):
            return False

    await until(look, PATIENT_S)


async def test_a_hub_whose_card_was_set_back_stops_and_the_standby_goes_on(place: Path) -> None:
    async with CutHall(place, STANDBY, apart=False) as hall:
        hall.allowed = ["set_back", "set back"]
        await hall.stands()
        given = [await take(hall, HUB)]
        await hall.copy_is_level()
        data = Path(hall.stage.of_node(HUB)["HALL_DATA"])
        old = data.with_name("data.old")
        await hall.end(HUB)
        await asyncio.to_thread(shutil.copytree, data, old)
        await hall.start(HUB)
        await hall.becomes(STANDBY, "", PATIENT_S)
        given += [await take(hall, HUB), await take(hall, HUB)]
        await hall.copy_is_level()
        copied = (await hall.at(STANDBY).call("hub.status"))["copy"]["copied"]

        await hall.end(HUB)
        await asyncio.to_thread(data.rename, data.with_name("data.new"))
        await asyncio.to_thread(old.rename, data)
        await hall.start(HUB)

        async def stopped() -> bool:
            return bool((await hall.at(HUB).call("hall.status"))["mode"] == "storage_failing")

        await until(stopped, PATIENT_S)
        with pytest.raises(Refused) as refused:
            await take(hall, HUB)
        assert refused.value.code == "set_back"
        problem = (await hall.at(HUB).call("hall.status"))["problem"]
        assert "hallctl hub promote" in problem["zh"]
        assert "hallctl hub promote" in problem["en"]
        copy = (await hall.at(STANDBY).call("hub.status"))["copy"]
        # The only one that is whole: it was not put aside for the hub's.
        assert (copy["state"], copy["copied"]) == ("wrong", copied)
        assert "set back" in copy["why"]

        await hall.at(STANDBY).call("hub.promote", former_is_off=True)
        await decides(hall, STANDBY)
        given += [await take(hall, STANDBY)]
        assert len(set(given)) == len(given), given
        known = {one["number"] for one in await hall.at(STANDBY).call("ticket.list")}
        assert set(given) <= known

        async def follows() -> bool:
            try:
                await hall.reconnect(HUB)
                told = await hall.at(HUB).call("hub.status")
            except (ConnectionError, OSError):
                return False
            return not told["decides"] and bool(told["hub"] == STANDBY)

        await until(follows, PATIENT_S)
