"""When a backup is made, and what people are told about the last one."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from firmware_py.app.ports import Happened
from firmware_py.core.events import EVENT_NAMES, DayClosed, DayOpened, Event
from firmware_py.runtime.backups import FIRST_OF_EPOCH_S, FIRST_S, Backups, Clocks, NoBackupFolder
from firmware_py.settings import JournalSettings
from firmware_py.store.errors import BackupPlaceMissing, JournalFull

EPOCH = "01M8180XX938Y8P2XWZB7SDTJ3"
EVERY_S = 1800.0
WALL_S = 1_772_442_303.0


@dataclass
class Card:
    """A journal whose backups are empty files with the right names."""

    epoch: str = EPOCH
    last_seq: int = 5
    full: bool = False
    made: list[int] = field(default_factory=list)
    under_way: int = 0

    def backup(self, folder: Path, *, keep: int) -> Path:
        self.under_way += 1
        assert self.under_way == 1
        try:
            if not folder.is_dir():
                raise BackupPlaceMissing(folder)
            if self.full:
                raise JournalFull(folder)
            path = folder / f"journal-{self.epoch}-{self.last_seq:012d}.db"
            path.touch()
            self.made.append(self.last_seq)
            return path
        finally:
            self.under_way -= 1


class Daemon:
    """Backups of a card, with a clock moved by hand."""

    def __init__(self, runner: asyncio.Runner, folder: Path, card: Card | None = None) -> None:
        self.runner = runner
        self.card = card or Card()
        self.folder = folder
        self.now_s = 1000.0
        self.backups = Backups(
            self.card,
            JournalSettings(backup_folder=str(folder), backup_every_min=30),
            Clocks(lambda: self.now_s, lambda: WALL_S + self.now_s),
        )

    def later(self, seconds: float) -> dict[str, Any]:
        """Let time pass, look as the timer does, and return the status."""
        self.now_s += seconds
        self.runner.run(self.backups.look())
        return self.status()

    def record(self, event: Event) -> None:
        """Something happens in the hall."""
        self.card.last_seq += 1
        name = EVENT_NAMES[type(event)]
        happened = Happened(self.card.last_seq, 0, name, "x", "id", event, b"")
        self.backups.recorded([happened])

    def back_up(self, at_once: int = 1) -> None:
        """Ask for a backup, perhaps from several places."""

        async def ask() -> None:
            await asyncio.gather(*(self.backups.now() for _ in range(at_once)))

        self.runner.run(ask())

    def status(self) -> dict[str, Any]:
        found = self.backups.status()
        assert found is not None
        return found


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


Begin = Callable[..., Daemon]


@pytest.fixture
def begun() -> Iterator[Begin]:
    """Start a daemon's backups: ``begun(folder, card)``."""
    with asyncio.Runner() as runner:

        def begin(folder: Path, card: Card | None = None) -> Daemon:
            daemon = Daemon(runner, folder, card)
            runner.run(daemon.backups.begin())
            return daemon

        yield begin


def test_a_backup_is_made_after_the_interval_and_not_again_without_news(
    begun: Begin, stick: Path
) -> None:
    daemon = begun(stick)
    daemon.back_up()
    daemon.card.last_seq = 6
    daemon.later(1)
    assert (daemon.later(EVERY_S - 1))["last"]["seq"] == 5
    found = daemon.later(1)
    assert daemon.card.made == [5, 6]
    assert (found["state"], found["unsaved"], found["problem"]) == ("ok", 0, None)
    assert found["last"]["path"].endswith("-000000000006.db")
    for _ in range(3):
        found = daemon.later(EVERY_S * 3)
    assert daemon.card.made == [5, 6]
    assert (found["state"], found["last"]["age_s"]) == ("ok", EVERY_S * 9)


def test_after_a_restore_the_new_epoch_has_its_own_backup_a_minute_after_the_start(
    begun: Begin, stick: Path
) -> None:
    former = stick / f"journal-{'0' * 26}-000000000099.db"
    former.touch()
    os.utime(former, (WALL_S + 1000,) * 2)
    daemon = begun(stick)
    found = daemon.status()
    assert (found["state"], found["last"]) == ("none", None)
    assert daemon.later(FIRST_OF_EPOCH_S - 1)["state"] == "none"
    found = daemon.later(1)
    assert (found["state"], found["last"]["seq"], found["unsaved"]) == ("ok", 5, 0)
    assert former.exists()
    # That was the first: the next one is of the interval again.
    daemon.card.last_seq = 6
    daemon.later(1)
    daemon.later(EVERY_S - 1)
    assert daemon.card.made == [5]
    daemon.later(1)
    assert daemon.card.made == [5, 6]


def test_a_journal_that_has_a_backup_of_its_own_waits_for_the_interval_after_a_start(
    begun: Begin, stick: Path
) -> None:
    own = stick / f"journal-{EPOCH}-000000000003.db"
    own.touch()
    os.utime(own, (WALL_S + 1000,) * 2)
    daemon = begun(stick)
    daemon.later(FIRST_OF_EPOCH_S)
    assert daemon.later(FIRST_OF_EPOCH_S)["last"]["seq"] == 3


def test_a_journal_in_which_nothing_is_recorded_needs_no_backup(begun: Begin, stick: Path) -> None:
    daemon = begun(stick, Card(last_seq=0))
    assert daemon.later(FIRST_OF_EPOCH_S * 2)["state"] == "none"
    assert daemon.card.made == []


