"""A restore never leads to a number twice: whoever holds a slip that the backup does not know."""

from __future__ import annotations

import json
import socket
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.hallrun import Hall

TAKEN, KNOWN = 30, 10


class Lost:
    """A hall that took 30 tickets, a backup of the first 10, and the card they were on.

    ``closed``: it opened yesterday, took 10 and closed before the backup was made.
    """

    def __init__(self, hall: Hall, *, closed: bool = False) -> None:
        self.hall, self.hallctl = hall, hall.hallctl
        hall.start()
        self.today = self._today()
        yesterday = date.fromisoformat(self.today) - timedelta(days=1)
        self.day = yesterday.isoformat() if closed else self.today
        self.ask("day.open", day=self.day)
        self.take(KNOWN)
        if closed:
            self.ask("day.close")
        self.backup = Path(self.ask("journal.backup")["path"])
        if not closed:
            self.take(TAKEN - KNOWN)
        hall.stop()

    def ask(self, method: str, **params: str) -> dict[str, Any]:
        """Ask the daemon, as ``hallctl`` does."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(60)
            line.connect(str(self.hall.run / "hall.sock"))
            line.sendall(json.dumps({"id": 1, "method": method, "params": params}).encode() + b"\n")
            with line.makefile("rb") as answers:
                found: dict[str, Any] = json.loads(answers.readline())["result"]
        return found

    def _today(self) -> str:
        """Return the hall's date, once it knows the clock."""
        end = time.monotonic() + 60
        while not (now := self.ask("hall.status")["now"]):
            assert time.monotonic() < end, "the clock is not known"
        return str(now)[:10]

    def take(self, count: int = 1) -> str:
        """Take tickets; return the last number."""
        number = ""
        for _ in range(count):
            number = self.ask("ticket.take", item="A01")["events"][0]["data"]["number"]
        return number

    def new_card(self) -> None:
        """The old card is dead: nothing of the journal is left."""
        for path in self.hall.data.glob("journal.*"):
            path.unlink()

    def restore(self, *more: str) -> list[dict[str, object]]:
        """Restore, start, and return which numbers were passed over."""
        done = self.hallctl.ok(
            "restore", str(self.backup), "--config", str(self.hall.config), "--yes", *more
        )
        self.hall.start()
        numbers: list[dict[str, object]] = done["numbers"]
        return numbers


@pytest.fixture
def lost(closed_hall: Hall) -> Lost:
    return Lost(closed_hall)


def test_numbers_go_on_after_the_newest_slip_that_somebody_saw(lost: Lost) -> None:
    lost.new_card()
    (jump,) = lost.restore("--last-number", "a30")
    assert (jump["first"], jump["number"], jump["day"]) == ("A011", "A030", lost.day)
    assert lost.take() == "A031"
    tail = lost.hallctl("journal", "tail").out
    assert "technician: restore of a backup journal-" in tail
    assert (
        "not given again: A011 to A030 (the newest slip in the hall); the next number is A031"
        in tail
    )
    in_chinese = lost.hallctl("journal", "tail", lang="zh").out
    assert "A011 至 A030 不再发放（大厅里最新的号票），下一个号 A031" in in_chinese


def test_whoever_comes_with_a_lost_slip_is_told_what_to_do(lost: Lost) -> None:
    lost.new_card()
    lost.restore("--last-number", "A030")
    refused = lost.hallctl("why", "A020")
    assert refused.code == 1
    assert refused.err == (
        "A020 was lost in a restore; go to the exception desk, or take a new ticket.\n"
    )
    assert "A020 是恢复之前发出的号" in lost.hallctl("ticket", "show", "A020", lang="zh").err
    assert lost.hallctl.ok("why", "A010")["status"] == "waiting"


def test_without_a_slip_a_safe_gap_is_left(lost: Lost) -> None:
    lost.new_card()
    (jump,) = lost.restore()
    assert jump["reason"] == "safe_gap"
    number = lost.take()
    assert number == jump["next"]
    assert int(number[1:]) > TAKEN
    report = lost.hallctl("report").out
    passed = "numbers passed over by a restore, or when another Pi became the hub"
    assert f"{passed}: {jump['passed']}" in report


