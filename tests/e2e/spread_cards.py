"""A hall of many Pis with readers: at kiosk 2, which has a Pi of its own, and at window 3."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware_py.bench.spread import HUB
from tests.e2e.scene import Change, until
from tests.e2e.spread import Spread
from tests.faults.test_clock import HallClock

__all__ = [
    "DAY", "READERS", "at_kiosk", "at_window", "bring", "issued", "laid", "lay", "lift", "nobody",
    "says", "uses", "with_readers",
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
        "[people]\nelderly_from = 60\none_open = true\n"
        'key_file = "${HALL_DATA}/people.key"\nlists = "${HALL_DATA}/people"\n\n[broker]\n',
    ),
    (
        "[devices]\n",
        "[devices]\n"
        'id-kiosk-2 = { kind = "card_reader.sdt", port = "${HALL_WIRE}/id-kiosk-2" }\n'
        'codes-kiosk-2 = { kind = "card_reader.scanner_serial",'
        ' port = "${HALL_WIRE}/codes-kiosk-2" }\n'
        'id-3 = { kind = "card_reader.sdt", port = "${HALL_WIRE}/id-3" }\n',
    ),
)


def with_readers(
    place: Path, local: str, *nodes: str, changes: tuple[Change, ...] = (), **more: Any
) -> tuple[HallClock, Spread]:
    """Return the hall, not started; its clock says ``local`` of its day."""
    clock = HallClock(place)
    clock.set(f"{DAY} {local}:00")
    hall = Spread(place, *nodes, changes=(*READERS, *changes), **more)
    hall.stage.environment["HALL_CLOCK"] = f"file:{clock.path}"
    return clock, hall


async def bring(hall: Spread, name: str, data: bytes, rows: int) -> None:
    """Put a list into the hub's folder, as rsync does, and wait until it is used."""
    folder = hall.stage.data / "people"
    folder.mkdir(exist_ok=True)
    part = folder / f".{name}.part"
    part.write_bytes(data)
    part.rename(folder / name)
    await uses(hall, name, rows)


async def uses(hall: Spread, name: str, rows: int) -> None:
    async def look() -> bool:
        found = await hall.at(HUB).call("people.status")
        return (name, rows) in [(one["name"], one["rows"]) for one in found["lists"]]

    await until(look)


async def lay(hall: Spread, device: str, card: str) -> None:
    """Lay a card at a reader, once that is there."""
    node = {"id-kiosk-2": "kiosk-2", "id-3": "window-3"}[device]

    async def works() -> bool:
        found = await hall.at(node).call("device.list")
        return {"ok"} == {one["state"] for one in found if one["device"] == device}

    await until(works)
    await hall.bench.do("press", device, key=card)


async def lift(hall: Spread, device: str) -> None:
    await hall.bench.do("press", device, key="lift")


async def at_kiosk(hall: Spread) -> dict[str, Any]:
    found: dict[str, Any] = await hall.at("kiosk-2").call("kiosk.card", kiosk="kiosk-2")
    return found


async def says(hall: Spread, code: str) -> dict[str, Any]:
    """Wait until kiosk 2 says this; return all that its screen is told."""
    last: dict[str, Any] = {}

    async def look() -> dict[str, Any] | None:
        last.update(await at_kiosk(hall))
        return last if last["say"] and last["say"]["code"] == code else None

    try:
        return await until(look)
    except AssertionError:
        raise AssertionError(f"not {code}: {last}") from None


async def nobody(hall: Spread) -> None:
    """Wait until nobody is at kiosk 2."""

    async def look() -> bool:
        return not (await at_kiosk(hall))["there"]

    await until(look)


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
    await lay(hall, "id-3", card)
    return await at_window(hall, lambda found: found["card"] and found["card"]["name"] == name)


async def issued(hall: Spread) -> list[dict[str, Any]]:
    """Return the tickets in the hub's journal."""
    tail = await hall.at(HUB).call("journal.tail", after=0, limit=5000)
    return [one["data"] for one in tail if one["type"] == "ticket.issued"]
