"""How a day of the wired runs begins: what is on the cards of hub and standby."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import cast

from firmware_py.config.file import load_all
from firmware_py.core import commands as c
from firmware_py.core.commands_spread import LendNumbers
from firmware_py.core.epoch import Epoch
from firmware_py.core.rules import Rules
from firmware_py.settings import Settings
from firmware_py.store.journal import Journal
from firmware_py.sync.lease_wire import Kept, kept_bytes
from tests.app.desk import Desk, MemoryJournal

__all__ = ["LENT", "NAMES", "lay_out", "settings_of"]

NAMES = ("hub", "standby", "kiosk-1", "kiosk-2", "window-1")
HALL = Path(__file__).with_name("hall.toml")
LENT = 12
_FILES = ("journal.db", "journal.id")


@cache
def settings_of(node: str, promote: str) -> Settings:
    """Return a Pi's settings; its folders come with the Pi."""
    text = HALL.read_text(encoding="utf-8").replace('"by hand"', f'"{promote}"')
    return load_all(HALL, {"HALL_NODE": node}, text=text).settings


def _morning(folder: Path, rules: Rules) -> dict[str, bytes]:
    journal = Journal.open(folder / "journal.db", node="hub")
    desk = Desk(rules, cast("MemoryJournal", journal))
    deeds: list[c.Command] = [
        c.OpenDay("2026-03-02"),
        *(c.OpenWindow(window, "1001") for window in ("1", "2")),
        LendNumbers("standby", "common", LENT, reserve=True),
        *(c.TakeTicket("D01", "desk") for _ in range(3)),
    ]
    for command in deeds:
        assert desk.done(command).refusal is None
    journal.close()
    return {name: (folder / name).read_bytes() for name in _FILES}


#: Made once: the hall's rules are always the same.
_KEPT: dict[str, bytes] = {}


def lay_out(folder: Path, rules: Rules, *, copied: bool) -> None:
    """Put the cards' files there; ``copied``: the standby has a copy from the day before."""
    if not _KEPT:
        making = folder / "making"
        making.mkdir()
        _KEPT.update(_morning(making, rules))
    vote = kept_bytes(Kept(Epoch(1, "hub"), 4.0))
    for name in NAMES:
        own = folder / name
        own.mkdir()
        (own / "lease-vote").write_bytes(vote)
        if name == "hub" or (name == "standby" and copied):
            for file, data in _KEPT.items():
                (own / file).write_bytes(data)
