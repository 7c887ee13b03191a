"""A hall of many Pis: whatever is pressed at one is decided at the hub and seen at the others."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from firmware_py.bench.client import Refused
from firmware_py.bench.spread import HUB
from firmware_py.store.vault_errors import KeyDestroyed
from tests.e2e.scene import refused, until
from tests.e2e.spread import Spread
from tests.e2e.spread_papers import of_hub

EARLIER = "2026-11-22"
CALLED = "请{}号到3号窗口"


async def test_a_key_at_one_pi_is_paper_light_and_words_at_the_others(place: Path) -> None:
    async with Spread(place, "kiosk-1", "window-3", "wall-1") as hall:
        for node in hall.nodes:
            await hall.becomes(node, "")
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        await hall.bench.do("press", "kiosk-1-button", key="press")
        await hall.shows("printer-1", numbers=["A001"])
        await hall.press("pad-3", "next")
        await hall.shows("strip-3", lines=["A001"])
        await hall.shows("led-wall", lines=[CALLED.format("A001"), "", "", ""])
        await hall.agree(*hall.nodes)
        (ticket,) = await hall.at("window-3").call("ticket.list")
        assert (ticket["number"], ticket["origin"]) == ("A001", "kiosk-1")
        # Only the hub's journal knows why; a Pi asks it.
        why = await hall.at("window-3").call("why", number="A001")
        assert "3 号窗口" in why["calls"][0]["zh"]
        # Paper that came out is not owed again, wherever its printer stands.
        status = await hall.at("kiosk-1").call("hall.status")
        assert status["papers_owed"] == {}


async def test_a_number_comes_out_where_it_was_taken_and_nowhere_else(place: Path) -> None:
    async with Spread(place, "kiosk-1", "kiosk-2") as hall:
        for node in hall.nodes:
            await hall.becomes(node, "")
        await hall.at("kiosk-2").call("ticket.take", item="F01", origin="kiosk-2")
        await hall.at("kiosk-1").call("ticket.take", item="F01", origin="kiosk-1")
        await hall.at(HUB).call("ticket.take", item="F01", origin="desk", override=True)
        await hall.shows("printer-2", numbers=["A001"])
        await hall.shows("printer-1", numbers=["A002", "A003"])
        await hall.agree(*hall.nodes)
        for node in hall.nodes:
            assert (await hall.at(node).call("hall.status"))["papers_owed"] == {}
        await hall.shows("printer-2", numbers=["A001"])


async def test_a_pi_acts_for_its_own_window_alone_and_is_told_so(place: Path) -> None:
    async with Spread(place, "window-3", "wall-1", "standby-1") as hall:
        for node in hall.nodes:
            await hall.becomes(node, "")
        for method, params in (
            ("window.open", {"window": "1", "clerk": "1001"}),
            ("ticket.take", {"item": "F01", "origin": "kiosk-1"}),
            ("day.close", {}),
        ):
            said = await refused(hall.at("window-3").call(method, **params))
            assert said.code == "not_yours", said
        assert (
            await refused(hall.at("wall-1").call("window.open", window="3", clerk="1"))
        ).code == "not_yours"
        windows = await hall.at(HUB).call("window.list")
        assert {window["status"] for window in windows} == {"closed"}
        await _what_is_kept_is_deleted_by_whom_it_concerns(hall)


async def _what_is_kept_is_deleted_by_whom_it_concerns(hall: Spread) -> None:
    """A wall and a window have no say in a day's papers; a standby asks as the hub's people do."""
    for name in ("A007-1v1-p001", "A008-1v1-p001"):
        await asyncio.to_thread(of_hub(hall).put, EARLIER, name, b"a page")
    for node, method, params in (
        ("wall-1", "privacy.forget", {"number": "A007", "day": EARLIER}),
        ("wall-1", "document.export", {"document": "A007-1"}),
        ("wall-1", "check.kept", {"check": "A007-c1"}),
        ("wall-1", "form.done", {"form": "F20261122-001"}),
        ("window-3", "privacy.forget", {"number": "A007", "day": EARLIER}),
        ("window-3", "privacy.destroy", {"day": EARLIER}),
    ):
        said = await refused(hall.at(node).call(method, **params))
        assert (said.code, f"主控 {HUB}" in said.zh) == ("not_yours", True), (node, method)
        assert said.zh.startswith("wall-1 不是窗口的设备") == (node == "wall-1")
    assert len(of_hub(hall).names(EARLIER)) == 2
    standby = hall.at("standby-1")
    done = await standby.call("privacy.forget", number="A007", day=EARLIER)
    assert done["files"] == 1
    assert of_hub(hall).names(EARLIER) == ["A008-1v1-p001"]
    assert (await standby.call("privacy.destroy", day=EARLIER))["destroyed"] is True
    with pytest.raises(KeyDestroyed):
        await asyncio.to_thread(of_hub(hall).get, EARLIER, "A008-1v1-p001")
    told = await hall.at(HUB).call("journal.tail")
    acts = [one for one in told if one["type"] == "action.taken"]
    assert [one["data"]["action"] for one in acts] == ["privacy.forgotten", "privacy.destroyed"]
    assert all(one["by"].startswith("hallctl:standby-1:") for one in acts)


async def test_a_pi_that_starts_first_waits_says_so_and_joins(place: Path) -> None:
    async with Spread(place, "window-3", open_day=False) as hall:
        await hall.becomes("window-3", "hub")
        said = await refused(hall.at("window-3").call("window.open", window="3", clerk="1"))
        assert said.code == "hub_away"
        await hall.start(HUB)
        await hall.at(HUB).call("day.open", day="2026-11-23")
        for _ in range(3):
            await hall.at(HUB).call("ticket.take", item="F01", origin="desk")
        await hall.becomes("window-3", "")
        await hall.agree("window-3")


async def test_what_happened_while_a_pi_was_cut_off_is_there_when_it_is_back(place: Path) -> None:
    async with Spread(place, "window-3") as hall:
        await hall.becomes("window-3", "")
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        hall.stage.end("mosquitto")
        await hall.becomes("window-3", "broker")
        for _ in range(300):
            await hall.at(HUB).call("ticket.take", item="F01", origin="desk", override=True)
        hall.stage.start_broker()
        await hall.becomes("window-3", "")
        await hall.agree("window-3")
        await hall.press("pad-3", "next")
        await hall.shows("strip-3", lines=["A001"])


async def test_a_press_while_the_broker_is_away_counts_once_when_it_is_back(place: Path) -> None:
    async with Spread(place, "window-3") as hall:
        await hall.becomes("window-3", "")
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        for _ in range(2):
            await hall.at(HUB).call("ticket.take", item="F01", origin="desk", override=True)
        hall.stage.end("mosquitto")
        await hall.becomes("window-3", "broker")
        pressed = hall.at("window-3").call("window.next", window="3", command_id="once")
        waiting = asyncio.create_task(pressed)
        hall.stage.start_broker()
        await asyncio.wait([waiting])
        if (said := waiting.exception()) is not None:
            # The broker was back too late for this press: it was told, and presses again.
            assert isinstance(said, Refused)
            assert said.code == "hub_away"
        await hall.becomes("window-3", "")
        outcome = await hall.at("window-3").call("window.next", window="3", command_id="once")
        assert outcome["repeated"] is (said is None)
        assert outcome["events"][0]["data"]["number"] == "A001"
        again = await hall.at("window-3").call("window.next", window="3", command_id="once")
        assert again["repeated"] is True
        await hall.agree("window-3")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_hub_that_restarts_is_followed_on(place: Path, number: signal.Signals) -> None:
    async with Spread(place, "window-3", "wall-1") as hall:
        await hall.becomes("window-3", "")
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        await hall.at(HUB).call("ticket.take", item="F01", origin="desk", override=True)
        await hall.press("pad-3", "next")
        await hall.shows("strip-3", lines=["A001"])
        await hall.end(HUB, number)
        await hall.becomes("window-3", "hub")
        await hall.start(HUB)
        await hall.becomes("window-3", "")
        await hall.press("pad-3", "recall")
        await hall.agree("window-3", "wall-1")


async def test_a_hub_that_hangs_is_said_and_nothing_is_lost(place: Path) -> None:
    async with Spread(place, "window-3") as hall:
        await hall.becomes("window-3", "")
        hall.freeze("halld")
        try:
            await hall.becomes("window-3", "hub")
        finally:
            hall.thaw("halld")
        await hall.becomes("window-3", "")
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        await hall.agree("window-3")


async def test_a_pi_that_was_killed_shows_the_hall_as_it_is_when_it_is_back(place: Path) -> None:
    async with Spread(place, "kiosk-1", "window-3", "wall-1") as hall:
        for node in hall.nodes:
            await hall.becomes(node, "")
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        await hall.at("kiosk-1").call("ticket.take", item="F01", origin="kiosk-1")
        await hall.shows("printer-1", numbers=["A001"])
        for node in hall.nodes:
            await hall.end(node, signal.SIGKILL)
        await hall.at(HUB).call("window.next", window="3")
        for node in hall.nodes:
            await hall.start(node)
            await hall.becomes(node, "")
        await hall.shows("strip-3", lines=["A001"])
        await hall.shows("led-wall", lines=[CALLED.format("A001"), "", "", ""])
        await hall.agree(*hall.nodes)
        # Its slip came out before: nobody gets it twice.
        await hall.shows("printer-1", numbers=["A001"], reprints=[])


async def test_screens_are_told_how_it_stands_with_the_hub(place: Path) -> None:
    async with Spread(place, "window-3") as hall:
        await hall.becomes("window-3", "")
        told = list[str]()
        hall.at("window-3").on_event = lambda message: (
            told.append(message["params"]["trouble"]) if message["method"] == "hub" else None
        )
        assert "hub" not in await hall.at("window-3").call("subscribe")
        hall.stage.end("mosquitto")

        async def said() -> bool:
            return told[-1:] == ["broker"]

        await until(said)
        assert (await hall.at("window-3").call("subscribe"))["hub"] == "broker"
