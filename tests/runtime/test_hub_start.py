"""A hub that was hub before takes its own records first: else a number would be on two papers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from firmware_py.app.held_back import NO_LEASE
from firmware_py.app.ports import Entry, NewEvent
from firmware_py.app.wire import encode, encode_outcome
from firmware_py.core import commands as c
from firmware_py.core.events_hubs import HubPromoted
from firmware_py.runtime import hub_start
from firmware_py.runtime.hub_note import HubNote, Kept
from firmware_py.runtime.hub_role import HubRole
from firmware_py.runtime.hub_start import HubStart
from firmware_py.store.journal import Journal
from firmware_py.store.records import Epoch
from tests.app.desk import Desk, MemoryJournal, number_of
from tests.e2e.scene import until

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

TAKE = c.TakeTicket("D01", "desk")
#: Of the tickets that the former time gave, the standby had copied so many.
GIVEN, COPIED = 130, 7


class Third:
    """The hub, in epoch ``3-hub``: it gave A001 to A130 before, of which its copy has seven."""

    def __init__(self, folder: Path) -> None:
        self._presses = 0
        former = Desk().open_day()
        for _ in range(GIVEN):
            former.take()
        path = folder / "journal.db"
        kept = Journal.open(path.with_name("journal.db.E1"), node="hub")
        copy, copied = MemoryJournal(), former.journal.last_seq - GIVEN + COPIED
        for one in former.journal.records:
            event = NewEvent(one.type, one.body)
            entry = Entry(one.command_id, one.by, one.time_ms, b"{}", (event,))
            kept.append([entry])
            if one.seq <= copied:
                copy.append([entry])
        first, last = kept.epochs[0], kept.last_seq
        kept.close()
        promoted = HubPromoted("hub", "standby-1", "3-hub", "hub", copied)
        event = NewEvent("hub.promoted", encode(promoted))
        outcome = encode_outcome(copied + 1, 1, None)
        copy.append([Entry("promote:3-hub", "root", copy.last_time_ms, outcome, (event,))])
        self.desk = Desk(journal=copy)
        # Its clock was set back meanwhile, which nothing depends on.
        self.desk.now_ms = 900
        self.source = f"hub:{first.epoch}"
        note = HubNote(
            "2-standby-1", (Kept("journal.db.E1", self.source, last, ((first.epoch, 1),)),)
        )
        epochs = (
            first, Epoch("2-standby-1", "standby-1", 0, first.epoch, copied),
            Epoch("3-hub", "hub", 0, "2-standby-1", copied),
        )  # fmt: skip
        found = SimpleNamespace(
            role=HubRole(decides=True, note=note),
            writer=self.desk.writer,
            settings=SimpleNamespace(journal=SimpleNamespace(path=str(path))),
            store=SimpleNamespace(epochs=epochs, epoch="3-hub"),
            state=lambda: self.desk.writer.recorded,
        )
        self.start = HubStart(cast("Hall", found))

    def press(self) -> str:
        """Have somebody take a ticket; return the number, or why there is none."""
        self._presses += 1
        outcomes = self.desk.give(TAKE, f"press:{self._presses}")
        if not outcomes:
            self.desk.disk.run()
        (outcome,) = outcomes
        return number_of(outcome) if outcome.refusal is None else outcome.refusal.code

    async def turn(self) -> None:
        """Let the disk do one thing, and everybody hear of it."""
        self.desk.disk.step()
        for _ in range(5):
            await asyncio.sleep(0)


@asynccontextmanager
async def third(folder: Path) -> AsyncIterator[Third]:
    made = Third(folder)
    try:
        yield made
    finally:
        await made.start.stop()


async def test_nobody_is_given_a_number_before_the_records_of_its_own_former_time(
    tmp_path: Path,
) -> None:
    async with third(tmp_path) as hub:
        # Somebody presses before it begins, and again and again while the disk works.
        heard = [hub.press()]
        begun = hub.start.start()
        while not begun.done():
            await hub.turn()
            heard.append("" if begun.done() else hub.press())
        assert heard.pop() == ""
        assert set(heard) == {"busy"}
        assert len(heard) > GIVEN // 50
        assert hub.press() == f"A{GIVEN + 1:03d}"
        assert hub.desk.writer.recorded.merged[hub.source] == GIVEN + 1
        # A start after that finds nothing left to do.
        assert hub.start.start() is not begun
        await hub.start.start()


async def test_what_is_refused_for_now_is_tried_again_before_anybody_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_start, "AGAIN_S", 0.01)
    async with third(tmp_path) as hub:
        opened: list[str] = []
        # The lease goes in the middle of it, and comes back.
        begun = hub.start.start(lambda: opened.append("decides"))
        await hub.turn()
        hub.desk.writer.held_back = lambda: NO_LEASE
        for _ in range(5):
            await hub.turn()
        hub.desk.writer.held_back = lambda: None
        assert not opened
        assert hub.press() == "busy"

        async def over() -> bool:
            await hub.turn()
            return begun.done()

        await until(over, 60.0)
        assert opened == ["decides"]
        assert hub.press() == f"A{GIVEN + 1:03d}"
