"""What must hold in every state, and what must hold when nothing is under way any more."""

from __future__ import annotations

from collections import Counter

from tests.model.facts import holders, settle
from tests.model.hall_model import State, World

__all__ = ["broken", "disagreement"]


def broken(world: World, state: State) -> str:
    """Return what is wrong in this state, whatever comes next; "" if nothing is."""
    numbers = Counter(fact.number for fact in state.papers)
    if twice := [number for number, count in numbers.items() if count > 1]:
        return f"number {twice[0]} is on two papers"
    people = Counter(fact.who for fact in state.papers)
    if both := [person for person, count in people.items() if count > 1]:
        return f"{both[0]} has two papers"
    epochs = Counter(log.epoch for log in state.logs)
    if two := [epoch for epoch, count in epochs.items() if count > 1]:
        return f"epoch {two[0]} was begun twice"
    for log in state.logs:
        answered = Counter((f.who, f.by) for f in log.facts if f.kind == "issued")
        if again := [key for key, count in answered.items() if count > 1]:
            return f"{again[0][0]} was given two numbers by {again[0][1]}"
        if log.epoch == state.window.epoch and not state.window.shown <= log.facts:
            return f"window W knows epoch {log.epoch} and shows a call that is not in it"
    holding = [hub for hub in state.hubs if hub.lease]
    if len(holding) > 1:
        return "H and S both hold the lease"
    if world.bounds.lease and holding and holding[0].epoch < state.top().epoch:
        return f"{holding[0].name} decides in epoch {holding[0].epoch}, and there is a higher one"
    return ""


def disagreement(world: World, state: State) -> str:
    """Return where the hall does not agree, though nothing is under way; "" if it does.

    A hall whose only deciding hub is gone waits for a promotion: nothing is asked of it here.
    """
    top = state.top()
    if top.hub in state.gone:
        return ""
    for hub in state.hubs:
        if hub.name not in state.gone and (hub.epoch, hub.facts) != (top.epoch, top.facts):
            return f"{hub.name} does not agree with {top.hub}, which decides in epoch {top.epoch}"
    here = [kiosk for kiosk in state.kiosks if kiosk.name not in state.gone]
    if any(kiosk.epoch != top.epoch for kiosk in here) or state.window.epoch != top.epoch:
        return "a kiosk or the window never heard of the new epoch"
    if lost := state.recorded - top.facts:
        fact = min(lost)
        return f"a record is lost: {fact.kind} {fact.who} {fact.number or ''} by {fact.by}"
    return _wrong_tickets(world, state) or _unexplained(world, state)


def _wrong_tickets(world: World, state: State) -> str:
    facts = state.top().facts
    tickets = settle(facts, world.rules)
    by_person = {ticket.person: ticket for ticket in tickets}
    for fact in sorted(state.papers & facts):
        if by_person[fact.who].number != fact.number:
            return f"{fact.who} holds {fact.number}, but {by_person[fact.who].number} is queued"
    for ticket in tickets:
        served = any(f.kind == "served" and f.who == ticket.person for f in facts)
        if served != (ticket.outcome == "served"):
            return f"{ticket.person} was served, and counts as {ticket.outcome}"
    order = [ticket.person for ticket in tickets]
    if order != sorted(order, key=lambda person: person[::-1]):
        return f"the queue is {order}, which is not the order of issue"
    return ""


def _unexplained(world: World, state: State) -> str:
    """Return a number that nobody can account for: no paper, no holder, no event."""
    facts = state.top().facts
    told = {f.number for f in facts if f.kind in {"issued", "paper", "written off"}}
    alive = {"A", "B", "H", "S"} - state.gone
    for number, holder in holders(world.start, facts).items():
        if number not in told and holder not in alive:
            return f"number {number} went with {holder}, and nothing says so"
    for fact in sorted(state.papers):
        if fact.kind == "paper" and fact.number not in told:
            return f"number {fact.number} was given to {fact.who}, and nobody knows it"
    answered = {f.who for f in state.papers}
    for kiosk in state.kiosks:
        if kiosk.name not in state.gone and kiosk.pressed:
            person = f"{kiosk.name}{kiosk.pressed}"
            top = next(hub for hub in state.hubs if hub.name == state.top().hub)
            if person not in answered and world.free(top):
                return f"{person} pressed and never got a paper"
    return ""
