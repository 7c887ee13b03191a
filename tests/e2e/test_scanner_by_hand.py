"""A technician tries a hall's scanner, which is busy, open, unplugged, and well again."""

from __future__ import annotations

from pathlib import Path

from tests.devices.scanner.sane_bench import NEEDS_AIRSCAN
from tests.e2e.scene import Scene

pytestmark = NEEDS_AIRSCAN

SCANNER = """
[devices.scanner-9]
kind = "scanner.sane"
options = { escl = "mock:${HALL_RUN}/scanner-9" }
"""


async def test_a_self_test_that_fails_says_what_ended_it(place: Path) -> None:
    async with Scene(place, more=SCANNER, open_day=False) as hall:
        await hall.becomes("scanner-9", "ok")
        for fault, words in (
            ("busy", "computer uses the scanner"),
            ("cover-open", "cover or feeder is open"),
        ):
            await hall.bench.do("fault", "scanner-9", fault=fault)
            ran = await hall.hallctl("devices", "test", "scanner-9")
            assert ran.code == 1
            assert words in ran.err
            await hall.bench.do("clear", "scanner-9")
        ran = await hall.hallctl("devices", "test", "scanner-9")
        assert (ran.code, "One page was scanned" in ran.out) == (0, True)
        # A scan that worked ends what the open cover left.
        await hall.becomes("scanner-9", "ok")


async def test_a_scanner_that_is_gone_is_told_in_both_languages_and_comes_back(place: Path) -> None:
    async with Scene(place, more=SCANNER, open_day=False) as hall:
        await hall.becomes("scanner-9", "ok")
        await hall.bench.do("unplug", "scanner-9")
        assert (await hall.hallctl("devices", "test", "scanner-9")).code == 1
        gone = await hall.becomes("scanner-9", "gone")
        # Noticed while it worked, or at the next attempt to open it.
        assert any(words in gone["say"]["zh"] for words in ("是否已插好", "已拔出"))
        assert "No such" not in gone["say"]["zh"]
        await hall.bench.do("plug", "scanner-9")
        await hall.becomes("scanner-9", "ok")
