"""A marked person's paper is scanned: its file's name, its comment and its picture are theirs."""

from __future__ import annotations

from tests.devices.scanner.drawn import form, jpeg
from tests.e2e.marked import Marked
from tests.e2e.papers_scene import COPIER, scan
from tests.e2e.scene import Scene

__all__ = ["PAGE", "hand_in"]

#: What stays of it in the vault.
PAGE = "A001-1v2-p001"


async def hand_in(hall: Scene, one: Marked, number: str) -> None:
    """Scan a paper at window 1, scan it again, and take another out."""
    for params in ({"kind": "paper:1"}, {"document": f"{number}-1"}, {"kind": "other"}):
        _lay(hall, one)
        await scan(hall, number=number, **params)
    await hall.hall.call("document.page", document=f"{number}-2", longest=400)
    await hall.hall.call("document.remove", document=f"{number}-2")


def _lay(hall: Scene, one: Marked) -> None:
    said = " ".join((one.number, *one.words))
    data = jpeg(form(150), comment=said.encode())
    assert one.number.encode() in data
    folder = hall.stage.run / "wire" / f"{COPIER}.d"
    part = folder / f"{one.words[0]}.part"
    part.write_bytes(data)
    part.rename(folder / f"{one.words[0]}{one.number}.jpg")