def test_the_interval_begins_with_the_first_event_that_no_backup_has(
    begun: Begin, stick: Path
) -> None:
    daemon = begun(stick)
    daemon.back_up()
    daemon.later(EVERY_S * 20)
    # The hall opens in the morning: that is no late backup.
    daemon.card.last_seq = 6
    assert (daemon.later(1))["state"] == "ok"
    assert (daemon.later(EVERY_S - 1))["unsaved"] == 1
    assert (daemon.later(1))["unsaved"] == 0


def test_a_backup_is_made_when_the_day_closes(begun: Begin, stick: Path) -> None:
    daemon = begun(stick)
    daemon.later(1)
    daemon.record(DayClosed("2026-03-02", "closing_time"))
    assert daemon.later(1)["last"]["seq"] == 6
    daemon.record(DayOpened("2026-03-02", reopened=True))
    assert daemon.later(1)["last"]["seq"] == 6
    daemon.record(DayClosed("2026-03-02", "closing_time"))
    assert daemon.later(1)["last"]["seq"] == 8


def test_a_failure_is_told_until_a_backup_succeeds(
    begun: Begin, stick: Path, caplog: pytest.LogCaptureFixture
) -> None:
    daemon = begun(stick, Card(full=True))
    daemon.later(1)
    found = daemon.later(EVERY_S)
    assert found["state"] == "failed"
    assert "存储空间已满" in found["problem"].zh
    assert "Make room" in found["problem"].en
    assert found["last"] is None
    for _ in range(5):
        daemon.later(7200)
    daemon.card.full = False
    assert (daemon.later(7200))["state"] == "ok"
    errors = [one.message for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert "backups are made again" in caplog.messages[-1]


def test_a_failed_backup_is_tried_again_soon_and_then_less_often(begun: Begin, stick: Path) -> None:
    daemon = begun(stick, Card(full=True))
    daemon.later(1)
    daemon.later(EVERY_S)
    tried: list[float] = []
    inner = daemon.card.backup

    def counted(folder: Path, *, keep: int) -> Path:
        tried.append(daemon.now_s)
        return inner(folder, keep=keep)

    daemon.card.backup = counted  # type: ignore[method-assign]
    begin_s = daemon.now_s
    for _ in range(60 * 60 * 2):
        daemon.later(1)
    assert [at - begin_s for at in tried] == [60, 180, 420, 900, 1860, 3660, 5460]


def test_a_stick_that_is_not_there_is_told_at_once_and_found_when_it_is(
    begun: Begin,
    stick: Path,
) -> None:
    stick.rmdir()
    daemon = begun(stick)
    found = daemon.status()
    assert found["state"] == "failed"
    assert "备份目录不存在" in found["problem"].zh
    stick.mkdir()
    assert (daemon.later(61))["state"] == "ok"


def test_a_file_where_the_folder_should_be_is_a_failure_too(begun: Begin, stick: Path) -> None:
    stick.rmdir()
    stick.touch()
    assert (begun(stick)).status()["state"] == "failed"


def test_what_no_backup_has_for_two_intervals_is_late(begun: Begin, stick: Path) -> None:
    """A copy that takes for ever, or a timer that starves: nobody said that it failed."""
    daemon = begun(stick)
    daemon.now_s += 2 * EVERY_S
    assert daemon.status()["state"] == "none"
    daemon.now_s += 1
    assert daemon.status()["state"] == "late"


def test_the_newest_backup_of_an_earlier_run_counts(begun: Begin, stick: Path) -> None:
    for name, age_s in ((f"journal-{EPOCH}-000000000003.db", 7200), ("journal-x.db", 0),
                        (f"journal-{'0' * 26}-000000000099.db", 60)):  # fmt: skip
        (stick / name).touch()
        os.utime(stick / name, (WALL_S + 1000 - age_s,) * 2)
    daemon = begun(stick)
    found = daemon.status()
    assert (found["last"]["seq"], found["last"]["age_s"], found["unsaved"]) == (3, 7200, 2)
    # Two hours without: late, and made up for as soon as the hall has had time to open.
    assert found["state"] == "late"
    assert (daemon.later(FIRST_S - 1))["state"] == "late"
    assert (daemon.later(1))["state"] == "ok"


def test_a_backup_from_the_future_is_no_age_below_nothing(begun: Begin, stick: Path) -> None:
    path = stick / f"journal-{EPOCH}-000000000005.db"
    path.touch()
    os.utime(path, (WALL_S * 2,) * 2)
    assert (begun(stick)).status()["last"]["age_s"] == 0


def test_one_that_somebody_asks_for_counts_and_waits_for_the_other(
    begun: Begin, stick: Path
) -> None:
    daemon = begun(stick)
    daemon.back_up(at_once=2)
    assert daemon.status()["state"] == "ok"
    daemon.card.full = True
    with pytest.raises(JournalFull):
        daemon.back_up()
    assert daemon.status()["state"] == "failed"


def test_a_hall_without_a_second_place_says_so() -> None:
    backups = Backups(Card(), JournalSettings())
    assert backups.status() is None
    with pytest.raises(NoBackupFolder):
        asyncio.run(backups.now())
    asyncio.run(asyncio.wait_for(backups.run(), 60))
