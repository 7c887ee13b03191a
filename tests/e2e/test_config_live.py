"""A hall's configuration changes while it works: nothing is lost, nobody else notices."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from firmware_py.bench.stage import ROOT, free_port
from tests.e2e.scene import TODAY, Change, Scene, until
from tests.faults.wire import CutWire


def scene(place: Path, *changes: Change, more: str = "", **options: Any) -> Scene:
    (place / "notices").mkdir(exist_ok=True)
    return Scene(place, changes=changes, more=more, **options)


async def take_up(hall: Scene, old: str, new: str) -> dict[str, Any]:
    """Change the hall's file as an editor does, and have it taken up."""
    file = hall.folder / "hall.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")
    told: dict[str, Any] = await hall.hall.call("config.apply")
    return told


async def opened(hall: Scene) -> Mapping[str, int]:
    """Return how often each device was opened, once all have been.

    A busy machine may hold the simulators up: what was lost and came back does not count.
    """
    counts: dict[str, int] = {}

    async def all_opened() -> bool:
        found = await hall.hall.call("device.list")
        log = hall.stage.log_of("halld")
        for one in found:
            back = log.count(f'"text":"{one["device"]}: back after')
            counts[one["device"]] = one["counters"].get("opened", 0) - back
        return all(one["counters"].get("opened") for one in found)

    await until(all_opened)
    return counts


async def windows_of(hall: Scene) -> list[dict[str, Any]]:
    """Return the windows but for what goes by the clock."""
    found = await hall.hall.call("window.list")
    return [{key: value for key, value in w.items() if key != "seconds"} for w in found]


async def recorded(hall: Scene) -> list[str]:
    found = await hall.hall.call("journal.tail", limit=500)
    return [e["data"]["subject"] for e in found if e["type"] == "action.taken"]


async def test_a_printers_port_changes_while_it_prints_and_the_ticket_comes_out_there(
    place: Path,
) -> None:
    printer_port = free_port()
    hall = scene(place, start=False)
    hall.stage.environment["HALL_PRINTER2_PORT"] = str(printer_port)
    async with CutWire(printer_port) as wire, hall:
        hall.stage.environment["HALL_PRINTER2_PORT"] = str(wire.port)
        await hall.start()
        await hall.hall.call("day.open", day=TODAY)
        before = await opened(hall)
        wire.cut(40, "stall")
        first = await hall.take(origin="kiosk-2")
        second = await hall.take(origin="kiosk-2")
        # It hangs in the middle of the first slip.
        await asyncio.wait_for(wire.happened.wait(), 60)
        told = await take_up(hall, "${HALL_PRINTER2_PORT}", str(printer_port))
        assert told["applied"], told
        await hall.on_paper(first, "printer-2")
        await hall.on_paper(second, "printer-2")
        seen = await hall.seen("printer-2")
        assert (seen["numbers"], seen["reprints"]) == (["", first, second], [first])
        after = await opened(hall)
        assert {**after, "printer-2": 0} == {**before, "printer-2": 0}


async def test_rules_change_at_once_are_recorded_and_hold_after_a_restart(place: Path) -> None:
    async with scene(place, more="\n[quotas]\nday = 9\n", windows=["1"]) as hall:
        await hall.take()
        told = await take_up(hall, "day = 9", "day = 2")
        assert [c["path"] for c in told["changes"]] == ["quotas.day"]
        assert await recorded(hall) == ["quotas.day: 9 -> 2"]
        number = await hall.take()
        refused = await hall.hallctl("ticket", "take", "F01")
        assert (refused.code, number) == (1, "A002")
        before = await windows_of(hall)
        await hall.kill()
        await hall.start()
        assert await windows_of(hall) == before
        assert (await hall.hallctl("ticket", "take", "F01")).code == 1
        # What the restart runs is the file: nothing is left to do.
        assert (await hall.hall.call("config.plan"))["changes"] == []


