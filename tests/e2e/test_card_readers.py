"""Readers in a whole hall: nothing acts on them yet, and nothing of a card is kept anywhere."""

from __future__ import annotations

from pathlib import Path

from tests.devices.card_reader.cards import CARDS, PRIVATE
from tests.e2e.scene import Scene, until

READERS = (
    'reader = { kind = "card_reader.sdt", port = "${HALL_RUN}/wire/reader" }\n'
    'scanner = { kind = "card_reader.scanner_serial", port = "${HALL_RUN}/wire/scanner" }\n'
)
MARKED = (*PRIVATE, "YY-00000042")


def kept(place: Path) -> list[tuple[str, str]]:
    """Return (file, what of it is private), in any coding, as bytes or written in hexadecimal."""
    files = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    assert any(path.name.endswith(".db") for path in files)
    found = []
    for private in MARKED:
        for data in (private.encode(coding) for coding in ("utf-8", "utf-16-le", "gb18030")):
            forms = (data, data.hex().encode(), data.hex(" ").encode())
            found += [(path.name, private) for path in files for one in forms if one in files[path]]
    return found


async def test_cards_and_codes_pass_through_a_hall_and_leave_nothing_behind(place: Path) -> None:
    async with Scene(place, more=READERS, windows=["3"]) as hall:
        await hall.becomes("reader", "ok")
        for reads, name in enumerate(CARDS, 1):
            await hall.press("reader", name)
            await hall.shows("reader", reads=reads)
            await hall.press("reader", "lift")
        await hall.press("scanner", "appointment", 42)
        await hall.press("scanner", "command")
        told = [(await hall.hallctl("devices", "test", one)).out for one in ("reader", "scanner")]
        assert "Lay an ID card" in told[0]
        assert "Scan any code" in told[1]
        await hall.press("reader", "citizen")

        async def tested() -> bool:
            return bool((await hall.device("reader"))["code"] == "test_card_read")

        await until(tested)
        shown = await hall.hallctl("devices", "show", "reader")
        assert "SAM 05.03-20240101-0000000042-0123456789" in shown.out
        traces = [
            (await hall.hallctl("devices", "trace", one)).out for one in ("reader", "scanner")
        ]
        assert "90 done, 1284 bytes (not shown)" in traces[0]
        assert "a code of 11 characters (not shown)" in traces[1]
        said = "".join((*told, shown.out, *traces))
        assert [private for private in MARKED if private in said] == []
        # The hall goes on as ever.
        number = await hall.take()
        await hall.on_paper(number)
        assert (await hall.device("reader"))["state"] == "ok"
    assert kept(place) == []
