"""What programs and people do with a window's two screens on the control socket.

Titles of the clerk's programs and messages may be of somebody: they go to those who ask here and
nowhere else. No answer of these is logged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from devices.led_wall.charset import one_line
from firmware_py.core.decide_windows import find_window
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.runtime.control import Query, QueryError, Stream, Subscriber
from firmware_py.runtime.elsewhere import stands_here
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.params import AtWindow
from firmware_py.runtime.params_screens import ScreenMessage, ScreenMirror, ScreenTitle
from firmware_py.runtime.personal import names_a_person

__all__ = ["ScreenQueries"]


class ScreenQueries:
    """The methods ``screen.*`` and ``window.mirror``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def queries(self) -> dict[str, Query]:
        """Return the methods that answer once."""
        return {
            "screen.message": self.message,
            "screen.mirror": self.mirror,
            "screen.title": self.title,
            "screen.pad_back": self.pad_back,
            "screen.show": self.show,
            "window.mirror": self.configured,
        }

    def streams(self) -> dict[str, Stream]:
        """Return the methods that go on."""
        return {"screen.watch": self.watch}

    async def show(self, params: dict[str, Any], user: str) -> Any:
        """Return what a window's screens share."""
        return self._hall.screens.view(self._known(msgspec.convert(params, AtWindow).window))

    def watch(
        self, params: dict[str, Any], subscriber: Subscriber
    ) -> tuple[Any, Callable[[], None]]:
        """Return it, and send each change as a notification ``screen``."""
        window = self._known(msgspec.convert(params, AtWindow).window)
        return self._hall.screens.view(window), self._hall.screens.watch(window, subscriber)

    async def message(self, params: dict[str, Any], user: str) -> Any:
        """Show the taxpayer a text, or take it away."""
        wanted = msgspec.convert(params, ScreenMessage)
        stands_here(self._hall, wanted.window)
        window, text = self._with(wanted.window, wanted.number), one_line(wanted.text)
        refusal = names_a_person(text)
        if refusal is not None:
            raise QueryError(refusal)
        self._hall.screens.message(window, text, wanted.seconds)
        return self._hall.screens.view(window)

    async def mirror(self, params: dict[str, Any], user: str) -> Any:
        """Show, freeze or blank the clerk's screen for the taxpayer."""
        wanted = msgspec.convert(params, ScreenMirror)
        stands_here(self._hall, wanted.window)
        # A screen is made dark whoever is there, and no press comes too late for it.
        number = wanted.number if wanted.state != "blank" else None
        window = self._with(wanted.window, number)
        refusal = self._hall.screens.mirror(window, wanted.state)
        if refusal is not None:
            raise QueryError(refusal)
        return self._hall.screens.view(window)

    async def title(self, params: dict[str, Any], user: str) -> Any:
        """Take which program is before the clerk now."""
        wanted = msgspec.convert(params, ScreenTitle)
        stands_here(self._hall, wanted.window)
        window = self._known(wanted.window)
        self._hall.screens.title(window, one_line(wanted.title), wanted.seconds)
        return self._hall.screens.view(window)

    async def pad_back(self, params: dict[str, Any], user: str) -> Any:
        """Leave the choice that a clerk's pad opened at a window; the ticket stays."""
        window = self._known(msgspec.convert(params, AtWindow).window)
        self._hall.choices.end(window)
        return self._hall.screens.view(window)

    async def configured(self, params: dict[str, Any], user: str) -> Any:
        """Return where the clerk's screen comes from; None for a window without."""
        window = self._known(msgspec.convert(params, AtWindow).window)
        for one in self._hall.settings.windows:
            if one.id == window and one.mirror is not None:
                return {"window": window, **msgspec.to_builtins(one.mirror)}
        return None

    def _with(self, window: str, number: str | None) -> str:
        """Return a window that has ``number`` in hand (empty: nobody); None: whoever it has.

        A press for somebody who has left must show the next person nothing.
        """
        now = self._hall.state().windows[self._known(window)].ticket or ""
        if number is None or now in (number, number.strip().upper()):
            return window
        code = "another_in_hand" if now else "nobody_in_hand"
        raise QueryError(refuse(code, window=window, now=now))

    def _known(self, window: str) -> str:
        found = find_window(self._hall.state(), window)
        if isinstance(found, Refusal):
            raise QueryError(found)
        return window
