"""Cards and appointments' codes at a kiosk: who gets which ticket, in a whole hall over ptys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firmware_py.bench.people import Booked, appointments_file, grades_file
from tests.e2e.scene import Change, Scene, refused, until
from tests.faults.test_clock import HallClock, with_clock

DAY = "2026-11-23"
#: The kiosk's card alone takes a ticket.
ALONE: Change = ('button = "kiosk-1-button"\nitem = "F01"\n', 'item = "F01"\n')
ONE_OPEN: Change = ("elderly_from = 60\n", "elderly_from = 60\none_open = true\n")
REQUIRED: Change = ("elderly_from = 60\n", 'elderly_from = 60\ncard = "required"\n')


def at(place: Path, local: str, **more: Any) -> tuple[HallClock, Scene]:
    """Return a hall whose clock says ``local`` of its day."""
    clock = HallClock(place)
    clock.set(f"{DAY} {local}:00")
    return clock, with_clock(place, clock, **more)


def bring(hall: Scene, name: str, data: bytes) -> None:
    """Put a list into the hall's folder, as rsync does."""
    folder = hall.stage.data / "people"
    folder.mkdir(exist_ok=True)
    part = folder / f".{name}.part"
    part.write_bytes(data)
    part.rename(folder / name)


async def uses(hall: Scene, name: str, rows: int) -> None:
    async def look() -> bool:
        found = await hall.hall.call("people.status")
        return {"name": name, "rows": rows} in [
            {"name": one["name"], "rows": one["rows"]} for one in found["lists"]
        ]

    await until(look)


async def says(hall: Scene, code: str) -> dict[str, Any]:
    """Wait until the kiosk says this; return all that its screen is told."""

    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = await hall.hall.call("kiosk.card", kiosk="kiosk-1")
        return found if found["say"] and found["say"]["code"] == code else None

    try:
        return await until(look)
    except AssertionError:
        found = await hall.hall.call("kiosk.card", kiosk="kiosk-1")
        raise AssertionError(f"not {code}: {found}") from None


async def is_past(hall: Scene, local: str) -> bool:
    """Say whether the hall has seen that its clock was set, and no card lies any more."""
    there = (await hall.hall.call("kiosk.card", kiosk="kiosk-1"))["there"]
    return not there and (await hall.status())["now"] >= f"{DAY} {local}"


async def lay(hall: Scene, card: str) -> None:
    await hall.becomes("id-kiosk-1", "ok")
    await hall.press("id-kiosk-1", card)


async def issued(hall: Scene) -> list[dict[str, Any]]:
    return [e["data"] for e in await hall.journal() if e["type"] == "ticket.issued"]


async def test_a_card_gives_the_priority_of_age_and_grade_to_the_next_ticket(place: Path) -> None:
    _, scene = at(place, "09:00")
    async with scene as hall:
        bring(hall, "grades.csv", grades_file([("citizen_4", "A"), ("citizen_4", "disabled")]))
        await uses(hall, "grades.csv", 1)
        await lay(hall, "citizen-2")
        shown = await says(hall, "choose")
        assert shown["traits"] == ["elderly"]
        assert shown["number_masked"] == "**************002X"
        assert shown["name_masked"] == "样**"
        assert shown["priority"]["zh"] == "60岁以上老年人，优先办理"
        assert shown["notes"] == []
        await hall.take()
        await says(hall, "taken")
        await hall.press("id-kiosk-1", "lift")
        await lay(hall, "citizen-4")
        await says(hall, "choose")
        await hall.take("D01")
        first, second = await issued(hall)
        assert (first["traits"], second["traits"]) == (["elderly"], ["a_grade", "disabled"])
        assert len({first["person"], second["person"]}) == 2
        assert first["person"]
        # Nobody is there any more: whoever comes next without a card is nobody.
        await hall.take()
        assert (await issued(hall))[-1]["person"] is None


