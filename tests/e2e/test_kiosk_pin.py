"""The technician's PIN in a whole hall: it opens, it locks, and is nowhere to be read."""

from __future__ import annotations

from pathlib import Path

from firmware_py.bench.people import PIN
from tests.e2e.scene import refused, unplugged

WRONG = "950617"


async def test_a_pin_opens_its_kiosk_and_wrong_ones_lock_it(place: Path) -> None:
    async with unplugged(place) as hall:
        call = hall.hall.call
        assert (await call("kiosk.show", kiosk="kiosk-1"))["technician"]
        assert await call("kiosk.unlock", kiosk="kiosk-1", pin=PIN) == {
            "kiosk": "kiosk-1",
            "unlocked": True,
        }
        for left in (4, 3, 2, 1):
            refusal = await refused(call("kiosk.unlock", kiosk="kiosk-1", pin=WRONG))
            assert (refusal.code, f"还可以试 {left} 次" in refusal.zh) == ("wrong_pin", True)
        for pin in (WRONG, PIN):
            refusal = await refused(call("kiosk.unlock", kiosk="kiosk-1", pin=pin))
            assert (refusal.code, "60 秒" in refusal.zh) == ("pin_locked", True)
        # People take tickets all the same.
        await hall.take()
        codes = [
            (await refused(call("kiosk.unlock", kiosk=kiosk, pin=PIN))).code
            for kiosk in ("kiosk-2", "kiosk-9")
        ]
        assert codes == ["no_pin", "unknown_kiosk"]
        too_long = await refused(call("kiosk.unlock", kiosk="kiosk-1", pin=WRONG * 20))
        assert (too_long.code, WRONG in too_long.en) == ("bad_field", False)
        log = hall.stage.log_of("halld")
        assert log.count("the technician's page was unlocked") == 1
        assert log.count("locked for 60 s after 5 wrong PINs") == 1
        everywhere = [
            path
            for path in hall.stage.folder.rglob("*")
            if path.is_file() and any(pin.encode() in path.read_bytes() for pin in (PIN, WRONG))
        ]
        assert everywhere == []


async def test_a_pin_that_hallctl_sets_counts_without_a_restart(place: Path) -> None:
    async with unplugged(place) as hall:
        path = hall.stage.data / "kiosk.pin"
        path.unlink()
        assert not (await hall.hall.call("kiosk.show", kiosk="kiosk-1"))["technician"]
        path.touch(mode=0o644)
        refusal = await refused(hall.hall.call("kiosk.unlock", kiosk="kiosk-1", pin=PIN))
        assert (refusal.code, "chmod 600" in refusal.en) == ("no_pin", True)
