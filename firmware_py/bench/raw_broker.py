"""The raw limit of a broker: a bare message to another client, and a bare one back."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from firmware_py.sync.link import Link
from firmware_py.sync.mail import Address, Incoming, LinkMail, Outgoing, Up

__all__ = ["broker_round_ms"]

BYTES, PAUSE_S = 300, 0.02


async def broker_round_ms(port: int, times: int = 150) -> list[float]:
    """Return the milliseconds of QoS 1 rounds between two connections of this process."""
    came: asyncio.Queue[None] = asyncio.Queue()
    up: asyncio.Queue[None] = asyncio.Queue()
    sessions = dict[str, int]()
    links = dict[str, Link]()

    def take_at(name: str, other: str) -> Any:
        def take(mail: LinkMail) -> None:
            if isinstance(mail, Up):
                sessions[name] = mail.session
                up.put_nowait(None)
            elif isinstance(mail, Incoming) and name == "bare-b":
                links[name].send(sessions[name], Outgoing(f"bare/{other}", mail.payload))
            elif isinstance(mail, Incoming):
                came.put_nowait(None)

        return take

    for name, other in (("bare-a", "bare-b"), ("bare-b", "bare-a")):
        address = Address("127.0.0.1", port, name)
        links[name] = Link(address, (f"bare/{name}",), take_at(name, other))
        links[name].start()
    took = list[float]()
    try:
        async with asyncio.timeout(60):
            for _ in links:
                await up.get()
            for _ in range(times):
                await asyncio.sleep(PAUSE_S)
                begun_s = time.perf_counter()
                links["bare-a"].send(sessions["bare-a"], Outgoing("bare/bare-b", b"x" * BYTES))
                await came.get()
                took.append((time.perf_counter() - begun_s) * 1000)
    finally:
        for link in links.values():
            await link.stop()
    return took
