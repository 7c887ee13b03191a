"""A hall of many Pis as its technician sees it, at the hub and at another Pi."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware_py.bench.spread import HUB
from kiosk_ui.link import Link
from kiosk_ui.messages import CutOff, Live, Message
from tests.e2e.scene import refused, until
from tests.e2e.spread import Spread
from tests.sync.support import Ear


async def hallctl(hall: Spread, node: str, *arguments: str) -> str:
    """Return what ``hallctl`` says at a Pi."""
    program = [sys.executable, "-m", "firmware_py.cli.main", *arguments]
    process = await asyncio.create_subprocess_exec(
        *program, "--socket", str(hall.stage.socket_of(node)), "--lang", "en",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **hall.stage.of_node(node), "HALL_CONFIG": str(hall.stage.config)},
    )  # fmt: skip
    out, _ = await process.communicate()
    return out.decode()


async def listed(hall: Spread) -> dict[str, dict[str, Any]]:
    """Return the hub's list of Pis by name."""
    return {one["node"]: one for one in await hall.at(HUB).call("node.list")}


async def becomes(hall: Spread, node: str, wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the hub sees a Pi so."""

    async def look() -> bool:
        return wanted((await listed(hall))[node])

    await until(look)


async def lent(hall: Spread, node: str) -> dict[str, Any]:
    """Return the block that kiosk-1's Pi holds, as another Pi knows it."""
    blocks = list[dict[str, Any]]()

    async def look() -> bool:
        found = await hall.at(node).call("node.numbers")
        blocks[:] = [one for one in found["blocks"] if one["holder"] == "kiosk-1"]
        return bool(blocks)

    await until(look)
    return blocks[0]


async def test_the_hub_lists_its_pis_with_how_far_they_are_and_what_to_do(place: Path) -> None:
    async with Spread(place, "kiosk-1", "window-3") as hall:
        for node in hall.nodes:
            await hall.becomes(node, "")
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        await becomes(hall, "window-3", lambda one: one["behind"] == 0)
        found = await listed(hall)
        assert list(found) == [
            "hub", "kiosk-1", "kiosk-2", "window-1", "window-2", "window-3", "wall-1", "standby-1",
        ]  # fmt: skip
        assert found["window-3"]["windows"] == ["3"]
        # Every window, kiosk and wall has a Pi of its own; the voice is the hub's.
        assert (found["hub"]["roles"], found["hub"]["voices"]) == (["hub"], ["hall"])
        assert found["window-3"]["version"] == found["hub"]["version"]
        assert found["window-3"]["say"] is None
        assert found["wall-1"]["state"] == "never"
        await hall.bench.do("unplug", "printer-1")
        await becomes(hall, "kiosk-1", lambda one: bool(one["devices"]))
        (wrong,) = (await listed(hall))["kiosk-1"]["devices"]
        assert (wrong["device"], wrong["state"]) == ("printer-1", "gone")

        for at in (HUB, "window-3"):
            assert await lent(hall, at) == {
                "holder": "kiosk-1", "series": "common", "first": "A980", "last": "A999",
                "total": 20, "given": 0, "left": 20, "written_off": "", "reserve": False,
            }  # fmt: skip

        await hall.end("kiosk-1", signal.SIGKILL)
        await becomes(hall, "kiosk-1", lambda one: one["state"] == "away")
        assert "nothing was changed" in await hallctl(hall, HUB, "node", "write-off", "kiosk-1")
        assert (await lent(hall, HUB))["written_off"] == ""
        said = await hallctl(hall, HUB, "node", "write-off", "kiosk-1", "--reason", "fire", "--yes")
        assert "A980 to A999 of kiosk-1 are written off: 20 of them are not known" in said
        said = await hallctl(hall, HUB, "node", "numbers")
        assert "kiosk-1  A980 to A999      0    20  written off (fire)" in said
        glance = (await hall.at(HUB).call("hall.status"))["nodes"]
        assert (glance["total"], glance["there"]) == (7, 1)
        said = await hallctl(hall, HUB, "node", "list")
        assert "kiosk-1  See to its power and network cable" in said
        assert "1 of 7 are there" in await hallctl(hall, HUB, "status")
        assert "printer-1  gone" in await hallctl(hall, HUB, "node", "show", "kiosk-1")
        await _cleared(hall, "kiosk-1")
        found = await listed(hall)
        assert (found["kiosk-1"]["state"], found["kiosk-1"]["devices"]) == ("never", [])
        (shown,) = json.loads(await hallctl(hall, "window-3", "node", "list", "--json"))
        assert (shown["node"], shown["line"]["hub"], shown["line"]["trouble"]) == (
            "window-3", HUB, "",
        )  # fmt: skip
        await _cleared_at_the_next_start(hall, "window-9")


async def _cleared(hall: Spread, node: str) -> None:
    """Recorded as retired, nothing of a Pi is left at the broker."""
    root = "hall/v1/demo"
    topics = f"{root}/node/+", f"{root}/device/{node}/+"
    before = Ear(hall.stage.broker_port, *topics, client_id="before")
    after = None
    try:

        async def kept() -> bool:
            heard = {one.topic for one in before.heard if one.payload}
            return {f"{root}/node/{node}", f"{root}/device/{node}/printer-1"} <= heard

        await until(kept)
        await hall.at(HUB).call("node.record", action="retire", node=node)
        wanted = {one.topic for one in before.heard if f"/{node}" in one.topic}

        async def emptied() -> bool:
            return wanted <= {one.topic for one in before.heard if not one.payload}

        await until(emptied)
        after = Ear(hall.stage.broker_port, *topics, client_id="after")

        async def hub() -> bool:
            return any(one.topic == f"{root}/node/{HUB}" for one in after.heard)

        await until(hub)
        assert [one.topic for one in after.heard if f"/{node}" in one.topic] == []
    finally:
        before.close()
        if after is not None:
            after.close()


async def _cleared_at_the_next_start(hall: Spread, node: str) -> None:
    """The broker keeps something of a Pi that was retired, and the hub ends before it hears it."""
    root = "hall/v1/demo"
    topics = f"{root}/node/{node}", f"{root}/device/{node}/pad-9"
    await hall.at(HUB).call("node.record", action="retire", node=node)
    await hall.end(HUB, signal.SIGKILL)
    ear = Ear(hall.stage.broker_port, *topics, client_id="there")
    try:
        for topic in topics:
            ear.client.publish(topic, b'{"status":"offline","state":"gone"}', 1, retain=True)

        async def kept() -> bool:
            return set(topics) <= {one.topic for one in ear.heard if one.payload}

        await until(kept)
        await hall.start(HUB)

        async def emptied() -> bool:
            return set(topics) <= {one.topic for one in ear.heard if not one.payload}

        await until(emptied)
    finally:
        ear.close()


async def test_what_only_the_hub_does_is_refused_with_the_way_there(place: Path) -> None:
    async with Spread(place, "window-3") as hall:
        await hall.becomes("window-3", "")
        machine = (await listed(hall))["hub"]["host"]
        for method in ("day.close", "report.day", "journal.tail"):
            said = await refused(hall.at("window-3").call(method))
            assert f"at the hub, hub: ssh {machine}, then give the same command" in said.en, said
            assert f"ssh {machine}" in said.zh
        assert "ssh" in await hallctl(hall, "window-3", "report")
        hub = await refused(hall.at("window-3").call("node.show", node="hub"))
        assert hub.code == "unknown_node"
        assert (await refused(hall.at("window-3").call("node.show", node="wall-1"))).code == (
            "only_at_hub"
        )


async def test_a_screen_of_a_pi_that_lost_hub_or_broker_says_so_until_they_are_back(
    place: Path,
) -> None:
    async with Spread(place, "window-3") as hall:
        await hall.becomes("window-3", "")
        loop = asyncio.get_running_loop()
        link = Link(hall.stage.socket_of("window-3"), loop.time, by="screen-window")
        came: list[Message] = []

        async def last(wanted: Message) -> None:
            async def look() -> bool:
                came.extend(link.poll())
                states = [one for one in came if isinstance(one, Live | CutOff)]
                return bool(states) and states[-1] == wanted

            await until(look)

        try:
            await last(Live())
            hall.stage.end("mosquitto")
            await last(Live(alone=True))
            said = await hallctl(hall, "window-3", "status")
            assert "the broker cannot be reached" in said, said
            hall.stage.start_broker()
            await last(Live())
            hall.freeze("halld")
            try:
                await last(Live(alone=True))
                doctor = await hallctl(hall, "window-3", "doctor")
                assert "The hub, hub, does not answer: this Pi is cut off" in doctor, doctor
            finally:
                hall.thaw("halld")
            await last(Live())
        finally:
            link.close()
