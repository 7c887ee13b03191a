"""Cards at a Pi of its own: known, served and forgotten as at the hub's readers."""

from __future__ import annotations

from pathlib import Path

from firmware_py.bench.people import Booked, appointments_file, grades_file
from firmware_py.bench.spread import HUB
from tests.e2e.scene import refused
from tests.e2e.spread_cards import (
    DAY,
    at_kiosk,
    bring,
    issued,
    lay,
    lift,
    nobody,
    says,
    with_readers,
)


async def test_a_card_at_a_kiosk_of_its_own_pi_is_served_as_at_the_hubs(place: Path) -> None:
    _, spread = with_readers(place, "09:50", "kiosk-2")
    async with spread as hall:
        await bring(hall, "grades.csv", grades_file([("citizen_2", "A")]), 1)
        booked = [
            Booked("10:00", "D01", "citizen_4"),
            Booked("15:00", "A01", "citizen"),
            Booked("10:00", "D01", code="YY-00000042"),
        ]
        await bring(hall, f"appointments-{DAY}.csv", appointments_file(booked), 3)
        await hall.becomes("kiosk-2", "")

        # Its time: the ticket is taken at once, and comes out here.
        await lay(hall, "id-kiosk-2", "citizen-4")
        shown = await says(hall, "taken")
        assert shown["priority"]["en"] == "Appointment 10:00, checked in"
        await hall.shows("printer-2", numbers=["A001"])
        (ticket,) = await issued(hall)
        assert (ticket["item"], ticket["origin"]) == ("D01", "kiosk-2")
        assert ticket["appointment"]
        assert ticket["person"]
        # Laid again: the number is told, and no other is taken.
        await lift(hall, "id-kiosk-2")
        await nobody(hall)
        await lay(hall, "id-kiosk-2", "citizen-4")
        told = await says(hall, "has_ticket")
        assert "A001" in told["say"]["zh"]
        assert told["appointment"]["when"] == "used"
        call = hall.at("kiosk-2").call("ticket.take", item="F01", origin="kiosk-2")
        assert (await refused(call)).code == "person_waiting"
        await lift(hall, "id-kiosk-2")
        await nobody(hall)

        # Age is read here, the grade known there; the greeting is this screen's alone.
        await lay(hall, "id-kiosk-2", "citizen-2")
        shown = await says(hall, "choose")
        assert shown["traits"] == ["elderly", "a_grade"]
        assert (shown["name_masked"], shown["number_masked"]) == ("样**", "**************002X")
        assert shown["priority"]["zh"] == "60岁以上老年人、A级纳税人，优先办理"
        assert shown["notes"] == []
        await hall.at("kiosk-2").call("ticket.take", item="F01", origin="kiosk-2")
        await says(hall, "taken")
        # Whoever comes next without a card is nobody.
        await hall.at("kiosk-2").call("ticket.take", item="F01", origin="kiosk-2")
        await lift(hall, "id-kiosk-2")
        await nobody(hall)

        # Too early for one's appointment.
        await lay(hall, "id-kiosk-2", "citizen")
        told = await says(hall, "appointment_early")
        assert "14:45" in told["say"]["zh"]
        await lift(hall, "id-kiosk-2")
        await nobody(hall)

        # An appointment's code, without a card.
        await hall.bench.do("press", "codes-kiosk-2", key="appointment", value=43)
        await says(hall, "unknown_code")
        await hall.bench.do("press", "codes-kiosk-2", key="appointment", value=42)
        await says(hall, "taken")
        _, second, third, fourth = await issued(hall)
        assert second["traits"] == ["elderly", "a_grade"]
        assert second["person"] not in (None, ticket["person"])
        assert (third["person"], third["traits"]) == (None, [])
        assert (fourth["item"], fourth["person"]) == ("D01", None)
        assert fourth["appointment"]
        await hall.shows("printer-2", numbers=["A001", "A002", "A003", "A004"])

        # Somebody with a number of the hub's own kiosk is known here too, and its end is.
        await hall.at(HUB).call("ticket.cancel", number="A001")
        await lay(hall, "id-kiosk-2", "citizen-4")
        await says(hall, "taken")
        assert (await at_kiosk(hall))["there"] is False
