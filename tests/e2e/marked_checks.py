"""What the marked people are asked to check on the outer screen: their own names and addresses."""

from __future__ import annotations

from typing import Any

from tests.e2e.marked import PEOPLE, Marked
from tests.e2e.scene import Scene

__all__ = ["check_entries", "entries_of", "wrong_checks"]


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


def wrong_checks() -> list[tuple[str, dict[str, Any]]]:
    """Return what people type in the wrong place of a check."""
    number = PEOPLE[0].number
    field = {"id": "name", "label": f"证号{number}", "value": "x"}
    return [
        ("check.ask", {"window": "1", "fields": [field]}),
        ("check.ask", {"window": "1", "fields": entries_of(PEOPLE[0]), "title": number}),
        ("check.withdraw", {"window": "1", "check": number}),
        ("check.answer", {"window": "1", "check": number, "outcome": "confirmed"}),
    ]
