"""The Pis of a hall are brought up to date one by one: programs one version apart work together."""

from __future__ import annotations

import json
import signal
import sqlite3
from pathlib import Path
from typing import Any

from firmware_py.bench.spread import HUB
from tests.e2e.neighbour_halld import Programs
from tests.e2e.scene import refused, until
from tests.e2e.spread import Spread
from tests.e2e.test_hub_dies import STANDBY, hub_status, level, promoted

PATIENT_S = 60.0
#: What is said, and not wrong: a copy and records of a newer program.
SAID = ("is of a newer program",)


class Mixed(Spread):
    """A hall whose Pis' programs are of several versions: ``steps`` from the present one."""

    def __init__(self, folder: Path, *nodes: str, steps: dict[str, int], **more: Any) -> None:
        super().__init__(folder, *nodes, **more)
        self.steps = steps
        self.stage.begin = Programs(steps).begin

    async def update(self, node: str, step: int) -> None:
        """Install another program on a Pi, and start it again."""
        await self.end(node)
        self.steps[node] = step
        await self.start(node)

    async def ticket(self, number: str, node: str = HUB) -> dict[str, Any]:
        """Return a ticket as a Pi knows it."""
        tickets = await self.at(node).call("ticket.list")
        return next(one for one in tickets if one["number"] == number)

    async def row(self, node: str) -> dict[str, Any]:
        """Return what the hub tells of a Pi."""
        rows = await self.at(HUB).call("node.list")
        return next(one for one in rows if one["node"] == node)

    async def says_of(self, node: str, words: str) -> None:
        """Wait until the hub says this of a Pi: it may still be told that it fetches the hall."""

        async def look() -> bool:
            return words in ((await self.row(node))["say"] or {}).get("zh", "")

        await until(look, PATIENT_S)

    async def waits(self, node: str, **wanted: int) -> None:
        """Wait until so many records of a Pi wait for the hub."""

        async def look() -> bool:
            stands = (await self.at(node).call("hall.status"))["broker"]["alone"]
            return all(stands[key] == value for key, value in wanted.items())

        await until(look, PATIENT_S)

    def journal(self, node: str) -> list[tuple[Any, ...]]:
        """Return the events in a Pi's journal with their links."""
        path = Path(self.stage.of_node(node)["HALL_DATA"]) / "journal.db"
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return connection.execute("SELECT seq, type, body, hash FROM events").fetchall()
        finally:
            connection.close()


async def served(hall: Mixed, number: str) -> None:
    """Bring a ticket through its life, by keys and at printers and strips."""
    await hall.bench.do("press", "kiosk-1-button", key="press")
    await printed(hall, number)
    await hall.press("pad-3", "next")
    await hall.shows("strip-3", lines=[number])
    await hall.at("window-3").call("window.start", window="3", number=number)
    await hall.agree("kiosk-1", "window-3")


async def printed(hall: Mixed, *numbers: str) -> None:
    """Wait until these are the last slips of the kiosk's printer."""

    async def look() -> bool:
        found = (await hall.bench.do("seen", "printer-1"))["numbers"]
        return bool(found[-len(numbers) :] == list(numbers))

    await until(look, PATIENT_S)


async def test_an_updated_hub_has_nodes_and_a_standby_that_are_not_yet(place: Path) -> None:
    nodes = ("kiosk-1", "window-3", STANDBY)
    async with Mixed(place, *nodes, steps={HUB: 1}) as hall:
        hall.allowed += SAID
        for node in nodes:
            await hall.becomes(node, "", PATIENT_S)
            assert (await hall.row(node))["version_step"] == ""
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        await served(hall, "A001")
        await level(hall, HUB, STANDBY)
        assert (await hub_status(hall, STANDBY))["copy"]["unknown"] == []

        # What only the new hub knows: its slip comes out at the old kiosk, its strip goes dark,
        # and both know where the ticket is.
        await hall.at(HUB).call("ticket.put_by", number="A001", reason="缺材料")
        await printed(hall, "A001", "A001")
        await hall.shows("strip-3", lines=["3号窗口"])
        await hall.agree("kiosk-1", "window-3")
        assert (await hall.ticket("A001", "window-3"))["status"] == "parked"
        await served(hall, "A002")
        await hall.at("window-3").call("window.finish", window="3", number="A002")
        await hall.agree("kiosk-1", "window-3")

        # The copy goes on word for word, and says that it is for a newer program.
        await level(hall, HUB, STANDBY)
        assert (await hub_status(hall, STANDBY))["copy"]["unknown"] == ["ticket.put_by"]
        assert (await refused(hall.at(STANDBY).call("hub.promote"))).code == "copy_newer"
        await hall.says_of(STANDBY, "旧一版")
        await hall.at(HUB).call("ticket.take", item="F01", origin="desk", override=True)
        await level(hall, HUB, STANDBY)
        assert hall.journal(STANDBY) == hall.journal(HUB)

        # Brought up to date it has it all, and takes over; the old nodes follow it.
        await hall.update(STANDBY, 1)
        await level(hall, HUB, STANDBY)
        await hall.end(HUB, signal.SIGKILL)
        await promoted(hall, STANDBY)
        for node in ("kiosk-1", "window-3"):
            await hall.becomes(node, "", PATIENT_S)

            async def knows(node: str = node) -> bool:
                return bool((await hall.ticket("A003", node))["status"] == "waiting")

            await until(knows, PATIENT_S)
        done = await hall.at("window-3").call("window.next", window="3")
        assert done["events"][-1]["data"]["number"] == "A003"


