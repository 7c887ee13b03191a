"""Keeps the bench hall open after its day: what ends by itself is started again.

As ``systemd/halld.service`` does it: after a failure, not after somebody stopped it, and not where
the daemon says that it cannot run. So ``kill -9`` can be tried here as in a hall.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Callable, Mapping
from functools import partial

from firmware_py.bench.client import HallClient, Refused
from firmware_py.bench.follow import Follow
from firmware_py.bench.screens import SCREENS, Screens
from firmware_py.bench.stage import Stage
from firmware_py.bench.telling import Teller
from firmware_py.cli.words import t

__all__ = ["keep_open"]

LOOK_S = 0.5
#: Exit codes that stay: stopped, a configuration that is refused, another one that runs.
STAYS_ENDED = frozenset({0, 2, 4})
#: So often within so long, and it is left alone: starting does not help.
MOST, WITHIN_S = 5, 60.0


async def keep_open(stage: Stage, teller: Teller, screens: Screens) -> None:
    """Watch a stage's processes and start them again, until cancelled."""
    start: Mapping[str, Callable[[], None]] = {
        **stage.starters(),
        **{f"screen-{name}": partial(screens.start_one, name) for name in SCREENS},
    }
    ended: dict[str, deque[float]] = {name: deque(maxlen=MOST) for name in start}
    said: Counter[str] = Counter()
    async with contextlib.AsyncExitStack() as clients:
        while True:
            await asyncio.sleep(LOOK_S)
            for name, process in tuple(stage.processes.items()):
                code = process.poll()
                if code is None:
                    continue
                times, now = ended[name], asyncio.get_running_loop().time()
                often = len(times) == MOST and now - times[0] < WITHIN_S
                if code in STAYS_ENDED or often:
                    if not said[name]:
                        teller.say(_stays(name, code, stage))
                    said[name] += 1
                    continue
                times.append(now)
                teller.say(_again(name, code))
                start[name]()
                if name == "halld":
                    await _follow(stage, teller, clients)


async def _follow(stage: Stage, teller: Teller, clients: contextlib.AsyncExitStack) -> None:
    """Tell what happens in the hall again; one that does not come up is seen at the next look."""
    with contextlib.suppress(TimeoutError, ConnectionError, Refused):
        client = await HallClient.connect(stage.hall_socket)
        await clients.enter_async_context(client)
        follow = Follow(client)
        await follow.start()
        follow.on_event.append(teller.happened)
        teller.say(t("✓ halld 已恢复", "✓ halld is back"))


def _how(code: int) -> str:
    return t(f"信号 {-code}", f"signal {-code}") if code < 0 else t(f"代码 {code}", f"code {code}")


def _again(name: str, code: int) -> str:
    return t(
        f"▲ {name} 意外退出（{_how(code)}），现在重新启动",
        f"▲ {name} ended ({_how(code)}) and is started again",
    )


def _stays(name: str, code: int, stage: Stage) -> str:
    log = stage.logs / f"{name}.log"
    return t(
        f"▲ {name} 已退出（{_how(code)}），不再重新启动；日志：{log}",
        f"▲ {name} ended ({_how(code)}) and is not started again; its log: {log}",
    )
