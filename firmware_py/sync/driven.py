"""A connection in the event loop: read when there is something, written when there is room."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from firmware_py.sync.connection import Connection
from firmware_py.sync.mail import Outgoing, Unsubscribe

__all__ = ["Driven", "Queue"]

log = logging.getLogger(__name__)

Queue = deque[tuple[int, Outgoing | Unsubscribe]]

#: How often the clocks of silence are looked at.
TEND_S = 1.0
#: Messages sent before others in the event loop have their turn.
AT_ONCE = 16
#: A connection that is left looks this often whether all is out.
FLUSH_TURN_S = 0.01


class Driven:
    """Drives an open connection until ``over``; ``queue`` holds what is to be sent, by session."""

    def __init__(self, connection: Connection, queue: Queue) -> None:
        self._connection = connection
        self._queue = queue
        self._loop = asyncio.get_running_loop()
        self._number: int = connection.socket.fileno()
        self._writing = self._feeding = self._reading_on = False
        self._tending: asyncio.TimerHandle | None = None
        self.over: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._number, self._turn, True, False)
        self._tend()

    def feed_soon(self) -> None:
        """Send what is queued, after whoever is at it now."""
        if not self._feeding and not self.over.done():
            self._feeding = True
            self._loop.call_soon(self._feed)

    async def leave(self, within_s: float) -> None:
        """Get out what is queued and under way, for so long; then say goodbye."""
        connection = self._connection
        until_s = self._loop.time() + within_s
        while not self.over.done() and connection.was_up and self._loop.time() < until_s:
            if not self._queue and not connection.in_flight:
                break
            await asyncio.wait([self.over], timeout=FLUSH_TURN_S)
        self._safely(connection.leave)
        self.end()

    def end(self) -> None:
        """Let go of the socket."""
        if self.over.done():
            return
        self._loop.remove_reader(self._number)
        self._loop.remove_writer(self._number)
        if self._tending is not None:
            self._tending.cancel()
        self.over.set_result(None)

    # ---- called by the event loop -------------------------------------------------------------

    def _tend(self) -> None:
        self._tending = self._loop.call_later(TEND_S, self._tend)
        self._turn(False, False)

    def _turn(self, readable: bool, writable: bool) -> None:
        # What nobody has taken yet stays in the socket, and then with the broker.
        readable = readable and not self._connection.inbox_full
        self._safely(lambda: self._connection.turn(readable, writable))
        self._feed()

    def _read_on(self) -> None:
        self._reading_on = False
        if not self.over.done():
            self._turn(True, False)

    def _feed(self) -> None:
        self._feeding = False
        if self.over.done():
            return
        self._safely(self._send)
        self._settle()

    def _send(self) -> None:
        connection, sent = self._connection, 0
        while self._queue and connection.has_room:
            if sent == AT_ONCE:
                self.feed_soon()
                return
            session, message = self._queue.popleft()
            if session == connection.session:
                connection.send(message)
                sent += 1

    def _settle(self) -> None:
        connection = self._connection
        if not connection.alive:
            self.end()
            return
        if connection.wants_write != self._writing:
            self._writing = not self._writing
            if self._writing:
                self._loop.add_writer(self._number, self._turn, False, True)
            else:
                self._loop.remove_writer(self._number)
        if connection.pending and not self._reading_on:
            self._reading_on = True
            self._loop.call_soon(self._read_on)

    def _safely(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            # The hall must outlive whatever a broker makes the library do.
            log.exception("the broker's connection failed")
            self._connection.fail(str(error) or type(error).__name__)
