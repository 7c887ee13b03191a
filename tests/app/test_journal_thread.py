"""The writer on the real journal: through its thread, over a restart, with a disk that stalls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from firmware_py.app import journal_thread
from firmware_py.app.journal_thread import JournalThread
from firmware_py.app.ports import Outcome, Submission
from firmware_py.app.recovery import recover, remembered_ids
from firmware_py.app.writer import HallWriter
from firmware_py.core import commands as c
from firmware_py.store.journal import Journal
from tests.app.desk import DISK_FULL, MemoryJournal, number_of
from tests.core.hall import RULES


class Running:
    """A writer on a journal in a file, and the loop's own clock."""

    def __init__(self, path: Path) -> None:
        loop = asyncio.get_running_loop()
        self.store = Journal.open(path, node="hub")
        self.thread = JournalThread(self.store, loop)
        self.writer = HallWriter(
            RULES,
            recover(RULES, self.store),
            self.thread,
            last_seq=self.store.last_seq,
            known=remembered_ids(self.store),
            clock_ms=lambda: round(loop.time() * 1000),
            sentence_for=lambda error: DISK_FULL,
            soon=loop.call_soon,
        )
        self.thread.start()

    async def give(self, command: c.Command, command_id: str) -> Outcome:
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.writer.submit(Submission(command_id, "test", command), future.set_result)
        return await future

    def stop(self) -> None:
        assert self.thread.stop()
        self.store.close()


def play(story: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run a story in a loop of its own."""
    asyncio.run(asyncio.wait_for(story(), 60))


@pytest.mark.parametrize("slow_s", [-1.0, 60.0], ids=["on the thread", "in the loop"])
def test_numbers_and_ids_live_on_over_a_restart(
    tmp_path: Path, slow_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_thread, "SLOW_S", slow_s)

    async def story() -> None:
        running = Running(tmp_path / "hall.db")
        await running.give(c.OpenDay("2026-03-02"), "open")
        takes = [running.give(c.TakeTicket("D01", "k"), f"k:{n}") for n in range(50)]
        numbers = [number_of(outcome) for outcome in await asyncio.gather(*takes)]
        assert sorted(numbers) == [f"A{n:03d}" for n in range(1, 51)]
        assert running.writer.commits < 50
        live = running.writer.recorded
        running.stop()

        running = Running(tmp_path / "hall.db")
        assert running.writer.recorded == live
        again = await running.give(c.TakeTicket("D01", "k"), "k:7")
        assert (number_of(again), again.repeated) == (numbers[7], True)
        assert number_of(await running.give(c.TakeTicket("D01", "k"), "k:new")) == "A051"
        running.stop()

    play(story)


def test_a_snapshot_shortens_the_next_start(tmp_path: Path) -> None:
    async def story() -> None:
        running = Running(tmp_path / "hall.db")
        await running.give(c.OpenDay("2026-03-02"), "open")
        await running.give(c.TakeTicket("D01", "k"), "k:1")
        running.writer.snapshot()
        await running.thread.run(lambda journal: None)
        await running.give(c.TakeTicket("D01", "k"), "k:2")
        live = running.writer.recorded
        running.stop()
        running = Running(tmp_path / "hall.db")
        found = running.store.newest_snapshot()
        assert found is not None
        assert found[0] == 2
        assert running.writer.recorded == live
        running.stop()

    play(story)


def test_a_disk_that_stalls_does_not_stall_the_loop() -> None:
    async def story() -> None:
        thread = JournalThread(MemoryJournal(), asyncio.get_running_loop())
        thread.start()
        goes_on = threading.Event()
        waiting = asyncio.ensure_future(thread.run(lambda journal: goes_on.wait(60)))
        await asyncio.sleep(0)
        done = asyncio.Event()
        # Behind a job that hangs, a commit must not be done by the loop itself.
        thread.commit(lambda j: j.last_seq, lambda _: done.set(), lambda error: None)
        for _ in range(100):
            await asyncio.sleep(0)
        assert not done.is_set()
        goes_on.set()
        assert await waiting
        await done.wait()
        assert thread.stop()

    play(story)


def test_an_error_on_the_thread_reaches_who_asked() -> None:
    async def story() -> None:
        journal = MemoryJournal()
        journal.fail = 1
        thread = JournalThread(journal, asyncio.get_running_loop())
        thread.start()
        with pytest.raises(OSError, match="No space"):
            await thread.run(lambda j: j.set_positions({}))
        failed: list[Exception] = []
        journal.fail = 1
        thread.commit(lambda j: j.set_positions({}), lambda _: None, failed.append)
        assert len(failed) == 1
        assert thread.alive
        assert thread.stop()
        assert not thread.alive

    play(story)
