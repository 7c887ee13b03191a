"""Every state that the hall can come into, the shortest way into a wrong one, in words."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tests.model.hall_model import State, Step, World, start
from tests.model.hub_steps import hub_steps
from tests.model.kiosk_steps import kiosk_steps, window_steps
from tests.model.lease_steps import lease_steps
from tests.model.safety import broken, disagreement

__all__ = ["Explored", "explore", "steps"]


class Explored(NamedTuple):
    """What was found. ``agreed``: states at rest (with a lease: any) in which all agree.

    ``wrong``: "" or what is wrong after ``trace``, the shortest way there.
    """

    states: int
    steps: int
    agreed: int
    wrong: str
    trace: tuple[str, ...]

    def __str__(self) -> str:
        if not self.wrong:
            return f"{self.states} states, {self.steps} steps, {self.agreed} states of agreement"
        told = [f"{place:3}. {words}" for place, words in enumerate(self.trace, 1)]
        return "\n".join([*told, f"  => {self.wrong}"])


def steps(world: World, state: State) -> Iterator[Step]:
    """Yield everything that may happen next."""
    yield from kiosk_steps(world, state)
    yield from window_steps(world, state)
    yield from hub_steps(world, state)
    yield from lease_steps(world, state)


class _Seen:
    """The states so far, numbered as they were found, and how each was come to."""

    def __init__(self, first: State) -> None:
        self.number = {first: 0}
        self.came: list[tuple[int, str]] = [(0, "")]
        #: From where healing alone leads to each.
        self.before: list[list[int]] = [[]]

    def add(self, state: State, here: int, words: str) -> bool:
        """Return whether this state is new."""
        if state in self.number:
            return False
        self.number[state] = len(self.number)
        self.came.append((here, words))
        self.before.append([])
        return True

    def trace(self, at: int) -> tuple[str, ...]:
        """Return what happened on the shortest way to the state of this number."""
        words = []
        while at:
            at, said = self.came[at]
            words.append(said)
        return tuple(reversed(words))


def explore(world: World, most: int) -> Explored:
    """Visit every state, breadth first, until one is wrong.

    By hand, every state where nothing is under way must agree: whatever the order of healing.
    With a lease, which may end and be had again for ever, a way to agree must remain from each.

    Raises:
        ValueError: More than ``most`` states: the bounds are too wide to be explored whole.
    """
    first = start(world)
    seen, todo = _Seen(first), deque([first])
    agreed: list[int] = []
    taken = 0

    def found(wrong: str, at: int) -> Explored:
        return Explored(len(seen.number), taken, len(agreed), wrong, seen.trace(at))

    while todo:
        state = todo.popleft()
        here, at_rest = seen.number[state], True
        for step in steps(world, state):
            taken += 1
            if step.state == state:
                continue
            at_rest = at_rest and not step.heals
            if seen.add(step.state, here, step.words):
                todo.append(step.state)
                if wrong := broken(world, step.state):
                    return found(wrong, seen.number[step.state])
                if len(seen.number) > most:
                    raise ValueError(f"more than {most} states")
            if step.heals and world.bounds.lease:
                seen.before[seen.number[step.state]].append(here)
        if at_rest or world.bounds.lease:
            wrong = disagreement(world, state)
            if wrong and not world.bounds.lease:
                return found(wrong, here)
            agreed += [] if wrong else [here]
    if world.bounds.lease and (stuck := _stuck(seen.before, agreed)) is not None:
        return found("from here the hall never agrees again", stuck)
    return found("", 0)


def _stuck(before: list[list[int]], agreed: list[int]) -> int | None:
    """Return the first state from which no way leads to one where all agree."""
    reached = set(agreed)
    todo = list(agreed)
    while todo:
        for earlier in before[todo.pop()]:
            if earlier not in reached:
                reached.add(earlier)
                todo.append(earlier)
    return next((at for at in range(len(before)) if at not in reached), None)
