"""What a window's screens are told by a running hall."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.e2e.scene import Change, Scene, refused, unplugged, until

#: Window 2 has a clerk's keypad alone, window 3 one more for ratings.
KEYPADS: list[Change] = [
    ('pad = "pad-2"\n', 'pad = "keys-2"\n'),
    ('pad = "pad-3"\n', 'pad = "keys-3"\nrating_pad = "stars-3"\n'),
]
MORE = """
[devices.keys-2]
kind = "pad.hid"
port = "records:${HALL_RUN}/wire/keys-2"

[devices.keys-3]
kind = "pad.hid"
port = "records:${HALL_RUN}/wire/keys-3"

[devices.stars-3]
kind = "pad.hid"
port = "records:${HALL_RUN}/wire/stars-3"
options = { layout = "rating" }
"""


async def show(hall: Scene, window: str = "1") -> dict[str, Any]:
    """Return what window's screens are told."""
    found: dict[str, Any] = await hall.hall.call("window.show", window=window)
    return found


async def test_a_transaction_as_the_clerk_sees_it_from_call_to_rating(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        first, second = await hall.take(), await hall.take()
        told = await show(hall)
        named = told["next"]
        assert (told["ticket"], told["waiting"], told["waiting_hall"]) == (None, 2, 2)
        await hall.do("window.next", window="1")
        told = await show(hall)
        assert told["ticket"]["number"] == named["number"]
        assert told["ticket"]["why"] == named["why"]
        assert (told["ticket"]["status"], told["ticket"]["level"]) == ("called", "none")
        assert (named["number"], told["next"]["number"]) == (first, second)
        await hall.do("window.start", window="1")
        assert (await show(hall))["ticket"]["status"] == "serving"
        await hall.do("window.finish", window="1")
        told = await show(hall)
        assert (told["rating"]["number"], told["rating"]["scores"]) == (named["number"], 5)
        assert told["last"]["number"] == named["number"]
        await hall.do("rate", window="1", score=5)
        told = await show(hall)
        assert told["rated"] == {"number": named["number"], "score": 5, "bad": False}
        assert (told["rating"], told["shift"]["served"], told["shift"]["rated"]) == (None, 1, 1)


async def test_figures_reasons_and_who_is_away_stand_again_after_a_power_cut(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        served, parked, in_hand = [await hall.take() for _ in range(3)]
        await hall.do("window.next", window="1")
        await hall.do("window.start", window="1")
        await hall.do("window.finish", window="1")
        await hall.do("window.next", window="1")
        await hall.do("ticket.park", number=parked, reason="缺证件")
        await hall.do("window.next", window="1")
        before = await show(hall)
        assert (before["last"]["number"], before["ticket"]["number"]) == (served, in_hand)
        assert [one["number"] for one in before["away"]] == [parked]
        await hall.kill()
        await hall.start()
        after = await show(hall)
        same = ("away", "shift", "last", "status", "clerk", "next")
        assert {key: after[key] for key in same} == {key: before[key] for key in same}
        assert after["ticket"]["why"] == before["ticket"]["why"]
        report = await hall.hall.call("report.day")
        row = report["by_clerk"]["1023"]
        assert (after["shift"]["served"], after["shift"]["missed"]) == (row["served"], 0)


async def test_it_says_what_of_the_window_works(place: Path) -> None:
    async with Scene(place, changes=KEYPADS, more=MORE) as hall:
        for name in ("keys-2", "stars-3"):
            await hall.becomes(name, "ok", "unknown")
        pads = [(await show(hall, window))["pad"] for window in ("1", "2", "3")]
        # A clerk's keypad has no keys for taxpayers: the screen asks.
        assert pads == [True, False, True]
        told = await show(hall)
        assert (told["reader"], told["scanner"], told["form_printer"]) == (True, True, True)
        bare = await show(hall, "2")
        assert (bare["reader"], bare["scanner"], bare["form_printer"]) == (False, False, True)
        assert (told["status"], told["shift"], told["mode"]) == ("closed", None, "normal")
        await hall.bench.do("unplug", "id-1")

        async def without() -> bool:
            return not (await show(hall))["reader"]

        await until(without)
        refusal = await refused(hall.hall.call("window.show", window="99"))
        assert refusal.code == "unknown_window"
        refusal = await refused(hall.hall.call("window.show"))
        assert refusal.code == "bad_field"


async def test_many_screens_asking_at_once_are_all_answered(place: Path) -> None:
    windows = [str(n) for n in range(1, 16)]
    async with unplugged(place, windows=windows) as hall:
        for _ in windows:
            await hall.take()
        clients = [await hall.client() for _ in windows]
        asking = [
            client.call("window.show", window=window)
            for client, window in zip(clients, windows, strict=True)
        ]
        told = await asyncio.gather(*asking, hall.do("window.next", window="1"))
        assert [one["window"] for one in told[:-1]] == windows
        assert all(one["shift"]["served"] == 0 for one in told[:-1])
