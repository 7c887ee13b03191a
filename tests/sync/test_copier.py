"""What keeps a copy level with the hub's journal: no clock, no disk, no line of its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from firmware_py.sync.copier import AGAIN_S, ANSWER_S, PULSE_S, WHOLE_AGAIN_S, Copier, Done
from firmware_py.sync.handover import AGAIN_S as OFFER_AGAIN_S
from firmware_py.sync.handover import UNREAD_S, Handover
from firmware_py.sync.ports import EpochStart

Answered = Callable[[dict[str, Any] | None], None]
HALL = (EpochStart("E1", 1), EpochStart("2-standby-1", 8))


class Line:
    """Notes what is asked; the test answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[Mapping[str, Any], Answered]] = []

    def ask(self, question: Mapping[str, Any], within_s: float, answered: Answered) -> None:
        """Take a question."""
        assert within_s >= ANSWER_S
        self.asked.append((question, answered))

    def next(self) -> tuple[Mapping[str, Any], Answered]:
        """Return the one question that is under way."""
        (one,) = self.asked
        self.asked.clear()
        return one


class Copy:
    """A copy in memory; ``wrong`` is why it takes nothing."""

    def __init__(self, seq: int | None = None) -> None:
        self.seq, self.wrong = seq, ""
        self.data = b""
        self.aside: list[int] = []

    def wanted(self) -> Mapping[str, Any] | None:
        """Return where it stands."""
        return None if self.seq is None else {"after": self.seq}

    def copied(self) -> int:
        """Return its last event."""
        return self.seq or 0

    def unknown(self) -> tuple[str, ...]:
        """Return nothing: all is known here."""
        return ()

    def take(self, page: Mapping[str, Any], done: Done) -> None:
        """Take a page."""
        if not self.wrong:
            self.seq = page["to"]
        done(self.wrong)

    def put_aside(self, done: Done) -> None:
        """Keep it elsewhere."""
        self.aside.append(self.copied())
        self.seq = None
        done("")

    def part(self, after: int, data: bytes, done: Done) -> None:
        """Take a part of the file."""
        assert after == (len(self.data) if after else 0)
        self.data = self.data[:after] + data
        done("")

    def whole(self, done: Done) -> None:
        """The file says at which event it ends."""
        if not self.wrong:
            self.seq = int(self.data)
        done(self.wrong)


def page(to: int, last: int, **more: Any) -> dict[str, Any]:
    return {"page": {"to": to, "last_seq": last, "whole": True, "commands": [], **more}}


def test_a_copy_begins_with_the_whole_file_and_goes_on_row_by_row() -> None:
    line, copy = Line(), Copy()
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    question, answered = line.next()
    assert question == {"what": "journal.file"}
    answered({"file": None})
    assert copier.status(0.0).state == "whole"
    # It is being made: asked again a moment later, not before.
    copier.tick(PULSE_S / 2)
    assert not line.asked
    copier.tick(PULSE_S)
    line.next()[1]({"file": {"name": "journal-1", "size": 4}})
    question, answered = line.next()
    assert question == {"what": "journal.part", "name": "journal-1", "after": 0}
    answered({"bytes": b64encode(b"00").decode()})
    assert copier.status(PULSE_S).bytes_here == 2
    question, answered = line.next()
    assert question["after"] == 2
    answered({"bytes": b64encode(b"12").decode()})
    question, answered = line.next()
    assert question == {"what": "journal", "copy": {"after": 12}}
    answered(page(20, 25))
    assert copier.status(PULSE_S).behind == 5
    line.next()[1](page(25, 25))
    status = copier.status(PULSE_S + 3)
    assert (status.state, status.copied, status.behind, status.level_s) == ("level", 25, 0, 3.0)


def test_a_part_that_the_hub_has_no_more_begins_the_file_anew() -> None:
    line, copy = Line(), Copy()
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    line.next()[1]({"file": {"name": "journal-1", "size": 4}})
    line.next()[1]({"bytes": None})
    copier.tick(PULSE_S)
    assert line.next()[0] == {"what": "journal.file"}


def test_after_a_restart_it_goes_on_where_it_was() -> None:
    line, copy = Line(), Copy(12)
    copier = Copier(line.ask, copy)
    assert copier.status(0.0).level_s is None
    copier.tick(0.0)
    assert line.next()[0] == {"what": "journal", "copy": {"after": 12}}


