"""Who listens in the network where printers and LED cards do. Opens and closes; sends nothing."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from devices.base import Sentence
from firmware_py.cli.errors import WrongUse

__all__ = ["PORTS", "Neighbour", "hosts_of", "listening"]

#: Port 9100: raw printing. 5005: LED cards of Onbon and EQ2013, from their documents.
PORTS = {
    9100: Sentence("网络打印机端口", "a printer's raw port"),
    5005: Sentence("LED 控制卡端口", "an LED card's port"),
}
_MOST = 1024
_TIMEOUT_S = 0.7
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An address at which somebody takes connections; ``port`` is how a configuration names it."""

    host: str
    number: int
    port: str


def hosts_of(given: str) -> list[str]:
    """Return the addresses meant by ``192.168.1.60``, ``192.168.1.0/24`` or a name.

    Raises ``WrongUse`` for more than 1,024 of them, and for what is no address.
    """
    try:
        network = ipaddress.ip_network(given, strict=False)
    except ValueError as error:
        if "/" in given or not given.strip():
            raise WrongUse(
                "bad_network",
                f"“{given}”不是地址，应为 192.168.1.60 或 192.168.1.0/24。",
                f"{given!r} is no address; expected 192.168.1.60 or 192.168.1.0/24.",
            ) from error
        return [given]
    if network.num_addresses > _MOST:
        raise WrongUse(
            "too_many",
            f"{given} 有 {network.num_addresses} 个地址，一次最多 {_MOST} 个（/22）。",
            f"{given} has {network.num_addresses} addresses; at most {_MOST} (/22) at once.",
        )
    return [str(host) for host in network.hosts()]


def listening(
    hosts: Sequence[str], ports: Sequence[int] = tuple(PORTS), *, timeout_s: float = _TIMEOUT_S
) -> list[Neighbour]:
    """Return where somebody takes a connection, in the order asked."""
    return asyncio.run(_listening(hosts, ports, timeout_s))


async def _listening(
    hosts: Sequence[str], ports: Sequence[int], timeout_s: float
) -> list[Neighbour]:
    room = asyncio.Semaphore(_AT_ONCE)
    places = [(host, number) for host in hosts for number in ports]

    async def there(host: str, number: int) -> bool:
        async with room:
            try:
                async with asyncio.timeout(timeout_s):
                    _, writer = await asyncio.open_connection(host, number)
            except OSError:  # TimeoutError is one too
                return False
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            return True

    answers = await asyncio.gather(*(there(*place) for place in places))
    return [
        Neighbour(host, number, f"socket://{f'[{host}]' if ':' in host else host}:{number}")
        for (host, number), answered in zip(places, answers, strict=True)
        if answered
    ]
