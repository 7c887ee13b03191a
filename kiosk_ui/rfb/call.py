"""One connection from its first byte to its end: a session on a line, with a clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kiosk_ui.rfb.access import Trust
from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.framebuffer import Framebuffer
from kiosk_ui.rfb.line import Address, Line
from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.session import Event, Laid, Pong, Session, Updated
from kiosk_ui.rfb.viewing import Viewing

__all__ = ["Call", "Patience", "Watcher"]

#: So soon is a wish to stop, or to look at something else, noticed.
_NOTICE_S = 0.1
_MOST_PINGS = 4
#: A server that compresses sends a page of text by the 2 KB. Waking for each of these costs half as
#: much as decoding them, so they are left to gather for so long; not where many are waiting, nor
#: where decoding takes more than this share of the time anyway, as that of photographs does.
_GATHER_S, _FEW, _BUSY = 0.001, 8192, 0.6


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds.

    A picture is shown while it is known to be at most ``fresh_s`` old; a sign of life is asked for
    every ``ping_s``. A server has ``begin_s`` to let us in, and is given up after ``dead_s``
    without a byte. Then it is tried again after ``again_s``, twice as long each time up to
    ``again_most_s``; after ``wrong_s`` where somebody must set something right first, for servers
    lock out whoever comes again and again with a wrong password. The server is asked for more
    every ``ask_s`` at most.
    """

    fresh_s: float = 2.0
    ping_s: float = 0.5
    begin_s: float = 10.0
    dead_s: float = 10.0
    again_s: float = 0.5
    again_most_s: float = 8.0
    wrong_s: float = 30.0
    ask_s: float = 0.010


class Watcher(Protocol):
    """Who hears of it, in the thread of the call."""

    def received(self, count: int) -> None:
        """So many bytes came."""

    def laid(self, laid: Laid, frame: Framebuffer) -> None:
        """The desktop, or what is visible of it, is another one; ``frame`` has what is known."""

    def updated(self, frame: Framebuffer, rects: tuple[Rect, ...], *, whole: bool) -> None:
        """An update is complete."""

    def sure(self, at_s: float) -> None:
        """What there is was true at that time, by the clock."""


class Call:
    """``run`` ends with RfbError, or without when it is told to stop."""

    def __init__(
        self,
        session: Session,
        trust: Trust | None,
        patience: Patience,
        clock: Callable[[], float],
        watcher: Watcher,
    ) -> None:
        self._session, self._trust = session, trust
        self._patience, self._clock, self._watcher = patience, clock, watcher
        #: Number of a ping -> when it was sent.
        self._pings: dict[int, float] = {}
        self._number = 0
        #: There was little to be read the last time.
        self._few = False
        #: Of the time in which the last update came, so much went into decoding it.
        self._busy = 0.0
        #: An update is coming: since when, and how long decoding it took up to now.
        self._coming, self._update_s, self._decoded_s = False, clock(), 0.0
        self._begun_s = self._heard_s = self._deaf_s = clock()
        self._pinged_s = self._asked_s = self._begun_s - patience.ping_s
        session.on_event = self._heard

    def run(
        self, address: Address, stopping: threading.Event, wish: Callable[[], Viewing | None]
    ) -> None:
        """Connect and stay. ``wish`` tells, once, what else to look at."""
        line = Line(address)
        try:
            while not line.connected(_NOTICE_S):
                self._in_time()
                if stopping.is_set():
                    return
            while not stopping.is_set():
                other = wish()
                if other is not None:
                    self._session.look(other)
                self._say(line)
                self._hear(line)
        finally:
            line.close()

    def _say(self, line: Line) -> None:
        """Send what is due."""
        session, now_s = self._session, self._clock()
        if session.owes and now_s - self._asked_s >= self._patience.ask_s:
            self._asked_s = now_s
            session.ask()
        if now_s - self._pinged_s >= self._patience.ping_s and len(self._pings) < _MOST_PINGS:
            self._pinged_s = now_s
            self._number = (self._number + 1) % (1 << 32)
            if session.ping(self._number):
                self._pings[self._number] = now_s
        line.send(session.to_send())

    def _hear(self, line: Line) -> None:
        """Wait for bytes until something else is due."""
        session, now_s = self._session, self._clock()
        wait_s = min(_NOTICE_S, self._pinged_s + self._patience.ping_s - now_s)
        if session.owes:
            wait_s = min(wait_s, self._asked_s + self._patience.ask_s - now_s)
        if session.midway and self._few and self._busy < _BUSY:
            line.gather(_GATHER_S)
        data = line.receive(wait_s)
        self._few = len(data) < _FEW
        self._in_time()
        if session.wants_tls and line.encrypted:
            session.tls_is_up()
        if not data:
            return
        self._heard_s = self._clock()
        self._watcher.received(len(data))
        session.feed(data)
        self._worked(self._heard_s)
        if session.wants_tls and self._trust is not None:
            line.send(session.to_send())
            line.begin_tls(self._trust)

    def _worked(self, since_s: float) -> None:
        """Bytes that came then are decoded: note how busy an update keeps us while it comes."""
        now_s, coming = self._clock(), self._coming
        self._coming = self._session.midway
        if not coming:
            self._update_s, self._decoded_s = since_s, 0.0
        self._decoded_s += now_s - since_s
        if coming and not self._coming:
            self._busy = self._decoded_s / max(now_s - self._update_s, 1e-6)

    def _in_time(self) -> None:
        now_s = self._clock()
        if self._session.frame is None and now_s - self._begun_s > self._patience.begin_s:
            raise RfbError("timeout", f"not let in within {self._patience.begin_s:g} s")
        if not self._session.deaf:
            self._deaf_s = now_s
        elif self._session.frame is not None and now_s - self._deaf_s > self._patience.dead_s:
            raise RfbError("unknown-size", "a new connection tells whether that changed")
        if now_s - self._heard_s > self._patience.dead_s and self._pings:
            raise RfbError("timeout", f"not a byte within {self._patience.dead_s:g} s")

    def _heard(self, event: Event) -> None:
        frame, whole = self._session.frame, self._session.complete
        if isinstance(event, Pong):
            at_s = self._pings.pop(event.number, None)
            if at_s is not None and whole:
                self._watcher.sure(at_s)
        elif isinstance(event, Laid) and frame is not None:
            self._pings.clear()  # one that asked for a pixel of before is never answered
            self._watcher.laid(event, frame)
        elif isinstance(event, Updated) and frame is not None:
            self._watcher.updated(frame, event.rects, whole=whole)
