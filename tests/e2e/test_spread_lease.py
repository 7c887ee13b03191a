"""With a lease: who decides follows from who is in touch with whom, and no hand is needed."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from firmware_py.bench.client import Refused
from firmware_py.bench.spread import HUB, SPREAD
from firmware_py.core.epoch import Epoch
from firmware_py.sync.lease_wire import Kept, kept_bytes
from tests.e2e.scene import TODAY, until
from tests.e2e.spread import Spread

STANDBY, WITNESS = "standby-1", "wall-1"
#: As long as a busy machine may take for what it does in a moment, and not longer.
LEASE_S = 8
SLOW_S = 90.0
TAKE: dict[str, Any] = {"item": "F01", "origin": "desk", "override": True}
NUMBERS = count(1)
#: What a hub that may not decide says: before it has heard of the other, and after.
NOT_HERE = {"no_lease", "not_sure", "stood_down", "hub_away", "not_yours"}


def config(folder: Path) -> Path:
    """Return a hall's file with a lease in it."""
    folder.mkdir()
    for name in ("items.toml", "holidays.toml"):
        (folder / name).write_bytes((SPREAD.parent / name).read_bytes())
    lease = f'[spread]\npromote = "lease"\nwitness = "{WITNESS}"\nlease_s = {LEASE_S}\n'
    path = folder / "hall.toml"
    path.write_text(SPREAD.read_text("utf-8").replace("[spread]\n", lease, 1), "utf-8")
    return path


def hall_of(place: Path) -> Spread:
    hall = Spread(place, open_day=False, config=config(place / "c"))
    # What is told of on purpose when everything dies.
    hall.allowed += ["broker", "hub"]
    return hall


async def lease(hall: Spread, node: str) -> dict[str, Any]:
    """Return how a Pi stands with the lease."""
    told: dict[str, Any] = (await hall.at(node).call("hall.status"))["lease"]
    return told


async def holds(hall: Spread, node: str) -> None:
    """Wait until a Pi decides."""

    async def look() -> bool:
        return bool((await lease(hall, node))["holds"])

    await until(look, SLOW_S)


async def code_of(asked: Awaitable[Any]) -> str:
    """Return why something was refused; "" when it was done."""
    try:
        await asked
    except Refused as refused:
        return refused.code
    return ""


async def decided(hall: Spread, node: str, method: str, **params: Any) -> dict[str, Any]:
    """Have a holder decide, once; a busy machine may let its lease end for a moment."""
    done: list[dict[str, Any]] = []
    command_id = f"test-{next(NUMBERS)}"

    async def look() -> bool:
        try:
            done.append(await hall.at(node).call(method, command_id=command_id, **params))
        except Refused as refused:
            if refused.code not in {"no_lease", "not_sure"}:
                raise
        return bool(done)

    await until(look, SLOW_S)
    return done[0]


async def taken_over(hall: Spread, node: str) -> None:
    """Wait until a Pi that followed decides, in its other part."""
    begin = time.monotonic()
    while True:
        try:
            await hall.reconnect(node)
            if (await lease(hall, node))["holds"]:
                return
        except (OSError, EOFError, TimeoutError, ConnectionError, Refused):
            pass
        assert time.monotonic() - begin < SLOW_S, f"{node} did not take over"
        await asyncio.sleep(0.1)


async def started(hall: Spread) -> None:
    """Start the three that vote, and open the day."""
    for node in (HUB, STANDBY, WITNESS):
        await hall.start(node)
    await holds(hall, HUB)
    await decided(hall, HUB, "day.open", day=TODAY)


async def voted(hall: Spread, epoch: str) -> None:
    """Wait until the witness votes for this epoch: one other vote may have been enough before."""

    async def look() -> bool:
        told = await lease(hall, WITNESS)
        return (told["votes_for"], told["hub"]) == (epoch, False)

    await until(look, SLOW_S)


async def lent(hall: Spread) -> None:
    """Wait until the kiosk has numbers of its own."""

    async def look() -> bool:
        status = await hall.at("kiosk-1").call("hall.status")
        return bool(((status["broker"] or {}).get("alone") or {}).get("left"))

    await until(look, SLOW_S)


async def numbers(hall: Spread, node: str) -> list[str]:
    return [one["number"] for one in await hall.at(node).call("ticket.list")]


async def level(hall: Spread) -> None:
    """Wait until the standby's copy is level with the hub's journal."""

    async def look() -> bool:
        copy = (await hall.at(STANDBY).call("hub.status"))["copy"]
        hub = (await hall.at(HUB).call("hall.status"))["last_seq"]
        return copy is not None and copy["state"] == "level" and copy["copied"] == hub

    await until(look, SLOW_S)


async def parts(hall: Spread) -> None:
    """Wait until the hub's list says of each voter how it voted."""

    async def look() -> bool:
        told = {one["node"]: one["lease"] for one in await hall.at(HUB).call("node.list")}
        parts = {node: told[node]["part"] for node in (HUB, STANDBY, WITNESS)}
        assert parts == {HUB: "hub", STANDBY: "standby", WITNESS: "witness"}
        assert told["window-3"] is None
        return "voted for hub (epoch 1-hub)" in str(told[WITNESS]["say"]["en"])

    await until(look, SLOW_S)


