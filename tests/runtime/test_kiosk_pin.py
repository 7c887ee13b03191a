"""Nobody guesses a kiosk's PIN: five wrong ones lock it, and longer each time."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path

import pytest

from firmware_py.runtime.kiosk_pin import KioskPins
from firmware_py.settings import KioskSettings
from firmware_py.store.pin_file import StoredPin, hashed, write_pin

PIN, CHEAP = "736251", (2**4, 8, 1)


class Place:
    """A kiosk with a PIN, and a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "kiosk.pin"
        write_pin(self.path, hashed(PIN, CHEAP))
        self.kiosk = KioskSettings(id="kiosk-1", pin_file=str(self.path))
        self.now = 1000.0
        self.pins = KioskPins(lambda: self.now)

    async def says(self, pin: str, kiosk: KioskSettings | None = None) -> str:
        """Return the refusal's code and what it counts; "" when it opens."""
        refusal = await self.pins.unlock(kiosk or self.kiosk, pin)
        return "" if refusal is None else " ".join([refusal.code, *refusal.data.values()])


@pytest.fixture
def at(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def test_the_right_pin_opens_and_a_wrong_one_says_how_many_tries_are_left(at: Place) -> None:
    assert await at.says(PIN) == ""
    told = await at.pins.unlock(at.kiosk, "0000")
    assert told is not None
    assert (told.zh, told.en) == (
        "PIN 不正确，还可以试 4 次。",
        "That is not the PIN; 4 tries are left.",
    )
    assert [await at.says("0000") for _ in range(3)] == [
        "wrong_pin 3",
        "wrong_pin 2",
        "wrong_pin 1",
    ]
    assert await at.says(PIN) == ""
    # The right one begins the count anew.
    assert await at.says("0000") == "wrong_pin 4"


async def test_five_wrong_ones_lock_it_for_a_minute_even_for_the_right_one(at: Place) -> None:
    for _ in range(4):
        await at.says("0000")
    assert await at.says("0000") == "pin_locked 60"
    at.now += 59.5
    assert await at.says(PIN) == "pin_locked 1"
    at.now += 0.5
    assert await at.says(PIN) == ""


async def test_it_locks_for_twice_as_long_each_time_up_to_a_quarter_of_an_hour(at: Place) -> None:
    locks = []
    for _ in range(7):
        for _ in range(4):
            assert (await at.says("0000")).startswith("wrong_pin")
        locks.append(await at.says("0000"))
        at.now += 900
    assert locks == [f"pin_locked {s}" for s in (60, 120, 240, 480, 900, 900, 900)]
    assert await at.says(PIN) == ""
    for _ in range(4):
        await at.says("0000")
    assert await at.says("0000") == "pin_locked 60"


async def test_each_kiosk_is_locked_by_itself(at: Place) -> None:
    other = KioskSettings(id="kiosk-2", pin_file=str(at.path))
    for _ in range(5):
        await at.says("0000")
    assert await at.says(PIN) == "pin_locked 60"
    assert await at.says(PIN, other) == ""


@pytest.mark.parametrize("typed", ["", "12", "1' OR '1'='1", "7" * 64, PIN + "\n", "７３６２５１"])
async def test_what_can_be_no_pin_counts_as_a_wrong_one(at: Place, typed: str) -> None:
    assert await at.says(typed) == "wrong_pin 4"


async def test_many_tries_at_once_are_counted_one_by_one(at: Place) -> None:
    told = await asyncio.gather(*[at.says("0000") for _ in range(8)])
    assert sorted(told) == sorted(
        ["wrong_pin 4", "wrong_pin 3", "wrong_pin 2", "wrong_pin 1", *["pin_locked 60"] * 4]
    )


async def test_the_loop_goes_on_while_a_pin_is_compared(
    at: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    fits = StoredPin.fits

    def slow(stored: StoredPin, pin: str) -> bool:
        begun.set()
        assert go_on.wait(60)
        assert threading.current_thread() is not threading.main_thread()
        return fits(stored, pin)

    monkeypatch.setattr(StoredPin, "fits", slow)
    trying = asyncio.create_task(at.says(PIN))
    assert await asyncio.to_thread(begun.wait, 60)
    # The loop answers others meanwhile.
    assert at.pins.is_set(at.kiosk)
    assert not trying.done()
    go_on.set()
    assert await trying == ""


async def test_a_kiosk_without_a_pin_says_how_to_set_one(at: Place) -> None:
    for kiosk in (KioskSettings(id="kiosk-2"), KioskSettings(id="kiosk-2", pin_file="/nowhere")):
        assert not at.pins.is_set(kiosk)
        told = await at.pins.unlock(kiosk, PIN)
        assert told is not None
        assert (told.code, "hallctl kiosk pin kiosk-2" in told.zh) == ("no_pin", True)


async def test_a_file_that_others_may_read_is_no_pin_until_that_is_mended(
    at: Place, caplog: pytest.LogCaptureFixture
) -> None:
    assert at.pins.is_set(at.kiosk)
    at.path.chmod(0o644)
    assert not at.pins.is_set(at.kiosk)
    assert not at.pins.is_set(at.kiosk)
    told = await at.pins.unlock(at.kiosk, PIN)
    assert told is not None
    assert (told.code, "chmod 600" in told.zh) == ("no_pin", True)
    # Said once.
    assert caplog.text.count("chmod 600") == 1
    at.path.chmod(0o600)
    assert at.pins.is_set(at.kiosk)
    assert await at.says(PIN) == ""


async def test_a_new_pin_counts_at_once(at: Place) -> None:
    assert await at.says(PIN) == ""
    write_pin(at.path, hashed("8642", CHEAP))
    assert await at.says(PIN) == "wrong_pin 4"
    assert await at.says("8642") == ""
    at.path.unlink()
    assert not at.pins.is_set(at.kiosk)


async def test_the_log_tells_of_opening_and_locking_and_never_of_a_pin(
    at: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await at.says(PIN)
    for _ in range(5):
        await at.says("9517")
    told = [(one.levelname, one.getMessage()) for one in caplog.records]
    told = [one for one in told if "kiosk-1" in one[1]]
    assert told == [
        ("INFO", "kiosk-1: the technician's page was unlocked"),
        ("WARNING", "kiosk-1: locked for 60 s after 5 wrong PINs"),
    ]
    assert PIN not in caplog.text
    assert "9517" not in caplog.text
