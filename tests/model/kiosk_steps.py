"""What happens at the kiosks and at the window."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.facts import Fact, Facts
from tests.model.hall_model import Epoch, Kiosk, Log, State, Step, World

__all__ = ["kiosk_steps", "window_steps"]


def heard(state: State, epoch: Epoch, *, any_epoch: bool) -> Iterator[Log]:
    """Yield what may reach somebody who knows this epoch: nothing of a lower one."""
    for log in state.logs:
        if any_epoch or log.epoch >= epoch:
            yield log


def kiosk_steps(world: World, state: State) -> Iterator[Step]:
    """Yield what may happen at either kiosk."""
    for kiosk, most in zip(state.kiosks, world.bounds.presses, strict=True):
        if kiosk.name not in state.gone:
            yield from _people(world, state, kiosk, most)
            yield from _hearing(world, state, kiosk)


def _own_papers(kiosk: Kiosk) -> dict[str, int]:
    return {fact.who: fact.number for fact in kiosk.facts if fact.kind == "paper"}


def _print(state: State, kiosk: Kiosk, person: str, number: int) -> State:
    paper = Fact("paper", person, number, kiosk.name)
    return state.kiosk(kiosk._replace(facts=kiosk.facts | {paper}))._replace(
        papers=state.papers | {paper}, recorded=state.recorded | {paper}
    )


def _people(world: World, state: State, kiosk: Kiosk, most: int) -> Iterator[Step]:
    name, papers = kiosk.name, {f.who for f in state.papers if f.by == kiosk.name}
    people = [f"{name}{place}" for place in range(1, kiosk.pressed + 1)]
    waits = next((person for person in people if person not in papers), "")
    usable = world.usable(name, kiosk.facts)
    if not waits and kiosk.pressed < most:
        person = f"{name}{kiosk.pressed + 1}"
        yield Step(
            f"{person} presses at kiosk {name}, which asks the hub",
            heals=False,
            state=state.kiosk(kiosk._replace(pressed=kiosk.pressed + 1)),
        )
    if waits and usable:
        number = min(usable)
        yield Step(
            f"kiosk {name} is cut off and prints {number} for {waits} from its own block",
            heals=False,
            state=_print(state, kiosk, waits, number),
        )
    if not waits and usable and "give back" in world.bounds.deeds:
        to = next(log.hub for log in state.logs if log.epoch == kiosk.epoch)
        given = world.give(usable[-1], to, name, kiosk.facts)
        yield Step(
            f"kiosk {name} gives {given.number} back to {to}",
            heals=False,
            state=state.kiosk(kiosk._replace(facts=kiosk.facts | {given}))._replace(
                recorded=state.recorded | {given}
            ),
        )
    if state.restarts and not world.rules.disk_before_paper:
        for fact in kiosk.facts & state.papers:
            yield Step(
                f"kiosk {name} loses power just after the paper {fact.number} came out",
                heals=False,
                state=state.kiosk(kiosk._replace(facts=kiosk.facts - {fact}))._replace(
                    restarts=state.restarts - 1
                ),
            )


def _hearing(world: World, state: State, kiosk: Kiosk) -> Iterator[Step]:
    name, papers = kiosk.name, _own_papers(kiosk)
    lenient = not world.rules.lower_epochs_unheard
    for log in heard(state, kiosk.epoch, any_epoch=lenient):
        epoch = max(kiosk.epoch, log.epoch)
        new = frozenset(f for f in log.facts if _concerns(f, name)) - kiosk.facts
        kept = kiosk.facts | new
        if not world.rules.offered_to_each_hub:
            kept -= log.facts & {f for f in kept if f.kind == "paper"}
        if (epoch, kept) != (kiosk.epoch, kiosk.facts):
            yield Step(
                f"kiosk {name} hears {log.hub} in epoch {log.epoch}{_told(new)}",
                heals=True,
                state=state.kiosk(kiosk._replace(epoch=epoch, facts=kept)),
            )
        if log.epoch != kiosk.epoch and not lenient:
            continue
        for fact in log.facts:
            if fact.kind != "issued" or fact.who[0] != name:
                continue
            printed = papers.get(fact.who)
            again = not world.rules.late_answers_are_dropped and printed != fact.number
            # A ticket that is on no disk of the kiosk any more may still be on paper.
            on_paper = any(f.who == fact.who for f in state.papers)
            if (printed is None and not on_paper) or (again and on_paper):
                yield Step(
                    f"kiosk {name} hears {log.hub}'s answer and prints {fact.number}"
                    f" for {fact.who}",
                    heals=True,
                    state=_print(state, kiosk, fact.who, fact.number),
                )


def _concerns(fact: Fact, name: str) -> bool:
    return (fact.kind == "given" and fact.who == name) or fact.kind == "written off"


def _told(new: Facts) -> str:
    lent = sorted(fact.number for fact in new if fact.kind == "given")
    off = sorted(fact.number for fact in new if fact.kind == "written off")
    return (f", which lends it {lent}" if lent else "") + (
        f", which wrote off {off}" if off else ""
    )


def window_steps(world: World, state: State) -> Iterator[Step]:
    """Yield what may happen at the window: it shows its calls, the clerk works."""
    window = state.window
    lenient = not world.rules.lower_epochs_unheard
    for log in heard(state, window.epoch, any_epoch=lenient):
        calls = frozenset(f for f in log.facts if f.kind == "called" and f.by == "W")
        # Joining a new epoch, its picture replaces the old one; a call in hand stays in hand.
        shown = calls if log.epoch > window.epoch else window.shown | calls
        epoch = max(window.epoch, log.epoch)
        if (epoch, shown) != (window.epoch, window.shown):
            told = ", ".join(sorted(fact.who for fact in shown)) or "nobody"
            yield Step(
                f"window W hears {log.hub} in epoch {log.epoch} and shows {told}",
                heals=True,
                state=state._replace(window=window._replace(epoch=epoch, shown=shown)),
            )
    served = {fact.who for fact in window.facts}
    called = {fact.who for fact in window.shown}
    if "by hand" in world.bounds.deeds:
        people = called | {fact.who for fact in state.papers}
    else:
        people = called
    for person in sorted(people - served):
        fact = Fact("served", person, by="W")
        how = "serves" if person in called else "is cut off and serves by hand"
        yield Step(
            f"window W {how} {person}, and keeps a record",
            heals=False,
            state=state._replace(
                window=window._replace(facts=window.facts | {fact}),
                recorded=state.recorded | {fact},
            ),
        )
