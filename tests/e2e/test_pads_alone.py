"""A clerk who has nothing but a pad gives every command, on the wire of each documented make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.scene import Change, Scene, until
from tests.e2e.test_window_screens import watching

#: Windows 1 to 5, each with another make of pad on a wire of its own kind.
PADS = {
    "1": 'kind = "pad.ff68", line = "pads", options = { address = 1 }',
    "2": 'kind = "pad.hid", port = "records:${HALL_RUN}/wire/keypad-2"',
    "3": (
        'kind = "pad.profile", port = "${HALL_RUN}/wire/pad-3", options = { profile = "one-byte" }'
    ),
    "4": (
        'kind = "pad.profile", port = "${HALL_RUN}/wire/pad-4", '
        'options = { profile = "polled", address = 4 }'
    ),
    "5": (
        'kind = "pad.profile", port = "${HALL_RUN}/wire/pad-5", '
        'options = { profile = "ascii-line", address = 5 }'
    ),
}
CHANGES: list[Change] = [
    (
        f'\npad-{n} = {{ kind = "pad.ff68", line = "pads", options = {{ address = {n} }} }}\n',
        f"\npad-{n} = {{ {words} }}\n",
    )
    for n, words in PADS.items()
]
#: The polled pads' line is its own; one that speaks by itself is heard at once.
TRANSFERS: dict[str, list[tuple[list[tuple[str, int | None]], dict[str, Any]]]] = {
    "5": [
        ([("to_desk", None)], {"window": "15"}),
        ([("to_window", 9)], {"window": "9"}),
        ([("to_item", 602)], {"item": "F02", "window": None}),
    ],
}
USUAL: list[tuple[list[tuple[str, int | None]], dict[str, Any]]] = [
    ([("transfer", None), ("enter", 3)], {"window": "15"}),
    ([("transfer", None), ("enter", 1), ("enter", 9)], {"window": "9"}),
    ([("transfer", None), ("enter", 2602)], {"item": "F02", "window": None}),
]


async def pressed(hall: Scene, window: str, key: str, value: int | None, wanted: str) -> Any:
    """Press a key; return the data of what it made happen at the window."""
    before = len(await hall.journal())
    await hall.press(f"pad-{window}", key, value)

    async def happened() -> Any:
        for event in (await hall.journal())[before:]:
            data = event["data"]
            if event["type"] == wanted and window in (data.get("window"), data.get("from_window")):
                return data
        return None

    return await until(happened)


async def test_every_command_is_given_at_the_pad_alone(place: Path) -> None:
    async with Scene(place, changes=CHANGES) as hall:
        for window in PADS:
            await pressed(hall, window, "pause", None, "window.opened")
            for keys, to in TRANSFERS.get(window, USUAL):
                number = await hall.take()
                assert (await called(hall, window)) == number
                await pressed(hall, window, "start", None, "service.started")
                for key, value in keys[:-1]:
                    await hall.press(f"pad-{window}", key, value)
                moved = await pressed(hall, window, *keys[-1], "ticket.transferred")
                assert moved["number"] == number
                assert {key: moved[key] for key in to} == to
                await hall.do("ticket.cancel", number=number, reason="left")
            await hall.take()
            number = await called(hall, window)
            await pressed(hall, window, "recall", None, "ticket.recalled")
            await pressed(hall, window, "no-show", None, "ticket.missed")
            await pressed(hall, window, "call-back", None, "ticket.called")
            await pressed(hall, window, "park", None, "ticket.parked")
            await hall.do("ticket.cancel", number=number, reason="left")
            await hall.take()
            number = await called(hall, window)
            await pressed(hall, window, "start", None, "service.started")
            finished = await pressed(hall, window, "finish", None, "service.finished")
            assert finished["number"] == number
            await pressed(hall, window, "pause", None, "window.paused")
            # Refused; and the same frame at once after itself would be a pad that repeats it.
            await hall.press(f"pad-{window}", "recall")
            await pressed(hall, window, "pause", None, "window.resumed")
            await pressed(hall, window, "close", None, "window.closed")


async def called(hall: Scene, window: str) -> str:
    number: str = (await pressed(hall, window, "next", None, "ticket.called"))["number"]
    return number


async def test_screen_and_pad_show_what_is_typed_and_a_wrong_number_beeps(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall, watching(hall) as screen:
        await hall.fault("pad-1", "keys-one-by-one")
        number = await hall.take()
        await called(hall, "1")

        async def told(**wanted: Any) -> dict[str, Any]:
            while True:
                pad: dict[str, Any] | None = (await screen.next())["params"]["pad"]
                if pad is not None and wanted.items() <= pad.items():
                    return pad

        await hall.press("pad-1", "transfer")
        assert (await told(kind="transfer", text="", number=number))["say"] is None
        await hall.press("pad-1", "enter", 97)
        await told(kind="transfer", text="97")
        wrong = await told(kind="transfer", text="")
        assert wrong["say"]["zh"] == "请写明要转到哪个事项或哪个窗口。"
        await hall.shows("pad-1", beeps=1, waiting="", number="")
        await hall.press("pad-1", "enter", 1)
        await told(kind="transfer_window", text="")
        await hall.press("pad-1", "cancel")
        assert (await screen.next())["params"]["pad"] is None
        await hall.shows("pad-1", number=number[1:])
        # What the screen's own "back" does.
        await hall.press("pad-1", "transfer")
        await told(kind="transfer")
        assert (await hall.hall.call("screen.pad_back", window="1"))["pad"] is None
        # Figures are nobody's now; these two are "no-show" again.
        await hall.press("pad-1", "no-show")

        async def missed() -> bool:
            return "ticket.missed" in [one["type"] for one in await hall.journal()]

        await until(missed)
