"""Cards at a kiosk and a window that are cut off: what can be said is, and nothing is made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firmware_py.bench.spread import HUB
from tests.e2e.leaks import Needles
from tests.e2e.marked import PEOPLE, PHOTO, marks
from tests.e2e.marked_hall import list_marks, lists
from tests.e2e.scene import refused
from tests.e2e.spread_cards import (
    at_window,
    bring,
    issued,
    laid,
    lay,
    lift,
    says,
    take,
    with_readers,
)
from tests.e2e.test_spread_alone import alone, has_numbers

OLD = PEOPLE[0]


async def test_cut_off_a_card_is_a_number_without_its_appointment_and_never_two(
    place: Path,
) -> None:
    _, spread = with_readers(place, "08:50", "kiosk-2", "window-3", alone_after_s=5)
    async with spread as hall:
        await bring(hall, lists())
        for node in hall.nodes:
            await hall.becomes(node, "")
        await has_numbers(hall, "kiosk-2")
        await lay(hall, "old", "choose")
        first = await take(hall)
        await lift(hall)
        window = hall.at("window-3")
        await window.call("window.open", window="3", clerk="1023")
        await window.call("window.call", window="3", number=first)
        await window.call("window.start", window="3")
        # Somebody lies at the kiosk when the line breaks: known, and not any more of any use.
        await lay(hall, "young", "choose")

        hall.stage.end("mosquitto")
        for node in hall.nodes:
            await alone(hall, node)
        youngs = await take(hall)
        assert youngs.startswith("A98")
        await lift(hall)
        told = await lay(hall, "young", "has_ticket")
        assert youngs in told["say"]["zh"]
        await lift(hall)

        # It is the time of this one's appointment, and nobody here can know.
        shown = await lay(hall, "third", "choose")
        assert [one["code"] for one in shown["notes"]] == ["not_asked"]
        assert "有预约的请到导税台" in shown["notes"][0]["zh"]
        assert (shown["appointment"], shown["traits"]) == (None, [])
        thirds = await take(hall)
        await lift(hall)
        # Age stands on the card itself. A second number at this kiosk is not given.
        shown = await lay(hall, "taiwan", "choose")
        assert shown["priority"]["zh"] == "60岁以上老年人，优先办理"
        taiwans = await take(hall)
        await lift(hall)
        await lay(hall, "taiwan", "has_ticket")
        taking = hall.at("kiosk-2").call("ticket.take", item="D01", origin="kiosk-2")
        assert (await refused(taking)).code == "person_waiting"
        await lift(hall)
        await hall.bench.do("press", "codes-kiosk-2", key="appointment", value=90817263)
        told = await says(hall, "not_asked")
        assert "查不到预约" in told["say"]["zh"]

        # The clerk has the card's fields, and is told that the rest must be compared by hand.
        shown = await laid(hall, "old", "龘靐\U00020bb7犇骉")
        shown = await at_window(hall, lambda found: found["note"] is not None)
        assert (shown["note"]["code"], shown["same_person"]) == ("not_asked", None)
        assert shown["card"]["number_masked"].endswith(OLD.number[-4:])

        hall.stage.start_broker()
        for node in hall.nodes:
            await hall.becomes(node, "")
        # Asked again by itself, while the card lies.
        shown = await at_window(hall, lambda found: found["same_person"] is True)
        assert shown["note"] is None
        await hall.agree(*hall.nodes)
        tickets = await issued(hall)
        assert tickets[taiwans]["traits"] == ["elderly"]
        assert [tickets[one]["person"] for one in (youngs, thirds, taiwans)] == [None] * 3
        assert tickets[first]["person"]
        # This kiosk still knows whose number that was; its appointment has not been used.
        told = await lay(hall, "third", "has_ticket")
        assert thirds in told["say"]["zh"]
        assert told["appointment"]["when"] == "now"
        await lift(hall)
        await hall.at(HUB).call("ticket.cancel", number=thirds)
        await lay(hall, "third", "taken")
    needles = Needles(marks() | list_marks(), {"photo": PHOTO[3:99]})
    for node in hall.nodes:
        found: list[Any] = needles.search_files(hall.stage.folder / node, lambda path: False)
        assert found == []
