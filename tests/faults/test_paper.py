"""The printer fails at every byte of a ticket: the same number comes out when it is mended."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

from firmware_py.bench.stage import free_port
from tests.e2e.scene import Change, Scene, until
from tests.faults.wire import CutWire

SHORT = 6


def positions(length: int, count: int) -> Sequence[int]:
    """Spread ``count`` byte positions over a ticket, its first and last bytes among them."""
    if count >= length:
        return range(1, length)
    return sorted({1 + n * (length - 2) // (count - 1) for n in range(count)})


async def length_of_a_ticket(hall: Scene, printer: str, origin: str) -> int:
    before = (await hall.seen(printer))["total_bytes"]
    await hall.on_paper(await hall.take(origin=origin), printer)
    after = (await hall.seen(printer))["total_bytes"]
    return int(after - before)


def slips_are_right(seen: dict[str, Any], numbers: Sequence[str], broken: Sequence[str]) -> None:
    """Each number is on a whole slip; of several all but one are marked, as are all second ones."""
    whole, marked = Counter(seen["numbers"]), Counter(seen["reprints"])
    assert [n for n in numbers if not whole[n]] == []
    assert [n for n in numbers if whole[n] - marked[n] > 1] == []
    assert [n for n in broken if not marked[n]] == [], "it may have come out: mark the second"
    assert [n for n in numbers if n not in broken and whole[n] != 1] == []
    assert seen["unknown_commands"] == []


async def paper_ends_at_each(place: Path, count: int) -> None:
    async with Scene(place) as hall:
        length = await length_of_a_ticket(hall, "printer", "kiosk-1")
        numbers, broken = ["A001"], list[str]()
        for at in positions(length, count):
            await hall.fault("printer", "paper-out-at", at)
            number = await hall.take()
            told = await until(lambda: trouble(hall))
            assert told["code"] == "paper_end", told
            shown = await hall.hall.call("ticket.show", number=number)
            if shown["paper"]["owed_by"] == "printer":
                broken.append(number)
            else:
                # It ended behind the last byte of the ticket, which was confirmed.
                assert number in (await hall.seen("printer"))["numbers"]
            await hall.fault("printer", "paper-out", active=False)
            await hall.on_paper(number)
            numbers.append(number)
        assert len(broken) >= 0.7 * len(numbers)
        slips_are_right(await hall.seen("printer"), numbers, broken)
        assert numbers == await hall.issued()


async def trouble(hall: Scene) -> dict[str, Any] | None:
    found = await hall.device("printer")
    return found if found["state"] == "fault" else None


async def test_paper_that_ends_anywhere_in_a_ticket_costs_no_number(place: Path) -> None:
    await paper_ends_at_each(place, SHORT)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_paper_that_ends_at_every_byte_of_a_ticket_costs_no_number(place: Path) -> None:
    await paper_ends_at_each(place, 10_000)


async def wire_fails_at_each(place: Path, fault: Literal["unplug", "stall"], count: int) -> None:
    printer_port = free_port()
    async with CutWire(printer_port) as wire:
        # The daemon's port leads to the wire that we cut; the simulator listens behind it.
        changes: list[Change] = [
            (
                'port = "socket://127.0.0.1:${HALL_PRINTER2_PORT}"\noptions = { paper = 58 }',
                (
                    'port = "socket://127.0.0.1:${HALL_PRINTER2_PORT}"\n'
                    "options = { paper = 58, print_timeout_s = 0.5, reply_timeout_s = 0.2 }"
                ),
            )
        ]
        hall = Scene(place, changes=changes, start=False)
        hall.stage.environment["HALL_PRINTER2_PORT"] = str(printer_port)
        async with hall:
            hall.stage.environment["HALL_PRINTER2_PORT"] = str(wire.port)
            await hall.start()
            await hall.hall.call("day.open", day="2026-11-23")
            length = await length_of_a_ticket(hall, "printer-2", "kiosk-2")
            numbers, broken = ["A001"], list[str]()
            for at in positions(length, count):
                await hall.becomes("printer-2", "ok")
                wire.cut(at, fault)
                number = await hall.take(origin="kiosk-2")
                await asyncio.wait_for(wire.happened.wait(), 60)
                # Others print meanwhile.
                other = await hall.take(origin="kiosk-1")
                await hall.on_paper(other)
                await hall.becomes("printer-2", "gone")
                wire.mend()
                await hall.on_paper(number, "printer-2")
                numbers.append(number)
                if ticket_had_begun(await hall.seen("printer-2"), number):
                    broken.append(number)
            seen = await hall.seen("printer-2")
            whole, marked = Counter(seen["numbers"]), Counter(seen["reprints"])
            assert [n for n in numbers if not whole[n]] == []
            assert [n for n in numbers if whole[n] - marked[n] > 1] == []
            # A look at the printer's state may have met the cut before the ticket did.
            assert len(broken) >= 0.9 * len(numbers) - 2
            assert len(await hall.issued()) == 2 * len(numbers) - 1


def ticket_had_begun(seen: dict[str, Any], number: str) -> bool:
    return number in seen["reprints"]


async def test_a_plug_pulled_anywhere_in_a_ticket_costs_no_number(place: Path) -> None:
    await wire_fails_at_each(place, "unplug", 6)


async def test_a_line_that_stalls_anywhere_in_a_ticket_costs_no_number(place: Path) -> None:
    await wire_fails_at_each(place, "stall", 4)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("fault", ["unplug", "stall"])
async def test_a_line_that_fails_at_every_byte_of_a_ticket_costs_no_number(
    place: Path, fault: Literal["unplug", "stall"]
) -> None:
    await wire_fails_at_each(place, fault, 10_000)


async def test_a_stalled_write_stops_nobody_else_and_the_number_comes_out_after_it(
    place: Path,
) -> None:
    async with Scene(place, windows=("1", "2")) as hall:
        await hall.on_paper(await hall.take())
        await hall.fault("printer", "stall")
        numbers = [await hall.take() for _ in range(3)]
        assert numbers == ["A002", "A003", "A004"]
        await hall.press("pad-1", "next")
        await hall.shows("led-wall", lines=["请A001号到1号窗口", "", "", ""])
        await hall.shows("strip-1", lines=["A001"])
        await hall.on_paper(await hall.take(origin="kiosk-2"), "printer-2")
        owed = (await hall.status())["papers_owed"]
        assert owed == {"printer": 3}
        await hall.becomes("printer", "gone")
        await hall.fault("printer", "stall", active=False)
        for number in numbers:
            await hall.on_paper(number)
        slips_are_right(await hall.seen("printer"), ["A001", *numbers], [])


async def test_papers_that_a_dead_printer_owes_survive_a_restart_and_come_in_order(
    place: Path,
) -> None:
    async with Scene(place) as hall:
        await hall.bench.do("unplug", "printer")
        await hall.becomes("printer", "gone")
        numbers = [await hall.take() for _ in range(4)]
        # The other printer is further on in the journal than the first was ever.
        await hall.on_paper(await hall.take(origin="kiosk-2"), "printer-2")
        await hall.do("ticket.cancel", number=numbers[1])
        await hall.kill()
        await hall.start()
        await hall.bench.do("plug", "printer")
        for number in (numbers[0], numbers[2], numbers[3]):
            await hall.on_paper(number)
        seen = await hall.seen("printer")
        assert seen["numbers"] == [numbers[0], numbers[2], numbers[3]]
        assert seen["reprints"] == []


async def test_whatever_stops_the_printer_is_told_and_the_ticket_waits_for_it(place: Path) -> None:
    async with Scene(place) as hall:
        for fault in ("cover-open", "cutter", "offline", "error", "no-status"):
            await hall.fault("printer", fault)
            told = await hall.becomes("printer", "fault", "gone")
            assert told["say"]["zh"], fault
            assert told["say"]["en"], fault
            number = await hall.take()
            assert (await hall.status())["papers_owed"] == {"printer": 1}
            await hall.fault("printer", fault, active=False)
            await hall.on_paper(number)
        assert (await hall.seen("printer"))["reprints"] == []
