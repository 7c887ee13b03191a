"""The lease: H, S and the witness (window W's Pi) vote; two of three votes are the lease.

No clock is needed to tell it. The holder counts its time from when it asked, a voter from when
it was asked, both by their own running time: so a voter lets go only after the holder has.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.hall_model import Epoch, Hub, State, Step, Vote, World
from tests.model.hub_steps import began

__all__ = ["lease_steps"]


def lease_steps(world: World, state: State) -> Iterator[Step]:
    """Yield what may happen around the lease, where there is one."""
    if not world.bounds.lease:
        return
    for hub in state.hubs:
        yield from _candidate(world, state, hub)
        if hub.lease:
            yield Step(
                f"{hub.name}'s lease ends by its own clock: it decides nothing",
                heals=False,
                state=state.hub(hub._replace(lease=False)),
            )
    for vote in state.votes:
        if vote.live and not (world.rules.counted_from_asking and _holds(state, vote.epoch)):
            yield Step(
                f"voter {vote.voter} lets go of {vote.epoch}",
                heals=True,
                state=_voted(state, vote._replace(live=False)),
            )
    if state.restarts:
        yield from _restarts(world, state._replace(restarts=state.restarts - 1))


def _voted(state: State, vote: Vote) -> State:
    return state._replace(
        votes=tuple(vote if other.voter == vote.voter else other for other in state.votes)
    )


def _holds(state: State, epoch: Epoch) -> bool:
    return any(hub.lease and hub.epoch == epoch for hub in state.hubs)


def _candidate(world: World, state: State, hub: Hub) -> Iterator[Step]:
    if hub.lease or not (hub.deciding or state.promotions):
        return
    epoch = hub.epoch if hub.deciding else Epoch(hub.epoch.nth + 1, hub.name)
    for vote in state.votes:
        # A voter is asked for a lower epoch than before: it says no.
        higher = epoch >= vote.epoch or not world.rules.votes_never_fall
        if not vote.live and higher:
            yield Step(
                f"voter {vote.voter} votes for {hub.name} in epoch {epoch}",
                heals=True,
                state=_voted(state, Vote(vote.voter, epoch, live=True)),
            )
    votes = sum(vote.live and vote.epoch == epoch for vote in state.votes)
    if votes >= (2 if world.rules.majority else 1):
        after = state if hub.deciding else began(state, hub, epoch)
        now = next(other for other in after.hubs if other.name == hub.name)
        yield Step(
            f"{hub.name} has {votes} of 3 votes and decides in epoch {epoch}",
            heals=True,
            state=after.hub(now._replace(lease=True)),
        )


def _restarts(world: World, state: State) -> Iterator[Step]:
    for hub in state.hubs:
        if hub.lease:
            kept = not world.rules.no_lease_after_return
            after = state.hub(hub._replace(lease=kept))
            if kept:
                # It was away longer than its lease: the voters have let go.
                for vote in state.votes:
                    if vote.epoch == hub.epoch:
                        after = _voted(after, vote._replace(live=False))
            yield Step(f"{hub.name} restarts, after a long while", heals=False, state=after)
    if not world.rules.votes_on_disk:
        for vote in state.votes:
            yield Step(
                f"voter {vote.voter} restarts and knows of no vote",
                heals=False,
                state=_voted(state, Vote(vote.voter, Epoch(0, ""), live=False)),
            )
