"""The hub dies: the standby has its journal, is promoted, the hall goes on; the former one returns.

One hall for all of it: what follows builds on what was before.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from firmware_py.bench.client import Refused
from firmware_py.bench.spread import HUB
from firmware_py.sync.consumer import Consumer
from firmware_py.sync.ledger import LinesLedger
from firmware_py.sync.mail import Address
from tests.e2e.scene import TODAY, until
from tests.e2e.spread import Spread

STANDBY = "standby-1"
#: A busy machine starts a daemon slowly.
PATIENT_S = 60.0


async def hub_status(hall: Spread, node: str) -> dict[str, Any]:
    found: dict[str, Any] = await hall.at(node).call("hub.status")
    return found


async def level(hall: Spread, hub: str, standby: str) -> None:
    """Wait until the copy is complete."""

    async def look() -> bool:
        told = (await hub_status(hall, standby))["copy"]
        seq = (await hall.at(hub).call("hall.status"))["last_seq"]
        return bool(told and told["state"] == "level" and told["copied"] == seq)

    await until(look, PATIENT_S)


@contextlib.asynccontextmanager
async def load(hall: Spread) -> AsyncIterator[None]:
    """People keep coming to the hub's desk until it dies."""

    async def go_on() -> None:
        with contextlib.suppress(ConnectionError, Refused):
            while True:
                await take(hall, HUB)

    coming = asyncio.create_task(go_on())
    yield
    coming.cancel()
    await asyncio.wait([coming])


async def take(hall: Spread, node: str) -> str:
    """Take a number at a desk; return it."""
    done = await hall.at(node).call("ticket.take", item="F01", origin="desk", override=True)
    return str(done["events"][-1]["data"]["number"])


async def promoted(hall: Spread, node: str) -> dict[str, Any]:
    """Promote a Pi and wait until it decides."""
    done: dict[str, Any] = await hall.at(node).call("hub.promote")
    await comes_to_decide(hall, node)
    return done


async def comes_to_decide(hall: Spread, node: str) -> None:
    """Wait until a Pi that was promoted decides."""

    async def decides() -> bool:
        try:
            await hall.reconnect(node)
            return bool((await hub_status(hall, node))["decides"])
        except (ConnectionError, OSError):
            return False

    await until(decides, PATIENT_S)


class Centre:
    """The city centre: keeps every event of this hall once."""

    def __init__(self, hall: Spread, folder: Path) -> None:
        self.path = folder / "centre.jsonl"
        address = Address("127.0.0.1", hall.stage.broker_port, "centre")
        ledger = LinesLedger(self.path, durable=False)
        self.consumer = Consumer(address, "demo", "centre", ledger, hubs=(HUB, STANDBY))

    def events(self) -> list[dict[str, Any]]:
        """Return what it keeps."""
        return [json.loads(line) for line in self.path.read_text("utf-8").splitlines()]

    async def reaches(self, hall: Spread, hub: str) -> None:
        """Wait until it has every event of the hub."""

        async def look() -> bool:
            return bool(self.consumer.seq == (await hall.at(hub).call("hall.status"))["last_seq"])

        await until(look, PATIENT_S)
        told = self.events()
        assert [one["seq"] for one in told] == list(range(1, len(told) + 1))


async def test_the_hub_is_killed_the_standby_decides_and_the_former_hub_hands_over(
    place: Path,
) -> None:
    async with Spread(place, "kiosk-1", "window-3", STANDBY) as hall:
        hall.allowed += ["not the beginning of the hub's journal"]
        for node in hall.nodes:
            await hall.becomes(node, "", PATIENT_S)
        centre = Centre(hall, place)
        centre.consumer.start()
        try:
            await _killed(hall)
            await _goes_on(hall)
            await _returns(hall, centre)
            await _back_again(hall, centre)
            await _lost_for_good(hall, centre)
        finally:
            await centre.consumer.stop()


async def _killed(hall: Spread) -> None:
    """Under load, with the newest tickets in no copy."""
    await hall.at("window-3").call("window.open", window="3", clerk="1023")
    for _ in range(5):
        await take(hall, HUB)

    async def reserve() -> bool:
        held = (await hub_status(hall, HUB))["reserve"]
        return any(block["holder"] == STANDBY for block in held)

    await until(reserve, PATIENT_S)
    await level(hall, HUB, STANDBY)
    assert (await hub_status(hall, HUB))["copies"][0]["behind"] == 0
    shown = await hall.at(HUB).call("node.show", node=STANDBY)
    assert shown["copy"]["node"] == STANDBY
    hall.freeze("halld-standby-1")
    async with load(hall):

        async def taken() -> bool:
            return int((await hall.at("window-3").call("hall.status"))["last_seq"]) > 30

        await until(taken, PATIENT_S)
        hall.stage.processes["halld"].kill()
    await hall.end(HUB, signal.SIGKILL)
    hall.thaw("halld-standby-1")


