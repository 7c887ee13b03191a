"""Which panels can be seen now, and where on the desktop: cables are pulled, outputs turned off.

Whoever turns the first of two outputs off moves the second one to the desktop's corner, where the
first one was: a taxpayer would then see what is meant for the clerk. So each window follows the
output on which it was seen while both were there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

import pygame

from kiosk_ui.ops import Rect
from kiosk_ui.randr import Output, Outputs

__all__ = ["LOOK_S", "Asked", "Plugged", "asked"]

log = logging.getLogger(__name__)

#: So often it is looked, whether anybody says that something changed or not.
LOOK_S = 2.0


class Asked(Protocol):
    """Who knows the outputs; ``kiosk_ui.randr.Outputs`` does on X."""

    def now(self) -> tuple[Output, ...] | None:
        """Return the outputs, None where nobody knows."""

    def changed(self) -> bool:
        """Say whether they may be others than last time."""

    def close(self) -> None:
        """It is asked no more."""


class _OfSdl:
    """Without X: SDL knows sizes alone; panels stand side by side."""

    def now(self) -> tuple[Output, ...]:
        found, x = list[Output](), 0
        for n, (width, height) in enumerate(pygame.display.get_desktop_sizes()):
            found.append(Output(str(n), connected=True, shows=Rect(x, 0, width, height)))
            x += width
        return tuple(found)

    def changed(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is held."""


def asked() -> Asked:
    """Return who can be asked for the outputs of the display that pygame has begun."""
    return Outputs() if pygame.display.get_driver() == "x11" else _OfSdl()


class Plugged:
    """``places`` of the desktop, by what people call the panels that are there."""

    def __init__(
        self, places: Mapping[str, Rect], clock: Callable[[], float], outputs: Asked
    ) -> None:
        self._places = dict(places)
        self._clock = clock
        self._outputs = outputs
        self._looked_s = float("-inf")
        self._there = tuple(True for _ in places)
        #: Whose panel hangs on which output: known once all of them were seen in their places.
        self._hangs_on: dict[str, str] = {}

    def close(self) -> None:
        """Ask no more."""
        self._outputs.close()

    def there(self) -> tuple[bool, ...]:
        """Say of each panel whether it is plugged in and on.

        Where nobody knows, all are: a screen that works must not say that it does not.
        """
        if self._outputs.changed() or self._clock() - self._looked_s >= LOOK_S:
            self._looked_s = self._clock()
            outputs = self._outputs.now()
            if outputs:
                self._look([one for one in outputs if one.connected and one.shows is not None])
        return self._there

    def places(self) -> tuple[tuple[int, int], ...]:
        """Return where on the desktop each panel's picture belongs now."""
        return tuple((place.x, place.y) for place in self._places.values())

    def _look(self, lit: list[Output]) -> None:
        corners = {(one.shows.x, one.shows.y): one.name for one in lit if one.shows is not None}
        if not self._hangs_on and all(corner in corners for corner in self.places()):
            names = [corners[corner] for corner in self.places()]
            self._hangs_on = dict(zip(self._places, names, strict=True))
        found = list[bool]()
        for name, place in self._places.items():
            own = self._hangs_on.get(name)
            if own is None:
                found.append(any(one.shows and _middle(one.shows, place) for one in lit))
                continue
            shows = next((one.shows for one in lit if one.name == own), None)
            found.append(shows is not None)
            if shows is not None:
                self._places[name] = place._replace(x=shows.x, y=shows.y)
        self._tell(tuple(found), lit)
        self._there = tuple(found)

    def _tell(self, found: tuple[bool, ...], lit: list[Output]) -> None:
        on = ", ".join(one.name for one in lit) or "none"
        for name, now, before in zip(self._places, found, self._there, strict=True):
            if now != before:
                said = "is back" if now else "is not there"
                log.warning("the %s panel %s; plugged in and on: %s", name, said, on)


def _middle(shows: Rect, place: Rect) -> bool:
    return shows.holds(place.x + place.w // 2, place.y + place.h // 2)
