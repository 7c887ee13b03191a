"""Questions of the pair of screens at a window."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from devices.errors import DeviceUnavailable
from devices.registry import convert_options
from firmware_py.app.paper_jobs import Asks
from firmware_py.core.decide_windows import find_window
from firmware_py.core.model import WindowStatus
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.alone_view import window_alone
from firmware_py.runtime.card_hall import works
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.drivers import LOADING
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.params import AtWindow
from firmware_py.runtime.printers import Printers
from firmware_py.runtime.reports import Reports
from firmware_py.runtime.shift import Shifts
from firmware_py.runtime.views import mode_of
from firmware_py.runtime.window_view import may_come_back, shift_view, work_view
from firmware_py.settings import Settings, WindowSettings

__all__ = ["Windows"]


class Windows:
    """The method ``window.show``."""

    def __init__(self, hall: Hall, reports: Reports) -> None:
        self._hall = hall
        self._reports = reports
        self._shifts: Shifts | None = None
        #: Windows where a pad asks for the rating, in these settings.
        self._pads: tuple[Settings, dict[str, str]] | None = None

    def queries(self) -> dict[str, Query]:
        """Return the methods."""
        return {"window.show": self.show}

    async def show(self, params: dict[str, Any], user: str) -> Any:
        """Return a window as its screens need it."""
        hall, name = self._hall, msgspec.convert(params, AtWindow).window
        window = find_window(hall.state(), name)
        if isinstance(window, Refusal):
            raise QueryError(window)
        tally, pads = None, await self._rating_pads()
        day = hall.state().day
        if day is not None and window.status is not WindowStatus.CLOSED:
            tally = await self._shift().tally(day, window)
        # From here on nothing waits: the answer is of one moment.
        state, now_ms = hall.state(), hall.clock.now_ms()
        window = state.windows.get(name, window)
        here = _at(hall.settings, name)
        away = hall.away.of(
            name, lambda number: may_come_back(hall.rules, state, name, number, now_ms)
        )
        healths = hall.supervisor
        return {
            **work_view(hall.rules, state, window, now_ms, away),
            **window_alone(hall),
            "mode": mode_of(hall.storage, hall.proof.damage),
            "shift": None if tally is None else shift_view(state, window, tally),
            "pad": works(healths, pads.get(name)),
            "form_printer": works(healths, Printers(hall.settings).of(Asks(name, form=True))),
            "scanner": works(healths, here.scanner),
            "reader": works(healths, here.card_reader),
            "idle": here.idle,
        }

    def _shift(self) -> Shifts:
        if self._shifts is None:
            self._shifts = Shifts(self._reports)
            self._hall.writer.on_recorded.append(self._shifts.recorded)
        return self._shifts

    async def _rating_pads(self) -> dict[str, str]:
        """Return the pad of each window that has one for ratings."""
        settings = self._hall.settings
        if self._pads is None or self._pads[0] is not settings:
            self._pads = settings, await asyncio.to_thread(rating_pads, settings)
        return self._pads[1]


def _at(settings: Settings, window: str) -> WindowSettings:
    """Return what stands at a window; nothing at one that the configuration lost meanwhile."""
    found = (one for one in settings.windows if one.id == window)
    return next(found, WindowSettings(id=window))


def rating_pads(settings: Settings) -> dict[str, str]:
    """Return window -> the pad at which its taxpayers rate. Reads pads' profiles."""
    found: dict[str, str] = {}
    for window in settings.windows:
        pad = window.rating_pad or window.pad
        device = settings.devices.get(pad or "")
        if pad is not None and device is not None and _rates(device.kind, device.options):
            found[window.id] = pad
    return found


def _rates(kind: str, given: dict[str, Any]) -> bool:
    # Imported here: a hall without pads does without their profiles.
    from devices.pad.rating import can_rate

    try:
        with LOADING:
            return can_rate(convert_options(kind, given))
    except (ValueError, OSError, DeviceUnavailable):
        # Such a pad does not open, and says why where devices are listed.
        return False
