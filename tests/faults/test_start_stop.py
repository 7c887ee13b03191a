"""Starting and stopping: quickly, in order, with nothing left; and no death by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from firmware_py.bench.stage import ROOT
from tests.conftest import children
from tests.e2e.scene import Change, Scene, until


async def test_three_starts_and_stops_leave_nothing_behind(place: Path) -> None:
    async with Scene(place, broker=True, windows=("1",)) as hall:
        before = set(children())
        for turn in range(3):
            number = await hall.take()
            assert number == f"A{turn + 1:03}"
            pid = hall.stage.processes["halld"].pid
            assert await hall.end(signal.SIGTERM if turn % 2 else signal.SIGINT) == 0
            assert not hall.stage.hall_socket.exists()
            assert set(children()) == before - {pid}
            # The wall that nobody drives is dark: it must not look alive.
            await hall.shows("led-wall", lines=[])
            await hall.start()
            before = set(children())
        assert "stopping" in hall.stage.log_of("halld")
        run = await asyncio.to_thread(names, hall.stage.run)
        assert run <= {"hall.sock", "bench.sock", "clock.json", "plan.json", "wire", BROKER}
        data = await asyncio.to_thread(names, hall.stage.data)
        assert {name for name in data if "catalogue" not in name} <= {*JOURNAL, *KEPT}


BROKER = "mosquitto.conf"
JOURNAL = ("journal.db", "journal.db-wal", "journal.db-shm", "journal.id", "journal.lock")
#: Backups, and what printers were found to be able to.
KEPT = ("backup", "kiosk.pin", "people.key", "printers")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_stop_while_everything_happens_loses_nothing_acknowledged(place: Path) -> None:
    async with Scene(place, broker=True, windows=("1", "2")) as hall:
        taken: list[str] = []

        async def people() -> None:
            client = await hall.client()
            while True:
                outcome = await client.call("ticket.take", item="F01", origin="kiosk-1")
                taken.append(outcome["events"][0]["data"]["number"])

        crowd = [asyncio.create_task(people()) for _ in range(10)]
        await until(lambda: enough(taken))
        assert await hall.end() == 0
        await asyncio.gather(*crowd, return_exceptions=True)
        await hall.start()
        issued = await hall.issued()
        assert issued == [f"A{n:03}" for n in range(1, len(issued) + 1)]
        assert set(taken) <= set(issued)
        await hall.verified()


async def enough(taken: list[str]) -> bool:
    return len(taken) >= 200


async def test_a_second_daemon_on_the_same_journal_says_so_and_leaves_the_first_alone(
    place: Path,
) -> None:
    async with Scene(place) as hall:
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "firmware_py.runtime.halld", "--config", hall.stage.config),
            env=hall.stage.environment,
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        _, said = await asyncio.wait_for(second.communicate(), 60)
        assert second.returncode == 4
        assert "进程号" in said.decode()
        assert str(hall.stage.processes["halld"].pid) in said.decode()
        assert await hall.take() == "A001"
        assert (await (await hall.client()).call("hall.status"))["taken"] == 1


async def test_a_daemon_that_cannot_listen_ends_and_says_why(place: Path) -> None:
    async with Scene(place, start=False) as hall:
        hall.allowed = ["cannot run"]
        hall.stage.environment["HALL_SOCKET_NAME"] = "x" * 120
        text = await asyncio.to_thread(hall.stage.config.read_text, "utf-8")
        long = text.replace("${HALL_RUN}/hall.sock", "${HALL_RUN}/${HALL_SOCKET_NAME}")
        await asyncio.to_thread(hall.stage.config.write_text, long, "utf-8")
        hall.stage.start_hall()
        code = await asyncio.to_thread(hall.stage.processes["halld"].wait, 60)
        assert code == 1
        assert "AF_UNIX path too long" in hall.stage.log_of("halld")
        hall.stage.processes.pop("halld")
        await asyncio.to_thread(hall.stage.config.write_text, text, "utf-8")
        await hall.start()
        assert (await hall.status())["mode"] == "normal"


async def test_a_password_that_is_not_there_costs_the_broker_and_not_the_hall(place: Path) -> None:
    missing: list[Change] = [
        ('[broker]\nhost = "127.0.0.1"', '[broker]\nusername = "hall"\npassword_file = "none"')
    ]
    async with Scene(place, changes=missing, windows=("1",)) as hall:
        hall.allowed = ["without its broker"]
        assert await hall.take() == "A001"
        assert await hall.do("window.next", window="1") == ["ticket.called"]


async def test_sigterm_while_it_starts_ends_it_in_order(place: Path) -> None:
    async with Scene(place, start=False) as hall:
        for wait_s in (0.0, 0.1, 0.2, 0.3, 0.4):
            hall.stage.start_hall()
            await asyncio.sleep(wait_s)
            code = await asyncio.to_thread(hall.stage.end, "halld", signal.SIGTERM)
            # Before it listens to signals, the kernel's own way to end is right as well.
            assert code in {0, -signal.SIGTERM}, wait_s
        await hall.start()
        await hall.hall.call("day.open", day="2026-11-23")
        assert await hall.take() == "A001"


async def stays_up(place: Path, starts: int, busy: bool) -> None:
    """Start again and again; ask all the time while the workers open their devices."""
    burners = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass")
        for _ in range((os.cpu_count() or 2) if busy else 0)
    ]
    try:
        async with Scene(place, broker=True, start=False) as hall:
            for _ in range(starts):
                hall.stage.start_hall()
                await hall.connect()
                end = time.monotonic() + 1.0
                while time.monotonic() < end:
                    assert (await hall.status())["mode"] == "normal"
                assert hall.stage.processes["halld"].poll() is None
                assert await hall.end() == 0
    finally:
        for burner in burners:
            burner.kill()
            await burner.wait()


async def test_the_daemon_does_not_die_while_its_devices_open(place: Path) -> None:
    await stays_up(place, 2, busy=True)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_the_daemon_does_not_die_in_a_hundred_starts_on_a_busy_machine(place: Path) -> None:
    await stays_up(place, 100, busy=True)
