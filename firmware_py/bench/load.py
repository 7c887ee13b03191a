"""Many clients at once on a Unix socket, each with one request under way.

``python -m firmware_py.bench.load SOCKET CLIENTS SECONDS ITEM`` prints commands per second. It is
a process of its own, so that the load does not share an interpreter with what measures it.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from functools import partial

__all__: list[str] = []


#: A command id that the hall has seen is answered from memory: each run has ids of its own.
RUN = secrets.token_hex(4).encode()


class _Client(asyncio.Protocol):
    def __init__(self, name: int, item: str, until: float) -> None:
        self._name = name
        self._item = item
        self._until = until
        self._number = 0
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self.done = 0
        self.refused = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a client gets
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._number += 1
        if self._transport is not None:
            self._transport.write(
                b'{"jsonrpc":"2.0","id":%d,"method":"ticket.take","params":{"item":"%s",'
                b'"origin":"load","command_id":"%s-%d:%d"}}\n'
                % (self._number, self._item.encode(), RUN, self._name, self._number)
            )

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not data.endswith(b"\n"):
            self._rest = data
            return
        self._rest = b""
        self.refused += b'"error"' in data
        self.done += 1
        if time.perf_counter() < self._until:
            self._ask()
        else:
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def _main(path: str, clients: int, seconds: float, item: str) -> None:
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    made = [
        (await loop.create_unix_connection(partial(_Client, n, item, begun + seconds), path))[1]
        for n in range(clients)
    ]
    await asyncio.gather(*(client.ended for client in made))
    took = time.perf_counter() - begun
    done = sum(client.done for client in made)
    refused = sum(client.refused for client in made)
    sys.stdout.write(f"{done / took:.0f} {refused}\n")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
