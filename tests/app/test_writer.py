"""The single writer: decide, record, and only then tell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware_py.app import writer as writing
from firmware_py.app.ports import Outcome
from firmware_py.core import commands as c
from firmware_py.core.model import TicketStatus
from tests.app.desk import DISK_FULL, Desk, number_of

TAKE = c.TakeTicket("D01", "kiosk-1")


def test_nothing_is_told_and_nothing_moves_before_the_disk_has_it() -> None:
    desk = Desk().open_day()
    desk.told.clear()
    answer = desk.give(TAKE, "k:1")
    assert (answer, desk.told) == ([], [])
    assert not desk.writer.recorded.tickets
    desk.disk.step()
    assert desk.told == ["react 2 ticket.issued", "reply k:1"]
    assert list(desk.writer.recorded.tickets) == ["A001"]


def test_commands_that_gather_while_the_disk_works_share_one_commit() -> None:
    desk = Desk().open_day()
    before = desk.writer.commits
    answers = [desk.give(TAKE, f"k:{n}") for n in range(6)]
    desk.disk.step()
    assert [len(a) for a in answers] == [1, 0, 0, 0, 0, 0]
    desk.disk.run()
    assert [number_of(a[0]) for a in answers] == [f"A00{n}" for n in range(1, 7)]
    assert desk.writer.commits == before + 2
    assert desk.journal.commits[-1] == ["k:1", "k:2", "k:3", "k:4", "k:5"]


def test_reactions_to_a_shared_commit_come_before_its_first_reply() -> None:
    desk = Desk().open_day()
    desk.give(TAKE, "k:0")
    desk.give(TAKE, "k:1")
    desk.give(TAKE, "k:2")
    desk.disk.step()
    desk.told.clear()
    desk.disk.step()
    assert desk.told == ["react 3 ticket.issued", "react 4 ticket.issued", "reply k:1", "reply k:2"]


def test_an_id_in_flight_counts_once_and_both_are_answered() -> None:
    desk = Desk().open_day()
    first, second = desk.give(TAKE, "k:1"), desk.give(TAKE, "k:1")
    desk.disk.run()
    assert number_of(first[0]) == number_of(second[0]) == "A001"
    assert (first[0].repeated, second[0].repeated) == (False, True)
    assert list(desk.writer.recorded.tickets) == ["A001"]


def test_an_id_answered_lately_gets_the_first_outcome_without_the_disk() -> None:
    desk = Desk().open_day()
    first = desk.done(TAKE, "k:1")
    again = desk.give(TAKE, "k:1")
    assert again == [Outcome(first.happened, None, repeated=True)]
    assert not desk.disk.jobs


def test_a_refusal_is_remembered_too() -> None:
    desk = Desk()
    assert desk.done(TAKE, "k:1").refusal is not None
    desk.open_day()
    again = desk.done(TAKE, "k:1")
    assert again.refusal is not None
    assert (again.refusal.code, again.repeated) == ("day_closed", True)
    assert not desk.writer.recorded.tickets


@pytest.mark.parametrize("how", ["forgotten", "restarted"])
def test_an_old_id_is_found_in_the_journal(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "RECENT_OUTCOMES", 3)
    desk = Desk().open_day()
    first = desk.done(TAKE, "k:old")
    refused = desk.done(c.TakeTicket("X99"), "k:refused")
    if how == "forgotten":
        for _ in range(10):
            desk.take()
        assert "k:old" not in desk.writer._recent
    else:
        desk.start()
    tickets = len(desk.writer.recorded.tickets)
    assert desk.done(TAKE, "k:old") == Outcome(first.happened, None, repeated=True)
    assert desk.done(TAKE, "k:refused") == Outcome((), refused.refusal, repeated=True)
    assert len(desk.writer.recorded.tickets) == tickets


def test_an_old_id_whose_events_were_compacted_still_does_not_count_again() -> None:
    desk = Desk().open_day()
    desk.done(TAKE, "k:old")
    desk.writer.snapshot()
    desk.disk.run()
    desk.journal.first_seq = 3
    desk.start()
    assert desk.done(TAKE, "k:old") == Outcome((), None, repeated=True)
    assert desk.writer.storage_failure is None


def test_an_old_id_asked_twice_while_it_is_looked_up_counts_once() -> None:
    desk = Desk().open_day()
    # The filter says "perhaps" though the journal has never seen it.
    desk.writer._known.add("k:1")
    first, second = desk.give(TAKE, "k:1"), desk.give(TAKE, "k:1")
    desk.disk.run()
    assert number_of(first[0]) == number_of(second[0]) == "A001"
    assert len(desk.writer.recorded.tickets) == 1


def test_new_ids_hardly_ever_ask_the_disk() -> None:
    desk = Desk().open_day()
    for _ in range(200):
        desk.take()
    assert desk.journal.read_calls <= 2


def test_a_failed_commit_refuses_all_that_was_in_it_and_all_that_gathered() -> None:
    desk = Desk().open_day()
    desk.told.clear()
    desk.journal.fail = 1
    answers = [desk.give(TAKE, f"k:{n}") for n in range(3)]
    desk.disk.run()
    assert [a[0].refusal for a in answers] == [DISK_FULL] * 3
    assert not [line for line in desk.told if line.startswith("react")]
    assert not desk.writer.recorded.tickets
    assert desk.storage == ["not_recorded"]


def test_after_a_failed_commit_no_number_is_lost_and_none_given_twice() -> None:
    desk = Desk().open_day()
    assert desk.take() == "A001"
    desk.journal.fail = 1
    assert desk.done(TAKE, "k:2").refusal == DISK_FULL
    desk.now_ms += writing.RETRY_MS
    assert number_of(desk.done(TAKE, "k:2")) == "A002"
    assert [r.seq for r in desk.journal.records] == [1, 2, 3]
    desk.start()
    assert list(desk.writer.recorded.tickets) == ["A001", "A002"]


def test_what_was_decided_on_top_of_a_failed_commit_falls_back_with_it() -> None:
    desk = Desk().open_day()
    desk.done(c.OpenWindow("1"))
    desk.journal.fail = 1
    desk.give(TAKE)
    desk.give(c.CallNext("1"))
    desk.disk.run()
    assert desk.writer.recorded.windows["1"].ticket is None
    desk.now_ms += writing.RETRY_MS
    refusal = desk.done(c.CallNext("1")).refusal
    assert refusal is not None
    assert refusal.code == "nobody_waiting"


def test_while_the_disk_fails_it_is_tried_once_a_second_and_told_once() -> None:
    desk = Desk().open_day()
    desk.journal.fail = 2
    desk.done(TAKE)
    jobs_before = len(desk.disk.jobs)
    assert desk.give(TAKE)[0].refusal == DISK_FULL
    assert len(desk.disk.jobs) == jobs_before
    desk.now_ms += writing.RETRY_MS
    assert desk.done(TAKE).refusal == DISK_FULL
    assert desk.storage == ["not_recorded"]
    desk.now_ms += writing.RETRY_MS
    assert number_of(desk.done(TAKE)) == "A001"
    assert desk.storage == ["not_recorded", None]
    assert desk.writer.storage_failure is None


def test_more_than_the_backlog_is_refused_as_busy_and_may_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "MAX_WAITING", 5)
    desk = Desk().open_day()
    answers = [desk.give(TAKE, f"k:{n}") for n in range(7)]
    assert [a[0].refusal.code for a in answers if a and a[0].refusal] == ["busy"]
    desk.disk.run()
    assert len(desk.writer.recorded.tickets) == 6
    assert number_of(desk.done(TAKE, "k:6")) == "A007"


def test_a_tick_without_consequence_is_answered_without_the_disk() -> None:
    desk = Desk().open_day()
    assert desk.give(c.Tick()) == [Outcome()]
    assert not desk.disk.jobs


def test_a_clock_that_stands_still_or_goes_back_never_turns_the_events_back() -> None:
    desk = Desk().open_day()
    desk.take()
    desk.now_ms -= 500
    desk.take()
    times = [r.time_ms for r in desk.journal.records]
    assert times == sorted(times)


def test_a_reaction_that_fails_leaves_nobody_unanswered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk().open_day()

    def broken(happened: object) -> None:
        raise RuntimeError("a display's fault")

    desk.writer.on_recorded.insert(0, broken)
    assert desk.take() == "A001"
    assert "react 2 ticket.issued" in desk.told
    assert "a display's fault" in caplog.text


def test_a_snapshot_is_kept_every_so_many_events_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "SNAPSHOT_EVERY", 10)
    desk = Desk().open_day()
    for number in range(1, 13):
        desk.take()
        desk.done(c.CancelTicket(f"A{number:03d}"))
    assert [seq for seq, _ in desk.journal.snapshots] == [10, 20]
    desk.writer.snapshot()
    desk.writer.snapshot()
    desk.disk.run()
    assert [seq for seq, _ in desk.journal.snapshots] == [10, 20, 25]


def test_many_tickets_are_not_kept_again_for_fewer_events_than_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "SNAPSHOT_EVERY", 10)
    desk = Desk().open_day()
    for _ in range(30):
        desk.take()
    assert [seq for seq, _ in desk.journal.snapshots] == [10]
    for number in range(1, 12):
        desk.done(c.CancelTicket(f"A{number:03d}"))
    # Thirty tickets, and thirty events since the last one.
    assert [seq for seq, _ in desk.journal.snapshots] == [10, 40]


def test_a_snapshot_holds_what_is_recorded_not_what_is_only_decided() -> None:
    desk = Desk().open_day()
    desk.take()
    desk.give(c.CancelTicket("A001"))
    desk.writer.snapshot()
    desk.journal.fail = 1
    desk.disk.run()
    desk.start()
    assert desk.writer.recorded.tickets["A001"].status is TicketStatus.WAITING


def test_positions_are_recorded_in_the_commit_of_their_events() -> None:
    desk = Desk().open_day()
    desk.writer.positions_with = lambda happened: {"print:p:sent": happened[-1].seq}
    desk.give(TAKE)
    assert desk.journal.kept == {}
    desk.disk.step()
    assert desk.journal.kept == {"print:p:sent": 2}


@pytest.mark.parametrize("fails", [0, 1])
def test_a_disk_that_becomes_quick_never_lets_a_commit_overtake_the_one_before(fails: int) -> None:
    desk = Desk().open_day()
    desk.told.clear()
    first, second, third = desk.give(TAKE, "k:1"), desk.give(TAKE, "k:2"), desk.give(TAKE, "k:3")
    commit_of_first = desk.disk.jobs.popleft()
    desk.disk.quick = True
    desk.journal.fail_after(1, fails)
    commit_of_first()
    assert number_of(first[0]) == "A001"
    assert desk.told[:2] == ["react 2 ticket.issued", "reply k:1"]
    if fails:
        assert [a[0].refusal for a in (second, third)] == [DISK_FULL, DISK_FULL]
        desk.now_ms += writing.RETRY_MS
        assert number_of(desk.done(TAKE, "k:2")) == "A002"
    else:
        assert [number_of(a[0]) for a in (second, third)] == ["A002", "A003"]
        assert desk.writer.last_seq == 4
    live = desk.writer.recorded
    desk.start()
    assert desk.writer.recorded == live


def test_commands_that_arrive_together_share_a_commit_of_a_quick_disk() -> None:
    later: list[Callable[[], None]] = []
    desk = Desk(soon=later.append)
    desk.disk.quick = True
    desk.give(c.OpenDay("2026-03-02"))
    later.pop()()
    answers = [desk.give(TAKE) for _ in range(4)]
    assert (len(later), [len(a) for a in answers]) == (1, [0, 0, 0, 0])
    before = desk.writer.commits
    later.pop()()
    assert desk.writer.commits == before + 1
    assert [number_of(a[0]) for a in answers] == ["A001", "A002", "A003", "A004"]
