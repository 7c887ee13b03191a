"""Records that an older hub does not know, or this program itself: kept, and offered again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from firmware_py.app import wire
from firmware_py.app.own_records import OwnRecords, Told
from firmware_py.app.ports import Entry, NewEvent
from firmware_py.core.events import EVENTS, Event, TicketRecalled, WindowPaused
from tests.app.desk import DISK_FULL, Disk, MemoryJournal

RECALLED: Event = TicketRecalled("A001", "1", 2)


class Card:
    """A Pi's card; ``start`` is a daemon that begins with what is on it."""

    def __init__(self) -> None:
        self.journal, self.told = MemoryJournal(), Told()
        self.start()

    def start(self) -> None:
        """Start again."""
        self.disk = Disk(self.journal)
        self.records = OwnRecords(
            self.journal, self.disk, self.told, "window-1:J.1", lambda _: DISK_FULL
        )

    def restart(self) -> None:
        """End, and start with what was kept."""
        self.told = self.records.told
        self.start()

    def writes(self, *events: Event) -> None:
        """Record by itself."""
        for event in events:
            name = f"c{self.records.last_seq + 1}"
            self.records.write(
                name, "pad-1", 1_000, [event], lambda _: None, lambda _: pytest.fail("disk")
            )
            self.disk.run()

    def newer_wrote(self, kind: str) -> None:
        """A newer program wrote this, then this Pi was put back to the present one."""
        new = NewEvent(kind, b'{"window":"1"}')
        self.journal.append([Entry("newer", "pad-1", 1_000, b"{}", (new,))])

    def offers(self, epoch: str = "E1", wire: int = 1) -> list[int]:
        """Return which records are offered now to a hub."""
        question = self.records.question(epoch, wire)
        return [] if question is None else [one["seq"] for one in question["told"]]

    def answered(self, upto: int, unknown: Sequence[int] = (), epoch: str = "E1") -> None:
        """The hub's answer, as ``sync.offering`` takes it."""
        if unknown:
            self.records.passed_over(unknown)
        self.records.merged(epoch, upto)


@pytest.fixture
def card() -> Card:
    card = Card()
    card.writes(RECALLED, WindowPaused("1"), RECALLED)
    return card


def test_what_an_older_hub_does_not_know_is_offered_to_it_no_more_and_keeps_nothing_waiting(
    card: Card,
) -> None:
    assert card.offers() == [1, 2, 3]
    card.answered(3, [2])
    assert card.offers() == []
    assert card.records.has("E1", 2)
    assert (card.records.passed_by, card.records.waiting("E1")) == (1, 1)
    card.writes(RECALLED)
    assert card.offers() == [4]


def test_a_newer_hub_gets_it_alone_and_once(card: Card) -> None:
    card.offers()
    card.answered(3, [2])
    assert card.offers(wire=2) == [2]
    card.answered(2)
    assert card.offers(wire=2) == []
    assert card.records.passed_by == 0


def test_a_newer_hub_that_does_not_know_it_either_waits_for_the_next(card: Card) -> None:
    card.offers()
    card.answered(3, [2])
    assert card.offers(wire=2) == [2]
    card.answered(2, [2])
    assert card.offers(wire=2) == []
    assert card.offers(wire=3) == [2]


def test_to_a_promoted_hub_it_goes_with_the_others_when_that_one_knows_it(card: Card) -> None:
    card.offers()
    card.answered(3, [2])
    # Rule 10: a new hub is offered everything again, and this one by itself.
    assert card.offers("2-standby", 2) == [1, 3]
    card.answered(3, epoch="2-standby")
    assert card.offers("2-standby", 2) == [2]


@pytest.mark.parametrize("restarts", [False, True])
def test_it_waits_over_restarts_and_days(card: Card, restarts: bool) -> None:
    card.offers()
    card.answered(3, [2])
    card.records.new_day()
    if restarts:
        card.restart()
    card.writes(RECALLED)
    assert card.offers() == [4]
    card.answered(4)
    assert card.offers(wire=2) == [2]
    question = card.records.question("E1", 2)
    assert question is not None
    assert question["source"] == "window-1:J.1"
    assert (question["told"][0]["type"], question["told"][0]["id"]) == ("window.paused", "c2")
    card.answered(2)
    card.records.new_day()
    assert card.records.told.left == ()


def test_a_program_that_was_put_back_keeps_what_the_newer_one_wrote(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    card.newer_wrote("window.dimmed")
    card.restart()
    card.writes(RECALLED)
    assert card.offers() == [1, 2, 3, 5]
    card.answered(5)
    card.records.new_day()
    card.restart()
    assert card.offers() == []
    assert card.records.told.left == ((4, 0),)
    # Brought up to date again it is offered, whatever hub there is.
    monkeypatch.setitem(EVENTS, "window.dimmed", WindowPaused)
    monkeypatch.setitem(
        wire._event_decoders, "window.dimmed", wire._event_decoders["window.paused"]
    )
    card.restart()
    assert card.offers() == [4]
    card.answered(4)
    assert card.offers() == []


def test_a_refused_one_stays_on_the_card_and_is_offered_no_more(card: Card) -> None:
    card.offers()
    card.answered(3, [2])
    question = card.records.question("E1", 2)
    assert question is not None
    card.records.refused("E1", question, "personal_data")
    assert (card.records.refusals, card.offers(wire=3)) == (1, [])
    assert card.journal.last_seq == 3
