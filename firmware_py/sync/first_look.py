"""One look at the broker before this Pi decides anything.

Has another hub begun a higher epoch? And does the broker, or a Pi of the hall, know more of this
hub's journal than is in it (``evidence``)?
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.sync.evidence import PICTURES, Claim, claim_in
from firmware_py.sync.followed import Birth, read_birth
from firmware_py.sync.heard import epoch_told
from firmware_py.sync.link import Link, MakeLink
from firmware_py.sync.mail import Down, Incoming, LinkMail, Up
from firmware_py.sync.ports import SyncSettings
from firmware_py.sync.running import running_s
from firmware_py.sync.topics import Topics

__all__ = ["ANSWER_S", "QUIET_S", "Found", "first_look"]

#: A broker that does not answer by then is not there: the hall opens without it.
ANSWER_S = 2.0
#: What is retained comes with the subscription; after this pause it is all here ...
QUIET_S = 0.3
#: ... and people wait no longer for a hall that never stops talking.
MOST_S = 1.0


@dataclass(slots=True)
class Found:
    """``up``: a broker answered. ``highest`` is ``NO_EPOCH`` where no other hub is known."""

    up: bool = False
    highest: Epoch = NO_EPOCH
    claims: list[Claim] = field(default_factory=list)


async def first_look(
    settings: SyncSettings,
    hubs: frozenset[str],
    *,
    answer_s: float = ANSWER_S,
    quiet_s: float = QUIET_S,
    make_link: MakeLink = Link,
) -> Found:
    """Return what the broker has of this hub, and the highest epoch that one of ``hubs`` has begun.

    Also of one that is away now.
    """
    topics = Topics(settings.hall, settings.node)
    found = Found()
    heard = asyncio.Event()

    def take(mail: LinkMail) -> None:
        if isinstance(mail, Up):
            found.up = True
        elif isinstance(mail, Incoming) and mail.payload:
            _take(found, topics, hubs, mail)
        elif isinstance(mail, Down) and not found.up:
            # Nobody there, or it does not let us in: said by whoever connects for good.
            heard.set()
            return
        if found.up:
            heard.set()

    wanted = tuple(f"{topics.root}/{suffix}" for suffix in ("node/+", *PICTURES))
    link = make_link(settings.address, wanted, take)
    link.start()
    try:
        await _wait(heard, answer_s)
        until_s = running_s() + MOST_S
        while found.up and running_s() < until_s:
            heard.clear()
            if not await _wait(heard, quiet_s):
                break
    finally:
        await link.stop()
    return found


def _take(found: Found, topics: Topics, hubs: frozenset[str], mail: Incoming) -> None:
    suffix = topics.suffix(mail.topic) or ""
    kind, _, name = suffix.partition("/")
    birth = _read(mail.payload) if kind == "node" else None
    if birth is not None and name in hubs and "hub" in birth.roles:
        found.highest = max(found.highest, epoch_told(name, birth.epochs) or NO_EPOCH)
    try:
        claim = claim_in(topics.node, suffix, mail.payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if claim is not None:
        found.claims.append(claim)


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