async def test_a_window_that_is_ahead_of_the_hub_works_and_nothing_of_it_is_lost(
    place: Path,
) -> None:
    nodes = ("kiosk-1", "window-3")
    async with Mixed(place, *nodes, steps={"window-3": 1}, alone_after_s=2.0) as hall:
        hall.allowed += SAID
        for node in nodes:
            await hall.becomes(node, "", PATIENT_S)
        window, hub = hall.at("window-3"), hall.at(HUB)
        # All at the hub: a busy one may answer a Pi later than that goes on alone.
        await hub.call("window.open", window="3", clerk="1023")
        await hub.call("ticket.take", item="F01", origin="desk", override=True)
        await hub.call("window.next", window="3")
        await hub.call("window.start", window="3", number="A001")
        await hall.agree(*nodes)
        said = await refused(window.call("ticket.put_by", number="A001", reason="缺材料"))
        assert said.code == "hub_older", said

        # Cut off, it records what only a newer program knows, and then what all do.
        hall.stage.end("mosquitto")
        await _alone(hall, "window-3")
        await window.call("ticket.park", number="A001", reason="缺材料")
        await window.call("window.pause", window="3")
        hall.stage.start_broker()
        await hall.becomes("window-3", "", PATIENT_S)

        async def merged() -> bool:
            windows = await hall.at(HUB).call("window.list")
            return any(one["id"] == "3" and one["status"] == "paused" for one in windows)

        await until(merged, PATIENT_S)
        await hall.waits("window-3", passed_by=1, waiting=1)
        assert (await hall.ticket("A001"))["status"] == "serving"

        # The hub is brought up to date: what waited is there, once, also after another restart.
        await hall.update(HUB, 1)
        await hall.becomes("window-3", "", PATIENT_S)
        await hall.waits("window-3", passed_by=0, waiting=0)
        assert (await hall.ticket("A001"))["status"] == "parked"
        rows = hall.journal(HUB)
        traces = [json.loads(body) for _, kind, body, _ in rows if kind == "record.merged"]
        assert len({(one["source"], one["seq"]) for one in traces}) == len(traces)

        # The window's program is put back to the old one.
        await hall.update("window-3", 0)
        await hall.becomes("window-3", "", PATIENT_S)
        await hall.agree("kiosk-1", "window-3")
        await hall.at("window-3").call("window.resume", window="3")


async def _alone(hall: Mixed, node: str) -> None:
    async def look() -> bool:
        status = await hall.at(node).call("hall.status")
        return bool(((status["broker"] or {}).get("alone") or {}).get("now"))

    await until(look, PATIENT_S)


async def test_two_versions_apart_is_said_at_both_and_nothing_is_decided_there(place: Path) -> None:
    steps = {"kiosk-1": 2, "window-3": -2}
    async with Mixed(place, "kiosk-1", "window-3", steps=steps, alone_after_s=2.0) as hall:
        hall.allowed += ["相差两版以上", "two or more"]
        for node, step, code in (("kiosk-1", "newer", "older"), ("window-3", "older", "newer")):
            await hall.becomes(node, "version", PATIENT_S)
            await hall.says_of(node, "两版以上")
            assert (await hall.row(node))["version_step"] == step
            status = await hall.at(node).call("hall.status")
            problem = status["broker"]["problem"]
            assert ("旧" if code == "older" else "新") + "两版以上" in problem["zh"], problem
            assert problem["en"].count("wire version") == 1
        nodes = (await hall.at(HUB).call("hall.status"))["nodes"]
        assert {one["node"] for one in nodes["versions"]} == {"kiosk-1", "window-3"}

        hall.stage.end("mosquitto")
        for node, method, params in (
            ("kiosk-1", "ticket.take", {"item": "F01", "origin": "kiosk-1"}),
            ("window-3", "window.pause", {"window": "3"}),
        ):
            said = await refused(hall.at(node).call(method, **params))
            assert (said.code, "本机暂停受理" in said.zh) == ("versions_apart", True)
            assert await hall.trouble(node) == "version"
        hall.stage.start_broker()

        # Brought up to date, the kiosk works.
        await hall.update("kiosk-1", -1)
        await hall.becomes("kiosk-1", "", PATIENT_S)
        await hall.at("kiosk-1").call("ticket.take", item="F01", origin="kiosk-1")
        await printed(hall, "A001")
