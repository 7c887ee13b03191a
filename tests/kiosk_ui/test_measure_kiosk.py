"""What measures the kiosk's pages and its search: it runs, and tells all that it promises."""

from __future__ import annotations

import asyncio
import json
import sys

from kiosk_ui.panel import Panel


async def measured(*names: str) -> dict[str, dict[str, float]]:
    """Return figures, measured in a process of their own, as the bench does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kiosk_ui.measure", "--quick", *names),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 200)
    assert process.returncode == 0
    found: dict[str, dict[str, float]] = json.loads(said)
    return found


async def test_pages_are_measured_warm_and_first_beside_a_copy_and_their_letters_alone() -> None:
    found: dict[str, float] = {}
    # A pause of the machine may make one figure long, but not each time.
    for _ in range(4):
        found = (await measured("kiosk-pages"))["kiosk-pages"]
        if found["warm_ms:start"] < found["first_ms:start"]:
            break
    kinds = {f"{kind}_ms:{page}" for kind in ("warm", "first") for page in ("start", "ticket")}
    assert set(found) == kinds | {"in_turn_ms", "copy_ms", "letters_ms"}
    # What is drawn again has its letters; what is first has none.
    assert 0 < found["warm_ms:start"] < found["first_ms:start"]
    assert found["copy_ms"] > 0


async def test_each_key_of_the_search_is_measured_among_all_items() -> None:
    found = (await measured("kiosk-search"))["kiosk-search"]
    assert found["items"] == 214
    assert found["keys"] > 15
    assert 0 < found["search_p50_ms"] <= found["search_p99_ms"] <= found["search_worst_ms"]
    assert found["search_p50_ms"] < found["shown_p50_ms"] <= found["shown_p95_ms"]


async def test_places_to_press_are_on_the_panel() -> None:
    found = (await measured("kiosk-places"))["kiosk-places"]
    assert set(found) == {"take_x", "take_y", "home_x", "home_y"}
    inside = Panel(1920, 1080, 476, 268).rect
    assert inside.holds(int(found["take_x"]), int(found["take_y"]))
    assert inside.holds(int(found["home_x"]), int(found["home_y"]))
