"""A hall of many Pis for one test: broker, simulators, and a daemon for each Pi."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Self

from firmware_py.bench.client import BenchClient
from firmware_py.bench.spread import HUB, SPREAD, SpreadStage, known_at
from tests.e2e.printers import unhurried
from tests.e2e.scene import PATIENCE_S, TODAY, Change, Connection, until
from tests.warm import begin_warm

__all__ = ["Spread", "spread_file"]


class Spread(AbstractAsyncContextManager["Spread"]):
    """``async with Spread(folder, "window-3") as hall``: the hub and these Pis run, a day is open.

    ``allowed`` are parts of log lines that may be errors. ``alone_after_s``: the usual 2 s are
    less than a busy machine may leave a hub waiting, so who goes on alone is asked for.
    ``apart``: each Pi has a network of its own, and a cable.
    """

    def __init__(
        self,
        folder: Path,
        *nodes: str,
        open_day: bool = True,
        alone_after_s: float = 60,
        config: Path | None = None,
        changes: Sequence[Change] = (),
        apart: bool = False,
    ) -> None:
        file = config or spread_file(folder, alone_after_s, changes)
        self.stage = SpreadStage(folder / "s", file, apart=apart)
        self.stage.begin = begin_warm
        self.nodes = nodes
        self.allowed: list[str] = []
        self.bench: BenchClient
        self._open_day = open_day
        self._clients: dict[str, Connection] = {}
        self._more: list[Connection] = []

    async def __aenter__(self) -> Self:
        self.stage.prepare()
        try:
            if self.stage.networks is not None:
                self.stage.networks.make()
            self.stage.start_broker()
            self.stage.start_simulators()
            self.bench = await BenchClient.connect(self.stage.bench_socket, PATIENCE_S)
            if self._open_day:
                await self.start(HUB)
                await self.at(HUB).call("day.open", day=TODAY)
            for node in self.nodes:
                await self.start(node)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        await self._end()
        if kind is None:
            assert not self.errors(), self.errors()

    async def _end(self) -> None:
        for client in (*self._clients.values(), *self._more):
            await client.close()
        if hasattr(self, "bench"):
            await self.bench.close()
        await asyncio.to_thread(self.stage.stop)

    # ---- the Pis

    async def start(self, node: str) -> None:
        """Start a Pi's daemon and connect to it."""
        if node == HUB:
            self.stage.start_hall()
        else:
            self.stage.start_node(node)
        self._clients[node] = await Connection.connect(self.stage.socket_of(node), PATIENCE_S)

    async def reconnect(self, node: str) -> None:
        """Connect anew to a Pi that was built anew in another part."""
        await self._clients.pop(node).close()
        self._clients[node] = await Connection.connect(self.stage.socket_of(node), PATIENCE_S)

    async def end(self, node: str, number: signal.Signals = signal.SIGTERM) -> None:
        """End a Pi's daemon by a signal."""
        await self._clients.pop(node).close()
        await asyncio.to_thread(self.stage.end, self._process(node), number)

    def freeze(self, name: str) -> None:
        """A process hangs, with all its connections open."""
        self.stage.processes[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """It goes on."""
        self.stage.processes[name].send_signal(signal.SIGCONT)

    @staticmethod
    def _process(node: str) -> str:
        return "halld" if node == HUB else f"halld-{node}"

    async def connection(self, node: str) -> Connection:
        """Return another connection to a Pi's daemon, closed with the others."""
        found = await Connection.connect(self.stage.socket_of(node), PATIENCE_S)
        self._more.append(found)
        return found

    def at(self, node: str) -> Connection:
        """Return the connection to a Pi's daemon."""
        return self._clients[node]

    async def trouble(self, node: str) -> str:
        """Return how a Pi stands with the hub; "" is well."""
        status = await self.at(node).call("hall.status")
        return str((status["broker"] or {}).get("trouble", "broker"))

    async def becomes(self, node: str, trouble: str, seconds: float = PATIENCE_S) -> None:
        """Wait until a Pi stands so with the hub."""

        async def look() -> bool:
            return await self.trouble(node) == trouble

        await until(look, seconds)

    async def agree(self, *nodes: str) -> None:
        """Wait until these Pis are as far as the hub, and know the same of the hall."""

        async def look() -> bool:
            states = [await known_at(self.at(node)) for node in (HUB, *nodes)]
            return all(one == states[0] for one in states)

        await until(look)

    def errors(self) -> list[str]:
        """Return the log lines of errors that no test has allowed."""
        found = []
        for node in (HUB, *self.nodes):
            for line in self.stage.log_of(self._process(node)).splitlines():
                try:
                    wrong = json.loads(line)["level"] in {"error", "critical"}
                except (ValueError, KeyError):
                    wrong = not line.startswith('{"time"')
                if wrong and not any(part in line for part in self.allowed):
                    found.append(f"{node}: {line}")
        return found

    # ---- devices

    async def shows(self, device: str, seconds: float = PATIENCE_S, **wanted: Any) -> None:
        """Wait until a device shows all of this."""

        async def look() -> bool:
            found = await self.bench.do("seen", device)
            return all(found[key] == value for key, value in wanted.items())

        await until(look, seconds)

    async def press(self, pad: str, key: str) -> None:
        """Press a key of a pad."""
        await self.bench.do("press", pad, key=key)


def spread_file(folder: Path, alone_after_s: float, changes: Sequence[Change] = ()) -> Path:
    """Write config/spread.toml with another time until a Pi goes on alone, and these changes."""
    text = SPREAD.read_text(encoding="utf-8")
    text = text.replace("[spread]\n", f"[spread]\nalone_after_s = {alone_after_s}\n")
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    for name in ("items.toml", "holidays.toml"):
        text = text.replace(f'"{name}"', f'"{SPREAD.with_name(name)}"')
    path = folder / "spread.toml"
    path.write_text(unhurried(text), encoding="utf-8")
    return path
