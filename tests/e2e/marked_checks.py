"""What the marked people do on the outer screen: check their own names and addresses, and sign."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from kiosk_ui.window.signing import png_of
from tests.e2e.marked import PEOPLE, Marked
from tests.e2e.marked_hall import Recorder
from tests.e2e.scene import Scene

__all__ = ["check_entries", "entries_of", "sign_form", "wrong_checks"]


def entries_of(one: Marked) -> list[dict[str, Any]]:
    """Return the fields that a clerk has somebody check: all that a card says."""
    name, address = one.fields[0][2], one.fields[4][2]
    values = {"name": name, "address": address, "id_number": one.number}
    return [
        {"id": key, "label": key, "value": value, "correct": True, "mask": key != "name"}
        for key, value in values.items()
    ]


async def check_entries(hall: Scene) -> None:
    """The old one in hand at window 1 corrects the address; another check is not answered."""
    old, young = PEOPLE[0], PEOPLE[1]
    ask = {"window": "1", "fields": entries_of(old)}
    await hall.do("check.ask", **ask, title="请核对")
    await hall.hall.call("check.show", window="1")
    await hall.do(
        "check.answer", window="1", check="A001-c1", outcome="corrected",
        corrections={"address": young.fields[4][2], "name": young.fields[0][2]},
    )  # fmt: skip
    await hall.do("check.ask", **ask)
    await hall.do("check.ask", **ask)
    await hall.do("check.withdraw", window="1", check="A001-c3")
    await hall.do("check.ask", **ask)
    await hall.hallctl("check", "show", "1")
    await _told_by_name(hall, old)


async def _told_by_name(hall: Scene, one: Marked) -> None:
    """The clerk writes somebody's name; the program on the PC has it in its title."""
    name = one.fields[0][2]
    call = hall.hall.call
    await call("screen.message", window="1", text=f"请{name}核对住址{one.fields[4][2]}")
    await call("screen.title", window="1", title=f"{name} {one.number} - 申报")
    await call("screen.mirror", window="1", state="show")
    shown = await hall.hallctl("screen", "show", "1")
    assert name in shown.out
    await call("screen.title", window="1", title="记事本")


async def sign_form(hall: Scene, form: str, recorder: Recorder, outside: Path) -> dict[str, bytes]:
    """Whoever was last at window 1 signs; returns what must stand nowhere, packed or sent."""
    png = png_of([tuple((37 * n % 991, 53 * n * n % 983) for n in range(40))])
    sent = base64.b64encode(png)
    await hall.hall.call("signature.ask", window="1", form=form)
    await hall.hall.call("signature.give", window="1", form=form, png=sent.decode())
    await recorder.hallctl(
        "form", "signature", form, "--out", str(outside / "signature.png"), "--json"
    )
    packed = png.index(b"IDAT") + 4
    return {"signature": png[packed : packed + 80], "signature as sent": sent[120:200]}


def wrong_checks() -> list[tuple[str, dict[str, Any]]]:
    """Return what people type in the wrong place of a check."""
    number = PEOPLE[0].number
    field = {"id": "name", "label": f"证号{number}", "value": "x"}
    return [
        ("check.ask", {"window": "1", "fields": [field]}),
        ("check.ask", {"window": "1", "fields": entries_of(PEOPLE[0]), "title": number}),
        ("screen.message", {"window": "1", "text": f"请{number}到窗口"}),
        ("check.withdraw", {"window": "1", "check": number}),
        ("check.answer", {"window": "1", "check": number, "outcome": "confirmed"}),
    ]
