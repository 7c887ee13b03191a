"""From the journal to the state: a snapshot and what came after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_py.app.recovery import UnknownEventError, recover, remembered_ids
from firmware_py.core import commands as c
from firmware_py.core.model import TicketStatus
from tests.app.desk import Desk, MemoryJournal, Record
from tests.core.hall import FILING, RULES, windows


def busy() -> Desk:
    """Return a hall in which a few things have happened."""
    desk = Desk().open_day()
    desk.done(c.OpenWindow("1", "1001"))
    for _ in range(3):
        desk.take()
    desk.done(c.CallNext("1"))
    desk.done(c.CallHelp("2"))
    return desk


def test_an_empty_journal_is_a_hall_in_which_nothing_happened() -> None:
    state = recover(RULES, MemoryJournal())
    assert (state.day, set(state.windows)) == (None, {"1", "2", "3"})


def test_the_events_alone_give_the_state() -> None:
    desk = busy()
    assert recover(RULES, desk.journal) == desk.writer.recorded


def test_a_snapshot_and_the_events_after_it_give_the_same_state() -> None:
    desk = busy()
    desk.writer.snapshot()
    desk.disk.run()
    desk.done(c.FinishService("1"))
    desk.take()
    assert recover(RULES, desk.journal) == desk.writer.recorded
    # And the events before it are not needed.
    seq, _ = desk.journal.snapshots[0]
    del desk.journal.records[:seq]
    desk.journal.first_seq = seq + 1
    assert recover(RULES, desk.journal) == desk.writer.recorded


@pytest.mark.parametrize("body", [b"", b"{", b'{"tickets": 5}', b"[]"])
def test_a_snapshot_of_another_form_is_only_a_longer_way(body: bytes) -> None:
    desk = busy()
    desk.journal.save_snapshot(3, body)
    assert recover(RULES, desk.journal) == desk.writer.recorded


def test_more_events_than_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_py.app.recovery.READ_AT_ONCE", 2)
    desk = busy()
    assert recover(RULES, desk.journal) == desk.writer.recorded


def test_an_event_of_a_newer_version_stops_the_start_with_a_sentence() -> None:
    desk = busy()
    newer = Record(desk.journal.last_seq + 1, 9_000, "ticket.blessed", "x", "id", b"{}")
    desk.journal.records.append(newer)
    with pytest.raises(UnknownEventError) as caught:
        recover(RULES, desk.journal)
    assert (caught.value.seq, caught.value.name) == (newer.seq, "ticket.blessed")
    assert "升级" in caught.value.zh
    assert "upgrade" in caught.value.en


def test_a_window_that_the_configuration_gained_appears() -> None:
    desk = busy()
    gained = replace(RULES, windows={**RULES.windows, **windows(w7=frozenset({FILING}))})
    assert recover(gained, desk.journal).windows["7"].skills == frozenset({FILING})


def test_a_free_window_that_the_configuration_lost_goes_with_its_alarms() -> None:
    desk = busy()
    lost = replace(RULES, windows={w: r for w, r in RULES.windows.items() if w != "2"})
    state = recover(lost, desk.journal)
    assert "2" not in state.windows
    assert not state.alarms


def test_a_call_for_help_left_from_an_earlier_day_outlives_its_window() -> None:
    desk = busy()
    desk.done(c.CloseDay())
    lost = replace(RULES, windows={w: r for w, r in RULES.windows.items() if w != "2"})
    state = recover(lost, desk.journal)
    assert "2" not in state.windows
    assert set(state.alarms) == {"help:2"}


def test_a_window_that_the_configuration_lost_keeps_whom_it_serves() -> None:
    desk = busy()
    desk.rules = replace(RULES, windows={w: r for w, r in RULES.windows.items() if w != "1"})
    desk.start()
    desk.done(c.FinishService("1"))
    assert desk.writer.recorded.tickets["A001"].status is TicketStatus.FINISHED


def test_people_bound_to_a_window_that_is_gone_are_called_elsewhere() -> None:
    desk = busy()
    desk.done(c.TransferTicket("A002", window="3"))
    desk.rules = replace(RULES, windows={w: r for w, r in RULES.windows.items() if w != "3"})
    desk.start()
    desk.done(c.OpenWindow("2"))
    desk.done(c.CallTicket("2", "A003"))
    desk.now_ms += 60_000
    desk.done(c.FinishService("2"))
    desk.done(c.CallNext("2"))
    assert desk.writer.recorded.windows["2"].ticket == "A002"


def test_every_remembered_command_is_known_again() -> None:
    desk = busy()
    known = remembered_ids(desk.journal)
    assert all(command_id in known for command_id in desk.journal.outcomes)
    strangers = sum(f"stranger:{n}" in known for n in range(1000))
    assert strangers == 0
