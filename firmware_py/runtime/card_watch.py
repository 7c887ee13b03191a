"""Who watches the cards of a place: screens at kiosks and windows, on the control socket alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from firmware_py.app.wire import encode
from firmware_py.runtime.control import Subscriber

__all__ = ["CardWatch", "Change"]

Change = Literal["laid", "changed", "gone"]


class CardWatch:
    """Sends ``card`` notifications: what changed, and the place as it is now."""

    def __init__(self) -> None:
        self._watching: dict[str, list[Subscriber]] = {}

    def watch(self, place: str, subscriber: Subscriber) -> Callable[[], None]:
        """Send what happens at ``place`` from now on, until what is returned is called."""
        self._watching.setdefault(place, []).append(subscriber)

        def left() -> None:
            watching = self._watching[place]
            watching.remove(subscriber)
            if not watching:
                del self._watching[place]

        return left

    def tell(self, place: str, change: Change, view: Callable[[], Any]) -> None:
        """Tell those who watch ``place``; nobody else, and no view is made for nobody."""
        watching = self._watching.get(place)
        if not watching:
            return
        params = {"change": change, **view()}
        line = encode({"jsonrpc": "2.0", "method": "card", "params": params}) + b"\n"
        for subscriber in list(watching):
            subscriber.send(line)
