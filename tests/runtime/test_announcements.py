"""The queue of a voice: fair, bounded, and free of what nobody needs any more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devices.voice.speech import Phrase
from firmware_py.runtime.announcements import Announcement, Announcements


def call(ticket: str, times: int = 2, at_s: float = 0.0, window: str = "一") -> Announcement:
    return Announcement((Phrase(f"{ticket}-{window}", "zh"),), at_s, times, ticket)


def said(queue: Announcements, now_s: float = 1.0) -> list[str]:
    """Say all that waits; return it in order."""
    found = []
    while (one := queue.take(now_s)) is not None:
        found.append(one.phrases[0].text)
        queue.said()
    return found


def test_a_new_call_waits_until_the_running_one_is_over() -> None:
    queue = Announcements(10, 60)
    queue.add(call("A001", 1))
    assert queue.take(0) is not None
    queue.add(call("A002", 1))
    assert queue.take(0) is None
    queue.said()
    assert said(queue) == ["A002-一"]


def test_in_a_crowd_every_number_is_said_once_before_any_is_repeated() -> None:
    queue = Announcements(10, 60)
    for ticket in ("A001", "A002", "A003"):
        queue.add(call(ticket))
    assert said(queue) == ["A001-一", "A002-一", "A003-一", "A001-一", "A002-一", "A003-一"]


def test_a_call_that_comes_between_passes_the_repetitions() -> None:
    queue = Announcements(10, 60)
    queue.add(call("A001", 3))
    queue.take(0)
    queue.said()
    queue.add(call("A002", 1))
    assert said(queue) == ["A002-一", "A001-一", "A001-一"]


def test_a_ticket_called_again_keeps_its_place_with_the_newer_call() -> None:
    queue = Announcements(10, 60)
    queue.add(call("A001", 1))
    queue.add(call("A002", 1))
    queue.add(call("A001", 1, window="二"))
    assert said(queue) == ["A001-二", "A002-一"]


def test_a_ticket_called_again_while_it_is_said_is_said_anew_and_not_repeated_twice() -> None:
    queue = Announcements(10, 60)
    queue.add(call("A001", 2))
    queue.take(0)
    queue.add(call("A001", 2, window="二"))
    queue.said()
    assert said(queue) == ["A001-二", "A001-二"]


def test_a_ticket_that_is_over_is_not_said_any_more() -> None:
    queue = Announcements(10, 60)
    queue.add(call("A001"))
    queue.add(call("A002", 1))
    queue.take(0)
    queue.over("A001")
    queue.over("A002")
    queue.said()
    assert said(queue) == []
    assert queue.dropped == 0


def test_what_waited_too_long_is_not_said_and_is_counted() -> None:
    queue = Announcements(10, 60)
    queue.add(call("A001", 1, at_s=0))
    queue.add(call("A002", 1, at_s=50))
    assert said(queue, now_s=61) == ["A002-一"]
    assert queue.dropped == 1


def test_a_full_queue_gives_up_a_repetition_first_then_the_oldest_call() -> None:
    queue = Announcements(2, 60)
    queue.add(call("A001", 2))
    queue.take(0)
    queue.said()
    queue.add(call("A002", 1))
    queue.add(call("A003", 1))
    assert queue.dropped == 0
    queue.add(call("A004", 1))
    assert queue.dropped == 1
    assert said(queue) == ["A003-一", "A004-一"]


def test_what_was_interrupted_comes_first_when_the_voice_is_back() -> None:
    queue = Announcements(10, 60)
    queue.add(call("A001", 1))
    queue.add(call("A002", 1))
    queue.take(0)
    queue.interrupted()
    assert said(queue) == ["A001-一", "A002-一"]


def test_what_a_voice_refuses_is_not_tried_again() -> None:
    queue = Announcements(10, 60)
    queue.add(call("A001", 3))
    queue.take(0)
    queue.refused()
    assert said(queue) == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "over", "take", "said", "lost"]), st.integers(1, 9)),
    max_size=60,
)


@given(STEPS)
def test_whatever_happens_a_ticket_waits_once_and_never_more_than_fit(
    steps: list[tuple[str, int]],
) -> None:
    queue = Announcements(5, 60)
    for step, number in steps:
        ticket = f"A00{number}"
        match step:
            case "add":
                queue.add(call(ticket))
            case "over":
                queue.over(ticket)
            case "take":
                queue.take(0)
            case "said":
                queue.said()
            case _:
                queue.interrupted()
        waiting = [one.ticket for one in queue._waiting]
        assert len(waiting) <= 6
        rounds = [one.said for one in queue._waiting][1:]
        assert rounds == sorted(rounds)
        if step == "over":
            assert ticket not in waiting