async def test_windows_trade_strips_and_lamps_and_a_new_window_calls(place: Path) -> None:
    async with scene(place, windows=["1", "2"]) as hall:
        pads = await opened(hall)
        numbers = [await hall.take(), await hall.take()]
        await hall.do("window.next", window="1")
        await hall.do("window.next", window="2")
        told = await take_up(
            hall,
            'strip = "strip-1"\nlamp = "lamp-1"\n\n[[windows]]\nid = "2"\npad = "pad-2"\n'
            'strip = "strip-2"\n',
            'strip = "strip-2"\nlamp = "lamp-1"\n\n[[windows]]\nid = "2"\npad = "pad-2"\n'
            'strip = "strip-1"\n',
        )
        assert sorted(c["path"] for c in told["changes"]) == [
            "windows.1.strip",
            "windows.2.strip",
        ]
        await until(lambda: lines_on(hall, "strip-1", numbers[1]))
        await until(lambda: lines_on(hall, "strip-2", numbers[0]))
        told = await take_up(hall, '[[windows]]\nid = "15"', '[[windows]]\nid = "99"')
        assert not told["applied"], "the exception desk is window 15"
        assert told["mistakes"][0]["path"] == "queue.exception_window"
        assert await opened(hall) == pads


async def lines_on(hall: Scene, display: str, text: str) -> bool:
    return text in json.dumps(await hall.seen(display), ensure_ascii=False)


async def test_windows_come_and_go_but_none_that_is_at_work(place: Path) -> None:
    last = '[[windows]]\nid = "14"\npad = "pad-14"\nstrip = "strip-14"\nlamp = "lamp-14"\n'
    async with scene(place, windows=["14"]) as hall:
        told = await take_up(hall, last, "")
        assert [r["code"] for r in told["refusals"]] == ["window_in_use"]
        assert len(await hall.hall.call("window.list")) == 15
        await hall.do("window.close", window="14")
        told = await hall.hall.call("config.apply")
        assert told["applied"]
        windows = [w["id"] for w in await hall.hall.call("window.list")]
        assert "14" not in windows
        told = await take_up(
            hall, '[[windows]]\nid = "13"', '[[windows]]\nid = "77"\n\n[[windows]]\nid = "13"'
        )
        assert told["applied"]
        assert await hall.do("window.open", window="77") == ["window.opened"]
        before = await windows_of(hall)
        await hall.kill()
        await hall.start()
        assert await windows_of(hall) == before


async def test_an_item_that_somebody_waits_for_cannot_vanish(place: Path) -> None:
    items = (ROOT / "config" / "items.toml").read_text(encoding="utf-8")
    catalogue = place / "items.toml"
    async with scene(place, windows=["1"]) as hall:
        await hall.take("A01")
        start = items.index('[[items]]\nid = "A01"')
        catalogue.write_text(
            items[:start] + items[items.index("[[items]]", start + 1) :], encoding="utf-8"
        )
        usual = f'catalogue = "{ROOT}/config/items.toml"'
        told = await take_up(hall, usual, 'catalogue = "items.toml"')
        assert [r["code"] for r in told["refusals"]] == ["item_in_use"]
        assert not told["applied"]
        assert len((await hall.hall.call("item.list"))["items"]) == 214
        await hall.do("ticket.cancel", number="A001")
        told = await hall.hall.call("config.apply")
        assert told["applied"]
        assert {"items.A01", "hall.catalogue"} == {c["path"] for c in told["changes"]}
        assert len((await hall.hall.call("item.list"))["items"]) == 213


async def test_all_or_nothing_an_unknown_kind_leaves_everything(place: Path) -> None:
    async with scene(place, more="\n[limits]\nidle_s = 170\n") as hall:
        before = await opened(hall)
        told = await take_up(
            hall,
            "idle_s = 170\n",
            'idle_s = 60\n\n[devices.bell]\nkind = "bell.loud"\nport = "/dev/null"\n',
        )
        assert (told["applied"], told["changes"]) == (False, [])
        assert [m["path"] for m in told["mistakes"]] == ["devices.bell.kind"]
        assert (await hall.hall.call("config.show"))["limits"]["idle_s"] == 170
        assert await opened(hall) == before
        assert await recorded(hall) == []


async def test_what_needs_a_restart_says_so_and_may_wait_for_it(place: Path) -> None:
    async with scene(place, more="\n[limits]\nidle_s = 170\n") as hall:
        told = await take_up(hall, 'node = "hub"', 'node = "pi-2"')
        assert [r["code"] for r in told["refusals"]] == ["needs_restart"]
        told = await hall.hall.call("config.apply", later=True)
        assert told["applied"]
        assert (await hall.status())["node"] == "hub"
        # It waits, and is in no other change's way.
        told = await take_up(hall, "idle_s = 170", "idle_s = 60")
        assert told["applied"]
        assert (await hall.hall.call("config.show"))["limits"]["idle_s"] == 60
        assert await recorded(hall) == ["limits.idle_s: 170 -> 60"]


