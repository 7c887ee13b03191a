"""The hub dies: the standby has all of its journal, is promoted, and the hall goes on."""

from __future__ import annotations

import signal
from pathlib import Path

from firmware_py.bench.spread import HUB
from tests.e2e.scene import until
from tests.e2e.spread import Spread

STANDBY = "standby-1"


async def level(hall: Spread) -> None:
    async def look() -> bool:
        told = (await hall.at(STANDBY).call("hub.status"))["copy"]
        seq = (await hall.at(HUB).call("hall.status"))["last_seq"]
        return told is not None and told["state"] == "level" and told["copied"] == seq

    await until(look, 40)


async def test_a_standby_is_promoted_and_the_hall_goes_on(place: Path) -> None:
    async with Spread(place, "window-3", STANDBY) as hall:
        for node in hall.nodes:
            await hall.becomes(node, "", 40)
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        for _ in range(5):
            await hall.at(HUB).call("ticket.take", item="F01", origin="desk", override=True)
        await level(hall)
        await hall.end(HUB, signal.SIGKILL)
        said = await hall.at(STANDBY).call("hub.promote")
        assert said["epoch"] == "2-standby-1"
        await hall.reconnect(STANDBY)
        await hall.becomes("window-3", "", 40)
        await hall.press("pad-3", "next")
        await hall.shows("strip-3", lines=["A001"])
