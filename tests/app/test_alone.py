"""A Pi that goes on by itself: when it does, what it writes down, and how it comes back."""

from __future__ import annotations

import pytest

from firmware_py.app.paper_jobs import jobs_of
from firmware_py.app.ports import Happened, Outcome
from firmware_py.core import commands as c
from tests.app.alone_scene import Scene, refusal_of
from tests.app.desk import number_of


def given(outcomes: list[Outcome]) -> str:
    (outcome,) = outcomes
    return number_of(outcome)


@pytest.fixture
def scene() -> Scene:
    return Scene()


# ---- when


def test_while_the_hub_is_there_it_decides(scene: Scene) -> None:
    pressed = scene.pi.press("p1")
    answer, happened = scene.decide()
    scene.events(happened)
    scene.answer(answer)
    assert given(pressed) == "A001"
    assert scene.pi.journal.records == []


def test_cut_off_a_press_is_answered_from_the_block(scene: Scene) -> None:
    scene.cut()
    pressed = scene.pi.press("p1")
    scene.pi.disk.run()
    assert given(pressed) == "A980"
    assert scene.asked == []


def test_a_moment_without_the_broker_is_waited_for(scene: Scene) -> None:
    scene.stands("broker")
    scene.later(1.75)
    pressed = scene.pi.press("p1")
    scene.pi.disk.run()
    assert pressed == []
    scene.later(0.25)
    scene.pi.disk.run()
    assert given(pressed) == "A980"


def test_a_press_that_nobody_answers_is_not_left_to_hang_while_nothing_is_heard(
    scene: Scene,
) -> None:
    pressed = scene.pi.press("p1")
    scene.later(1.75)
    scene.pi.disk.run()
    assert pressed == []
    scene.later(0.25)
    scene.pi.disk.run()
    assert given(pressed) == "A980"


def test_a_hub_that_is_heard_and_only_slow_is_waited_for(scene: Scene) -> None:
    pressed = scene.pi.press("p1")
    for _ in range(6):
        scene.later(1)
        scene.heard_s = scene.now_s
    scene.pi.disk.run()
    assert pressed == []
    scene.answer(scene.decide()[0])
    scene.join()
    assert given(pressed) == "A001"


def test_a_hub_that_is_heard_once_more_and_then_cut_off_is_not_waited_for(scene: Scene) -> None:
    pressed = scene.pi.press("p1")
    scene.later(1)
    scene.heard_s = scene.now_s
    scene.later(2)
    scene.pi.disk.run()
    assert pressed == []
    scene.later(0.25)
    scene.pi.disk.run()
    assert given(pressed) == "A980"


def test_a_pi_that_stood_still_itself_does_not_take_that_for_silence(scene: Scene) -> None:
    pressed = scene.pi.press("p1")
    scene.now_s += 30
    scene.pi.alone.look()
    scene.pi.disk.run()
    assert pressed == []


def test_what_only_the_hub_decides_is_refused_at_once_while_cut_off(scene: Scene) -> None:
    scene.cut()
    assert refusal_of(scene.pi.give(c.OpenWindow("1", "1001"), "o1")).code == "alone_cannot"
    assert refusal_of(scene.pi.give(c.CallNext("1"), "n1")).code == "alone_cannot_call"


def test_a_number_that_the_hub_answered_comes_out_though_its_event_was_cut_off(
    scene: Scene,
) -> None:
    pressed, papers = scene.pi.press("p1"), list[Happened]()
    scene.pi.writer.on_recorded.append(papers.extend)
    answer, _ = scene.decide()
    scene.answer(answer)
    assert pressed == []
    scene.later(2.25)
    scene.pi.seen.clear()
    scene.pi.disk.run()
    assert given(pressed) == "A001"
    assert scene.pi.seen == ["ticket.issued", "reply p1"]
    assert [job.wanted(scene.pi.writer.recorded) for h in papers for job in jobs_of(h)] == [True]
    # A paper is in somebody's hand: a hub that has never heard of it is told.
    assert [one.command_id for one in scene.pi.journal.records] == ["p1"]
    assert scene.back() == 1
    assert scene.queue == scene.pi.numbers == ["A001"]


# ---- disk before paper


