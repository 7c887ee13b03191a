"""What measures a turn of the pair's loop: it runs, and tells all that it promises."""

from __future__ import annotations

from kiosk_ui.panel import Panel
from tests.kiosk_ui.test_measure_kiosk import measured


async def test_a_turn_with_everything_changed_is_measured_beside_its_parts() -> None:
    found = (await measured("pair-frame"))["pair-frame"]
    names = ("all", "pages", "mirror", "scaled", "other")
    kinds = {f"{kind}_{share}_ms" for kind in names for share in ("p50", "p95")}
    assert set(found) == kinds | {"copy_ms"}
    assert all(takes > 0 for takes in found.values())
    for kind in names:
        assert found[f"{kind}_p50_ms"] <= found[f"{kind}_p95_ms"]


async def test_places_are_on_the_panels_and_the_desktop_is_almost_as_large_as_it_is() -> None:
    found = (await measured("pair-places"))["pair-places"]
    panel = Panel(1920, 1080, 476, 268).rect
    assert panel.holds(int(found["number_x"]), int(found["number_y"]))
    assert (found["w"], found["h"]) == (1792, 1008)
    assert panel.holds(int(found["x"]), int(found["y"]))
    assert found["x"] + found["w"] <= panel.w
    assert found["y"] + found["h"] <= panel.h
    assert found["side"] == 16
