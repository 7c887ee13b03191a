"""The raw limits of a broker: a bare message and one back; bare messages to many clients."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from firmware_py.sync.link import Link
from firmware_py.sync.mail import Address, Incoming, LinkMail, Outgoing, Up

__all__ = ["BARE", "broker_round_ms", "sent_to_many"]

BYTES, PAUSE_S = 300, 0.02
#: Where bare messages for many clients come; each as large as the event of a call.
BARE, EVENT_BYTES = "bare/many", 730


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


async def sent_to_many(port: int, times: int, a_second: float) -> dict[int, int]:
    """Publish so often to whoever hears ``BARE``; return when, wall time in ns, by its ``seq``.

    Two messages at once, as "next" at a window that serves: one service ends, the next is called.
    What is returned is about the second. Their ``seq`` are negative: those of events are not.
    """
    up = asyncio.Event()
    sessions = list[int]()

    def take(mail: LinkMail) -> None:
        if isinstance(mail, Up):
            sessions.append(mail.session)
            up.set()

    link = Link(Address("127.0.0.1", port, "bare-many"), (), take)
    link.start()
    sent = dict[int, int]()
    try:
        async with asyncio.timeout(30):
            await up.wait()
        begun_s = time.monotonic()
        for n in range(1, times + 1):
            await asyncio.sleep(max(0.0, begun_s + n / a_second - time.monotonic()))
            payload = json.dumps({"seq": -n, "fill": ""})
            payload = payload.replace('""', f'"{"x" * (EVENT_BYTES - len(payload))}"')
            first = payload.replace(f"{-n}", f"{-n - times}", 1).encode()
            sent[-n] = time.time_ns()
            link.send(sessions[-1], Outgoing(BARE, first), Outgoing(BARE, payload.encode()))
    finally:
        await link.stop()
    return sent