def test_news_is_fetched_at_once_and_one_question_is_under_way_at_a_time() -> None:
    line, copy = Line(), Copy(12)
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    line.next()[1](page(12, 12))
    copier.newest(13)
    _, answered = line.next()
    copier.newest(14)
    assert not line.asked
    answered(page(14, 14))
    assert copier.status(0.0).state == "level"
    copier.newest(14)
    assert not line.asked
    copier.tick(PULSE_S)
    assert line.next()[0]["what"] == "journal"


def test_no_answer_is_asked_again_and_counts_as_behind() -> None:
    line, copy = Line(), Copy(12)
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    line.next()[1](page(12, 20))
    line.next()[1](None)
    copier.tick(PULSE_S / 2)
    assert not line.asked
    copier.tick(PULSE_S)
    assert line.next()[0] == {"what": "journal", "copy": {"after": 12}}
    assert copier.status(9.0).behind == 8


def test_another_history_is_kept_aside_and_begun_anew() -> None:
    for why in ("differs", "gone"):
        line, copy = Line(), Copy(12)
        copier = Copier(line.ask, copy)
        copier.tick(0.0)
        line.next()[1](page(12, 5, **{why: True}))
        assert copy.aside == [12]
        copier.tick(0.0)
        assert line.next()[0] == {"what": "journal.file"}


def test_a_copy_with_more_of_the_same_epoch_than_the_hub_is_kept_as_it_is() -> None:
    line, copy = Line(), Copy(12)
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    line.next()[1](page(12, 5, differs=True, forked=True))
    status = copier.status(0.0)
    assert (status.state, status.copied, copy.aside) == ("wrong", 12, [])
    assert "hallctl hub promote" in status.why
    # The newer card may be found.
    copier.tick(AGAIN_S)
    line.next()[1](page(12, 12))
    assert copier.status(AGAIN_S).state == "level"


def test_a_hub_that_comes_back_is_asked_at_once_whatever_was_wrong_before() -> None:
    line, copy = Line(), Copy(12)
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    line.next()[1](page(12, 5, differs=True, forked=True))
    copier.tick(1.0)
    assert not line.asked
    copier.back()
    copier.tick(1.5)
    line.next()[1](page(12, 5, differs=True, forked=True))
    assert copier.status(1.5).state == "wrong"


def test_a_wrong_row_is_said_kept_and_tried_again_later() -> None:
    line, copy = Line(), Copy(12)
    copier = Copier(line.ask, copy)
    copy.wrong = "event 13 was changed"
    copier.tick(0.0)
    line.next()[1](page(13, 13))
    status = copier.status(0.0)
    assert (status.state, status.why, status.copied) == ("wrong", "event 13 was changed", 12)
    assert not copy.aside
    copier.tick(AGAIN_S - 1)
    assert not line.asked
    copy.wrong = ""
    copier.tick(AGAIN_S)
    line.next()[1](page(13, 13))
    assert (copier.status(AGAIN_S).state, copier.status(AGAIN_S).why) == ("level", "")


def test_a_refusal_is_told_as_it_was_said() -> None:
    line, copy = Line(), Copy(12)
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    line.next()[1]({"refusal": {"en": "Give the broker certificates."}})
    assert copier.status(0.0).why == "Give the broker certificates."


def test_after_the_end_an_answer_changes_nothing() -> None:
    line, copy = Line(), Copy(12)
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    _, answered = line.next()
    copier.stop()
    answered(page(13, 13))
    copier.tick(100.0)
    assert copy.seq == 12
    assert not line.asked


def test_a_whole_file_that_could_not_be_taken_is_not_fetched_over_and_over() -> None:
    line, copy = Line(), Copy()
    copier = Copier(line.ask, copy)
    copy.wrong = "no room"
    for at_s in (0.0, WHOLE_AGAIN_S, 2 * WHOLE_AGAIN_S):
        copier.tick(at_s)
        line.next()[1]({"file": {"name": "journal-1", "size": 2}})
        line.next()[1]({"bytes": b64encode(b"12").decode()})
        assert (copier.status(at_s).state, copier.status(at_s).why) == ("wrong", "no room")
        copier.tick(at_s + WHOLE_AGAIN_S - 1)
        assert not line.asked


def test_a_promotion_that_failed_leaves_a_copy_that_goes_on() -> None:
    line, copy = Line(), Copy(12)
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    copier.stop()
    line.next()[1](page(13, 13))
    copier.go_on()
    copier.tick(1.0)
    assert line.next()[0] == {"what": "journal", "copy": {"after": 12}}


