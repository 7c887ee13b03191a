"""What a kiosk's screen is told in a whole hall: of the queue, the paper, what works here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.scene import Change, Scene, refused, unplugged, until
from tests.faults.test_clock import HallClock, with_clock

DAY = "2026-11-23"
HOURS = '\n[day]\nhours = [["09:00", "12:00"], ["13:30", "17:00"]]\nlast_ticket_min = 10\n'
REQUIRED: Change = ("elderly_from = 60\n", 'elderly_from = 60\ncard = "required"\n')
ONE: Change = ('id = "kiosk-2"\n', 'id = "kiosk-2"\nchoose = "one"\nitem = "D01"\n')
QUOTA = "\n[quotas]\nitems = { D01 = 1 }\n"
OFF: Change = (
    '[devices.printer-2]\nkind = "ticket_printer.escpos"\n',
    '[devices.printer-2]\nenabled = false\nkind = "ticket_printer.escpos"\n',
)


async def kiosk(
    hall: Scene, fits: Callable[[dict[str, Any]], object], kiosk_id: str = "kiosk-1"
) -> dict[str, Any]:
    """Wait until the kiosk's screen is told something that fits; return it."""

    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = await hall.hall.call("kiosk.show", kiosk=kiosk_id)
        return found if fits(found) else None

    try:
        return await until(look)
    except AssertionError:
        found = await hall.hall.call("kiosk.show", kiosk=kiosk_id)
        raise AssertionError(f"{kiosk_id}: {found}") from None


async def test_the_screen_follows_the_paper_and_a_pulled_plug(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        shown = await kiosk(hall, lambda found: found["paper"] == "ok" and found["reader"])
        assert (shown["printer"]["device"], shown["printer"]["code"]) == ("printer", "ok")
        assert (shown["mode"], shown["choose"], shown["item"]) == ("normal", "item", "F01")
        assert (shown["take"], shown["full"], shown["required"]) == (None, [], False)
        assert shown["name"]["en"] == "Demo City Tax Service Hall"
        await hall.fault("printer", "paper-near-end")
        await kiosk(hall, lambda found: found["paper"] == "low")
        await hall.fault("printer", "paper-out")
        shown = await kiosk(hall, lambda found: found["paper"] == "out")
        assert shown["printer"]["state"] == "fault"
        assert shown["printer"]["zh"]
        await hall.fault("printer", "paper-out", active=False)
        await hall.fault("printer", "paper-near-end", active=False)
        await hall.fault("printer", "cover-open")
        await kiosk(hall, lambda found: found["paper"] == "fault")
        await hall.fault("printer", "cover-open", active=False)
        await kiosk(hall, lambda found: found["paper"] == "ok")
        await hall.bench.do("unplug", "printer")
        await kiosk(hall, lambda found: found["paper"] == "gone")
        # Tickets are taken all the same.
        await hall.take()
        shown = await kiosk(hall, lambda found: found["waiting"] == 1)
        assert shown["wait_s"] is not None
        await hall.bench.do("plug", "printer")
        await kiosk(hall, lambda found: found["paper"] == "ok")


async def test_a_reader_that_is_unplugged_is_not_required_any_more(place: Path) -> None:
    async with Scene(place, changes=[REQUIRED]) as hall:
        await kiosk(hall, lambda found: found["required"] and found["reader"] and found["scanner"])
        await hall.bench.do("unplug", "id-kiosk-1")
        await kiosk(hall, lambda found: not found["reader"] and not found["required"])
        await hall.bench.do("plug", "id-kiosk-1")
        await kiosk(hall, lambda found: found["required"])


async def test_a_kiosk_of_one_button_with_a_printer_that_is_switched_off(place: Path) -> None:
    async with Scene(place, changes=[ONE, OFF], more=QUOTA) as hall:
        shown = await kiosk(hall, lambda found: True, "kiosk-2")
        assert (shown["choose"], shown["item"]) == ("one", "D01")
        assert (shown["printer"], shown["paper"]) == (None, "none")
        assert not any(shown[one] for one in ("reader", "scanner", "voice", "technician"))
        await hall.take("D01", "kiosk-2")
        shown = await kiosk(hall, lambda found: found["full"] == ["D01"], "kiosk-2")
        assert shown["take"] is None
        item = await hall.hall.call("item.show", item="D01")
        assert (item["refused"]["code"], item["taken"], item["category"]) == (
            "quota_item",
            1,
            "invoices",
        )
        refusal = await refused(hall.take("D01"))
        assert (refusal.code, refusal.zh) == ("quota_item", item["refused"]["zh"])
        # A technician takes the other printer out of use.
        assert (await hall.hallctl("devices", "disable", "printer")).code == 0
        await kiosk(hall, lambda found: found["paper"] == "none")


@pytest.mark.parametrize(
    ("local", "code"),
    [("08:30", "before_hours"), ("12:30", "on_break"), ("16:55", "last_ticket_passed")],
)
async def test_when_nobody_can_take_a_ticket_the_screen_says_what_a_press_is_told(
    place: Path, local: str, code: str
) -> None:
    clock = HallClock(place)
    clock.set(f"{DAY} {local}:00")
    async with with_clock(place, clock, more=HOURS, simulators=False) as hall:
        shown = await kiosk(hall, lambda found: found["take"])
        refusal = await refused(hall.take())
        assert (shown["take"]["code"], refusal.code) == (code, code)
        assert (shown["take"]["zh"], shown["take"]["en"]) == (refusal.zh, refusal.en)
        assert shown["next_words"]["zh"]
        assert shown["now"].startswith(f"{DAY} {local}")
        for item in ("A01", "D01"):
            assert (await hall.hall.call("item.show", item=item))["refused"] == shown["take"]


async def test_what_is_not_there_is_refused_as_everywhere(place: Path) -> None:
    async with unplugged(place) as hall:
        assert (await refused(hall.hall.call("kiosk.show", kiosk="kiosk-9"))).code == (
            "unknown_kiosk"
        )
        assert (await refused(hall.hall.call("item.show", item="Z99"))).code == "unknown_item"
        icons = {one["id"]: one["icon"] for one in await hall.hall.call("category.list")}
        assert icons == {name: name for name in icons}
        listed = (await hall.hall.call("item.list"))["categories"]
        assert {one["id"]: one["icon"] for one in listed} == icons
