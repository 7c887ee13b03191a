"""A hundred people at once, everything twice, two buttons in the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.e2e.scene import Change, Connection, Scene, refused, until

SECOND_BUTTON: list[Change] = [
    (
        'id = "kiosk-2"\nprinter = "printer-2"\n',
        'id = "kiosk-2"\nprinter = "printer-2"\nbutton = "kiosk-2-button"\nitem = "A01"\n',
    ),
    (
        "\nkiosk-1-button = {",
        (
            '\nkiosk-2-button = { kind = "button.gpio", options = '
            '{ pin = 2, pins = "mock:${HALL_RUN}/wire/gpio" } }\n'
            "kiosk-1-button = {"
        ),
    ),
]


async def test_a_hundred_takers_at_once_get_a_hundred_numbers_without_a_gap(place: Path) -> None:
    async with Scene(place) as hall:
        people = [await hall.client() for _ in range(100)]

        async def take(person: int) -> str:
            outcome = await people[person].call(
                "ticket.take", item="F01", origin=f"kiosk-{1 + person % 2}"
            )
            return str(outcome["events"][0]["data"]["number"])

        numbers = await asyncio.gather(*(take(person) for person in range(100)))
        assert sorted(numbers) == [f"A{n:03}" for n in range(1, 101)]
        assert await hall.issued() == [f"A{n:03}" for n in range(1, 101)]

        async def all_printed() -> bool:
            seen = [await hall.seen(printer) for printer in ("printer", "printer-2")]
            return sorted(seen[0]["numbers"] + seen[1]["numbers"]) == sorted(numbers)

        await until(all_printed)


async def test_each_command_twice_counts_once_with_the_first_outcome(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        clients = [hall.hall, await hall.client()]

        async def both(method: str, command_id: str, **params: Any) -> list[Any]:
            calls = (c.call(method, command_id=command_id, **params) for c in clients)
            return list(await asyncio.gather(*calls))

        taken = [await both("ticket.take", f"t:{n}", item="F01") for n in range(20)]
        for first, second in taken:
            assert first["events"] == second["events"]
            assert sorted((first["repeated"], second["repeated"])) == [False, True]
        called = await both("window.next", "w:1", window="1")
        assert called[0]["events"] == called[1]["events"]
        assert await hall.issued() == [f"A{n:03}" for n in range(1, 21)]
        recorded = len(await hall.journal())
        # The same id brings the same outcome after a restart too, a refusal as well.
        wrong = {"item": "none", "command_id": "t:wrong"}
        assert (await refused(hall.hall.call("ticket.take", **wrong))).code == "unknown_item"
        await hall.kill()
        await hall.start()
        again = await hall.hall.call("ticket.take", item="F01", command_id="t:7")
        assert again == {"events": taken[7][0]["events"], "repeated": True}
        assert (await refused(hall.hall.call("ticket.take", **wrong))).code == "unknown_item"
        assert len(await hall.journal()) == recorded


async def test_two_buttons_pressed_in_the_same_moment_give_two_numbers(place: Path) -> None:
    async with Scene(place, changes=SECOND_BUTTON) as hall:
        await asyncio.gather(hall.press("kiosk-1-button"), hall.press("kiosk-2-button"))

        async def both() -> list[str] | None:
            printed = [(await hall.seen(p))["numbers"] for p in ("printer", "printer-2")]
            return [*printed[0], *printed[1]] if all(printed) else None

        assert sorted(await until(both)) == ["A001", "A002"]
        items = {e["data"]["item"] for e in await hall.journal() if e["type"] == "ticket.issued"}
        assert items == {"F01", "A01"}


async def test_a_button_that_bounces_or_is_touched_twice_gives_one_number(place: Path) -> None:
    async with Scene(place) as hall:
        await hall.fault("kiosk-1-button", "bounce")
        await hall.press("kiosk-1-button")
        await hall.on_paper("A001")
        await hall.press("kiosk-1-button", "hold", 300)
        # A second person presses after the first has the paper, a second later at the earliest.
        presses = iter(range(20))
        await until(lambda: pressed_again(hall, presses))
        assert await hall.issued() == ["A001", "A002"]


async def pressed_again(hall: Scene, presses: Iterator[int]) -> bool:
    """Press as an impatient person does, twice a second, until the second number is there.

    Not as quickly as a program can: what is up for less than the bounce is still held.
    """
    seen = await hall.seen("kiosk-1-button")
    if not seen["down"]:
        next(presses)
        await hall.press("kiosk-1-button")
        await asyncio.sleep(0.5)
    return len(await hall.issued()) == 2


async def test_a_thousand_requests_on_one_connection_are_answered_in_their_order(
    place: Path,
) -> None:
    async with Scene(place) as hall:
        client: Connection = hall.hall
        takes = [
            asyncio.create_task(client.call("ticket.take", item="F01", origin="hallctl"))
            for _ in range(1000)
        ]
        outcomes = await asyncio.gather(*takes)
        numbers = [outcome["events"][0]["data"]["number"] for outcome in outcomes]
        assert numbers == await hall.issued()
        assert len(set(numbers)) == 1000
        assert (numbers[0], numbers[998], numbers[999]) == ("A001", "A999", "A1000")
