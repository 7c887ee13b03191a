"""A card at a window: before the clerk while the transaction lasts, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware_py.bench.people import Booked, appointments_file, grades_file
from firmware_py.store.vault import Vault
from tests.devices.card_reader.cards import PRIVATE
from tests.e2e.scene import Change, Scene, until
from tests.e2e.test_cards import DAY, at, bring, issued, lay, says, uses

KEEPS: Change = ('catalogue = "items.toml"', 'catalogue = "kept.toml"')
#: What else is of somebody: a code, and the centre's hashes of the lists.
MARKED = (*PRIVATE, "YY-00000042")


async def shown(hall: Scene, fits: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Wait until window 1's clerk is shown what ``fits``; return it."""

    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = await hall.hall.call("window.card", window="1")
        return found if fits(found) else None

    return await until(look)


async def laid(hall: Scene, card: str, name: str) -> dict[str, Any]:
    await hall.becomes("id-1", "ok")
    await hall.press("id-1", card)
    return await shown(hall, lambda found: found["card"] and found["card"]["name"] == name)


async def gone(hall: Scene) -> None:
    await shown(hall, lambda found: found["card"] is None)


async def test_the_clerk_sees_the_card_while_the_transaction_lasts(place: Path) -> None:
    _, scene = at(place, "09:00", windows=["1"])
    async with scene as hall:
        bring(hall, "grades.csv", grades_file([("citizen", "A")]))
        bring(
            hall, f"appointments-{DAY}.csv", appointments_file([Booked("15:00", "D01", "citizen")])
        )
        await uses(hall, "grades.csv", 1)
        await uses(hall, f"appointments-{DAY}.csv", 1)
        await lay(hall, "citizen")
        await says(hall, "appointment_early")
        await hall.take()
        await hall.do("window.next", window="1")
        await laid(hall, "citizen", "样张甲")
        found = await shown(hall, lambda found: found["same_person"] is not None)
        assert found["same_person"] is True
        assert found["traits"] == ["elderly", "a_grade"]
        assert found["appointments"] == [{"time": "15:00", "item": "D01"}]
        assert found["card"] == {
            "kind": {"zh": "居民身份证", "en": "resident identity card"},
            "name": "样张甲", "name_zh": None, "sex": {"zh": "男", "en": "male"},
            "nation": {"zh": "汉", "en": "Han"}, "country": None, "birth": "1880-01-01",
            "address": "示范省样板市测试区虚构路1号", "number_masked": "**************0014",
            "valid_from": "2020-01-01", "valid_to": None, "expired": False,
        }  # fmt: skip
        # Lifted, it stays for whom the window serves.
        await hall.press("id-1", "lift")
        await shown(hall, lambda found: found["card"] and not found["lies"])
        # Another's card in the same transaction: an agent's, for one.
        await laid(hall, "citizen-3", "样张己")
        other = await shown(hall, lambda found: found["same_person"] is False)
        assert other["card"]["expired"] is True
        out = (await hall.hallctl("window", "card", "1")).out
        assert "Not the card of whoever took the ticket." in out
        assert "The card has expired." in out
        await hall.do("window.start", window="1")
        await hall.do("window.finish", window="1")
        await gone(hall)
        # With nobody in hand it goes when it is lifted.
        await hall.press("id-1", "lift")
        await laid(hall, "compatriot", "样张丙")
        await hall.press("id-1", "lift")
        await gone(hall)


async def test_every_end_of_a_transaction_ends_the_card_and_so_does_the_clerk(place: Path) -> None:
    _, scene = at(place, "09:00", windows=["1"])
    async with scene as hall:
        for _ in range(6):
            await hall.take()
        for method, more in (
            ("window.missed", None),
            ("ticket.park", {}),
            ("ticket.transfer", {"item": "D01"}),
            ("ticket.cancel", {}),
            ("window.next", None),
        ):
            await hall.do("window.next", window="1")
            await hall.do("window.start", window="1") if method == "window.next" else None
            found = await laid(hall, "citizen", "样张甲")
            params = {"window": "1"} if more is None else {"number": found["ticket"], **more}
            await hall.do(method, **params)
            await gone(hall)
            await hall.press("id-1", "lift")
        await laid(hall, "citizen", "样张甲")
        assert (await hall.hallctl("card", "1", "--forget")).out.startswith("Window 1: no card")
        await gone(hall)
        await hall.press("id-1", "lift")
        await laid(hall, "citizen", "样张甲")
        await hall.bench.do("unplug", "id-1")
        await gone(hall)
        await hall.bench.do("plug", "id-1")
        await hall.press("id-1", "lift")
        await laid(hall, "citizen", "样张甲")
        await hall.do("day.close")
        await gone(hall)


async def test_a_screen_hears_of_each_change_and_of_no_other_place(place: Path) -> None:
    _, scene = at(place, "09:00", windows=["1"])
    async with scene as hall:
        heard: list[dict[str, Any]] = []
        screen = await hall.client()
        screen.on_event = lambda message: heard.append(message["params"])
        first = await screen.call("card.watch", window="1")
        assert first["card"] is None
        await lay(hall, "citizen-2")
        await laid(hall, "citizen", "样张甲")
        await hall.press("id-1", "lift")
        await gone(hall)
        await hall.fault("id-1", "wrong-card")
        await hall.press("id-1", "citizen")
        refused = await shown(hall, lambda found: found["say"])
        assert refused["say"]["code"] == "wrong_card"
        assert "身份证" in refused["say"]["zh"]

        async def all_heard() -> bool:
            return len(heard) >= 4

        await until(all_heard)
        assert [one["change"] for one in heard[:4]] == ["laid", "changed", "gone", "changed"]
        assert [one["card"] and one["card"]["name"] for one in heard[:3]] == [
            "样张甲",
            "样张甲",
            None,
        ]
        assert {one["window"] for one in heard} == {"1"}


