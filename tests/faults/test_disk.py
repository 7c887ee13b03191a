"""Full, read-only and damaged: safe mode or a plain refusal, never an empty start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_py.bench.client import Refused
from firmware_py.store.journal import Journal
from tests.e2e.scene import Scene, refused, until
from tests.faults.test_clock import HallClock, with_clock
from tests.store.making import tamper


@pytest.fixture
def card(place: Path) -> Iterator[Path]:
    """A file system of 3 MiB of its own."""
    made = place / "card"
    made.mkdir()
    done = mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", str(made))
    if done.returncode != 0:
        why = f"needs the right to mount: {done.stderr.strip()}"
        # A check that is skipped where changes are judged is none.
        assert "CI" not in os.environ, why
        pytest.skip(why)
    yield made
    subprocess.run(["umount", "-l", str(made)], check=True)


def mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)


def on(card: Path, hall: Scene) -> None:
    """Have the hall keep its journal on the card."""
    hall.stage.data = card / "data"
    hall.stage.environment["HALL_DATA"] = str(hall.stage.data)


def fill(card: Path) -> Path:
    """Leave not one free byte."""
    ballast = card / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (65_536, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return ballast


async def is_safe(hall: Scene, slips: int = 0) -> dict[str, Any]:
    """The hall is in safe mode: it says so, refuses, and every display shows it."""
    status = await hall.status()
    assert status["mode"] == "safe"
    assert status["problem"]["code"] == "safe_mode"
    refusal = await refused(hall.hall.call("ticket.take", item="F01"))
    assert refusal.code == "safe_mode"
    assert refusal.zh == status["problem"]["zh"]
    assert (await refused(hall.hall.call("window.next", window="1"))).code == "safe_mode"
    await hall.shows(
        "led-wall",
        lines=[
            "叫号系统维护中",
            "请听人工叫号 号票继续有效",
            "有疑问请找值班长",
            "Maintenance. Please ask staff.",
        ],
    )
    await hall.shows("strip-7", lines=["人工叫号"])
    # What is pressed now changes nothing, and nothing is printed.
    await hall.press("pad-1", "next")
    await hall.press("kiosk-1-button")
    assert (await hall.seen("printer"))["slips"] == slips
    in_chinese = await hall.hallctl("status", lang="zh")
    assert "安全模式：不取号、不叫号。" in in_chinese.out
    assert "SAFE MODE: no tickets, no calls." in (await hall.hallctl("status")).out
    found: dict[str, Any] = status["problem"]
    return found


async def test_a_full_disk_at_the_start_is_safe_mode_that_says_what_to_do(
    place: Path, card: Path
) -> None:
    hall = Scene(place, start=False)
    on(card, hall)
    async with hall:
        hall.allowed = ["safe mode"]
        ballast = fill(card)
        await hall.start()
        problem = await is_safe(hall)
        assert "请腾出空间" in problem["zh"]
        assert "Make room" in problem["en"]
        ballast.unlink()
        assert await hall.end() == 0
        await hall.start()
        assert (await hall.status())["mode"] == "normal"
        await hall.hall.call("day.open", day="2026-11-23")
        assert await hall.take() == "A001"


async def test_a_disk_that_fills_up_in_the_middle_of_the_day_refuses_and_goes_on_afterwards(
    place: Path, card: Path
) -> None:
    hall = Scene(place, windows=("1",), broker=True)
    on(card, hall)
    async with hall:
        hall.allowed = ["nothing can be recorded", "could not be kept"]
        centre, file = hall.centre()
        for _ in range(3):
            await hall.on_paper(await hall.take())
        ballast = fill(card)
        taken = 3
        # What the log has room for still goes in.
        last: Refused | None = None
        while last is None:
            try:
                await hall.take()
                taken += 1
                assert taken < 3000
            except Refused as refusal:
                last = refusal
        assert last.code == "not_recorded"
        assert "存储空间已满" in last.zh
        status = await hall.status()
        assert status["mode"] == "storage_failing"
        assert "Make room" in status["problem"]["en"]
        again = await refused(hall.hall.call("window.next", window="1"))
        assert again.code == "not_recorded"
        assert status["waiting"] == taken
        beeps = (await hall.seen("pad-1"))["beeps"]
        await hall.press("pad-1", "next")
        await hall.shows("pad-1", beeps=beeps + 1)
        ballast.unlink()
        number = await until(lambda: taken_at_last(hall))
        assert number == f"A{taken + 1:03}"
        assert await hall.issued() == [f"A{n:03}" for n in range(1, taken + 2)]
        await hall.on_paper(number)
        assert (await hall.status())["mode"] == "normal"
        await hall.verified()
        await hall.centre_has_all(centre, file)
        # Said once, not for as long as the disk was full.
        assert hall.stage.log_of("halld").count("could not be kept") <= 1


async def taken_at_last(hall: Scene) -> str | None:
    try:
        return await hall.take()
    except Refused as refusal:
        if refusal.code != "not_recorded":
            raise
        return None


async def test_a_read_only_card_is_safe_mode_and_works_again_when_it_is_writable(
    place: Path, card: Path
) -> None:
    hall = Scene(place)
    on(card, hall)
    async with hall:
        hall.allowed = ["safe mode"]
        for number in ("A001", "A002", "A003"):
            assert await hall.take() == number
            await hall.on_paper(number)
        assert await hall.end() == 0
        assert mount("-o", "remount,ro", str(card)).returncode == 0
        await hall.start()
        problem = await is_safe(hall, PRINTED)
        assert "只读" in problem["zh"]
        assert "cannot be written" in problem["en"]
        assert await hall.end() == 0
        assert mount("-o", "remount,rw", str(card)).returncode == 0
        await hall.start()
        assert await hall.take() == "A004"


def _vanish(path: Path) -> None:
    path.unlink()


def _halve(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _scratch(path: Path) -> None:
    """Change one letter of the newest event where it lies after a power cut: in the log."""
    log = path.with_name("journal.db-wal")
    data = bytearray(log.read_bytes())
    at = data.rindex(b'{"number":"A003","series":')
    data[at + 11] = ord("B")
    log.write_bytes(data)


def _other(path: Path) -> None:
    """Another hall's journal, or a fresh one, put in its place by hand."""
    path.unlink()
    shutil.copy(path.parent / "fresh.db", path)


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


