"""A kiosk's and a window's card are swapped for old copies, and the newer ones come back.

In another boot, as when a card is taken out, and in the same one, as when a data folder is put back
from a copy while the machine runs on. What a copy does not know may be on papers.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from firmware_py.bench.spread import HUB
from tests.e2e.scene import until
from tests.faults.cut_hall import KIOSK, PATIENT_S, WINDOW, CutHall
from tests.faults.spread_judging import judge_journals, judge_papers, told_by

CARDS = (KIOSK, WINDOW)
TAKE: dict[str, Any] = {"item": "F01", "origin": KIOSK}


class Cards:
    """The data folders of kiosk and window; in a Pi that is off."""

    def __init__(self, hall: CutHall) -> None:
        self._hall = hall

    def folder(self, node: str, which: str = "") -> Path:
        own = Path(self._hall.stage.of_node(node)["HALL_DATA"])
        return own.with_name(f"{own.name}{which}")

    async def off(self) -> None:
        for node in CARDS:
            await self._hall.end(node)

    def copy(self) -> None:
        """Make the copies."""
        for node in CARDS:
            shutil.copytree(self.folder(node), self.folder(node, ".old"))

    def swap(self, put: str, aside: str) -> None:
        """Put one set in, the other aside."""
        for node in CARDS:
            self.folder(node).rename(self.folder(node, aside))
            self.folder(node, put).rename(self.folder(node))

    async def on(self, boot: str) -> None:
        """Start in this boot; "" is the machine's own."""
        stage, usual = self._hall.stage, self._hall.stage.daemon
        stage.daemon = ("tests.faults.rebooted_halld", boot) if boot else usual
        for node in CARDS:
            await self._hall.start(node)
        stage.daemon = usual


#: The machine's own boot, then others: who is put in in which.
SAME_THEN_OTHER = ("", "", "b2")
EACH_ANOTHER = ("b3", "b4", "b5")


async def test_an_old_copy_of_a_card_gives_no_number_twice_and_the_newer_one_is_not_lost(
    place: Path,
) -> None:
    await swapped_in(place, SAME_THEN_OTHER)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_cards_are_swapped_again_and_again_in_the_same_boot_and_in_others(
    place: Path,
) -> None:
    await swapped_in(place, SAME_THEN_OTHER, EACH_ANOTHER, ("", "", ""))


async def swapped_in(place: Path, *rounds: tuple[str, str, str]) -> None:
    async with CutHall(place, *CARDS, apart=False) as hall:
        await hall.stands()
        given = list[str]()
        for boots in rounds:
            given += await swapped(hall, Cards(hall), boots)
            for node in CARDS:
                shutil.rmtree(Cards(hall).folder(node, ".used"))
        events = await told_by(hall)
        seen = await hall.bench.do("seen", "printer-1")
        # Of what one card gave the other does not know whether it came out: a second slip says so.
        judge_papers(events, {KIOSK: seen}, reprinted=given)
        assert set(given) <= set(seen["numbers"])
        assert len(given) == len(set(given)) == 4 * len(rounds)
        finished = [e["data"]["number"] for e in events if e["type"] == "service.finished"]
        assert len(finished) == len(set(finished)) == len(rounds)
        for node in (*CARDS, HUB):
            await hall.end(node)
        judge_journals(hall, deciding=CARDS)


async def swapped(hall: CutHall, cards: Cards, boots: tuple[str, str, str]) -> list[str]:
    """Go through it all in these boots; return what the kiosk gave while it was cut off."""
    number = await served(hall)
    await cards.off()
    cards.copy()
    await cards.on(boots[0])
    for node in CARDS:
        await hall.becomes(node, "", PATIENT_S)
    await hall.has_numbers()
    await cut_off(hall)
    given = [await alone(hall), await alone(hall)]
    # The window ends its work by itself, and only its card knows.
    await hall.at(WINDOW).call("window.finish", window="1", number=number)
    await cards.off()

    # The old copies are put in; still cut off.
    cards.swap(".old", ".new")
    await cards.on(boots[1])
    for node in CARDS:
        status = await hall.at(node).call("hall.status")
        assert status["broker"]["alone"]["why_not"] == "not_joined", node
    for node in CARDS:
        await hall.cables.plug(node)
        await hall.becomes(node, "", PATIENT_S)
    await hall.has_numbers()
    await hall.agree(*CARDS)
    # As far as anybody knows somebody still sits there: it is ended once more.
    await hall.at(WINDOW).call("window.finish", window="1", number=number)
    await cut_off(hall)
    given += [await alone(hall), await alone(hall)]
    assert len(set(given)) == len(given), given
    for node in CARDS:
        await hall.cables.plug(node)
        await hall.becomes(node, "", PATIENT_S)
    await hall.agree(*CARDS)

    # The newer cards are found.
    await cards.off()
    cards.swap(".new", ".used")
    await cards.on(boots[2])
    for node in CARDS:
        await hall.becomes(node, "", PATIENT_S)
    await hall.agree(*CARDS)
    known = {one["number"] for one in await hall.at(HUB).call("ticket.list")}
    assert set(given) <= known, set(given) - known
    return given


async def served(hall: CutHall) -> str:
    """Have somebody in hand at the window; return the number."""
    await hall.at(KIOSK).call("ticket.take", **TAKE)
    await hall.at(WINDOW).call("window.next", window="1")
    done = await hall.at(WINDOW).call("window.start", window="1")
    return str(done["events"][0]["data"]["number"])


async def cut_off(hall: CutHall) -> None:
    """Cut both off, and wait until they go on alone: nothing is carried to the hub then."""
    for node in CARDS:
        await hall.cables.pull(node, "silent")

    async def look() -> bool:
        stand = [(await hall.at(node).call("hall.status"))["broker"] for node in CARDS]
        return all(one["alone"]["now"] for one in stand)

    await until(look, PATIENT_S)


async def alone(hall: CutHall) -> str:
    """Take a number at the kiosk, which is printed; return it."""
    before = (await hall.bench.do("seen", "printer-1"))["numbers"]
    done = await hall.at(KIOSK).call("ticket.take", **TAKE)
    number = str(done["events"][0]["data"]["number"])
    assert number not in before
    await hall.shows_slip(number)
    return number
