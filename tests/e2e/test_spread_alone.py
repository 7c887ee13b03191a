"""A kiosk that is cut off goes on, a window finishes its ticket; back again both are merged."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from firmware_py.bench.spread import HUB
from tests.e2e.scene import refused, until
from tests.e2e.spread import Spread

AFTER_S = 2.0


async def stands(hall: Spread, node: str) -> dict[str, Any]:
    """Return how a Pi goes on alone."""
    status = await hall.at(node).call("hall.status")
    found: dict[str, Any] = (status["broker"] or {}).get("alone") or {}
    return found


async def has_numbers(hall: Spread, node: str) -> None:
    async def look() -> bool:
        return (await stands(hall, node)).get("left") == {"common": 20}

    await until(look, 60)


async def alone(hall: Spread, node: str) -> None:
    async def look() -> bool:
        return (await stands(hall, node)).get("now") is True

    await until(look, 60)


async def confirmed(hall: Spread, kiosk: str, number: str) -> None:
    """Wait until a slip's printer has said that it is out, as the kiosk's page does."""

    async def look() -> bool:
        shown = await hall.at(kiosk).call("ticket.show", number=number)
        return bool(shown["paper"] == {"owed_by": None})

    await until(look, 60)


async def waiting(hall: Spread) -> list[str]:
    """Return who waits at the hub, by time of issue."""
    tickets = await hall.at(HUB).call("ticket.list", status="waiting")
    return [one["number"] for one in sorted(tickets, key=lambda one: one["issued_ms"])]


async def test_kiosk_and_window_go_on_without_a_broker_and_are_merged_when_it_is_back(
    place: Path,
) -> None:
    async with Spread(place, "kiosk-1", "window-3", alone_after_s=AFTER_S) as hall:
        for node in hall.nodes:
            await hall.becomes(node, "", 60)
        await has_numbers(hall, "kiosk-1")
        kiosk, window, hub = hall.at("kiosk-1"), hall.at("window-3"), hall.at(HUB)
        # All at the hub: a busy one may answer a Pi later than that goes on alone.
        await hub.call("window.open", window="3", clerk="1023")
        await hub.call("ticket.take", item="F01", origin="desk", override=True)
        await hub.call("window.next", window="3")
        await hub.call("window.start", window="3", number="A001")
        await hall.agree(*hall.nodes)
        hall.stage.end("mosquitto")

        # A press as a person does it, without waiting for anything to be noticed.
        await hall.bench.do("press", "kiosk-1-button", key="press")
        await hall.shows("printer-1", 60, numbers=["A001", "A980"])
        await alone(hall, "kiosk-1")
        assert (await stands(hall, "kiosk-1"))["waiting"] == 1
        shown = await kiosk.call("kiosk.show", kiosk="kiosk-1")
        assert (shown["alone"], shown["take"]) == (True, None)
        await confirmed(hall, "kiosk-1", "A980")

        # The window finishes what it has in hand, and calls nobody.
        await alone(hall, "window-3")
        await window.call("window.finish", window="3", number="A001")
        assert (await refused(window.call("window.next", window="3"))).code == "alone_cannot_call"
        await window.call("rate", window="3", score=5)
        await hub.call("ticket.take", item="F01", origin="desk", override=True)

        # Killed, and going on from its card: the number is not given again.
        await hall.end("kiosk-1", signal.SIGKILL)
        await hall.start("kiosk-1")
        await alone(hall, "kiosk-1")
        taken = await hall.at("kiosk-1").call(
            "ticket.take", item="F01", origin="kiosk-1", command_id="press-2"
        )
        assert taken["events"][0]["data"]["number"] == "A981"
        await hall.shows("printer-1", 60, numbers=["A001", "A980", "A981"], reprints=[])

        hall.stage.start_broker()
        for node in hall.nodes:
            await hall.becomes(node, "", 60)
        await hall.agree(*hall.nodes)
        assert await waiting(hall) == ["A980", "A002", "A981"]
        (served,) = await hall.at(HUB).call("ticket.list", status="finished")
        assert (served["number"], served["rating"]) == ("A001", 5)
        again = await hall.at("kiosk-1").call(
            "ticket.take", item="F01", origin="kiosk-1", command_id="press-2"
        )
        assert (again["repeated"], again["events"][0]["data"]["number"]) == (True, "A981")
        # What the hub gave meanwhile for this printer comes out too, and what it gives now, once.
        await hub.call("ticket.take", item="F01", origin="kiosk-1", override=True)
        slips = ["A001", "A980", "A981", "A002", "A003"]
        await hall.shows("printer-1", 60, numbers=slips, reprints=[])
        assert (await stands(hall, "kiosk-1"))["waiting"] == 0


async def test_a_kiosk_goes_on_whatever_hangs_and_prints_what_it_owed_after_a_restart(
    place: Path,
) -> None:
    async with Spread(place, "kiosk-1", alone_after_s=AFTER_S) as hall:
        await hall.becomes("kiosk-1", "", 60)
        await has_numbers(hall, "kiosk-1")
        await hall.agree("kiosk-1")
        # The hub hangs with all its connections open: nobody has noticed yet.
        hall.freeze("halld")
        try:
            taken = await hall.at("kiosk-1").call("ticket.take", item="F01", origin="kiosk-1")
            assert taken["events"][0]["data"]["number"] == "A980"
            await hall.shows("printer-1", 60, numbers=["A980"])
            await confirmed(hall, "kiosk-1", "A980")
            # No paper: what is owed is on the card, and comes out after the restart, once.
            await hall.bench.do("fault", "printer-1", fault="paper-out", active=True)
            await hall.at("kiosk-1").call("ticket.take", item="F01", origin="kiosk-1")
            await hall.end("kiosk-1", signal.SIGKILL)
            await hall.bench.do("fault", "printer-1", fault="paper-out", active=False)
            await hall.start("kiosk-1")
            await hall.shows("printer-1", 60, numbers=["A980", "A981"])
        finally:
            hall.thaw("halld")
        await hall.becomes("kiosk-1", "", 60)
        await hall.agree("kiosk-1")
        assert await waiting(hall) == ["A980", "A981"]
        await confirmed(hall, "kiosk-1", "A981")
        await hall.shows("printer-1", 60, numbers=["A980", "A981"])
