"""One MQTT 5 connection that is always being kept up, on a thread of its own.

Only that thread touches paho's client, driven through its interface for foreign event loops, so
no lock of paho's is ever waited for by the event loop, and the pauses between attempts, the
window of messages in flight and the end are ours. Each connection has a new client: nothing is
left over from the last one, and what was not acknowledged is the caller's to send again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from firmware_py.sync.connection import LARGEST_PAYLOAD, Connection
from firmware_py.sync.mail import Address, Down, LinkMail, Outgoing, Unsubscribe
from firmware_py.sync.mailbox import LoopMailbox

__all__ = ["Link", "LinkPort", "MakeLink"]

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
#: What is still to be sent when the link is told to stop may take so long.
FLUSH_S = 1.0
#: Looking up and reaching a host that does not answer; the thread cannot be ended meanwhile.
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
        self._callback_errors = self._dropped = 0
        self._connection: Connection | None = None
        self._outgoing: deque[tuple[int, Outgoing | Unsubscribe]] = deque()
        self._stopping = threading.Event()
        self._woken = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to connect."""
        self._loop = asyncio.get_running_loop()
        self._inbox: LoopMailbox[LinkMail] = LoopMailbox(self._loop, self._take)
        self._wake_r, self._wake_w = socket.socketpair()
        self._wake_r.setblocking(False)
        self._wake_w.setblocking(False)
        self._ended = self._loop.create_future()
        self._thread = threading.Thread(
            target=self._run, name=f"mqtt-{self._address.client_id}", daemon=True
        )
        self._thread.start()

    async def stop(self) -> None:
        """End the connection and the thread; what is queued has a second to get out."""
        if self._thread is None:
            return
        self._stopping.set()
        self._wake()
        done, _ = await asyncio.wait([self._ended], timeout=JOIN_S)
        if not done:
            log.error("the broker's thread does not end")
            return
        self._thread.join(1.0)
        self._thread = None
        self._wake_r.close()
        self._wake_w.close()

    @property
    def callback_errors(self) -> int:
        """Exceptions inside callbacks of the MQTT library."""
        now = self._connection
        return self._callback_errors + (now.callback_errors if now is not None else 0)

    @property
    def dropped(self) -> int:
        """Messages dropped unread, because too many came at once."""
        now = self._connection
        return self._dropped + (now.dropped if now is not None else 0)

    @property
    def queued(self) -> int:
        """Messages that wait for their turn on the connection."""
        return len(self._outgoing)

    def send(self, session: int, *messages: Outgoing | Unsubscribe) -> None:
        """Queue messages for a connection; dropped when that one has ended."""
        self._outgoing.extend((session, message) for message in messages)
        self._wake()

    def _wake(self) -> None:
        if self._woken:
            return
        self._woken = True
        try:
            self._wake_w.send(b"\0")
        except OSError:  # full: it is awake
            return

    # ---- the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        session = failures = 0
        try:
            while not self._stopping.is_set():
                session += 1
                was_up, reason = self._connected(session)
                failures = 0 if was_up else failures + 1
                self._inbox.put(Down(session, reason, was_up))
                pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures, 10))
                self._stopping.wait(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load
        finally:
            try:
                self._loop.call_soon_threadsafe(self._ended.set_result, None)
            except RuntimeError:  # the loop has ended before us
                log.warning("the event loop ended before the broker's connection")

    def _connected(self, session: int) -> tuple[bool, str]:
        """Hold one connection until it ends; return whether it was ever up, and why it ended."""
        connection: Connection | None = None
        reason = ""
        try:
            self._connection = connection = Connection(
                self._address,
                self._subscriptions,
                self._will,
                session,
                self._inbox,
                self._largest_payload,
            )
            connection.open(CONNECT_S)
            self._serve(connection)
        except OSError as error:
            reason = str(error) or type(error).__name__
        except Exception as error:
            # The thread must outlive whatever a broker makes the library do.
            log.exception("the broker's connection failed")
            reason = str(error) or type(error).__name__
        self._connection = None
        if connection is None:
            return False, reason
        connection.close()
        self._callback_errors += connection.callback_errors
        self._dropped += connection.dropped
        return connection.was_up, connection.reason or reason or "connection lost"

    def _serve(self, connection: Connection) -> None:
        until_s: float | None = None
        while connection.alive:
            if self._stopping.is_set():
                until_s = until_s or time.monotonic() + FLUSH_S
                idle = not self._outgoing and not connection.in_flight
                if not connection.was_up or idle or time.monotonic() >= until_s:
                    connection.leave()
                    return
            self._wait(connection, 0.1 if until_s else 1.0)
            self._feed(connection)

    def _wait(self, connection: Connection, timeout_s: float) -> None:
        sock = connection.socket
        if sock is None:
            return
        poller = select.poll()
        poller.register(self._wake_r, select.POLLIN)
        number = sock.fileno()
        poller.register(number, select.POLLIN | (select.POLLOUT * connection.wants_write))
        ready = dict(poller.poll(0 if connection.pending else timeout_s * 1000))
        if self._wake_r.fileno() in ready:
            self._wake_r.recv(4096)
            # Cleared before the queue is looked at: a message put in later wakes us again.
            self._woken = False
        found = ready.get(number, 0)
        connection.turn(bool(found & ~select.POLLOUT), bool(found & select.POLLOUT))

    def _feed(self, connection: Connection) -> None:
        while self._outgoing and connection.has_room:
            session, message = self._outgoing.popleft()
            if session == connection.session:
                connection.send(message)


class LinkPort(Protocol):
    """A connection that is always being kept up; ``sync.link.Link`` is one to a real broker."""

    @property
    def callback_errors(self) -> int:
        """Exceptions inside callbacks of the MQTT library."""

    @property
    def dropped(self) -> int:
        """Messages dropped unread, because too many came at once."""

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
