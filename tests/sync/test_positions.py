"""A journal that takes no positions: said once, asked less and less often, and over at last."""

from __future__ import annotations

import asyncio
import logging

import pytest

from firmware_py.sync import positions
from firmware_py.sync.positions import Positions
from tests.sync.support import FakeHall, Mosquitto, started, until


class FullDisk(FakeHall):
    """Takes a position only while there is room; or, ``hanging``, keeps whoever asks waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.room = asyncio.Event()
        self.asked: list[float] = []
        self.hanging = False

    async def keep_position(self, reader: str, seq: int) -> None:
        self.asked.append(asyncio.get_running_loop().time())
        if self.hanging:
            await self.room.wait()
        if not self.room.is_set():
            raise OSError(28, "No space left on device")
        await super().keep_position(reader, seq)


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, bool]]:
    """Return level and whether there was a traceback, of what the positions' log has."""
    return [
        (record.levelname, record.exc_info is not None)
        for record in caplog.records
        if record.name == positions.__name__
    ]


async def test_a_full_disk_is_said_once_and_asked_less_and_less_often(
    mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger=positions.__name__)
    hall = FullDisk()
    sync = await started(hall, mosquitto.port)
    hall.calls(10)
    await until(lambda: len(hall.asked) == 4)
    assert said(caplog) == [("ERROR", False)]
    assert sync.status().errors == 4
    pauses = [b - a for a, b in zip(hall.asked, hall.asked[1:], strict=False)]
    # At 0.1 s between two looks, each pause is the double of the last, or one look longer.
    assert pauses[0] >= 0.1
    assert pauses[1] >= 0.2
    assert pauses[2] >= 0.4
    hall.room.set()
    await until(lambda: hall.kept == {"broker": 10})
    await sync.stop()
    assert said(caplog) == [("ERROR", False), ("INFO", False)]
    for record, words in zip(
        [r for r in caplog.records if r.name == positions.__name__],
        (("无法保存", "could not be kept"), ("已恢复保存", "kept again")),
        strict=True,
    ):
        assert all(word in record.getMessage() for word in words)


async def test_a_journal_that_goes_on_trying_by_itself_is_not_asked_a_second_time(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, logger=positions.__name__)
    monkeypatch.setattr(positions, "SLOW_S", 0.02)
    hall = FullDisk()
    hall.hanging = True
    wanted = {"broker": 7}
    keeper = Positions(hall, lambda: wanted, lambda reader, seq: wanted.clear(), 0.0)
    keeper.keep()
    await until(lambda: said(caplog))
    keeper.keep()
    keeper.keep()
    hall.room.set()
    await until(lambda: hall.kept == {"broker": 7})
    await keeper.stop()
    assert len(hall.asked) == 1
    assert said(caplog) == [("ERROR", False), ("INFO", False)]


async def test_the_end_does_not_wait_for_a_journal_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(positions, "LAST_S", 0.05)
    hall = FullDisk()
    hall.hanging = True
    keeper = Positions(hall, lambda: {"broker": 7}, lambda reader, seq: None, 0.0)
    keeper.keep()
    await until(lambda: hall.asked)
    async with asyncio.timeout(60):
        await keeper.stop()
    assert hall.kept == {}
