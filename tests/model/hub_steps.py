"""What happens at the hub and its standby: deciding, merging, standing down, promotion by hand."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.facts import EMPTY, Fact, Facts, settle
from tests.model.hall_model import Epoch, Hub, Log, State, Step, World, asked
from tests.model.kiosk_steps import heard

__all__ = ["began", "hub_steps"]


def hub_steps(world: World, state: State) -> Iterator[Step]:
    """Yield what may happen at H and S."""
    for hub in state.hubs:
        if hub.name in state.gone:
            continue
        if hub.deciding and (hub.lease or not world.bounds.lease):
            yield from _answers(world, state, hub)
            yield from _decisions(world, state, hub)
            yield from _merging(world, state, hub)
        yield from _epochs(world, state, hub)
        yield from _promotion(world, state, hub)
    for name in sorted(world.bounds.losses - state.gone):
        if not state.gone:
            yield Step(f"{name} is gone for good", heals=False, state=_lost(state, name))


def _lost(state: State, name: str) -> State:
    """Return the hall without this Pi: what was on its disk alone is gone with it."""
    kept = frozenset().union(
        *(hub.facts | hub.owed for hub in state.hubs if hub.name != name),
        *(kiosk.facts for kiosk in state.kiosks if kiosk.name != name),
        state.window.facts,
    )
    return state._replace(gone=state.gone | {name}, recorded=state.recorded & kept)


def write(world: World, state: State, hub: Hub, new: Facts, *, own: bool = True) -> State:
    """Return the hall after this hub wrote ``new`` into its epoch's log."""
    facts, added = hub.facts, new - hub.facts
    if not world.rules.facts_are_joined:
        people = {fact.who for fact in added if fact.kind in {"served", "cancelled"}}
        facts = frozenset(
            f for f in facts if f.who not in people or f.kind not in {"served", "cancelled"}
        )
    if not world.rules.order_by_issue:
        here = {fact.who for fact in facts if fact.kind == "place"}
        people = {f.who for f in added if f.kind in {"issued", "paper"}} - here
        arrived = enumerate(sorted(people), len(here) + 1)
        added |= {Fact("place", person, place) for place, person in arrived}
    facts |= added
    logs = tuple(
        log._replace(facts=facts) if log[:2] == (hub.epoch, hub.name) else log for log in state.logs
    )
    recorded = state.recorded | added if own else state.recorded
    return state.hub(hub._replace(facts=facts))._replace(logs=logs, recorded=recorded)


def _answers(world: World, state: State, hub: Hub) -> Iterator[Step]:
    free = world.free(hub)
    has = {f.who for f in hub.facts | hub.owed if f.kind in {"issued", "paper"}}
    twice = not world.rules.an_id_counts_once
    for _, person in asked(state):
        if free and (person not in has or (twice and person not in {f.who for f in state.papers})):
            new = Fact("issued", person, free[0], hub.name)
            yield Step(
                f"{hub.name} (epoch {hub.epoch}) decides: {person} gets {free[0]}",
                heals=True,
                state=write(world, state, hub, frozenset({new})),
            )


def _decisions(world: World, state: State, hub: Hub) -> Iterator[Step]:
    def step(words: str, *new: Fact, heals: bool = False) -> Step:
        after = write(world, state, hub, frozenset(new))
        return Step(f"{hub.name} (epoch {hub.epoch}) {words}", heals, after)

    deeds, known, free = world.bounds.deeds, hub.facts | hub.owed, world.free(hub)
    tickets = settle(hub.facts, world.rules)
    closed = Fact("closed") in hub.facts
    calls = sum(fact.kind == "called" for fact in hub.facts)
    desk = f"desk {hub.name}"
    waiting = [ticket for ticket in tickets if ticket.outcome == "waiting"]
    if waiting and calls < world.bounds.calls and not closed:
        person = waiting[0].person
        yield step(f"calls {person} to window W", Fact("called", person, by="W"))
        yield step(f"calls {person} to its own desk", Fact("called", person, by=desk))
    for ticket in tickets:
        if Fact("called", ticket.person, by=desk) in hub.facts and ticket.outcome == "called":
            served = Fact("served", ticket.person, by=desk)
            yield step(f"serves {ticket.person} at its own desk", served)
        if "cancel" in deeds and ticket.outcome in {"waiting", "called"}:
            cancelled = Fact("cancelled", ticket.person, by=hub.name)
            yield step(f"cancels {ticket.person}", cancelled)
    if "close" in deeds and not closed:
        yield step("closes the day", Fact("closed"))
    lent = any(fact.kind == "given" and fact.by in "HS" for fact in known)
    for kiosk in state.kiosks:
        if "lend" in deeds and free and not lent and not world.usable(kiosk.name, known):
            given = world.give(free[-1], kiosk.name, hub.name, known)
            yield step(f"lends {given.number} to kiosk {kiosk.name}", given)
    for name in sorted({"A", *state.gone} - {hub.name}):
        held = world.usable(name, known)
        if held and (name in state.gone or "write off" in deeds):
            yield step(
                f"writes off {held}, which {name} had", *_written_off(world, hub, held, known),
                heals=name in state.gone,
            )  # fmt: skip


