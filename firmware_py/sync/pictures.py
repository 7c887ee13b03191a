"""Retained pictures: the hall's state and its devices' health, latest wins.

A picture is published when it changed, all changes of a short time together, and the next lot
only when the broker has taken the last. A lot goes out a few at a time, so that an event never
waits behind the pictures of a hundred windows. After a (new) connection all are published, and
what the broker still retains of an earlier life of the hall (an alarm that was cleared since) is
emptied.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from firmware_py.sync.envelope import epoch_of
from firmware_py.sync.mail import Outgoing
from firmware_py.sync.ports import HallPort
from firmware_py.sync.privacy import is_clean
from firmware_py.sync.topics import Topics

__all__ = ["PictureToken", "Pictures"]

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode

#: Pictures under way at once: an event waits for these at most.
AT_ONCE = 8
#: Over time: each call changes how many wait, at every window.
MOST_A_SECOND = 100


@dataclass(frozen=True, slots=True)
class PictureToken:
    """A picture on its way to the broker."""

    suffix: str


class Pictures:
    """Publishes pictures. Lives in the event loop."""

    def __init__(
        self,
        hall: HallPort,
        topics: Topics,
        every_s: float,
        send: Callable[[Sequence[Outgoing]], None],
    ) -> None:
        self._hall = hall
        self._topics = topics
        self._every_s = every_s
        self._send = send
        self.published = self.errors = self.held_back = 0
        self._health: dict[str, bytes] = {}
        #: What the broker retains, as far as we know; b"" is nothing.
        self._retained: dict[str, bytes] = {}
        self._in_flight: set[str] = set()
        #: The rest of a lot, and how long its pause is.
        self._rest: deque[tuple[str, Outgoing]] = deque()
        self._pause_s = every_s
        self._changed = False
        self._timer: asyncio.TimerHandle | None = None
        self._up = False

    def up(self) -> None:
        """Connected: the broker may retain nothing of ours, so all go out."""
        self._up = True
        self._retained.clear()
        self._forget_lot()
        self._changed = True
        self._publish()

    def down(self) -> None:
        """The connection is lost."""
        self._up = False
        self._forget_lot()
        self.stop()

    def _forget_lot(self) -> None:
        self._in_flight.clear()
        self._rest.clear()

    def stop(self) -> None:
        """Publish nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def changed(self) -> None:
        """Something of the hall may look different now."""
        self._changed = True
        if self._up and self._timer is None and not self._in_flight:
            self._timer = asyncio.get_running_loop().call_later(self._pause_s, self._publish)

    def health(self, device: str, body: bytes) -> None:
        """A device's health is now ``body``, a JSON object; empty when it is no longer ours."""
        self._health[self._topics.device(device)] = body
        self.changed()

    def found_retained(self, suffix: str) -> None:
        """The broker retains a picture from before; gone if the hall has none such any more."""
        if suffix not in self._retained:
            self._retained[suffix] = b"?"
            self.changed()

    def acked(self, token: PictureToken) -> None:
        """The broker has a picture."""
        self._in_flight.discard(token.suffix)
        if self._in_flight:
            return
        if self._rest:
            self._send_some()
        elif self._changed:
            self.changed()

    def _publish(self) -> None:
        self._timer = None
        if not self._up or self._in_flight:
            return
        self._changed = False
        try:
            messages = self._differences()
        except Exception:
            # A picture that cannot be drawn must not stop the events.
            self.errors += 1
            log.exception("the hall's pictures could not be published")
            return
        self.published += len(messages)
        self._pause_s = max(self._every_s, len(messages) / MOST_A_SECOND)
        self._rest.extend(messages)
        self._send_some()

    def _send_some(self) -> None:
        some = [self._rest.popleft() for _ in range(min(AT_ONCE, len(self._rest)))]
        self._in_flight.update(suffix for suffix, _ in some)
        self._send([message for _, message in some])

    def _differences(self) -> list[tuple[str, Outgoing]]:
        wanted = dict(self._hall.snapshots())
        states = set(wanted)
        wanted.update(self._health)
        for suffix in self._retained:
            wanted.setdefault(suffix, b"")
        seq = self._hall.last_seq
        head = b'{"epoch":%s,"seq":%d' % (_encode(epoch_of(self._hall.epochs, seq)), seq)
        messages = []
        for suffix, body in wanted.items():
            if self._retained.get(suffix, b"") == body:
                continue
            if not is_clean(body):
                self.held_back += 1
                log.error("%s holds personal data and is not published", suffix)
                continue
            if body:
                self._retained[suffix] = body
            else:
                self._retained.pop(suffix, None)
            payload = body
            if body and suffix in states:
                payload = head + (b"}" if body == b"{}" else b"," + body[1:])
            message = Outgoing(
                self._topics.picture(suffix), payload, retain=True, token=PictureToken(suffix)
            )
            messages.append((suffix, message))
        return messages
