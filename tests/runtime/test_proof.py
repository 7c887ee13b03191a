"""Damage in old events, which no start looks at, is found while the hall works."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from firmware_py.runtime import proof
from firmware_py.runtime.proof import Proof
from firmware_py.store.journal import Journal
from firmware_py.store.records import Verified
from tests.store.making import entry, opened, tamper


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "PAUSE_S", 0.0)


def with_an_old_event_changed(path: Path) -> Path:
    """Make a journal that closed in order and whose third event was changed afterwards."""
    with opened(path) as journal:
        journal.append([entry(number) for number in range(1, 21)])
        journal.save_snapshot(20, b"a state")
    tamper(path, 'UPDATE events SET body = \'{"ticket":"A999","part":0}\' WHERE seq = 3')
    return path


def whole(found: Proof) -> bool:
    return found.damage is None


def beside(path: Path, look: Callable[[Journal, Proof], Awaitable[None]]) -> None:
    """Open the journal as a start does, and look at its proof in an event loop."""

    async def main(journal: Journal) -> None:
        await look(journal, Proof(journal))

    with opened(path) as journal:
        asyncio.run(main(journal))


def test_a_changed_event_below_the_snapshot_is_found_said_once_and_the_hall_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def look(journal: Journal, found: Proof) -> None:
        assert whole(found)
        await found.check()
        await found.check()
        assert found.damage is not None
        assert found.damage.code == "journal_damaged"
        assert "第 3 条业务流水被改动过。取号、叫号照常" in found.damage.zh
        assert "Event 3 was changed. Tickets and calls go on" in found.damage.en
        journal.append([entry(21)])

    beside(with_an_old_event_changed(tmp_path / "journal.db"), look)
    said = [(r.levelname, r.getMessage()) for r in caplog.records if r.name == proof.__name__]
    assert len(said) == 1
    assert said[0][0] == "CRITICAL"
    assert "业务流水" in said[0][1]
    assert "Event 3 was changed" in said[0][1]


def test_a_whole_journal_is_proven_while_it_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with opened(path) as journal:
        journal.append([entry(number) for number in range(5_000)])

    async def look(journal: Journal, found: Proof) -> None:
        checking = asyncio.create_task(found.check())
        number = 5_000
        while not checking.done():
            journal.append([entry(number)])
            number += 1
            await asyncio.sleep(0)
        await checking
        assert (found.damage, found.made) == (None, 1)

    beside(path, look)


def test_a_card_that_stumbles_once_is_no_damage_and_damage_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = with_an_old_event_changed(tmp_path / "journal.db")
    caplog.set_level(logging.INFO, logger=proof.__name__)

    async def look(journal: Journal, found: Proof) -> None:
        bad = journal.verify()
        good = Verified(**{**{f: getattr(bad, f) for f in bad.__slots__}, "problems": ()})
        answers = [bad, good, bad, bad, good]

        def answer(self: Journal, between: Callable[[], None]) -> Verified:
            return answers.pop(0)

        monkeypatch.setattr(Journal, "verify", answer)
        await found.check()
        assert whole(found)
        await found.check()
        assert not whole(found)
        await found.check()
        assert whole(found)

    beside(path, look)
    assert [r.levelname for r in caplog.records] == ["CRITICAL", "WARNING"]


def test_a_daemon_that_ends_does_not_wait_for_the_rest_of_a_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.db"
    with opened(path) as journal:
        journal.append([entry(number) for number in range(3_000)])
    begun = threading.Event()
    verify = Journal.verify

    def slowly(self: Journal, between: Callable[[], None]) -> Verified:
        def first() -> None:
            begun.set()
            between()

        return verify(self, first)

    async def look(journal: Journal, found: Proof) -> None:
        monkeypatch.setattr(proof, "PAUSE_S", 3600.0)
        monkeypatch.setattr(proof, "FIRST_S", 0.0)
        monkeypatch.setattr(Journal, "verify", slowly)
        running = asyncio.create_task(found.run())
        await asyncio.to_thread(begun.wait, 60)
        running.cancel()
        async with asyncio.timeout(60):
            await asyncio.gather(running, return_exceptions=True)
        assert found.made == 0

    beside(path, look)