async def test_sighup_takes_the_file_up_and_says_why_it_does_not(place: Path) -> None:
    async with scene(place, more="\n[limits]\nidle_s = 170\n") as hall:
        file, pid = hall.folder / "hall.toml", (await hall.status())["pid"]
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("idle_s = 170", "idle_s = 60"), encoding="utf-8")
        os.kill(pid, signal.SIGHUP)

        async def in_force() -> bool:
            return bool((await hall.hall.call("config.show"))["limits"]["idle_s"] == 60)

        await until(in_force)
        events = await hall.hall.call("journal.tail", limit=5)
        assert [e["by"] for e in events if e["type"] == "action.taken"] == ["halld"]
        hall.allowed.append("idle_s")
        file.write_text(text.replace("idle_s = 170", "idle_s = -1"), encoding="utf-8")
        os.kill(pid, signal.SIGHUP)
        await until(lambda: said(hall, "idle_s: -1 is out of range"))
        assert await in_force()


async def said(hall: Scene, words: str) -> bool:
    return words in hall.stage.log_of("halld")


async def test_the_broker_is_left_and_found_again_without_losing_an_event(place: Path) -> None:
    broker = '[broker]\nhost = "127.0.0.1"\nport = "${HALL_BROKER_PORT}"\n'
    async with scene(place, broker=True) as hall:

        async def connected() -> bool:
            status = (await hall.status())["broker"]
            return bool(status and status["connected"])

        await until(connected)
        told = await take_up(hall, broker, "")
        assert told["applied"]
        assert (await hall.status())["broker"] is None
        number = await hall.take()
        told = await take_up(hall, "[journal]\n", f"{broker}\n[journal]\n")
        assert told["applied"]
        await until(connected)

        async def all_out() -> bool:
            status = await hall.status()
            return bool(status["broker"]["published_seq"] == status["last_seq"])

        await until(all_out)
        assert number == "A001"


async def test_clients_at_work_lose_nothing_while_the_file_changes_again_and_again(
    place: Path,
) -> None:
    async with scene(place, more="\n[limits]\nidle_s = 170\n", windows=["1", "2", "3"]) as hall:
        client = await hall.client()
        given: list[str] = []
        done = asyncio.Event()

        async def people() -> None:
            while not done.is_set():
                outcome = await client.call("ticket.take", item="F01", origin="kiosk-1")
                given.append(outcome["events"][0]["data"]["number"])

        working = asyncio.create_task(people())
        for n in range(6):
            told = await take_up(
                hall,
                f"idle_s = {170 - n}\n",
                f"idle_s = {169 - n}\n",
            )
            assert told["applied"]
            await until(lambda n=n: so_many(given, 2 * (n + 1)))  # type: ignore[misc]
        done.set()
        await working
        assert given == [f"A{n:03d}" for n in range(1, len(given) + 1)]
        assert len(given) > 10


async def so_many(given: list[str], count: int) -> bool:
    return len(given) >= count


async def test_what_a_broken_printer_owes_comes_out_where_its_kiosk_prints_now(
    place: Path,
) -> None:
    async with scene(place) as hall:
        shown = await hall.take(origin="kiosk-2")
        await hall.on_paper(shown, "printer-2")
        await hall.fault("printer-2", "paper-out")
        owed = [await hall.take(origin="kiosk-2"), await hall.take(origin="kiosk-2")]
        told = await take_up(hall, 'printer = "printer-2"', 'printer = "printer"')
        assert told["applied"]
        for number in owed:
            await hall.on_paper(number, "printer")
        await hall.on_paper(await hall.take(origin="kiosk-2"), "printer")
        await hall.kill()
        await hall.start()
        last = await hall.take(origin="kiosk-2")
        await hall.on_paper(last, "printer")
        # Nobody's slip came out a second time for the change or the restart.
        numbers = (await hall.seen("printer"))["numbers"]
        assert numbers == [*owed, "A004", last]
