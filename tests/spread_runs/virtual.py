"""An event loop whose time is simulated: it jumps to whatever is next, and nothing else runs.

No thread, no socket, no clock of the machine: the same seed plays the same day. What is usually
done on a thread is done a little later in the loop.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextvars import ContextVar
from dataclasses import dataclass, field
from selectors import SelectorKey, SelectSelector
from typing import Any, TypeVar

__all__ = ["LIFE", "Life", "VirtualLoop", "played_in"]

T = TypeVar("T")


@dataclass(eq=False)
class Life:
    """One run of a daemon, from its start to its end; what it still had to do ends with it."""

    alive: bool = True
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    def end(self) -> None:
        """As ``kill -9``: its tasks are gone, and what was on its way to a disk too."""
        self.alive = False
        for task in self.tasks:
            task.cancel()


#: Whose life it is in which something happens.
LIFE: ContextVar[Life | None] = ContextVar("LIFE", default=None)


class _Jump(SelectSelector):
    """Nothing ever comes from outside; waiting is going to that time."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("nothing will ever happen any more")
        self.now_s += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """``chance`` draws how long what is usually done on a thread takes."""

    def __init__(self, chance: random.Random) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)
        self._chance = chance
        self.slow_calls: list[str] = []
        #: What went wrong where nobody waits for it.
        self.wrong: list[str] = []
        self.set_task_factory(_make_task)
        self.set_exception_handler(self._noted)

    def time(self) -> float:
        """Return the simulated time in seconds."""
        return self._jump.now_s

    def _write_to_self(self) -> None:
        """There is no other thread that could wake it."""

    def _noted(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None:
            self.wrong.append(f"{context.get('message')}: {error!r}")

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Call it here, a little later; not if its daemon has died by then."""
        future: asyncio.Future[T] = self.create_future()
        life = LIFE.get()

        def work() -> None:
            if future.done() or (life is not None and not life.alive):
                return
            try:
                future.set_result(func(*args))
            except Exception as error:  # noqa: BLE001 - told to whoever waits
                future.set_exception(error)

        self.call_later(self._chance.choice((0.0005, 0.001, 0.02)), work)
        return future


def _make_task(loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> asyncio.Task[Any]:
    task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **more)
    if (life := LIFE.get()) is not None:
        life.tasks.append(task)
    return task


def played_in(loop: VirtualLoop, day: Coroutine[Any, Any, T]) -> T:
    """Play a day to its end; then every task of it is over."""
    try:
        asyncio.set_event_loop(loop)
        found = loop.run_until_complete(day)
        assert not loop.wrong, loop.wrong
        return found
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        asyncio.set_event_loop(None)
        loop.close()