async def _goes_on(hall: Spread) -> None:
    """The windows call, the kiosk gives numbers of the reserve."""
    assert (await promoted(hall, STANDBY))["epoch"] == "2-standby-1"
    told = await hub_status(hall, STANDBY)
    assert (told["hub"], told["epoch"], told["numbers_at"]) == (STANDBY, "2-standby-1", HUB)
    # A promotion outlives its daemon.
    await hall.end(STANDBY, signal.SIGKILL)
    await hall.start(STANDBY)
    assert (await hub_status(hall, STANDBY))["epoch"] == "2-standby-1"
    for node in ("window-3", "kiosk-1"):
        await hall.becomes(node, "", PATIENT_S)
    await hall.press("pad-3", "next")
    await hall.shows("strip-3", PATIENT_S, lines=["A001"])
    await hall.bench.do("press", "kiosk-1-button", key="press")

    async def printed() -> list[str]:
        numbers: list[str] = (await hall.bench.do("seen", "printer-1"))["numbers"]
        return [number for number in numbers if number > "A900"]

    await until(printed, PATIENT_S)


async def _returns(hall: Spread, centre: Centre) -> None:
    """It stands down before it decides anything, hands over, and follows."""
    await hall.start(HUB)
    await hall.becomes(HUB, "", PATIENT_S)
    assert (await hub_status(hall, HUB))["decides"] is False

    async def handed_over() -> bool:
        return bool((await hub_status(hall, STANDBY))["numbers_at"] == STANDBY)

    await until(handed_over, PATIENT_S)

    async def named_by_what_they_do() -> bool:
        listed = await hall.at(STANDBY).call("node.list")
        roles = {one["node"]: one["roles"] for one in listed}
        return (roles[STANDBY], roles[HUB]) == (["hub"], ["standby"])

    await until(named_by_what_they_do, PATIENT_S)
    kept = (await hub_status(hall, HUB))["kept"]
    assert len(kept) == 1
    assert (hall.stage.folder / "data" / kept[0]).exists()
    await centre.reaches(hall, STANDBY)
    numbers = [e["data"]["number"] for e in centre.events() if e["type"] == "ticket.issued"]
    assert len(numbers) == len(set(numbers))
    # What only the former hub knew is there, and its numbers go on where it was.
    usual = sorted(number for number in numbers if number < "A900")
    assert usual == [f"A{n:03d}" for n in range(1, len(usual) + 1)]
    assert len(usual) > 10
    assert await take(hall, STANDBY) == f"A{len(usual) + 1:03d}"


async def _back_again(hall: Spread, centre: Centre) -> None:
    """The repaired hub is promoted: the technician's way back."""
    await level(hall, STANDBY, HUB)
    assert (await promoted(hall, HUB))["epoch"] == "3-hub"
    await hall.becomes("window-3", "", PATIENT_S)

    async def follows() -> bool:
        try:
            await hall.reconnect(STANDBY)
            return not (await hub_status(hall, STANDBY))["decides"]
        except (ConnectionError, OSError):
            return False

    await until(follows, PATIENT_S)
    await hall.becomes(STANDBY, "", PATIENT_S)

    async def at_the_hub() -> bool:
        return bool((await hub_status(hall, HUB))["numbers_at"] == HUB)

    await until(at_the_hub, PATIENT_S)
    for step in ("start", "finish"):
        await hall.at("window-3").call(f"window.{step}", window="3")
    await hall.press("pad-3", "next")
    await hall.shows("strip-3", PATIENT_S, lines=["A002"])
    await centre.reaches(hall, HUB)
    await level(hall, HUB, STANDBY)


async def _lost_for_good(hall: Spread, centre: Centre) -> None:
    """The standby was promoted again and is lost; the Pi that stood down has copied nothing."""
    last = await take(hall, HUB)
    await level(hall, HUB, STANDBY)
    await hall.end(HUB)
    assert (await promoted(hall, STANDBY))["epoch"] == "4-standby-1"
    unseen = await take(hall, STANDBY)
    await hall.end(STANDBY, signal.SIGKILL)
    await hall.start(HUB)
    told = await hub_status(hall, HUB)
    assert (told["decides"], told["hub"], told["epoch"]) == (False, STANDBY, "4-standby-1")
    assert told["from_kept"]["file"] == "journal.db.3-hub"
    assert told["from_kept"]["until"].startswith(TODAY)
    with pytest.raises(Refused, match="promote --from-kept"):
        await hall.at(HUB).call("hub.promote")
    assert (await hall.at(HUB).call("hub.promote", from_kept=True))["epoch"] == "5-hub"
    await comes_to_decide(hall, HUB)
    assert (await hub_status(hall, HUB))["numbers_at"] == HUB
    # Behind all that the lost one may have given: its own reserve, and of the usual ones.
    number = await take(hall, HUB)
    assert last < number < "A900"
    assert int(number[1:]) > int(last[1:]) + 50
    assert unseen not in {number, last}
    await hall.becomes("window-3", "", PATIENT_S)
    for step in ("start", "finish"):
        await hall.at("window-3").call(f"window.{step}", window="3")
    await hall.press("pad-3", "next")
    await hall.shows("strip-3", PATIENT_S, lines=["A003"])
    await centre.reaches(hall, HUB)