def _written_off(world: World, hub: Hub, held: list[int], known: Facts) -> list[Fact]:
    if world.rules.written_off_stays_off:
        return [Fact("written off", "", number, "") for number in held]
    return [world.give(number, hub.name, hub.name, known) for number in held]


def _merging(world: World, state: State, hub: Hub) -> Iterator[Step]:
    """Take what others recorded: kiosks, the window, a hub that stood down."""
    offers = [(f"kiosk {k.name}", k.facts) for k in state.kiosks if k.name not in state.gone]
    offers.append(("window W", state.window.facts))
    other = state.hubs[1 if hub.name == "H" else 0]
    if world.rules.hands_over and other.name not in state.gone:
        offers.append((f"{other.name}, which stood down,", other.owed))
    offers.append((f"{hub.name} itself, from before,", hub.owed))
    closed = Fact("closed") in hub.facts
    for who, offered in offers:
        new = offered - hub.facts
        if closed and not world.rules.closed_day_takes_records:
            new = frozenset(fact for fact in new if fact.kind != "served")
        after = write(world, state, hub, new, own=False) if new else state
        if after.logs != state.logs or after.hubs != state.hubs:
            told = ", ".join(_word(fact) for fact in sorted(new))
            words = f"{hub.name} (epoch {hub.epoch}) merges what {who} recorded: {told}"
            yield Step(words, heals=True, state=after)


def _word(fact: Fact) -> str:
    about = " ".join(str(part) for part in (fact.who, fact.number) if part)
    return f"{fact.kind} {about}".strip() + (f" by {fact.by}" if fact.by else "")


def _epochs(world: World, state: State, hub: Hub) -> Iterator[Step]:
    """Follow the log of the epoch that it knows; hear of a higher one; come back after a crash."""
    for log in heard(state, hub.epoch, any_epoch=False):
        if hub.deciding and (log.epoch == hub.epoch or not world.rules.stands_down):
            continue
        if hub.deciding:
            owed = hub.facts | hub.owed
            to = log.hub
            yields = frozenset(world.give(n, to, hub.name, owed) for n in world.free(hub))
            after = Hub(hub.name, log.epoch, deciding=False, facts=log.facts, owed=owed | yields)
            yield Step(
                f"{hub.name} hears of epoch {log.epoch}, stands down and hands over",
                heals=True,
                state=state.hub(after)._replace(recorded=state.recorded | yields),
            )
        elif (log.epoch, log.facts) != (hub.epoch, hub.facts):
            yield Step(
                f"{hub.name} follows {log.hub} in epoch {log.epoch}",
                heals=True,
                state=state.hub(hub._replace(epoch=log.epoch, facts=log.facts)),
            )
    if state.restarts and hub.deciding and not world.rules.epoch_on_disk and hub.epoch.nth > 1:
        before = state.logs[0]
        after = Hub(hub.name, before.epoch, deciding=False, facts=before.facts)
        yield Step(
            f"{hub.name} restarts, and no longer knows of epoch {hub.epoch}",
            heals=False,
            state=state.hub(after)._replace(restarts=state.restarts - 1),
        )


def _promotion(world: World, state: State, hub: Hub) -> Iterator[Step]:
    if not world.bounds.lease and state.promotions:
        name = hub.name if world.rules.epoch_has_a_name else ""
        epoch = Epoch(hub.epoch.nth + 1, name)
        words = f"`hallctl hub promote` at {hub.name}: epoch {epoch}"
        yield Step(words, heals=False, state=began(state, hub, epoch))


def began(state: State, hub: Hub, epoch: Epoch) -> State:
    """Return the hall after ``hub`` began this epoch with all that it knows."""
    facts = hub.facts | hub.owed
    log = Log(epoch, hub.name, facts)
    after = hub._replace(epoch=epoch, deciding=True, facts=facts, owed=EMPTY)
    return state.hub(after)._replace(
        logs=tuple(sorted((*state.logs, log), key=lambda log: log[:2])),
        promotions=state.promotions - 1,
    )
