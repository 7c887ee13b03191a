"""What a taxpayer is asked to check at a window: ids of fields, and an end whatever happens."""

from __future__ import annotations

import pytest

from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core.checks import CheckState, WindowCheck
from firmware_py.core.commands_checks import AnswerCheck, AskCheck, WithdrawCheck
from firmware_py.core.events_checks import CheckAnswered, CheckAsked, CheckWithdrawn
from firmware_py.core.evolve import evolve
from tests.core.hall import Hall, only

FIELDS = ("name", "account")


def asked() -> Hall:
    """Return a hall where A001 is served at window 1 and A002 waits; A001 is to check something."""
    hall = Hall().open("1", "2")
    hall.take()
    hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    hall.later(10).do(AskCheck("1", FIELDS))
    return hall


def check_at(hall: Hall, window: str = "1") -> WindowCheck | None:
    return hall.state.windows[window].check


def test_a_check_is_of_the_ticket_in_hand_also_before_its_service_begins() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    assert hall.do(AskCheck("1", FIELDS)) == [CheckAsked("1", "A001", "A001-c1", FIELDS)]
    assert check_at(hall) == WindowCheck("A001-c1", "A001", FIELDS, hall.now_ms)


def test_a_second_check_takes_the_place_of_the_first_and_has_its_own_id() -> None:
    hall = asked()
    assert hall.do(AskCheck("1", ("phone",))) == [
        CheckWithdrawn("1", "A001", "A001-c1", "replaced"),
        CheckAsked("1", "A001", "A001-c2", ("phone",)),
    ]
    hall.do(AnswerCheck("1", "A001-c2", CheckState.CONFIRMED))
    # What was answered is not withdrawn.
    assert hall.do(AskCheck("1", FIELDS)) == [CheckAsked("1", "A001", "A001-c3", FIELDS)]


def test_an_answer_stands_until_the_ticket_leaves() -> None:
    hall = asked()
    answered = hall.do(AnswerCheck("1", "A001-c1", CheckState.CORRECTED, ("account",)))
    assert answered == [CheckAnswered("1", "A001", "A001-c1", CheckState.CORRECTED, ("account",))]
    standing = check_at(hall)
    assert standing is not None
    assert (standing.state, standing.corrected) == (CheckState.CORRECTED, ("account",))
    events = hall.do(c.FinishService("1"))
    assert not [one for one in events if isinstance(one, CheckWithdrawn)]
    assert check_at(hall) is None


@pytest.mark.parametrize(
    "command",
    [
        c.FinishService("1"),
        c.CallNext("1"),
        c.CallTicket("1", "A002"),
        c.AskRating("1"),
        c.ParkTicket("A001"),
        c.TransferTicket("A001", window="2"),
        c.CancelTicket("A001"),
        c.CloseDay(),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_check_ends_when_its_ticket_leaves_the_window(command: c.Command) -> None:
    hall = asked()
    hall.later(60)
    events = hall.do(command)
    assert events[0] == CheckWithdrawn("1", "A001", "A001-c1", "ended")
    assert only(events, CheckWithdrawn) is events[0]
    assert check_at(hall) is None


def test_a_check_of_somebody_who_did_not_come_ends_with_the_miss() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.do(AskCheck("1", FIELDS))
    assert hall.later(60).do(c.MarkMissed("1"))[0] == CheckWithdrawn(
        "1", "A001", "A001-c1", "ended"
    )


def test_what_happens_to_others_leaves_a_check_alone() -> None:
    hall = asked()
    for command in (
        c.CancelTicket("A002"), c.Recall("1"), c.CallHelp("1"), c.PauseWindow("1"),
        c.ResumeWindow("1"), c.PauseWindow("2"),
    ):  # fmt: skip
        hall.do(command)
        assert check_at(hall) is not None


def test_a_withdrawn_check_is_gone_and_its_id_does_not_come_again() -> None:
    hall = asked()
    assert hall.do(WithdrawCheck("1", "A001-c1")) == [CheckWithdrawn("1", "A001", "A001-c1")]
    assert check_at(hall) is None
    assert only(hall.do(AskCheck("1", FIELDS)), CheckAsked).check == "A001-c2"
    # Also when the ticket comes back to a window.
    hall.do(c.ParkTicket("A001"))
    hall.do(c.ResumeTicket("A001"))
    hall.later(60).do(c.CallTicket("2", "A001"))
    assert only(hall.do(AskCheck("2", FIELDS)), CheckAsked).check == "A001-c3"


def test_a_check_survives_a_snapshot_and_a_new_day_has_none() -> None:
    hall = asked()
    assert decode_state(encode_state(hall.state)).windows["1"].check == check_at(hall)
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-03"))
    assert [one.check for one in hall.state.windows.values()] == [None, None, None]


def test_a_snapshot_of_an_earlier_version_has_no_checks() -> None:
    hall = Hall().open("1")
    body = encode_state(hall.state).replace(b',"check":null', b"")
    assert b"check" not in body.replace(b"last_check", b"")
    assert decode_state(body).windows["1"].check is None


def test_an_event_about_another_check_changes_nothing() -> None:
    hall = asked()
    before = check_at(hall)
    for event in (
        CheckAnswered("1", "A001", "A001-c9", CheckState.CONFIRMED),
        CheckWithdrawn("1", "A001", "A001-c9"),
    ):
        evolve(hall.state, event, hall.now_ms)
        assert check_at(hall) == before