def test_nothing_moves_before_the_disk_has_it(scene: Scene) -> None:
    scene.cut()
    scene.pi.seen.clear()
    scene.pi.press("p1")
    scene.pi.press("p2")
    assert scene.pi.seen == []
    scene.pi.disk.step()
    assert scene.pi.seen == ["ticket.issued", "reply p1"]
    scene.pi.disk.run()
    assert scene.pi.numbers == ["A980", "A981"]
    assert [one.command_id for one in scene.pi.journal.records] == ["p1", "p2"]


def test_a_disk_that_fails_gives_no_number_and_loses_none(scene: Scene) -> None:
    scene.cut()
    scene.pi.journal.fail = 1
    failed, pressed = scene.pi.press("p1"), scene.pi.press("p2")
    scene.pi.disk.run()
    assert refusal_of(failed).code == "not_recorded"
    assert given(pressed) == "A980"


def test_the_same_press_again_has_the_same_answer_also_after_a_restart(scene: Scene) -> None:
    scene.cut()
    first = scene.pi.press("p1")
    scene.pi.disk.run()
    assert given(scene.pi.press("p1")) == given(first)
    scene.pi.restart()
    scene.cut()
    (again,) = scene.pi.press("p1")
    assert (number_of(again), again.repeated) == (given(first), True)
    other = scene.pi.press("p2")
    scene.pi.disk.run()
    assert given(other) == "A981"


def test_killed_between_disk_and_answer_the_number_is_given_once(scene: Scene) -> None:
    scene.cut()
    lost = scene.pi.press("p1")
    # On the disk, and the process is gone before anything moved.
    scene.pi.journal.commits.clear()
    job = scene.pi.disk.jobs.popleft()
    scene.pi.writer.on_recorded.clear()
    job()
    lost.clear()
    scene.pi.restart()
    scene.cut()
    assert given(scene.pi.press("p1")) == "A980"
    other = scene.pi.press("p2")
    scene.pi.disk.run()
    assert given(other) == "A981"


# ---- answers that come late


def test_the_hubs_answer_come_late_is_the_answer_to_nothing(scene: Scene) -> None:
    pressed = scene.pi.press("p1")
    answer, happened = scene.decide()
    scene.later(2)
    scene.pi.disk.run()
    scene.answer(answer)
    assert given(pressed) == "A980"
    # The paper counts: the hub's number is skipped, and says so.
    assert scene.back() == 1
    assert scene.queue == ["A980"]
    assert happened[0].event.number == "A001"  # type: ignore[union-attr]


def test_a_ticket_that_was_seen_is_the_answer_although_that_was_lost(scene: Scene) -> None:
    pressed = scene.pi.press("p1")
    _, happened = scene.decide()
    scene.events(happened)
    scene.cut()
    scene.pi.disk.run()
    assert given(pressed) == "A001"
    assert scene.pi.journal.records == []


@pytest.mark.parametrize("heard", ["event", "picture"])
def test_a_ticket_of_the_hubs_that_comes_while_ours_is_being_written_is_no_second_paper(
    scene: Scene, heard: str
) -> None:
    pressed = scene.pi.press("p1")
    scene.later(2)
    assert len(scene.pi.disk.jobs) == 1
    _, happened = scene.decide()
    if heard == "event":
        scene.events(happened)
        scene.events(scene.hub.done(c.OpenWindow("2", "1024")).happened)
    else:
        scene.join()
    assert scene.pi.numbers == []
    scene.pi.disk.run()
    assert scene.pi.numbers == [given(pressed)] == ["A980"]
    assert scene.pi.seen.count("ticket.issued") == 1
    # The hub's picture is taken anew, with all that it said meanwhile.
    assert scene.pi.stale()
    assert scene.back() == 1
    assert not scene.pi.stale()
    assert scene.queue == ["A980"]
    assert scene.pi.writer.recorded.requests["p1"] == "A980"


def test_a_ticket_of_the_hubs_counts_when_ours_cannot_be_written(scene: Scene) -> None:
    pressed = scene.pi.press("p1")
    scene.later(2)
    scene.pi.journal.fail = 1
    _, happened = scene.decide()
    scene.events(happened)
    scene.pi.disk.run()
    assert refusal_of(pressed).code == "not_recorded"
    assert scene.pi.numbers == ["A001"]
    assert scene.pi.seen.count("ticket.issued") == 1


def test_a_ticket_in_the_hubs_picture_is_the_answer_too(scene: Scene) -> None:
    pressed = scene.pi.press("p1")
    scene.decide()
    scene.join()
    scene.cut()
    scene.pi.disk.run()
    assert given(pressed) == "A001"
    assert scene.pi.journal.records == []


