"""One MQTT 5 connection that is always being kept up, driven by the event loop.

paho's client is driven through its interface for foreign event loops: the loop reads when there is
something to read and writes when there is room, so a message crosses no thread on its way. Only
what may block - looking up a name, reaching a host, the handshake - has a thread, for as long as
it takes. The pauses between attempts, the window of messages in flight and the end are ours. Each
connection has a new client: nothing is left over from the last one, and what was not acknowledged
is the caller's to send again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from firmware_py.sync.connection import LARGEST_PAYLOAD, Connection
from firmware_py.sync.driven import Driven, Queue
from firmware_py.sync.mail import Address, Down, LinkMail, Outgoing, Unsubscribe
from firmware_py.sync.mailbox import Mailbox

__all__ = ["Link", "LinkPort", "MakeLink"]

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
#: What is still to be sent when the link is told to stop may take so long.
FLUSH_S = 1.0
#: Looking up and reaching a host that does not answer; its thread cannot be ended meanwhile.
CONNECT_S = 4.0
JOIN_S = 10.0


class Link:
    """Keeps a connection up from ``start`` to ``stop``; made and used in the event loop.

    ``take`` is called in the event loop with what comes. ``will`` is published by the broker when
    the connection dies, and at a clean stop too.
    """

    def __init__(
        self,
        address: Address,
        subscriptions: Sequence[str],
        take: Callable[[LinkMail], None],
        will: Outgoing | None = None,
        largest_payload: int = LARGEST_PAYLOAD,
    ) -> None:
        self._address = address
        self._subscriptions = tuple(subscriptions)
        self._will = will
        self._largest_payload = largest_payload
        self._take = take
        self._callback_errors = 0
        self._connection: Connection | None = None
        self._driven: Driven | None = None
        self._queue = Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect."""
        self._loop = asyncio.get_running_loop()
        self._inbox: Mailbox[LinkMail] = Mailbox(self._loop, self._take)
        self._stopping = asyncio.Event()
        self._task = self._loop.create_task(self._run(), name=f"mqtt-{self._address.client_id}")

    async def stop(self) -> None:
        """End the connection; what is queued has a second to get out."""
        if self._task is None:
            return
        self._stopping.set()
        done, _ = await asyncio.wait([self._task], timeout=JOIN_S)
        if not done:
            log.error("the broker's connection does not end")
            return
        self._task = None

    @property
    def callback_errors(self) -> int:
        """Exceptions inside callbacks of the MQTT library."""
        now = self._connection
        return self._callback_errors + (now.callback_errors if now is not None else 0)

    @property
    def queued(self) -> int:
        """Messages that wait for their turn on the connection."""
        return len(self._queue)

    def send(self, session: int, *messages: Outgoing | Unsubscribe) -> None:
        """Queue messages for a connection; dropped when that one has ended."""
        self._queue.extend((session, message) for message in messages)
        if self._driven is not None:
            self._driven.feed_soon()

    async def _run(self) -> None:
        session = failures = 0
        while not self._stopping.is_set():
            session += 1
            was_up, reason = await self._connected(session)
            failures = 0 if was_up else failures + 1
            self._inbox.put(Down(session, reason, was_up))
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures, 10))
            await self._stops_within(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load

    async def _stops_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stops()

    async def _stops(self) -> None:
        await self._stopping.wait()

    async def _connected(self, session: int) -> tuple[bool, str]:
        """Hold one connection until it ends; return whether it was ever up, and why it ended."""
        connection: Connection | None = None
        reason = ""
        try:
            connection = await self._opened(session)
            await self._served(connection)
        except OSError as error:
            reason = str(error) or type(error).__name__
        except Exception as error:
            log.exception("the broker's connection failed")
            reason = str(error) or type(error).__name__
        finally:
            self._connection = self._driven = None
            if connection is not None:
                connection.close()
                self._callback_errors += connection.callback_errors
        if connection is None:
            return False, reason
        return connection.was_up, connection.reason or reason or "connection lost"

    async def _served(self, connection: Connection) -> None:
        if not connection.alive:
            # Refused while it was reached: the reason is with the connection.
            return
        self._connection = connection
        self._driven = driven = Driven(connection, self._queue)
        stopping = self._loop.create_task(self._stops())
        try:
            await asyncio.wait([driven.over, stopping], return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                await driven.leave(FLUSH_S)
        finally:
            stopping.cancel()
            driven.end()

    async def _opened(self, session: int) -> Connection:
        """Reach the broker, in a thread that nobody waits for who does not want it any more."""
        opened: asyncio.Future[Connection] = self._loop.create_future()

        def handed(result: Connection | BaseException) -> None:
            if isinstance(result, BaseException):
                if not opened.done():
                    opened.set_exception(result)
            elif opened.done():
                result.close()
            else:
                opened.set_result(result)

        def reach() -> None:
            result: Connection | BaseException
            try:
                result = Connection(
                    self._address,
                    self._subscriptions,
                    self._will,
                    session,
                    self._inbox,
                    self._largest_payload,
                )
                result.open(CONNECT_S)
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                result = error
            try:
                self._loop.call_soon_threadsafe(handed, result)
            except RuntimeError:  # the loop has ended before us
                log.warning("the event loop ended before the broker was reached")

        name = f"mqtt-{self._address.client_id}"
        threading.Thread(target=reach, name=name, daemon=True).start()
        return await opened


class LinkPort(Protocol):
    """A connection that is always being kept up; ``sync.link.Link`` is one to a real broker."""

    @property
    def callback_errors(self) -> int:
        """Exceptions inside callbacks of the MQTT library."""

    def start(self) -> None:
        """Begin to connect."""

    async def stop(self) -> None:
        """End the connection; what is queued has a second to get out."""

    def send(self, session: int, *messages: Outgoing | Unsubscribe) -> None:
        """Queue messages for a connection; dropped when that one has ended."""


class MakeLink(Protocol):
    """Makes one, not started; see ``sync.link.Link``."""

    def __call__(
        self,
        address: Address,
        subscriptions: Sequence[str],
        take: Callable[[LinkMail], None],
        *,
        will: Outgoing | None = None,
        largest_payload: int = ...,
    ) -> LinkPort:
        """Return it."""
