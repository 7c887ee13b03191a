"""What a Pi has beside the hall on its connection when it has nothing there."""

from __future__ import annotations

from collections.abc import Callable

from firmware_py.sync.mail import Incoming, Outgoing

__all__ = ["NOTHING"]


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