def test_the_numbers_are_said_before_yes_is_typed(lost: Lost) -> None:
    lost.new_card()
    arguments = ["restore", str(lost.backup), "--config", str(lost.hall.config)]
    asked = lost.hallctl(*arguments, stdin="no\n")
    assert asked.code == 1
    assert f"{lost.day}: not given again: A011 to A0" in asked.err
    assert "If a newer slip is in the hall, name it with --last-number" in asked.err
    in_chinese = lost.hallctl(*arguments, "--last-number", "A030", stdin="no\n", lang="zh")
    assert (
        f"{lost.day}：A011 至 A030 不再发放（大厅里最新的号票），下一个号 A031。" in in_chinese.err
    )
    assert not (lost.hall.data / "journal.db").exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("A010", "A010 does not come after the next number, A011"),
        ("Z123", "Z123 is no number of this hall"),
    ],
)
def test_a_number_that_cannot_be_restores_nothing(lost: Lost, number: str, words: str) -> None:
    lost.new_card()
    arguments = ["restore", str(lost.backup), "--config", str(lost.hall.config), "--yes"]
    refused = lost.hallctl(*arguments, "--last-number", number)
    assert refused.code == 1
    assert words in refused.err
    assert not (lost.hall.data / "journal.db").exists()


def test_a_journal_that_is_still_readable_tells_the_last_number(lost: Lost) -> None:
    (jump,) = lost.restore()
    assert (jump["number"], jump["reason"]) == ("A030", "old_journal")
    assert lost.take() == "A031"


def test_an_empty_card_that_was_started_first_does_not_hide_what_was_lost(lost: Lost) -> None:
    lost.new_card()
    lost.hall.start()
    lost.ask("day.open", day=lost.day)
    lost.take(3)
    lost.hall.stop()
    (jump,) = lost.restore()
    assert jump["reason"] == "safe_gap"
    assert int(lost.take()[1:]) > TAKEN


def test_after_a_closed_day_today_begins_behind_a_gap_in_case_it_was_open(
    closed_hall: Hall,
) -> None:
    lost = Lost(closed_hall, closed=True)
    lost.new_card()
    arguments = ["restore", str(lost.backup), "--config", str(lost.hall.config)]
    asked = lost.hallctl(*arguments, stdin="no\n", lang="zh")
    assert f"{lost.today}：A001 至 A020 不再发放" in asked.err
    assert "大厅里若有更新的号票，请用 --last-number 注明" in asked.err
    (jump,) = lost.restore()
    assert (jump["first"], jump["day"], jump["reason"]) == ("A001", lost.today, "safe_gap")
    lost.ask("day.open", day=lost.today)
    assert lost.take() == jump["next"] == "A021"


def test_slips_of_today_count_when_the_backup_ends_yesterday(closed_hall: Hall) -> None:
    lost = Lost(closed_hall, closed=True)
    lost.new_card()
    (jump,) = lost.restore("--last-number", "A005")
    assert (jump["first"], jump["number"], jump["day"]) == (
        "A001",
        "A005",
        lost.today,
    )
    lost.ask("day.open", day=lost.today)
    assert lost.take() == "A006"


def test_a_slip_that_turns_up_later_is_named_to_the_running_hall(lost: Lost) -> None:
    lost.new_card()
    lost.restore("--last-number", "A015")
    assert lost.take() == "A016"
    jumped = lost.hallctl.events("ticket", "jump", "A030")["series.jumped"]
    assert (jumped["first"], jumped["day"]) == ("A017", lost.day)
    assert lost.take() == "A031"
    back = lost.hallctl("ticket", "jump", "A020", lang="zh")
    assert back.code == 1
    assert back.err == "A020 不在下一个号 A032 之后，号码不能倒退，请核对最新的号票。\n"


def test_people_who_waited_before_the_restore_are_still_called_first(lost: Lost) -> None:
    lost.new_card()
    lost.restore("--last-number", "A030")
    lost.take()
    lost.ask("window.open", window="1")
    (called,) = lost.ask("window.next", window="1")["events"]
    assert called["data"]["number"] == "A001"
    shown = lost.ask("ticket.show", number="A002")
    assert shown["issued_ms"] <= lost.ask("hall.status")["now_ms"]
    assert lost.ask("journal.verify")["problems"] == []