async def test_a_card_alone_takes_the_ticket_of_its_appointment_once(place: Path) -> None:
    _, scene = at(place, "09:50")
    async with scene as hall:
        booked = [Booked("10:00", "D01", "citizen_4"), Booked("15:00", "A01", "citizen_4")]
        bring(hall, f"appointments-{DAY}.csv", appointments_file(booked))
        await uses(hall, f"appointments-{DAY}.csv", 2)
        await lay(hall, "citizen-4")
        shown = await says(hall, "taken")
        # Its time, and this very visit has used it.
        assert shown["priority"]["en"] == "Appointment 10:00, checked in"
        (ticket,) = await issued(hall)
        assert (ticket["item"], ticket["traits"]) == ("D01", [])
        assert ticket["appointment"]
        assert (await hall.hall.call("ticket.show", number="A001"))["appointment_at"].startswith(
            f"{DAY} 10:00"
        )
        await hall.on_paper("A001")
        # Laid again, and once more: the number is told, and no other is taken.
        for _ in range(2):
            await hall.press("id-kiosk-1", "lift")
            await lay(hall, "citizen-4")
            told = await says(hall, "has_ticket")
            assert "A001" in told["say"]["zh"]
            # That visit was another one.
            assert told["priority"] is None
        await hall.do("ticket.cancel", number="A001")
        await hall.press("id-kiosk-1", "lift")
        await lay(hall, "citizen-4")
        await says(hall, "taken")
        assert [one["item"] for one in await issued(hall)] == ["D01", "D01"]


async def test_too_early_and_too_late_for_an_appointment_are_said(place: Path) -> None:
    clock, scene = at(place, "09:00")
    async with scene as hall:
        bring(
            hall,
            f"appointments-{DAY}.csv",
            appointments_file([Booked("10:00", "D01", "citizen_4")]),
        )
        await uses(hall, f"appointments-{DAY}.csv", 1)
        await lay(hall, "citizen-4")
        told = await says(hall, "appointment_early")
        assert "10:00" in told["say"]["zh"]
        assert "09:45" in told["say"]["zh"]
        assert told["priority"] is None
        assert await issued(hall) == []
        await hall.press("id-kiosk-1", "lift")
        clock.set(f"{DAY} 10:20:00")
        await until(lambda: is_past(hall, "10:20"))
        await lay(hall, "citizen-4")
        await says(hall, "appointment_late")
        await hall.take("D01")
        (ticket,) = await issued(hall)
        assert (ticket["appointment_ms"], ticket["appointment"]) == (None, None)


async def test_a_code_takes_its_appointment_without_a_card_and_means_nothing_else(
    place: Path,
) -> None:
    _, scene = at(place, "10:05")
    async with scene as hall:
        booked = [Booked("10:00", "D01", code="YY-00000042")]
        bring(hall, f"appointments-{DAY}.csv", appointments_file(booked))
        await uses(hall, f"appointments-{DAY}.csv", 1)
        await hall.press("codes-kiosk-1", "appointment", 43)
        await says(hall, "unknown_code")
        await hall.press("codes-kiosk-1", "command")
        await says(hall, "unknown")
        await hall.press("codes-kiosk-1", "appointment", 42)
        await says(hall, "taken")
        (ticket,) = await issued(hall)
        assert (ticket["item"], ticket["person"]) == ("D01", None)
        assert ticket["appointment"]
        await hall.press("codes-kiosk-1", "former")
        await says(hall, "unknown_ticket")


async def test_one_open_number_a_person_and_a_card_alone_takes_one(place: Path) -> None:
    _, scene = at(place, "09:00", changes=[ALONE, ONE_OPEN], windows=["1"])
    async with scene as hall:
        await lay(hall, "citizen")
        await says(hall, "taken")
        await hall.press("id-kiosk-1", "lift")
        await lay(hall, "citizen")
        told = await says(hall, "has_ticket")
        assert "A001" in told["say"]["zh"]
        assert "还有 0 人" in told["say"]["zh"]
        refusal = await refused(hall.take("D01"))
        assert (refusal.code, "A001" in refusal.en) == ("person_waiting", True)
        # Another card takes its own.
        await hall.press("id-kiosk-1", "lift")
        await lay(hall, "compatriot")
        await says(hall, "taken")
        assert await hall.issued() == ["A001", "A002"]


