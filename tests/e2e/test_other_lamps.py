"""Lamps that are not on pins: window 13's serial tower and window 14's relay board."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.scene import Change, Scene, until

#: Window 14's help button instead of the kiosk's.
HELP_AT_14: tuple[Change, ...] = (
    ('button = "kiosk-1-button"\nitem = "F01"', ""),
    ('lamp = "lamp-14"', 'lamp = "lamp-14"\nbutton = "kiosk-1-button"'),
)


async def test_a_test_sweeps_the_lamp_and_says_what_should_have_been_seen(place: Path) -> None:
    async with Scene(place) as hall:
        for lamp, parts in (("lamp-13", ["red", "amber", "green"]), ("lamp-14", ["red", "amber"])):
            ran = await hall.hallctl("devices", "test", lamp)
            assert ran.code == 0
            assert ", ".join(parts) in ran.out
            swept = [(part, on) for part in parts for on in (True, False)]

            async def seen(lamp: str = lamp, swept: list[tuple[str, bool]] = swept) -> bool:
                history = (await hall.seen(lamp))["history"]
                return [(one["colour"], one["on"]) for one in history] == swept

            await until(seen)


async def test_a_call_for_help_is_shown_by_a_board_that_was_away_when_it_came(place: Path) -> None:
    async with Scene(place, changes=HELP_AT_14) as hall:
        await hall.becomes("lamp-14", "ok")
        await hall.fault("lamp-14", "other-unit")
        await hall.becomes("lamp-14", "gone")
        await hall.press("kiosk-1-button")
        await hall.fault("lamp-14", "other-unit", active=False)
        await hall.shows("lamp-14", lit=["red", "amber"])
        await hall.becomes("lamp-14", "ok")
