"""The verbs of every LED display, whatever protocol its card speaks."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from devices.base import Driver, Sentence
from devices.errors import DeviceFault
from devices.led_wall.page import LedLine, LedPage
from devices.led_wall.words import Words
from devices.registry import convert_options, load_driver

__all__ = ["LedDisplay", "cannot_show"]


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

    @property
    @abstractmethod
    def words(self) -> Words:
        """What the hall says on this display, in words that it can write."""

    @abstractmethod
    def show(self, page: LedPage) -> None:
        """Show ``page`` instead of what is on show; the same page again sends nothing.

        Raises ``UnwritableText`` (nothing was sent and the old page stays), ``ValueError`` for
        more lines than rows, ``DeviceTimeout`` when the card is silent, ``DeviceFault`` when it
        refuses, ``DeviceUnavailable``. After the last three the page is kept and sent again by
        ``poll`` or the next ``open``. A card that takes one line at a time gets the others from
        the ``poll`` that the driver asks for.
        """

    @abstractmethod
    def check(self, page: LedPage) -> None:
        """Raise what ``show`` would raise of the page itself; nothing is sent."""

    @abstractmethod
    def clear(self) -> None:
        """Make the panel dark. Raises as ``show`` does."""

    def brightness(self, percent: int) -> bool:
        """Set the brightness, 0 (as dark as the card goes) to 100; the same again sends nothing.

        False when this card has no such command. A driver that was opened again does not know
        it: set it again. Raises ``ValueError``, else as ``show`` does.
        """
        if not 0 <= percent <= 100:
            raise ValueError(f"brightness {percent} is not 0 to 100")
        return False


def cannot_show(
    kind: str, options: Mapping[str, Any] | msgspec.Struct, lines: Sequence[LedLine]
) -> Sentence | None:
    """Say why a display could not show one of these lines; None when it can show each."""
    driver = load_driver(kind)("", convert_options(kind, options), None)
    if not isinstance(driver, LedDisplay):
        raise TypeError(f"{kind} is no LED display")
    for line in lines:
        try:
            driver.check(LedPage((line,)))
        except DeviceFault as error:
            return Sentence(error.zh, error.en)
    return None
