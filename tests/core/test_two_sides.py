"""The table "Two sides that both went on" of docs/spread-rules.md, row by row, in every order."""

from __future__ import annotations

from itertools import permutations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.commands_spread import MergeRecord, WriteOffNumbers
from firmware_py.core.events_spread import RecordMerged, TicketReplaced
from firmware_py.core.model import TicketStatus
from tests.core.hall import Hall, of, only
from tests.core.two_sides import Side, merge, outcomes, own_number, queue, split, trace

FINISHED, CALLED, LEFT = TicketStatus.FINISHED, TicketStatus.CALLED, TicketStatus.LEFT
WAITING, CANCELLED = TicketStatus.WAITING, TicketStatus.CANCELLED


def hall_with_one() -> tuple[Hall, str]:
    hall = Hall().open("1", "2", "3")
    return hall, hall.take()


def in_hand(window: str = "3") -> tuple[Hall, Side, str]:
    """A window has called somebody when it is cut off."""
    hall, number = hall_with_one()
    hall.next(window)
    hall.later(10)
    return hall, split(hall, f"window-{window}"), number


def serve(side: Side, window: str, number: str | None = None) -> None:
    side.do(c.StartService(window, number))
    side.later(240)
    side.do(c.FinishService(window, number))


# ---- called here and called there


@pytest.mark.parametrize(("here", "there"), [("2", "1"), ("1", "2")])
def test_called_at_two_windows_it_is_called_at_the_first_by_name(here: str, there: str) -> None:
    hall, number = hall_with_one()
    other = split(hall, "hub")
    hall.do(c.CallNext(here))
    other.later(1).do(c.CallNext(there))
    events = merge(hall, other.records)
    ticket = hall.ticket(number)
    assert (ticket.status, ticket.window) == (CALLED, "1")
    assert [hall.in_hand(w) for w in ("1", "2")] == [number, None]
    assert trace(events) == ["kept" if there == "1" else "elsewhere"]


def test_both_calls_stay_in_the_journal() -> None:
    hall, number = hall_with_one()
    other = split(hall, "hub")
    hall.do(c.CallNext("1"))
    other.do(c.CallNext("2"))
    merge(hall, other.records)
    told = [event for event, _ in hall.history]
    assert only(told, e.TicketCalled).window == "1"
    found = only(told, RecordMerged)
    assert (found.type, found.number, found.window, found.other) == (
        "ticket.called", number, "2", "1",
    )  # fmt: skip


def test_a_call_of_another_pi_is_that_of_its_time() -> None:
    hall, number = hall_with_one()
    other = split(hall, "hub").later(60)
    other.do(c.CallNext("2"))
    hall.later(3600)
    event = only(merge(hall, other.records), e.TicketCalled)
    assert event.called_ms == hall.ticket(number).called_ms == other.hall.now_ms
    assert event.reason.waited_s == 60


def test_what_another_pi_finished_ended_at_its_time() -> None:
    hall, window, number = in_hand()
    serve(window, "3")
    hall.later(3600)
    event = only(merge(hall, window.records), e.ServiceFinished)
    assert event.ended_ms == hall.ticket(number).ended_ms == window.hall.now_ms
    assert window.hall.now_ms < hall.now_ms


# ---- served here and served there


@pytest.mark.parametrize(("here", "there"), [("2", "1"), ("1", "2")])
def test_served_at_two_windows_it_is_served_once(here: str, there: str) -> None:
    hall, number = hall_with_one()
    other = split(hall, "hub")
    hall.serve(here, 100)
    other.do(c.CallNext(there))
    other.later(5)
    serve(other, there)
    merge(hall, other.records)
    assert outcomes(hall) == {number: (FINISHED, "1")}
    assert hall.state.finished == 1
    assert [hall.state.windows[w].served for w in ("1", "2")] == [1, 0]
    assert len(of([event for event, _ in hall.history], RecordMerged)) == len(other.records)


# ---- cancelled here, served there


def test_cancelled_here_and_served_there_it_was_served() -> None:
    hall, window, number = in_hand()
    hall.do(c.CancelTicket(number, "gone"))
    serve(window, "3")
    merge(hall, window.records)
    assert outcomes(hall) == {number: (FINISHED, "3")}
    assert hall.state.taken_by_item == {"D01": 1}


def test_served_here_and_cancelled_there_it_was_served() -> None:
    hall, number = hall_with_one()
    other = split(hall, "hub")
    other.do(c.CancelTicket(number, "gone"))
    hall.serve("1")
    assert trace(merge(hall, other.records)) == ["stands"]
    assert outcomes(hall) == {number: (FINISHED, "1")}