async def test_what_an_item_keeps_is_in_the_vault_and_a_failure_is_said(place: Path) -> None:
    _, scene = at(place, "09:00", windows=["1"], changes=[KEEPS])
    text = (Path(__file__).parents[2] / "config" / "items.toml").read_text(encoding="utf-8")
    item = 'id = "F01"\n'
    assert text.count(item) == 1
    kept = text.replace(item, item + 'keep = ["name", "number", "valid_to"]\n')
    (place / "kept.toml").write_text(kept, encoding="utf-8")
    async with scene as hall:
        for _ in range(3):
            await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.start", window="1")
        await laid(hall, "citizen", "样张甲")
        out = (await hall.hallctl("window", "card", "1")).out
        assert "kept, encrypted, at the end: name, number, valid to\n" in out
        await hall.do("window.finish", window="1")
        vault = Vault(hall.stage.data / "vault", hall.stage.data / "keys")

        async def in_vault() -> bool:
            return vault.names(DAY) == ["A001-card"]

        await until(in_vault)
        assert json.loads(vault.get(DAY, "A001-card")) == {
            "name": "样张甲", "number": "440524188001010014", "valid_to": "长期",
        }  # fmt: skip
        # No card was laid: the clerk is told.
        await serve(hall)
        told = await shown(hall, lambda found: found["note"])
        assert told["note"]["code"] == "nothing_to_keep"
        # The vault cannot be written to.
        hall.allowed.append("its card's fields are not kept: ")
        folder = hall.stage.data / "vault" / DAY
        folder.rename(folder.with_name("away"))
        folder.write_bytes(b"")
        await hall.press("id-1", "lift")
        await serve(hall, "citizen-2", "样张·乙")
        told = await shown(
            hall, lambda found: found["note"] and found["note"]["code"] == "not_kept"
        )
        assert "A003" in told["note"]["zh"]


async def serve(hall: Scene, card: str = "", name: str = "") -> None:
    await hall.do("window.next", window="1")
    await hall.do("window.start", window="1")
    if card:
        await laid(hall, card, name)
    await hall.do("window.finish", window="1")


async def test_nothing_of_a_card_or_a_code_is_in_any_file_of_the_hall(place: Path) -> None:
    _, scene = at(place, "10:00", windows=["1"], broker=True)
    async with scene as hall:
        consumer, stored = hall.centre()
        booked = [Booked("10:00", "D01", "citizen"), Booked("10:00", "A01", code="YY-00000042")]
        bring(hall, f"appointments-{DAY}.csv", appointments_file(booked))
        await uses(hall, f"appointments-{DAY}.csv", 2)
        await lay(hall, "citizen")
        await says(hall, "taken")
        await hall.press("codes-kiosk-1", "appointment", 42)

        async def both() -> bool:
            return len(await issued(hall)) == 2

        await until(both)
        subscriber = await hall.client()
        events: list[dict[str, Any]] = []
        subscriber.on_event = events.append
        await subscriber.call("subscribe")
        for card, name in (
            ("citizen", "样张甲"),
            ("citizen-2", "样张·乙"),
            ("compatriot", "样张丙"),
        ):
            if card != "compatriot":
                await hall.do("window.next", window="1")
                await hall.do("window.start", window="1")
            await laid(hall, card, name)
            await hall.press("id-1", "lift")
        traced = (await hall.hallctl("devices", "trace", "id-1")).out
        await hall.hallctl("devices", "trace", "codes-kiosk-1")
        await hall.do("window.finish", window="1")
        await hall.hall.call("journal.backup")
        people = {one["person"] for one in await issued(hall)} - {None}
        assert len(people) == 1
        await hall.centre_has_all(consumer, stored)
        said = traced + json.dumps(events, ensure_ascii=False)
        status = json.dumps(await hall.status(), ensure_ascii=False)
        tickets = json.dumps(await hall.hall.call("ticket.list"), ensure_ascii=False)
        assert [one for one in MARKED if one in said + status + tickets] == []
        outside = stored.read_text(encoding="utf-8") + tickets + status
        assert [one for one in people if one in outside] == []
    # The centre's own list has its code; it is not the hall that wrote it.
    assert marks_in(place, leave_out=f"appointments-{DAY}.csv") == []


def marks_in(place: Path, leave_out: str) -> list[tuple[str, str]]:
    """Return (file, what of it is somebody's), in any coding, as bytes or in hexadecimal."""
    files = {
        path: path.read_bytes()
        for path in place.rglob("*")
        if path.is_file() and path.name != leave_out
    }
    assert any(path.name == "journal.db" for path in files)
    found = []
    for marked in MARKED:
        for data in (marked.encode(coding) for coding in ("utf-8", "utf-16-le", "gb18030")):
            forms = (data, data.hex().encode(), data.hex(" ").encode())
            found += [(path.name, marked) for path in files for one in forms if one in files[path]]
    return found
