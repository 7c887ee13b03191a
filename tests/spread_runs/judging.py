"""What would be wrong in a hall after a day of trouble: lost, doubled, or told in two ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_py.app.ports import StoredEvent
from firmware_py.app.recovery import recover
from firmware_py.app.wire import decode_event, encode_state
from firmware_py.core.events import EVENTS, TicketCancelled, TicketIssued
from firmware_py.core.events_spread import RecordMerged, TicketReplaced
from firmware_py.core.model import State, TicketStatus
from tests.spread_runs.hub_pi import HubPi
from tests.spread_runs.schedule import Day

__all__ = ["After", "judge", "wrongs"]


@dataclass(frozen=True)
class After:
    """What is left of a day: ``state`` and ``journal`` of the one hub; ``others`` were written."""

    state: State
    journal: Sequence[StoredEvent]
    others: Sequence[StoredEvent]
    #: Number and request of each paper.
    papers: Sequence[tuple[str, str]]
    #: Whether somebody closed the day.
    closed: bool


def judge(day: Day) -> None:
    """Raise ``AssertionError`` with the whole story when the hall lost or doubled anything."""
    (top,) = (one for one in day.hubs if one.decides)
    journals = [hub.journal for hub in day.hubs if hub is not top]
    journals += [kept.journal for hub in day.hubs for kept in hub.kept]
    journals += [node.journal for node in day.nodes]
    after = After(
        top.state,
        top.journal.records,
        [row for journal in journals for row in journal.records],
        [paper for node in day.nodes for paper in node.papers.items()],
        day.closed,
    )
    for wrong in (*wrongs(after), *_agreement(day, top)):
        raise AssertionError(day.story(wrong))


def wrongs(after: After) -> list[str]:
    """Return what is wrong with papers, records and the queue."""
    return [*_papers(after), *_records(after), *_queue(after)]


def _papers(after: After) -> list[str]:
    found, papers = list[str](), after.papers
    for number, request in papers:
        if [one for one, _ in papers].count(number) > 1:
            found.append(f"{number} is on two papers")
        if [who for _, who in papers].count(request) > 1:
            found.append(f"somebody has two papers: {request}")
        if number not in after.state.tickets:
            found.append(f"{number} is on a paper and nowhere else")
    return found


def _records(after: After) -> list[str]:
    """Whatever anybody wrote on a disk is in the one journal, or explained there."""
    state, found = after.state, list[str]()
    own = [decode_event(row.type, row.body) for row in after.journal]
    all_ = [*own, *(decode_event(row.type, row.body) for row in after.others)]
    replaced = {event.number for event in own if isinstance(event, TicketReplaced)}
    skipped = {e.number for e in own if isinstance(e, RecordMerged) and e.outcome == "skipped"}
    for event in all_:
        number = getattr(event, "number", None)
        told = number in state.tickets or number in skipped
        if isinstance(event, TicketIssued) and not told:
            found.append(f"{number} was given and is not known")
        if type(event) is EVENTS["service.finished"]:
            ticket = state.tickets.get(str(number))
            if ticket is None:
                # Given, called and ended where nobody saw it: its paper has another number.
                assert number in skipped
            elif ticket.status is not TicketStatus.FINISHED and number not in replaced:
                found.append(f"{number} was served and is {ticket.status}")
    cancelled = {event.number for event in all_ if isinstance(event, TicketCancelled)}
    on_paper = {number for number, _ in after.papers}
    for number, ticket in state.tickets.items():
        gone = ticket.status is TicketStatus.CANCELLED
        if gone and number in on_paper and number not in cancelled:
            found.append(f"{number} is on a paper, and nobody cancelled it")
        if after.closed and not state.day_open and ticket.status is TicketStatus.WAITING:
            found.append(f"{number} waits though the day is closed")
    return found


def _queue(after: After) -> list[str]:
    state, found = after.state, list[str]()
    for queue in state.queues.values():
        times = [state.tickets[n].issued_ms for _, _, n in sorted(queue)]
        if times != sorted(times):
            found.append("the queue is not in the order of issue")
    return found


def _agreement(day: Day, top: HubPi) -> list[str]:
    found = list[str]()
    if len(set(day.begun)) != len(day.begun):
        found.append("an epoch was begun twice")
    if encode_state(recover(top.rules, top.journal)) != encode_state(top.state):
        found.append("the journal tells another hall than the hub has")
    for node in day.nodes:
        if encode_state(node.state) != encode_state(top.state):
            found.append(f"{node.here.node} has another hall than the hub")
    for other in day.hubs:
        if other.starts and other.journal.records != top.journal.records:
            found.append("the copy is another journal than the hub's")
    return found