@pytest.mark.parametrize(
    "answer",
    [
        {"page": {"last_seq": "many"}},
        {"page": {"last_seq": None}},
        {"file": {"name": "journal-1"}},
        {"file": {"name": "journal-1", "size": "large"}},
        {"bytes": "*"},
    ],
)
def test_an_answer_of_another_make_is_said_and_asked_again(answer: dict[str, Any]) -> None:
    line, copy = Line(), Copy(12 if "page" in answer else None)
    copier = Copier(line.ask, copy)
    copier.tick(0.0)
    if "bytes" in answer:
        line.next()[1]({"file": {"name": "journal-1", "size": 4}})
    line.next()[1](answer)
    status = copier.status(0.0)
    assert status.state == "wrong"
    assert status.why.startswith("the hub's answer cannot be read: ")
    copier.tick(AGAIN_S)
    line.next()[1](None)


class Records:
    """What a former hub has to offer, up to ``last``, then its numbers."""

    def __init__(self, last: int) -> None:
        self.last, self.why = last, ""
        self.whole = True
        self.had: dict[str, int] = {}
        self.passed: list[int] = []

    def question(self, epochs: Sequence[EpochStart], wire: int) -> Mapping[str, Any] | None:
        """Return the next one, then the handing over."""
        had = self.had.get(epochs[-1].epoch, 7)
        if had > self.last:
            return None
        return {"what": "records" if had < self.last else "handover", "after": had}

    def withhold(self) -> bool:
        """Leave people out from now on."""
        had, self.whole = self.whole, False
        return had

    def passed_over(self, asked: Mapping[str, Any], seqs: Sequence[int], wire: int) -> None:
        """Note it."""
        self.passed += seqs

    def merged(self, epochs: Sequence[EpochStart], asked: Mapping[str, Any], upto: int) -> None:
        """Note it."""
        over = 1 if asked["what"] == "handover" else 0
        self.had[epochs[-1].epoch] = upto + over


def test_a_former_hub_offers_its_records_in_order_and_its_numbers_last() -> None:
    line, records = Line(), Records(9)
    handover = Handover(line.ask, records)
    handover.tick(0.0, HALL)
    for after, what in ((7, "records"), (8, "records"), (9, "handover")):
        question, answered = line.next()
        assert question == {"what": what, "after": after}
        answered({"merged": after + 1 if what == "records" else after})
    assert handover.done
    handover.tick(1.0, HALL)
    assert not line.asked
    # To the next hub everything again (rule 10).
    handover.tick(2.0, (*HALL, EpochStart("3-hub", 20)))
    assert line.next()[0] == {"what": "records", "after": 7}


def test_what_a_hub_does_not_take_is_offered_again_and_said() -> None:
    line, records = Line(), Records(9)
    handover = Handover(line.ask, records)
    handover.tick(0.0, HALL)
    line.next()[1]({"refusal": {"en": "The controller is busy."}})
    assert handover.why == "The controller is busy."
    handover.tick(OFFER_AGAIN_S - 0.1, HALL)
    assert not line.asked
    handover.tick(OFFER_AGAIN_S, HALL)
    line.next()[1](None)
    handover.tick(2 * OFFER_AGAIN_S, HALL)
    line.next()[1]({"merged": 8})
    assert handover.why == ""


def test_a_hub_that_takes_nothing_of_people_is_told_without_them_at_once() -> None:
    line, records = Line(), Records(9)
    handover = Handover(line.ask, records)
    handover.tick(0.0, HALL)
    refused = {"refusal": {"code": "personal_data", "en": "Personal data is not taken."}}
    line.next()[1](refused)
    assert (records.whole, handover.why) == (False, "")
    # There was nothing more to leave out: it is said, and tried again later.
    line.next()[1](refused)
    assert handover.why == "Personal data is not taken."
    assert not line.asked


def test_what_cannot_be_read_is_not_called_handed_over() -> None:
    line, records = Line(), Records(0)
    records.why = "journal.db.E1: damaged"
    handover = Handover(line.ask, records)
    handover.tick(0.0, HALL)
    assert (handover.done, handover.why) == (False, "journal.db.E1: damaged")
    # The card was seen to.
    records.why, records.last = "", 8
    handover.tick(UNREAD_S - 0.1, HALL)
    assert not line.asked
    handover.tick(UNREAD_S, HALL)
    assert line.next()[0]["what"] == "records"