# ---- back again


def test_the_records_are_merged_by_time_of_issue_none_lost_and_none_twice(scene: Scene) -> None:
    scene.cut()
    scene.pi.press("p1")
    scene.pi.disk.run()
    scene.later(5)
    scene.hub.take()
    scene.later(5)
    scene.pi.restart()
    scene.cut()
    scene.pi.press("p2")
    scene.pi.disk.run()
    assert scene.back() == 2
    assert scene.queue == ["A980", "A001", "A981"]
    assert sorted(scene.pi.numbers) == sorted(scene.queue)
    assert not scene.pi.alone.stale
    assert scene.pi.alone.question("E1") is None


def test_each_hub_is_offered_everything_anew_until_the_day_is_over(scene: Scene) -> None:
    scene.cut()
    scene.pi.press("p1")
    scene.pi.disk.run()
    assert scene.back() == 1
    assert scene.back("2-standby") == 1
    assert scene.queue == ["A980"]
    scene.pi.restart()
    assert scene.back("3-hub") == 1
    scene.hub.done(c.CloseDay())
    scene.hub.done(c.OpenDay("2026-03-03"))
    scene.join()
    assert scene.back("4-other") == 0
    assert scene.pi.alone.records.given == set()


def test_what_is_decided_while_the_hall_is_fetched_is_not_lost(scene: Scene) -> None:
    scene.cut()
    scene.pi.press("p1")
    scene.pi.disk.run()
    scene.join()
    assert scene.pi.numbers == ["A980"]
    assert scene.pi.stale()
    assert scene.back() == 1
    assert not scene.pi.stale()


def test_records_that_a_hub_does_not_take_are_said_and_hold_nothing_up(scene: Scene) -> None:
    scene.cut()
    scene.pi.press("p1")
    scene.pi.disk.run()
    question = scene.pi.alone.question("E1")
    assert question is not None
    scene.pi.alone.refused("E1", question, "not_yours")
    assert scene.pi.alone.question("E1") is None
    assert scene.pi.alone.records.refusals == 1


def test_a_window_finishes_its_ticket_and_the_hub_hears_of_it(scene: Scene) -> None:
    for command in (
        c.OpenWindow("1", "1001"), c.TakeTicket("D01", "desk"), c.CallNext("1"),
        c.StartService("1"),
    ):  # fmt: skip
        scene.hub.done(command)
    scene.join()
    scene.later(60)
    scene.cut()
    scene.pi.give(c.FinishService("1", "A001"), "f1")
    scene.pi.disk.run()
    scene.later(600)
    scene.pi.alone.tick()
    scene.pi.disk.run()
    assert [one.type for one in scene.pi.journal.records] == [
        "service.finished", "rating.asked", "rating.unanswered",
    ]  # fmt: skip
    assert scene.back() == 3


# ---- another boot


def test_after_a_boot_it_joins_before_it_gives_a_number(scene: Scene) -> None:
    scene.pi.restart(boot=True)
    scene.cut()
    pressed = scene.pi.press("p1")
    scene.later(10)
    scene.pi.disk.run()
    assert pressed == []


def test_numbers_of_before_the_boot_are_given_up_for_new_ones(scene: Scene) -> None:
    scene.pi.restart(boot=True)
    scene.join()
    assert not scene.pi.may_give()
    answer, happened = scene.decide()
    scene.events(happened)
    scene.answer(answer)
    assert scene.pi.may_give()
    scene.lend(20)
    scene.cut()
    pressed = scene.pi.press("p1")
    scene.pi.disk.run()
    assert given(pressed) == "A960"


def test_a_record_of_another_boot_is_of_another_source(scene: Scene) -> None:
    scene.cut()
    scene.pi.press("p1")
    scene.pi.disk.run()
    scene.pi.restart(boot=True)
    first = scene.pi.alone.question("E1")
    assert first is not None
    assert first["source"] == "kiosk-1:J.1"
    scene.back()
    answer, happened = scene.decide()
    scene.events(happened)
    scene.answer(answer)
    scene.lend(20)
    scene.cut()
    scene.pi.press("p2")
    scene.pi.disk.run()
    second = scene.pi.alone.question("E1")
    assert second is not None
    assert [second["source"], second["told"][0]["seq"]] == ["kiosk-1:J.2", 2]
