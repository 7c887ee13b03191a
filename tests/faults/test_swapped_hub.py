"""The hub's own card is swapped for an old copy: it knows before it decides, by what others saw."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from firmware_py.bench.client import Refused
from firmware_py.bench.spread import HUB
from firmware_py.cli.restore_plan import plan_restore
from firmware_py.config.file import load_all
from firmware_py.store.restore import restore
from firmware_py.store.verify import verify_file
from tests.e2e.scene import TODAY, until
from tests.e2e.spread import Spread
from tests.e2e.test_spread_lease import WITNESS, hall_of, holds
from tests.faults.cut_hall import KIOSK, PATIENT_S, STANDBY, CutHall


async def take(hall: Spread, node: str) -> str:
    """Take a number at a Pi's desk; return it."""
    where = {"origin": node} if node == KIOSK else {"origin": "desk", "override": True}
    done = await hall.at(node).call("ticket.take", item="F01", **where)
    return str(done["events"][-1]["data"]["number"])


async def decides(hall: Spread, node: str) -> None:
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

        # Nobody was asked first: the other Pis had told the broker, which tells the hub.
        with pytest.raises(Refused) as refused:
            await take(hall, HUB)
        assert refused.value.code == "set_back"
        problem = (await hall.at(HUB).call("hall.status"))["problem"]
        assert "hallctl hub promote" in problem["zh"]
        assert "hallctl hub promote" in problem["en"]
        copy = (await hall.at(STANDBY).call("hub.status"))["copy"]
        # The only one that is whole: it was not put aside for the hub's.
        assert copy["copied"] == copied

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


#: A hall without a standby, as most are; its broker is on the hub's Pi, and goes back with it.
ALONE = (('[nodes.standby-1]\nroles = ["standby"]', '[nodes.standby-1]\nroles = ["wall"]'),)


async def test_without_a_standby_a_kiosk_proves_it_and_the_hub_goes_on_knowing_it(
    place: Path,
) -> None:
    async with CutHall(place, KIOSK, apart=False, changes=ALONE) as hall:
        hall.allowed = ["set back", "old copy"]
        await hall.stands()
        # Its key is there; a hub that nobody asked has proven nothing yet.
        given = [await take(hall, KIOSK)]
        stage = hall.stage
        data = Path(stage.of_node(HUB)["HALL_DATA"])
        old = data.with_name("data.old")
        await hall.end(HUB)
        await asyncio.to_thread(shutil.copytree, data, old)
        await hall.start(HUB)
        await hall.becomes(KIOSK, "", PATIENT_S)
        given += [await take(hall, KIOSK), await take(hall, KIOSK)]

        await hall.end(HUB)
        await asyncio.to_thread(stage.end, "mosquitto")
        for file in stage.folder.rglob("mosquitto.db*"):
            file.unlink()
        await asyncio.to_thread(data.rename, data.with_name("data.new"))
        await asyncio.to_thread(old.rename, data)
        stage.start_broker()
        await hall.becomes(KIOSK, "hub", PATIENT_S)
        await hall.start(HUB)
        with pytest.raises(Refused) as refused:
            await take(hall, HUB)
        assert refused.value.code == "set_back"
        problem = (await hall.at(HUB).call("hall.status"))["problem"]
        assert problem["data"]["by"] == KIOSK
        assert "hallctl restore" in problem["zh"]
        assert "hallctl restore" in problem["en"]
        await hall.becomes(KIOSK, "set_back", PATIENT_S)
        told = (await hall.at(KIOSK).call("hall.status"))["broker"]["problem"]
        assert (told["code"], "旧的副本" in told["zh"]) == ("set_back", True)
        # It goes on with numbers of its own, as if it were cut off.
        given += [await take(hall, KIOSK)]

        # Nobody tells it any more, and it knows.
        await hall.end(HUB)
        await asyncio.to_thread(stage.end, "mosquitto")
        await hall.start(HUB)
        with pytest.raises(Refused) as again:
            await take(hall, HUB)
        assert again.value.code == "set_back"
        await hall.end(HUB)
        stage.start_broker()

        # The way out: the same journal in an epoch of its own, behind the slips that are out.
        target, backup = data / "journal.db", data.with_name("backup.db")
        assert target.is_file()

        def put_back() -> list[str]:
            shutil.copyfile(target, backup)
            configuration = load_all(stage.config_of(HUB), stage.of_node(HUB))
            found = verify_file(backup)
            plan = plan_restore(configuration, backup, found, target, ())
            restore(backup, target, configuration.settings.hall.node, plan.entries)
            return [jump.reason for jump in plan.jumps]

        assert await asyncio.to_thread(put_back) == ["safe_gap"]
        await hall.start(HUB)
        await hall.becomes(KIOSK, "", PATIENT_S)
        given += [await take(hall, HUB), await take(hall, KIOSK)]
        assert len(set(given)) == len(given), given


@pytest.mark.long
async def test_with_a_lease_the_standby_takes_over_from_an_old_copy_by_itself(place: Path) -> None:
    hall = hall_of(place)
    hall.allowed += ["set back", "old copy"]
    async with hall:
        for node in (HUB, STANDBY, WITNESS):
            await hall.start(node)
        await holds(hall, HUB)
        await hall.at(HUB).call("day.open", day=TODAY)
        given = [await take(hall, HUB)]
        data = Path(hall.stage.of_node(HUB)["HALL_DATA"])
        old = data.with_name("data.old")
        await level(hall)
        await hall.end(HUB)
        await asyncio.to_thread(shutil.copytree, data, old)
        await hall.start(HUB)
        await holds(hall, HUB)
        given += [await take(hall, HUB), await take(hall, HUB)]
        await level(hall)

        await hall.end(HUB)
        await asyncio.to_thread(data.rename, data.with_name("data.new"))
        await asyncio.to_thread(old.rename, data)
        await hall.start(HUB)
        with pytest.raises(Refused) as refused:
            await take(hall, HUB)
        assert refused.value.code == "set_back"
        await decides(hall, STANDBY)

        async def taken() -> str | None:
            try:
                return await take(hall, STANDBY)
            except Refused:
                return None
            except (ConnectionError, OSError):
                await hall.reconnect(STANDBY)
                return None

        assert await until(taken, PATIENT_S) not in given


async def level(hall: Spread) -> None:
    """Wait until the standby has the hub's whole journal."""

    async def look() -> bool:
        told = (await hall.at(STANDBY).call("hub.status"))["copy"]
        seq = (await hall.at(HUB).call("hall.status"))["last_seq"]
        return bool(told and told["state"] == "level" and told["copied"] == seq)

    await until(look, PATIENT_S)
