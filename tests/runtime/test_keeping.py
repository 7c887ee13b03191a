"""Days go when their time is over, the journal has it, and no wrong clock destroys anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from firmware_py.app.followed import FollowedWriter
from firmware_py.core import commands as c
from firmware_py.core.model import State
from firmware_py.runtime.keeping import DESTROYED, Keeping, due_before, todays_date
from firmware_py.store.day_seen import Seen, look_at, seen_in
from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import VaultReadOnly
from tests.app.desk import Desk
from tests.store.vaults import PAGE, vault_in


@dataclass
class _Privacy:
    keep_days: int = 30


@dataclass
class _Settings:
    privacy: _Privacy = field(default_factory=_Privacy)


class Hall:
    """A desk with a vault, whose wall clock the test sets."""

    def __init__(self, runner: asyncio.Runner, folder: Path, keep_days: int = 30) -> None:
        self.desk = Desk()
        self.writer = self.desk.writer
        self.settings: Any = _Settings(_Privacy(keep_days))
        self.clock: Any = self
        self.vault = vault_in(folder)
        self.keeping = Keeping(self, self.vault)
        self._runner = runner

    def state(self) -> State:
        return self.writer.recorded

    def now_ms(self) -> int:
        return self.desk.now_ms

    def keep(self, *days: str) -> None:
        for day in days:
            self.vault.put(day, "A012-1", PAGE)

    def wall(self, local: str) -> None:
        """Have the journal say that it is this date and time."""
        at = datetime.fromisoformat(local).replace(tzinfo=UTC)
        self.desk.done(c.SetClock(int(at.timestamp() * 1000) - self.now_ms()))

    def do(self, command: c.Command) -> None:
        self.desk.done(command)

    def look(self) -> None:
        """Look as the timer does, while the journal's disk moves."""

        async def both() -> None:
            looking = asyncio.ensure_future(self.keeping.look())
            while not looking.done():
                self.desk.disk.run()
                await asyncio.sleep(0)
            await looking

        self._runner.run(both())

    def told(self) -> list[str]:
        """Return the days whose end the journal has, in order."""
        return [r.body.decode() for r in self.desk.journal.records if DESTROYED.encode() in r.body]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


MakeHall = Callable[..., Hall]


@pytest.fixture
def hall_of(runner: asyncio.Runner, tmp_path: Path) -> MakeHall:
    def make(keep_days: int = 30) -> Hall:
        return Hall(runner, tmp_path, keep_days)

    return make


def test_a_day_goes_when_its_days_are_over_and_not_before(hall_of: MakeHall) -> None:
    hall = hall_of(30)
    hall.keep("2026-10-22", "2026-10-23", "2026-11-21")
    hall.wall("2026-11-22T08:00:00")
    hall.look()
    assert hall.vault.days() == ["2026-10-23", "2026-11-21"]
    hall.wall("2026-11-23T00:00:10")
    hall.look()
    assert hall.vault.days() == ["2026-11-21"]
    assert [DESTROYED in one for one in hall.told()] == [True, True]
    assert '"subject":"2026-10-22"' in hall.told()[0]
    hall.look()
    assert len(hall.told()) == 2


def test_with_0_days_a_day_goes_when_it_is_over(hall_of: MakeHall) -> None:
    hall = hall_of(0)
    hall.wall("2026-11-22T17:00:00")
    hall.do(c.OpenDay("2026-11-22"))
    hall.keep("2026-11-22")
    hall.do(c.CloseDay())
    hall.look()
    assert hall.vault.days() == ["2026-11-22"]
    hall.wall("2026-11-23T00:01:00")
    hall.look()
    assert hall.vault.days() == []


def test_an_open_day_is_not_destroyed_at_midnight(hall_of: MakeHall) -> None:
    hall = hall_of(0)
    hall.wall("2026-11-22T23:00:00")
    hall.do(c.OpenDay("2026-11-22"))
    hall.keep("2026-11-22")
    hall.wall("2026-11-23T01:00:00")
    hall.look()
    assert hall.vault.days() == ["2026-11-22"]


def test_without_a_known_clock_nothing_is_destroyed(hall_of: MakeHall) -> None:
    hall = hall_of(0)
    hall.keep("2020-01-01")
    hall.look()
    assert hall.vault.days() == ["2020-01-01"]


def test_a_day_that_somebody_opened_years_ahead_destroys_nothing(hall_of: MakeHall) -> None:
    hall = hall_of(30)
    hall.keep("2026-11-21")
    hall.wall("2026-11-22T08:00:00")
    hall.do(c.OpenDay("2036-11-22"))
    hall.look()
    assert hall.vault.days() == ["2026-11-21"]


