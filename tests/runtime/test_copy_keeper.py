"""What keeps the copy at a standby: whatever fails is said, and never the end of the copying."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware_py.app.ports import Entry, NewEvent
from firmware_py.core.wire_version import WIRE
from firmware_py.runtime import copy_keeper
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.copy_keeper import CopyKeeper
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.hub_note import HubNote
from firmware_py.runtime.hub_queries import HubQueries
from firmware_py.runtime.hub_role import HubRole
from firmware_py.store.copied import CopiedJournal, epochs_of
from firmware_py.store.errors import JournalFull
from tests.e2e.scene import until
from tests.runtime.test_hub_role import HUB, STANDBY, journal_of, settings_of, with_copy
from tests.store.making import MORNING_MS, opened

Answered = Callable[[dict[str, Any] | None], None]


class Hub:
    """The other end of the line: answers nothing, and keeps what it was asked."""

    trouble = ""
    epochs = ()
    hub_wire = WIRE
    private = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, question: Mapping[str, Any], within_s: float, answered: Answered) -> None:
        """Take a question; there is no answer."""
        self.asked.append(str(question["what"]))
        asyncio.get_running_loop().call_soon(answered, None)


class Standby:
    """A standby's keeper, with as much of a hall as it needs."""

    def __init__(self, folder: Path) -> None:
        settings = settings_of(folder, STANDBY)
        self.hub = Hub()
        self.path = Path(settings.journal.path)
        self.keeper = CopyKeeper(settings, self.path, HubNote())
        writer = SimpleNamespace(on_recorded=[], last_seq=0)
        role = HubRole(decides=False, keeper=self.keeper)
        found = SimpleNamespace(
            sync=self.hub, rules=None, writer=writer, role=role, settings=settings
        )
        self.hall = cast("Hall", found)

    async def is_asked_again(self) -> None:
        """Wait for the next question about the journal."""
        had = len(self.hub.asked)

        async def look() -> bool:
            return "journal" in self.hub.asked[had:]

        await until(look, 60.0)

    async def says(self, words: str) -> None:
        """Wait until people are told this of the copy."""

        async def look() -> bool:
            status = self.keeper.status()
            return status is not None and status.state == "wrong" and words in status.why

        await until(look, 60.0)


@contextlib.asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Standby]:
    with_copy(folder)
    made = Standby(folder)
    try:
        yield made
    finally:
        await made.keeper.stop()


def full(journal: CopiedJournal) -> tuple[str, list[Entry]]:
    raise JournalFull(journal.path, "no room")


async def test_after_a_promotion_that_failed_the_copy_is_kept_on(tmp_path: Path) -> None:
    async with standing(tmp_path) as standby:
        standby.keeper.start(standby.hall)
        await standby.is_asked_again()
        with pytest.raises(JournalFull):
            await standby.keeper.promote(full)
        await standby.is_asked_again()
        # When there is room again, it is promoted, and asks the former hub no more.
        epoch = await standby.keeper.promote(lambda journal: ("2-standby-1", []))
        assert (epoch.epoch, epoch.node) == ("2-standby-1", STANDBY)
        assert epochs_of(standby.path)[-1].epoch == "2-standby-1"
        # A second one, by somebody else or by lease, is refused until the daemon is built anew.
        with pytest.raises(QueryError) as refused:
            await HubQueries(standby.hall).begin("hallctl:root")
        assert refused.value.refusal.code == "is_hub"


async def test_a_copy_that_cannot_be_opened_is_said_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_keeper, "AGAIN_S", 0.05)
    async with standing(tmp_path) as standby:
        elsewhere = CopiedJournal.open_copy(standby.path)
        standby.keeper.start(standby.hall)
        await standby.says("Another program")
        elsewhere.close()
        await standby.is_asked_again()


async def test_a_copy_with_records_of_a_newer_program_goes_on_and_is_not_promoted(
    tmp_path: Path,
) -> None:
    hub = journal_of(tmp_path, HUB)
    with opened(hub, HUB) as journal:
        folded = NewEvent("ticket.folded", b'{"number":"A001"}')
        journal.append([Entry("newer", "pad-1", MORNING_MS, b"{}", (folded,))])
    async with standing(tmp_path) as standby:
        standby.keeper.start(standby.hall)
        await standby.is_asked_again()
        status = standby.keeper.status()
        assert status is not None
        assert "ticket.folded" in status.unknown
        with pytest.raises(QueryError) as refused:
            await HubQueries(standby.hall).begin("hallctl:root")
        assert refused.value.refusal.code == "copy_newer"
        assert "请先升级本机程序" in refused.value.refusal.zh
        await standby.is_asked_again()


async def test_a_mistake_on_the_copys_thread_is_said_and_keeps_nothing_waiting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with standing(tmp_path) as standby:
        standby.keeper.start(standby.hall)
        await standby.is_asked_again()
        disk, told = standby.keeper.disk, list[str]()
        assert disk is not None

        async def heard() -> bool:
            return bool(told)

        disk.part(0, cast("bytes", 5), told.append)
        await until(heard, 60.0)
        assert told == ["TypeError"]
        assert "could not be written" in caplog.text
