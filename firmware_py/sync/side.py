"""What a Pi has beside the hall on its connection: nothing, the lease, news of its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from firmware_py.sync.mail import Incoming, Outgoing
from firmware_py.sync.ports import SideLine

__all__ = ["NOTHING", "NewsOf", "SideLines"]


class _Nothing:
    """Implements ``sync.ports.SideLine``."""

    filters: tuple[str, ...] = ()

    def up(self, send: Callable[[Outgoing], None]) -> None:
        """Has nothing to say."""

    def down(self) -> None:
        """Misses nothing."""

    def take(self, incoming: Incoming) -> None:
        """Hears nothing."""


NOTHING = _Nothing()


class Hinted(Protocol):
    """Who asks when there may be something new."""

    def hint(self) -> None:
        """Ask."""


class NewsOf(_Nothing):
    """Hears that the hub has another configuration; what it is, is asked."""

    def __init__(self, hall: str, hinted: Hinted | None) -> None:
        self._hinted = hinted
        topic = f"hall/v1/{hall}/state/configuration"
        self.filters = () if hinted is None else (topic,)

    def take(self, incoming: Incoming) -> None:
        """Ask, whatever the message says and whoever wrote it."""
        if self._hinted is not None:
            self._hinted.hint()


class SideLines:
    """Several of them on one connection; each hears its own topics."""

    def __init__(self, lease: SideLine, news: SideLine) -> None:
        self._lease, self._news = lease, news
        self.filters = (*lease.filters, *news.filters)

    def up(self, send: Callable[[Outgoing], None]) -> None:
        """The broker is there."""
        self._lease.up(send)

    def down(self) -> None:
        """The broker is away."""
        self._lease.down()

    def take(self, incoming: Incoming) -> None:
        """Hand a message to whom it is for."""
        mine = self._news if incoming.topic in self._news.filters else self._lease
        mine.take(incoming)
