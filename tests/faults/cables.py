"""The cables of a hall of many Pis, pulled and plugged: what passes on them is cut for real.

Two kinds. With the rights for it each Pi has a network namespace and a cable to the switch
(``firmware_py.bench.namespaces``): packets vanish, and nobody is told. Without them each Pi reaches
the broker through a TCP forwarder of its own that stops passing bytes: what TCP would send again
arrives when it is plugged in, and a new connection is taken and hears nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Mapping
from typing import Literal, Protocol

from firmware_py.bench.namespaces import Namespaces, why_not
from firmware_py.bench.spread import HUB, SpreadStage
from firmware_py.bench.stage import free_port

__all__ = ["Cables", "Forwarders", "How", "Real", "namespaces_lack"]

#: How a cable is cut: ``silent``, the link stays up and packets vanish; ``down``, the Pi sees that
#: its link is down.
How = Literal["silent", "down"]


@functools.cache
def namespaces_lack() -> str:
    """Return why there are no namespaces here; "" when there are."""
    return why_not()


class Cables(Protocol):
    """Each Pi's cable by its name."""

    async def pull(self, node: str, how: How) -> None:
        """Cut it."""

    async def plug(self, node: str) -> None:
        """Put it back."""

    async def close(self) -> None:
        """End what it needs."""


class Real:
    """A namespace each."""

    def __init__(self, networks: Namespaces) -> None:
        self._networks = networks

    async def pull(self, node: str, how: How) -> None:
        """Cut it at the switch, or behind it."""
        pull = self._networks.pull if how == "down" else self._networks.silence
        await asyncio.to_thread(pull, node)

    async def plug(self, node: str) -> None:
        """Put it back."""
        await asyncio.to_thread(self._networks.plug, node)

    async def close(self) -> None:
        """The stage takes them away."""


class Forwarders:
    """A TCP forwarder each: make it, ``open`` before any daemon starts, ``close``."""

    def __init__(self, stage: SpreadStage) -> None:
        self._broker = stage.broker_port
        self._ports = {node: free_port() for node in (HUB, *stage.nodes)}
        self._passing = {node: asyncio.Event() for node in self._ports}
        self._servers: list[asyncio.Server] = []
        self._links: set[asyncio.Task[None]] = set()
        of_node = stage.of_node

        def through(node: str) -> Mapping[str, str]:
            return {**of_node(node), "HALL_BROKER_PORT": str(self._ports[node])}

        stage.of_node = through  # type: ignore[method-assign]
        stage.environment["HALL_BROKER_PORT"] = str(self._ports[HUB])

    async def open(self) -> None:
        """Listen for every Pi."""
        for node, port in self._ports.items():
            self._passing[node].set()
            link = functools.partial(self._link, self._passing[node])
            self._servers.append(await asyncio.start_server(link, "127.0.0.1", port))

    async def pull(self, node: str, how: How) -> None:
        """Pass no more bytes; this kind of cut cannot be seen at the Pi's own end."""
        self._passing[node].clear()

    async def plug(self, node: str) -> None:
        """Pass them again."""
        self._passing[node].set()

    async def close(self) -> None:
        """Hang up on everybody."""
        for server in self._servers:
            server.close()
        for task in list(self._links):
            task.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _link(
        self, passing: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        try:
            await passing.wait()
            there, back = await asyncio.open_connection("127.0.0.1", self._broker)
            ways = {
                asyncio.create_task(_copy(passing, reader, back)),
                asyncio.create_task(_copy(passing, there, writer)),
            }
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                back.close()
        except OSError:
            pass
        finally:
            writer.close()
            self._links.discard(task)


async def _copy(
    passing: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    with contextlib.suppress(OSError):
        data = b"-"
        while data:
            data = await reader.read(4096)
            # Also that somebody hung up is not heard over a cable that is cut.
            await passing.wait()
            writer.write(data)
            await writer.drain()
