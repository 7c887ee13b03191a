"""Votes and the lease, step by step: what is on the disk, what is said, and until when it holds."""

from __future__ import annotations

import pytest

from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.sync.lease import MARGIN, Holder, Voter
from firmware_py.sync.lease_wire import (
    Ask,
    Kept,
    Word,
    kept_bytes,
    read_ask,
    read_kept,
    read_word,
    told,
)
from tests.sync.lease_hall import Card

FIRST, SECOND = Epoch(1, "hub"), Epoch(2, "standby")
#: A vote for the second epoch, of 10 s: what a voter's card has.
ON_DISK = b'c3d0893f [[2,"standby"],10.0]\n'
NAMES = ("hub", "standby", "window-1")


class Clock:
    """Running time that only the test moves."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


def voter(clock: Clock, card: Card, name: str = "window-1", life: str = "a") -> Voter:
    others = [one for one in NAMES if one != name]
    return Voter(name, others, card, clock, lease_s=10, incarnation=life)


def known(epoch: Epoch = FIRST) -> Card:
    """Return the card of a voter that voted in this epoch."""
    return Card(None, kept_bytes(Kept(epoch, 10.0)))


def test_a_vote_is_kept_as_these_bytes_and_anything_else_is_no_vote() -> None:
    data = kept_bytes(Kept(SECOND, 10.0))
    assert data == ON_DISK
    assert read_kept(data) == Kept(SECOND, 10.0)
    for cut in range(len(data) - 1):
        assert read_kept(data[:cut]) is None
    for at in range(len(data) - 1):
        assert read_kept(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is None
    assert read_kept(None) is None


def test_what_passes_is_read_as_it_was_sent() -> None:
    ask = read_ask(b'{"epoch":"2-standby","round":"5f1d:7","for_s":10.0}')
    assert ask == Ask(SECOND, "5f1d:7", 10.0)
    assert read_ask(told(ask)) == ask
    assert read_ask(b'{"epoch":"01JDA3","round":"5f1d:7","for_s":10.0}') is None
    word = read_word(
        b'{"what":"vote","to":"standby","round":"5f1d:7","epoch":"2-standby","yes":true,'
        b'"highest":"2-standby"}'
    )
    assert word == Word("vote", "5f1d:7", SECOND, "standby", SECOND, yes=True)
    assert read_word(told(word)) == word
    assert read_word(b'{"what":"recall","round":"a","highest":""}') == Word("recall", "a", NO_EPOCH)


def test_a_voter_promises_to_one_for_a_lease_and_the_margin() -> None:
    clock, card = Clock(), known()
    one = voter(clock, card)
    clock.s += 20
    assert one.asked(Ask(FIRST, "h:1", 10.0), "hub").yes
    clock.s += 10 * (1 + MARGIN) - 0.001
    said = one.asked(Ask(SECOND, "s:1", 10.0), "standby")
    assert not said.yes
    assert said.highest == FIRST
    clock.s += 0.001
    assert one.asked(Ask(SECOND, "s:2", 10.0), "standby").yes
    # From now on never for less, and not before the promise is over for another.
    clock.s += 100
    said = one.asked(Ask(FIRST, "h:2", 10.0), "hub")
    assert (said.yes, said.highest) == (False, SECOND)


def test_a_yes_is_on_the_disk_and_the_same_again_needs_none() -> None:
    clock, card = Clock(), known()
    one = voter(clock, card)
    clock.s += 20
    card.full = True
    assert not one.asked(Ask(SECOND, "s:1", 10.0), "standby").yes
    assert one.highest == FIRST
    card.full = False
    assert one.asked(Ask(SECOND, "s:2", 10.0), "standby").yes
    assert read_kept(card.vote) == Kept(SECOND, 10.0)
    card.full, before = True, card.writes
    assert one.asked(Ask(SECOND, "s:3", 10.0), "standby").yes
    assert card.writes == before
    # A longer promise is another one.
    assert not one.asked(Ask(SECOND, "s:4", 20.0), "standby").yes


def test_a_restarted_voter_counts_its_promise_anew() -> None:
    clock, card = Clock(), known(SECOND)
    one = voter(clock, card)
    assert one.left_s == pytest.approx(10 * (1 + MARGIN))
    assert not one.asked(Ask(Epoch(3, "hub"), "h:1", 10.0), "hub").yes
    assert one.asked(Ask(SECOND, "s:1", 10.0), "standby").yes


def test_nobody_is_voted_for_in_anothers_epoch() -> None:
    clock = Clock()
    one = voter(clock, known())
    clock.s += 20
    assert not one.asked(Ask(SECOND, "s:1", 10.0), "hub").yes


def test_a_voter_whose_file_is_lost_waits_and_then_needs_both_others() -> None:
    clock = Clock()
    one = voter(clock, Card(None, b"d1a5"))
    assert one.recall() is None
    assert not one.asked(Ask(FIRST, "h:1", 10.0), "hub").yes
    # An answer to nothing that it asked: from before its card was lost.
    one.heard(Word("recalled", "b", FIRST, "window-1"), "standby")
    clock.s += 10 * (1 + MARGIN)
    asked = one.recall()
    assert asked == Word("recall", "a", NO_EPOCH)
    one.heard(Word("recalled", "a", FIRST, "window-1"), "hub")
    one.heard(Word("recalled", "a", FIRST, "hub"), "standby")
    assert not one.remembers
    assert one.unheard == {"standby"}
    assert not one.asked(Ask(FIRST, "h:2", 10.0), "hub").yes
    answer = voter(clock, known(SECOND), "standby").heard(asked, "window-1")
    assert answer == Word("recalled", "a", SECOND, "window-1")
    one.heard(answer, "standby")
    assert one.recall() is None
    assert not one.asked(Ask(FIRST, "h:3", 10.0), "hub").yes
    assert one.asked(Ask(SECOND, "s:1", 10.0), "standby").yes


def holder(clock: Clock, card: Card, name: str = "hub", life: str = "a") -> Holder:
    return Holder(voter(clock, card, name, life), clock, lease_s=10, incarnation=life)


def yes_to(ask: Ask, name: str = "hub") -> Word:
    return Word("vote", ask.round, ask.epoch, name, ask.epoch, yes=True)


def test_the_lease_is_had_with_ones_own_vote_and_one_more_from_when_it_was_asked() -> None:
    clock = Clock()
    one = holder(clock, known())
    ask = one.ask(FIRST)
    assert not one.holds(FIRST)
    clock.s += 4
    assert one.heard(yes_to(ask), "window-1")
    assert one.left_s == pytest.approx(6)
    assert one.holds(FIRST)
    assert not one.holds(Epoch(3, "hub"))
    # The same again, and the third voter's, change nothing.
    assert not one.heard(yes_to(ask), "window-1")
    assert not one.heard(yes_to(ask), "standby")
    assert one.left_s == pytest.approx(6)
    clock.s += 6
    assert not one.holds(FIRST)


def test_a_vote_that_comes_too_late_counts_for_nothing() -> None:
    clock = Clock()
    one = holder(clock, known())
    ask = one.ask(FIRST)
    clock.s += 10
    assert not one.heard(yes_to(ask), "window-1")
    assert not one.holds(FIRST)


def test_what_was_answered_to_the_program_before_is_no_answer_to_this_one() -> None:
    clock, card = Clock(), known()
    before = holder(clock, card, life="a").ask(FIRST)
    one = holder(clock, card, life="b")
    one.ask(FIRST)
    assert not one.heard(yes_to(before), "window-1")
    assert not one.holds(FIRST)


def test_a_hub_whose_own_voter_has_promised_to_another_has_no_lease() -> None:
    clock = Clock()
    one = holder(clock, known())
    clock.s += 20
    assert one.own.asked(Ask(SECOND, "s:1", 10.0), "standby").yes
    ask = one.ask(FIRST)
    assert not one.heard(yes_to(ask), "window-1")
    assert not one.holds(FIRST)
    assert not one.heard(Word("vote", ask.round, Epoch(4, "standby"), "hub"), "window-1")
    assert one.seen == Epoch(4, "standby")