@pytest.mark.timeout(400)
async def test_a_hub_that_hangs_is_followed_by_the_standby_and_decides_nothing_when_it_goes_on(
    place: Path,
) -> None:
    async with hall_of(place) as hall:
        await hall.start(HUB)
        # One of three: it shows the hall, and decides nothing.
        assert await code_of(hall.at(HUB).call("day.open", day=TODAY)) == "no_lease"
        assert (await lease(hall, HUB))["level"] == "red"
        for node in (STANDBY, WITNESS):
            await hall.start(node)
        await holds(hall, HUB)
        await decided(hall, HUB, "day.open", day=TODAY)
        await decided(hall, HUB, "ticket.take", **TAKE)
        await voted(hall, "1-hub")
        await parts(hall)
        await level(hall)
        asked_s = time.monotonic()
        left_s = (await lease(hall, HUB))["left_s"]
        hall.freeze("halld")
        try:
            await taken_over(hall, STANDBY)
            after_s = time.monotonic() - asked_s
            taken = await decided(hall, STANDBY, "ticket.take", **TAKE)
            number = taken["events"][0]["data"]
        finally:
            hall.thaw("halld")
        # Its lease was over before the other's began, whatever it still has to read.
        assert await code_of(hall.at(HUB).call("ticket.take", **TAKE)) in NOT_HERE
        # Not before the hub's was over, however it was asked; it is told in tenths.
        assert after_s > left_s - 0.1
        await voted(hall, "2-standby-1")
        assert await numbers(hall, STANDBY) == ["A001", number["number"]]


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_cut_off_hub_stops_and_two_killed_hubs_are_each_followed_by_the_other(
    place: Path,
) -> None:
    async with hall_of(place) as hall:
        await started(hall)
        await decided(hall, HUB, "ticket.take", **TAKE)
        await level(hall)
        # A dead broker cuts all: nobody decides until it is back.
        hall.stage.end("mosquitto")

        async def stopped() -> bool:
            return await code_of(hall.at(HUB).call("ticket.take", **TAKE)) == "no_lease"

        await until(stopped, SLOW_S)

        async def missed() -> bool:
            return bool((await lease(hall, HUB))["missing"] == [STANDBY, WITNESS])

        await until(missed, SLOW_S)
        hall.stage.start_broker()
        await holds(hall, HUB)
        # One of three, with a broker: the kiosk goes on as if the hub were away.
        await hall.start("kiosk-1")
        await hall.becomes("kiosk-1", "", SLOW_S)
        await lent(hall)
        for node in (STANDBY, WITNESS):
            await hall.end(node)
        await until(stopped, SLOW_S)
        await hall.becomes("kiosk-1", "hub", SLOW_S)
        alone = await hall.at("kiosk-1").call("ticket.take", item="F01", origin="kiosk-1")
        number = alone["events"][0]["data"]["number"]
        assert number.startswith("A9")
        for node in (STANDBY, WITNESS):
            await hall.start(node)
        await holds(hall, HUB)

        async def merged() -> bool:
            return number in await numbers(hall, HUB)

        await until(merged, SLOW_S)
        await hall.end("kiosk-1")
        await decided(hall, HUB, "ticket.take", **TAKE)
        await level(hall)
        known = await numbers(hall, HUB)
        await hall.end(HUB, signal.SIGKILL)
        await taken_over(hall, STANDBY)
        await decided(hall, STANDBY, "ticket.take", **TAKE)
        assert (await numbers(hall, STANDBY))[: len(known)] == known
        # The former hub follows now, and keeps a copy: it may be the next.
        await hall.start(HUB)
        await hall.becomes(HUB, "", SLOW_S)

        async def copied() -> bool:
            copy = (await hall.at(HUB).call("hub.status"))["copy"]
            return copy is not None and copy["state"] == "level"

        await until(copied, SLOW_S)
        known = await numbers(hall, STANDBY)
        await hall.end(STANDBY, signal.SIGKILL)
        await taken_over(hall, HUB)
        await voted(hall, "3-hub")
        await decided(hall, HUB, "ticket.take", **TAKE)
        assert (await numbers(hall, HUB))[: len(known)] == known


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_hub_whose_witness_voted_for_a_standby_that_died_goes_on_in_a_higher_epoch(
    place: Path,
) -> None:
    async with hall_of(place) as hall:
        for node, kept in ((HUB, Epoch(1, "hub")), (WITNESS, Epoch(2, STANDBY))):
            folder = Path(hall.stage.of_node(node)["HALL_DATA"])
            (folder / "lease-vote").write_bytes(kept_bytes(Kept(kept, float(LEASE_S))))
        await hall.start(HUB)
        before = (await hall.at(HUB).call("hall.status"))["epoch"]
        await hall.start(WITNESS)
        await taken_over(hall, HUB)
        await voted(hall, "3-hub")
        await decided(hall, HUB, "day.open", day=TODAY)
        await decided(hall, HUB, "ticket.take", **TAKE)
        assert await numbers(hall, HUB) == ["A001"]
        status = await hall.at(HUB).call("hall.status")
        assert (status["epoch"], before != "3-hub") == ("3-hub", True)
        await hall.at(HUB).call("journal.verify")
