"""The verbs of every LED display, whatever protocol its card speaks."""

from __future__ import annotations

from abc import abstractmethod

from devices.base import Driver
from devices.led_wall.page import LedPage

__all__ = ["LedDisplay"]


class LedDisplay(Driver):
    """An LED wall or a window strip."""

    @property
    @abstractmethod
    def rows(self) -> int:
        """How many lines of text the panel has."""

    @property
    @abstractmethod
    def columns(self) -> int:
        """How many columns a line has (see ``page.columns``)."""

    @abstractmethod
    def show(self, page: LedPage) -> None:
        """Show ``page`` instead of what is on show; the same page again sends nothing.

        Raises ``UnwritableText`` (nothing was sent and the old page stays), ``ValueError`` for
        more lines than rows, ``DeviceTimeout`` when the card is silent, ``DeviceFault`` when it
        refuses, ``DeviceUnavailable``. After the last three the page is kept and sent again by
        ``poll`` or the next ``open``.
        """

    @abstractmethod
    def clear(self) -> None:
        """Make the panel dark. Raises as ``show`` does."""