#: Slips that came out before the damage.
PRINTED = 3
DAMAGES = [_vanish, _halve, _scratch, _other]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: str(damage.__name__)[1:])
async def test_a_damaged_journal_is_never_replaced_and_the_backup_gives_no_number_twice(
    place: Path, damage: Callable[[Path], None]
) -> None:
    async with Scene(place, broker=damage is _vanish) as hall:
        hall.allowed = ["safe mode"]
        path = hall.stage.data / "journal.db"
        for _ in range(2):
            await hall.take()
        backup = (await hall.hall.call("journal.backup"))["path"]
        assert await hall.take() == "A003"
        await hall.on_paper("A003")
        epoch = (await hall.status())["epoch"]
        await hall.end(signal.SIGKILL if damage is _scratch else signal.SIGTERM)
        fresh_journal(path.with_name("fresh.db"))
        damage(path)
        before = content(path)
        await hall.start()
        problem = await is_safe(hall, PRINTED)
        assert "请勿删除任何文件" in problem["zh"]
        assert "hallctl restore" in problem["en"]
        assert content(path) == before
        assert (await hall.status())["backups"][0]["ok"]
        assert await hall.end() == 0
        restored = await hall.hallctl(
            *("restore", backup, "--config", str(hall.stage.config), "--yes")
        )
        assert restored.code == 0, restored
        await hall.start()
        status = await hall.status()
        assert (status["mode"], status["taken"]) == ("normal", 2)
        assert status["epoch"] != epoch
        assert await hall.issued() == ["A001", "A002"]
        # A003 is in somebody's hand, and the backup does not know it.
        assert int((await hall.take())[1:]) > PRINTED
        await hall.verified()


async def test_an_old_event_that_was_changed_is_found_while_the_hall_goes_on(place: Path) -> None:
    clock = HallClock(place)
    clock.set("2026-11-23 09:00:00")
    async with with_clock(place, clock, windows=("1",)) as hall:
        hall.allowed = ["Old records of the journal are damaged"]
        assert [await hall.take(), await hall.take()] == ["A001", "A002"]
        await hall.end()
        tamper(
            hall.stage.data / "journal.db",
            "UPDATE events SET body = replace(body, 'A001', 'A009') WHERE type = 'ticket.issued'",
        )
        # A minute of the hall in less than a second: the check comes half a minute after a start.
        clock.set("2026-11-23 09:01:00", speed=100)
        await hall.start()
        assert await hall.take() == "A003"

        async def found() -> bool:
            return bool((await hall.status())["mode"] == "journal_damaged")

        await until(found)
        assert await hall.take() == "A004"
        for lang, words in (("zh", "旧记录有损坏"), ("en", "Old records of the journal")):
            said = await hall.hallctl("status", lang=lang)
            assert words in said.out


def fresh_journal(path: Path) -> None:
    """Make the journal of a first start, as the daemon does it, and nothing beside it."""
    Journal.open(path, node="hub").close()
    for beside in (".id", ".lock", ".db-wal", ".db-shm"):
        path.with_suffix(beside).unlink(missing_ok=True)