def test_waiting_here_and_cancelled_there_it_is_cancelled() -> None:
    hall, number = hall_with_one()
    other = split(hall, "hub")
    other.do(c.CancelTicket(number, "gone"))
    merge(hall, other.records)
    assert (hall.status(number), hall.ticket(number).reason) == (CANCELLED, "gone")
    assert queue(hall) == []


# ---- the day closed meanwhile


def test_served_at_a_window_while_the_day_closed_it_was_served() -> None:
    hall, window, number = in_hand()
    hall.do(c.CloseDay())
    assert hall.status(number) is LEFT
    serve(window, "3")
    merge(hall, window.records)
    assert outcomes(hall) == {number: (FINISHED, "3")}
    assert not hall.state.day_open


@pytest.mark.parametrize("called", [False, True])
def test_who_waited_or_was_called_is_left_at_closing(called: bool) -> None:
    hall, _ = hall_with_one()
    other = split(hall, "hub")
    if called:
        other.do(c.CallNext("1"))
    else:
        other.tell(own_number(hall))
    hall.do(c.CloseDay())
    merge(hall, other.records)
    assert {status for status, _ in outcomes(hall).values()} == {LEFT}
    assert queue(hall) == []
    assert hall.in_hand("1") is None


def test_a_day_that_another_hub_closed_is_closed() -> None:
    hall, number = hall_with_one()
    other = split(hall, "hub")
    other.do(c.CloseDay())
    merge(hall, other.records)
    assert not hall.state.day_open
    assert hall.status(number) is LEFT


def test_longer_hours_here_are_kept_though_another_hub_closed() -> None:
    hall = Hall(day=None)
    hall.do(c.OpenDay("2026-03-02"))
    hall.clock("16:30")
    other = split(hall, "hub")
    hall.do(c.SetClosingTime("18:00"))
    other.do(c.CloseDay())
    assert trace(merge(hall, other.records)) == ["noted"]
    assert hall.state.day_open


# ---- issued at the hub and at the kiosk


def twice() -> tuple[Hall, Side, str, str]:
    """The hub decided a request whose answer came too late: the kiosk gave a number of its own."""
    hall = Hall().open("1", "2")
    event = own_number(hall)
    kiosk = split(hall, "kiosk-1").later(8)
    kiosk.tell(event, request="kiosk-1:7")
    hall.state.tickets.clear()
    ours = hall.take()
    hall.state.tickets[ours].request = "kiosk-1:7"
    hall.state.requests["kiosk-1:7"] = ours
    return hall, kiosk, ours, event.number


def test_the_number_on_the_paper_stands_and_the_other_is_skipped() -> None:
    hall, kiosk, ours, paper = twice()
    events = merge(hall, kiosk.records)
    assert trace(events) == ["paper"]
    assert only(events, TicketReplaced) == TicketReplaced(ours, paper)
    assert queue(hall) == [paper]
    assert (hall.status(ours), hall.ticket(ours).reason) == (CANCELLED, "replaced")
    assert hall.state.taken_by_item == {"D01": 1}


def test_a_number_that_nobody_has_leaves_its_window() -> None:
    hall, kiosk, _, paper = twice()
    hall.next("1")
    merge(hall, kiosk.records)
    assert hall.in_hand("1") is None
    assert queue(hall) == [paper]


def test_who_was_served_under_the_hubs_number_was_served() -> None:
    hall, kiosk, _, paper = twice()
    hall.serve("2")
    hall.do(c.Rate(5, window="2"))
    merge(hall, kiosk.records)
    assert outcomes(hall)[paper] == (FINISHED, "2")
    assert (hall.ticket(paper).rating, hall.state.finished) == (5, 1)
    assert hall.state.windows["2"].last_ticket == paper


def test_a_phantom_whose_service_began_by_itself_has_served_nobody() -> None:
    hall, kiosk, ours, paper = twice()
    hall.next("1")
    hall.tick(31)
    assert hall.status(ours) is TicketStatus.SERVING
    merge(hall, kiosk.records)
    assert queue(hall) == [paper]


def test_another_hubs_number_for_the_same_request_is_skipped() -> None:
    hall = Hall().open("1")
    paper = own_number(hall)
    kiosk, hub = split(hall, "kiosk-1"), split(hall, "hub")
    kiosk.tell(paper, request="kiosk-1:7")
    hub.tell(e.TicketIssued("A001", "common", 1, "D01", "invoices", "kiosk-1"),
             request="kiosk-1:7")  # fmt: skip
    hub.do(c.TakeTicket("D01", "kiosk-2"))
    merge(hall, kiosk.records)
    assert trace(merge(hall, hub.records[:1])) == ["skipped"]
    assert hall.state.skipped == {"A001": paper.number}
    assert list(hall.state.tickets) == [paper.number]