@pytest.mark.parametrize("is_open", [True, False])
def test_a_clock_that_is_set_years_ahead_destroys_nothing(hall_of: MakeHall, is_open: bool) -> None:
    hall = hall_of(30)
    hall.keep("2026-10-01", "2026-11-21")
    hall.wall("2026-11-22T08:00:00")
    if is_open:
        hall.do(c.OpenDay("2026-11-22"))
    hall.look()
    hall.wall("2036-01-01T23:59:00")
    hall.look()
    hall.wall("2036-01-02T09:00:00")
    hall.do(c.OpenDay("2036-01-02"))
    hall.look()
    assert hall.vault.days() == ["2026-11-21"]
    hall.wall("2026-11-23T08:00:00")
    hall.look()
    assert hall.vault.days() == ["2026-11-21"]


def test_after_a_real_pause_of_months_days_go_two_days_late(hall_of: MakeHall) -> None:
    hall = hall_of(30)
    hall.keep("2026-11-21")
    hall.wall("2026-11-22T08:00:00")
    hall.look()
    for day, left in (("2027-03-01", 1), ("2027-03-02", 1), ("2027-03-03", 0)):
        hall.wall(f"{day}T08:00:00")
        hall.look()
        assert len(hall.vault.days()) == left, day


def test_a_journal_that_could_not_record_it_is_told_again(hall_of: MakeHall) -> None:
    hall = hall_of(30)
    hall.keep("2026-10-01")
    hall.wall("2026-11-22T08:00:00")
    hall.desk.journal.fail_after(0, 1)
    hall.look()
    assert hall.vault.days() == []
    assert hall.told() == []
    assert hall.vault.untold() == ["2026-10-01"]
    hall.desk.now_ms += 60_000
    hall.look()
    assert len(hall.told()) == 1
    assert hall.vault.untold() == []


def test_at_a_pi_that_follows_a_day_goes_too_and_the_hub_is_told_nothing(
    hall_of: MakeHall,
) -> None:
    hall = hall_of()
    hall.wall("2026-03-02T09:00:00")
    hall.keep("2026-03-02")
    hall.wall("2026-03-10T09:00:00")
    state, asked = hall.state(), list[object]()
    follows: Any = FollowedWriter(hall.writer.rules, state)
    follows.carry = lambda *question: asked.append(question)
    hall.writer = follows
    hall.settings = _Settings(_Privacy(3))
    hall.look()
    # What waited there for the hub was in no journal.
    assert hall.vault.days() == []
    assert (hall.vault.untold(), asked) == ([], [])


def test_killed_between_record_and_mark_it_counts_once(hall_of: MakeHall, tmp_path: Path) -> None:
    hall = hall_of(30)
    hall.keep("2026-10-01")
    hall.wall("2026-11-22T08:00:00")
    hall.look()
    mark = tmp_path / "vault" / "2026-10-01.day"
    mark.write_text("hall-vault 1\ndestroyed\n", encoding="ascii")
    assert hall.vault.untold() == ["2026-10-01"]
    hall.look()
    assert len(hall.told()) == 1


def test_a_hall_that_never_kept_anything_makes_no_folder(hall_of: MakeHall, tmp_path: Path) -> None:
    hall = hall_of()
    hall.wall("2026-11-22T08:00:00")
    hall.look()
    assert list(tmp_path.iterdir()) == []


def test_a_failing_disk_is_said_and_tried_again(
    hall_of: MakeHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = hall_of(30)
    hall.keep("2026-10-01")
    hall.wall("2026-11-22T08:00:00")
    whole = Vault.destroy_before

    def refuses(vault: Vault, day: str) -> list[str]:
        raise VaultReadOnly(Path("/vault"))

    monkeypatch.setattr(Vault, "destroy_before", refuses)
    hall.look()
    problem = hall.keeping.problem
    assert problem is not None
    assert problem.code == "privacy_overdue"
    monkeypatch.setattr(Vault, "destroy_before", whole)
    hall.look()
    assert hall.keeping.problem is None
    assert hall.vault.days() == []


def test_the_longest_time_does_not_reach_before_all_dates() -> None:
    assert due_before(date(3, 1, 1), 3650) == "0001-01-01"
    assert due_before(date(2026, 11, 22), 0) == "2026-11-22"


def test_no_state_no_date() -> None:
    desk = Desk()
    assert todays_date(desk.writer.recorded, 0) is None


def test_what_was_seen_is_kept_and_a_damaged_note_begins_anew(tmp_path: Path) -> None:
    today = date(2026, 11, 22)
    assert look_at(tmp_path, today) == Seen(today)
    assert look_at(tmp_path, date(2036, 1, 1)) == Seen(today, date(2036, 1, 1))
    assert seen_in(tmp_path) == Seen(today, date(2036, 1, 1))
    (tmp_path / "today").write_bytes(b"\0\0\0")
    assert seen_in(tmp_path) is None
