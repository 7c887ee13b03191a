"""A hall of many Pis with readers: at kiosk 2, which has a Pi of its own, and at window 3.

The marked people lay the cards, so whatever a test does, it can look for what is left of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware_py.bench.spread import HUB, SpreadStage
from firmware_py.bench.stage import ROOT
from tests.e2e.scene import Change, until
from tests.e2e.spread import Spread, spread_file
from tests.faults.test_clock import HallClock
from tests.warm import begin_warm

__all__ = [
    "DAY", "READERS", "Marked", "at_kiosk", "at_window", "bring", "issued", "laid", "lay",
    "lift", "says", "take", "with_readers",
]  # fmt: skip

DAY = "2026-11-23"
READERS: tuple[Change, ...] = (
    (
        'printer = "printer-2"\n',
        'printer = "printer-2"\ncard_reader = "id-kiosk-2"\ncode_scanner = "codes-kiosk-2"\n',
    ),
    ('lamp = "lamp-3"\n', 'lamp = "lamp-3"\ncard_reader = "id-3"\n'),
    (
        "[broker]\n",
        (
            "[people]\nelderly_from = 60\none_open = true\n"
            'key_file = "${HALL_DATA}/people.key"\nlists = "${HALL_DATA}/people"\n\n[broker]\n'
        ),
    ),
    (
        "[devices]\n",
        (
            "[devices]\n"
            'id-kiosk-2 = { kind = "card_reader.sdt", port = "${HALL_WIRE}/id-kiosk-2" }\n'
            'codes-kiosk-2 = { kind = "card_reader.scanner_serial",'
            ' port = "${HALL_WIRE}/codes-kiosk-2" }\n'
            'id-3 = { kind = "card_reader.sdt", port = "${HALL_WIRE}/id-3" }\n'
        ),
    ),
)
_AT = {"id-kiosk-2": "kiosk-2", "id-3": "window-3"}


class Marked(SpreadStage):
    """A hall whose readers have the marked people's cards, and whose daemons log everything."""

    def __init__(self, folder: Path, config: Path) -> None:
        super().__init__(folder, config)
        self.simulators = "tests.e2e.marked_simulators"
        self.begin = begin_warm
        self.environment |= {
            "TMPDIR": str(folder / "tmp"),
            "SQLITE_TMPDIR": str(folder / "tmp"),
            "HALL_SENT": str(folder / "sent"),
            "PYTHONPATH": str(ROOT),
        }

    def prepare(self, *, clean: bool = True) -> None:
        """Make the folders, those of the test too."""
        super().prepare(clean=clean)
        for name in ("tmp", "sent"):
            (self.folder / name).mkdir(exist_ok=True)

    def _start(self, name: str, program: list[str], extra: Any = None) -> None:
        logged = [*program, "--log", "debug"] if name.startswith("halld") else program
        super()._start(name, logged, extra)


def with_readers(
    place: Path,
    local: str,
    *nodes: str,
    changes: tuple[Change, ...] = (),
    alone_after_s: float = 60,
) -> tuple[HallClock, Spread]:
    """Return the hall, not started; its clock says ``local`` of its day."""
    clock = HallClock(place)
    clock.set(f"{DAY} {local}:00")
    config = spread_file(place, alone_after_s, (*READERS, *changes))
    hall = Spread(place, *nodes, config=config)
    hall.stage = Marked(place / "s", config)
    hall.stage.environment["HALL_CLOCK"] = f"file:{clock.path}"
    return clock, hall


async def bring(hall: Spread, lists: dict[str, bytes]) -> None:
    """Put lists into the hub's folder and wait until they are used."""
    folder = hall.stage.data / "people"
    folder.mkdir(exist_ok=True)
    for name, data in lists.items():
        part = folder / f".{name}.part"
        part.write_bytes(data)
        part.rename(folder / name)

    async def used() -> bool:
        found = await hall.at(HUB).call("people.status")
        return {one["name"] for one in found["lists"]} == set(lists)

    await until(used)


# ---- at the kiosk


async def works(hall: Spread, device: str) -> None:
    """Wait until a reader is there."""

    async def look() -> bool:
        found = await hall.at(_AT[device]).call("device.list")
        return {"ok"} == {one["state"] for one in found if one["device"] == device}

    await until(look)


async def lay(hall: Spread, card: str, code: str) -> dict[str, Any]:
    """Lay a card at kiosk 2; return what its screen is told once it says ``code``."""
    await works(hall, "id-kiosk-2")
    await hall.bench.do("press", "id-kiosk-2", key=card)
    return await says(hall, code, card=True)


async def lift(hall: Spread) -> None:
    """Take the card away; wait until nobody is there."""
    await hall.bench.do("press", "id-kiosk-2", key="lift")

    async def nobody() -> bool:
        found = await at_kiosk(hall)
        return not found["there"] and found["say"] is None

    await until(nobody)


async def at_kiosk(hall: Spread) -> dict[str, Any]:
    """Return what kiosk 2's screen is told."""
    found: dict[str, Any] = await hall.at("kiosk-2").call("kiosk.card", kiosk="kiosk-2")
    return found


async def says(hall: Spread, code: str, *, card: bool = False) -> dict[str, Any]:
    """Wait until kiosk 2 says this, to whoever laid a ``card``; return what its screen is told."""
    last: dict[str, Any] = {}

    async def look() -> dict[str, Any] | None:
        last.update(await at_kiosk(hall))
        said = last["say"] and last["say"]["code"] == code
        return last if said and (last["card"] or not card) else None

    try:
        return await until(look)
    except AssertionError:
        raise AssertionError(f"not {code}: {last}") from None


async def take(hall: Spread, item: str = "F01") -> str:
    """Choose an item at kiosk 2; return the number."""
    told = await hall.at("kiosk-2").call("ticket.take", item=item, origin="kiosk-2")
    return str(told["events"][0]["data"]["number"])


async def issued(hall: Spread) -> dict[str, dict[str, Any]]:
    """Return the tickets in the hub's journal, by number."""
    tail = await hall.at(HUB).call("journal.tail", after=0, limit=5000)
    told = [one["data"] for one in tail if one["type"] == "ticket.issued"]
    return {one["number"]: one for one in told}


# ---- at the window


async def at_window(hall: Spread, fits: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Wait until window 3's clerk is shown what ``fits``; return it."""
    last: dict[str, Any] = {}

    async def look() -> dict[str, Any] | None:
        last.clear()
        last.update(await hall.at("window-3").call("window.card", window="3"))
        return last if fits(last) else None

    try:
        return await until(look)
    except AssertionError:
        raise AssertionError(f"shown: {last}") from None


async def laid(hall: Spread, card: str, name: str) -> dict[str, Any]:
    """Lay a card at window 3 and wait until the clerk sees it."""
    await works(hall, "id-3")
    await hall.bench.do("press", "id-3", key=card)
    return await at_window(hall, lambda found: found["card"] and found["card"]["name"] == name)