def test_the_same_ticket_offered_again_is_known() -> None:
    hall = Hall()
    kiosk = split(hall, "kiosk-1").tell(own_number(hall), request="kiosk-1:7")
    again = Side("hub", kiosk.hall).tell(kiosk.records[0].event, request="kiosk-1:7")
    assert trace(merge(hall, kiosk.records)) == ["kept"]
    assert trace(merge(hall, again.records)) == ["same"]
    assert merge(hall, kiosk.records) == []


# ---- given from a block that was written off


def test_a_ticket_from_a_written_off_block_counts() -> None:
    hall = Hall().open("1")
    kiosk = split(hall, "kiosk-1").tell(own_number(hall))
    hall.do(WriteOffNumbers("kiosk-1"))
    assert trace(merge(hall, kiosk.records)) == ["written_off"]
    assert hall.next("1") == "A980"


# ---- by time of issue


def test_merged_tickets_stand_where_they_would_have_stood() -> None:
    hall = Hall()
    first = hall.take()
    kiosks = [split(hall, f"kiosk-{n}") for n in (1, 2)]
    for n, kiosk in enumerate(kiosks):
        kiosk.later(10 * (2 - n))
        kiosk.tell(own_number(hall, kiosk.source))
    hall.later(15)
    between = hall.take()
    hall.later(600)
    last = hall.take()
    for kiosk in kiosks:
        merge(hall, kiosk.records)
    assert queue(hall) == [first, "A960", between, "A980", last]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_who_came_at_the_same_moment_is_ordered_by_kiosk(order: tuple[int, ...]) -> None:
    hall = Hall()
    kiosks = [split(hall, f"kiosk-{n}") for n in (1, 2, 3)]
    for kiosk in reversed(kiosks):
        kiosk.tell(own_number(hall, kiosk.source))
    for n in order:
        merge(hall, kiosks[n].records)
    hall.open("1").later(600)
    assert queue(hall) == ["A940", "A960", "A980"]
    assert [hall.ticket(number).origin for number in queue(hall)] == [k.source for k in kiosks]
    assert hall.serve() == "A940"


# ---- whatever comes first


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_three_sides_settle_on_the_same_in_every_order(order: tuple[int, ...]) -> None:
    """A former hub calls a cut-off kiosk's number to a cut-off window, which serves it."""
    hall = Hall().open("1", "2", "3")
    paper = own_number(hall)
    kiosk = split(hall, "kiosk-1").tell(paper)
    hub = split(hall, "hub")
    merge(hub.hall, kiosk.records)
    hub.later(5).do(c.CallTicket("3", paper.number))
    window = split(hub.hall, "window-3").later(5)
    serve(window, "3")
    sides = [kiosk, hub, window]
    for n in order:
        merge(hall, sides[n].records)
    assert outcomes(hall) == {paper.number: (FINISHED, "3")}
    assert hall.state.finished == 1
    assert all(w.ticket is None for w in hall.state.windows.values())


def test_a_window_has_one_in_hand_and_the_other_waits_on_at_its_place() -> None:
    hall, first = hall_with_one()
    hall.later(5)
    second = hall.take()
    other = split(hall, "hub")
    hall.do(c.CallTicket("3", first))
    other.later(1).do(c.CallTicket("3", second))
    merge(hall, other.records)
    assert hall.in_hand("3") == second
    assert queue(hall) == [first]


def test_who_is_being_served_keeps_the_window() -> None:
    hall, first = hall_with_one()
    second = hall.take()
    other = split(hall, "hub")
    hall.do(c.CallTicket("3", first))
    hall.do(c.StartService("3"))
    other.later(100).do(c.CallTicket("3", second))
    assert trace(merge(hall, other.records)) == ["busy"]
    assert hall.in_hand("3") == first
    assert queue(hall) == [second]


def test_a_record_of_a_former_day_is_a_trace_alone() -> None:
    hall = Hall()
    kiosk = split(hall, "kiosk-1").tell(own_number(hall))
    hall.do(c.CloseDay())
    hall.later(60).do(c.OpenDay("2026-03-03"))
    assert trace(merge(hall, kiosk.records)) == ["former_day"]
    assert hall.state.tickets == {}


def test_what_a_pi_may_not_say_is_a_trace_alone() -> None:
    hall, window, number = in_hand()
    serve(window, "3")
    for record in window.records:
        hall.do(MergeRecord(record, allowed=False))
    assert hall.status(number) is CALLED
    assert hall.state.merged == {"window-3:E": len(window.records)}