async def test_where_a_card_is_required_nobody_gets_a_number_without_one(place: Path) -> None:
    _, scene = at(place, "09:00", changes=[REQUIRED])
    async with scene as hall:
        await hall.becomes("id-kiosk-1", "ok")
        assert (await refused(hall.take())).code == "card_required"
        assert await hall.take(override=True) == "A001"
        # The other kiosk has no reader.
        assert await hall.take(origin="kiosk-2") == "A002"
        await lay(hall, "citizen")
        await says(hall, "choose")
        assert await hall.take() == "A003"
        assert (await refused(hall.take())).code == "card_required"
        # A reader that does not work keeps nobody from a number.
        await hall.bench.do("unplug", "id-kiosk-1")
        await hall.becomes("id-kiosk-1", "gone")
        assert await hall.take() == "A004"


async def test_a_card_that_is_gone_before_anything_was_chosen_is_nobodys(place: Path) -> None:
    _, scene = at(place, "09:00")
    async with scene as hall:
        await lay(hall, "citizen")
        await says(hall, "choose")
        await hall.press("id-kiosk-1", "lift")
        await nobody(hall)
        await hall.take()
        # Pulled with a card on it: nobody can say any more whether it lies there.
        await lay(hall, "citizen-2")
        await says(hall, "choose")
        await hall.bench.do("unplug", "id-kiosk-1")
        await nobody(hall)
        await hall.take()
        assert [one["person"] for one in await issued(hall)] == [None, None]
        await hall.bench.do("fault", "id-kiosk-1", fault="lifted-early", active=True)
        await hall.bench.do("plug", "id-kiosk-1")
        await hall.becomes("id-kiosk-1", "ok")
        await lay(hall, "citizen")
        told = await says(hall, "read_failed")
        assert told["there"] is False
        # Two cards in a row, without a hand's breadth between: the second one counts.
        await lay(hall, "citizen")
        await says(hall, "choose")
        await hall.press("id-kiosk-1", "lift")
        await nobody(hall)
        await lay(hall, "citizen-3")
        shown = await says(hall, "choose")
        assert [note["code"] for note in shown["notes"]] == ["expired"]
        assert shown["traits"] == []


async def nobody(hall: Scene) -> None:
    async def look() -> bool:
        return not (await hall.hall.call("kiosk.card", kiosk="kiosk-1"))["there"]

    await until(look)


async def test_without_a_clock_neither_age_nor_appointment_counts_and_it_says_so(
    place: Path,
) -> None:
    clock = HallClock(place)
    clock.set("1970-01-01 08:00:00", synchronised=False)
    async with with_clock(place, clock) as hall:
        await lay(hall, "citizen")
        shown = await says(hall, "choose")
        assert shown["traits"] == []
        assert [note["code"] for note in shown["notes"]] == ["no_clock"]
        await hall.take()
        (ticket,) = await issued(hall)
        assert ticket["traits"] == []
        assert ticket["person"]


async def test_a_list_is_replaced_while_the_hall_runs_and_a_bad_one_changes_nothing(
    place: Path,
) -> None:
    _, scene = at(place, "09:00")
    async with scene as hall:
        bring(hall, "grades.csv", grades_file([("citizen_4", "A")]))
        await uses(hall, "grades.csv", 1)
        hall.allowed.append("a list of people cannot be used: grades.csv: line 3: grade")
        bring(hall, "grades.csv", grades_file([("citizen_4", "A"), ("citizen_3", "B")]))

        async def told() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await hall.hall.call("people.status"))["problems"]
            return found

        (problem,) = await until(told)
        assert "第 3 行 grade" in problem["zh"]
        await lay(hall, "citizen-4")
        assert (await says(hall, "choose"))["traits"] == ["a_grade"]
        await hall.press("id-kiosk-1", "lift")
        bring(hall, "grades.csv", grades_file([("citizen_3", "A"), ("citizen_2", "A")]))
        await uses(hall, "grades.csv", 2)
        assert not await told()
        await nobody(hall)
        await lay(hall, "citizen-4")
        assert (await says(hall, "choose"))["traits"] == []
