"""One look at the broker before this Pi decides anything: has another hub begun a higher epoch?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.sync.followed import Birth, read_birth
from firmware_py.sync.heard import epoch_told
from firmware_py.sync.link import Link, MakeLink
from firmware_py.sync.mail import Down, Incoming, LinkMail, Up
from firmware_py.sync.ports import SyncSettings
from firmware_py.sync.running import running_s
from firmware_py.sync.topics import Topics

__all__ = ["QUIET_S", "highest_epoch"]

#: A broker that does not answer by then is not there: the hall opens without it.
ANSWER_S = 2.0
#: What is retained comes with the subscription; after this pause it is all here.
QUIET_S = 0.3


async def highest_epoch(
    settings: SyncSettings,
    hubs: frozenset[str],
    *,
    answer_s: float = ANSWER_S,
    quiet_s: float = QUIET_S,
    make_link: MakeLink = Link,
) -> Epoch | None:
    """Return the highest epoch that one of ``hubs`` has begun, also one that is away now.

    None: no broker answered. ``NO_EPOCH``: one did, and knows of no hub.
    """
    topics = Topics(settings.hall, settings.node)
    found, up = NO_EPOCH, False
    heard = asyncio.Event()

    def take(mail: LinkMail) -> None:
        nonlocal found, up
        if isinstance(mail, Up):
            up = True
        elif isinstance(mail, Incoming) and mail.payload:
            name = (topics.suffix(mail.topic) or "").removeprefix("node/")
            birth = _read(mail.payload)
            if birth is not None and name in hubs and "hub" in birth.roles:
                found = max(found, epoch_told(name, birth.epochs) or NO_EPOCH)
        elif isinstance(mail, Down) and not up:
            # Nobody there, or it does not let us in: said by whoever connects for good.
            heard.set()
            return
        if up:
            heard.set()

    link = make_link(settings.address, (f"{topics.root}/node/+",), take)
    link.start()
    try:
        await _wait(heard, answer_s)
        until_s = running_s() + answer_s
        while up and running_s() < until_s:
            heard.clear()
            if not await _wait(heard, quiet_s):
                break
    finally:
        await link.stop()
    return found if up else None


async def _wait(event: asyncio.Event, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _read(payload: bytes, read: Callable[[bytes], Birth] = read_birth) -> Birth | None:
    try:
        return read(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
