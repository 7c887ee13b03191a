"""What would be wrong in a hall after a day of trouble: lost, doubled, or told in two ways."""

from __future__ import annotations

from firmware_py.app.recovery import recover
from firmware_py.app.wire import decode_event, encode_state
from firmware_py.core.events import EVENTS, TicketCancelled, TicketIssued
from firmware_py.core.events_spread import RecordMerged, TicketReplaced
from firmware_py.core.model import State, TicketStatus
from tests.spread_runs.hub_pi import HubPi
from tests.spread_runs.schedule import Day

__all__ = ["judge"]


def judge(day: Day) -> None:
    """Raise ``AssertionError`` with the whole story when the hall lost or doubled anything."""
    (top,) = (one for one in day.hubs if one.decides)
    for wrong in (*_papers(day, top.state), *_records(day, top), *_agreement(day, top)):
        raise AssertionError(day.story(wrong))


def _papers(day: Day, state: State) -> list[str]:
    found = list[str]()
    papers = [(number, who) for node in day.nodes for number, who in node.papers.items()]
    for number, request in papers:
        ticket = state.tickets.get(number)
        if [one for one, _ in papers].count(number) > 1:
            found.append(f"{number} is on two papers")
        if [who for _, who in papers].count(request) > 1:
            found.append(f"somebody has two papers: {request}")
        if ticket is None:
            found.append(f"{number} is on a paper and nowhere else")
    return found


def _events(day: Day) -> list[tuple[str, object]]:
    journals = [hub.journal for hub in day.hubs]
    journals += [kept.journal for hub in day.hubs for kept in hub.kept]
    journals += [node.journal for node in day.nodes]
    return [
        (row.type, decode_event(row.type, row.body))
        for journal in journals
        for row in journal.records
    ]


def _records(day: Day, top: HubPi) -> list[str]:
    """Whatever anybody wrote on a disk is in the one journal, or explained there."""
    state, found = top.state, list[str]()
    own = [decode_event(row.type, row.body) for row in top.journal.records]
    replaced = {event.number for event in own if isinstance(event, TicketReplaced)}
    skipped = {e.number for e in own if isinstance(e, RecordMerged) and e.outcome == "skipped"}
    cancelled = {e.number for _, e in _events(day) if isinstance(e, TicketCancelled)}
    for _, event in _events(day):
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
    on_paper = {number for node in day.nodes for number in node.papers}
    for number, ticket in state.tickets.items():
        gone = ticket.status is TicketStatus.CANCELLED
        if gone and number in on_paper and number not in cancelled:
            found.append(f"{number} is on a paper, and nobody cancelled it")
        if day.closed and not state.day_open and ticket.status is TicketStatus.WAITING:
            found.append(f"{number} waits though the day is closed")
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
