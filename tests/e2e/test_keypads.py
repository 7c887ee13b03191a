"""A day with USB keypads: a clerk's caller, a taxpayer's rating keys, a scanner that types."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.scene import Change, Scene, until

#: Window 1 has a clerk's keypad, window 2 a taxpayer's.
KEYPADS: list[Change] = [
    (
        'pad-1 = { kind = "pad.ff68", line = "pads", options = { address = 1 } }',
        'pad-1 = { kind = "pad.hid", port = "records:${HALL_RUN}/wire/keypad-1" }',
    ),
    (
        'pad-2 = { kind = "pad.ff68", line = "pads", options = { address = 2 } }',
        (
            'pad-2 = { kind = "pad.hid", port = "records:${HALL_RUN}/wire/keypad-2", '
            'options = { layout = "rating" } }'
        ),
    ),
]
SCANNER = (
    'scanner = { kind = "card_reader.scanner_hid", port = "records:${HALL_RUN}/wire/scanner" }\n'
)


async def test_people_are_called_and_rate_with_usb_keypads(place: Path) -> None:
    async with Scene(place, windows=("1", "2"), changes=KEYPADS) as hall:
        await hall.take()
        await hall.take()
        for fault in ("bounce", "repeat-storm", "garbage"):
            await hall.fault("pad-1", fault)
        await hall.press("pad-1", "next")
        await called(hall, "A001")
        await hall.becomes("pad-1", "ok")
        # The other keypad's Enter calls nobody.
        await hall.press("pad-2", "kpenter")
        await hall.becomes("pad-2", "ok")
        await hall.do("window.next", window="2")
        await hall.do("window.start", window="2")
        await hall.do("window.finish", window="2")
        await hall.press("pad-2", "rating", 5)

        async def rated() -> bool:
            return "rating.given" in [one["type"] for one in await hall.journal()]

        await until(rated)
        calls = [one for one in await hall.journal() if one["type"] == "ticket.called"]
        assert len(calls) == 2


async def called(hall: Scene, number: str) -> None:
    async def look() -> bool:
        journal = await hall.journal()
        return any(
            one["type"] == "ticket.called" and one["data"]["number"] == number for one in journal
        )

    await until(look)


async def test_a_pulled_keypad_is_gone_and_calls_again_when_it_is_back(place: Path) -> None:
    async with Scene(place, windows=("1",), changes=KEYPADS) as hall:
        await hall.take()
        await hall.bench.do("unplug", "pad-1")
        await hall.becomes("pad-1", "gone")
        await hall.bench.do("plug", "pad-1")
        await hall.becomes("pad-1", "unknown")
        await hall.press("pad-1", "next")
        await called(hall, "A001")


async def test_what_is_typed_into_a_scanner_stands_nowhere(place: Path) -> None:
    async with Scene(place, windows=("1",), more=SCANNER) as hall:
        await hall.becomes("scanner", "unknown")
        await hall.press("scanner", "appointment", 42)
        await hall.press("scanner", "command")

        async def heard() -> bool:
            return bool((await hall.device("scanner"))["counters"].get("frames_in") == 2)

        await until(heard)
        trace = (await hall.hallctl("devices", "trace", "scanner")).out
        assert "bytes of records (not shown)" in trace
        number = await hall.take()
        await hall.on_paper(number)
    assert kept(place) == []


def kept(place: Path) -> list[str]:
    """Return the files in which the code stands."""
    files = {path.name: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    assert any(name.endswith(".db") for name in files)
    forms = [b"YY-00000042", "YY-00000042".encode("utf-16-le")]
    return [name for name, data in files.items() if any(form in data for form in forms)]
