"""A device's place in its worker."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from devices.base import Driver, HealthState, Line, Report, Status
from devices.errors import DeviceError, DeviceFault, WrongDevice
from firmware_py.runtime.backoff import Backoff
from firmware_py.runtime.device_events import Lost, Opened, Reported, describe

__all__ = ["DriverBroken", "MakeDriver", "Slot", "due_together"]

log = logging.getLogger(__name__)

MakeDriver = Callable[[Line | None], Driver]

#: What a device must have said itself; ``UNKNOWN`` is a device that never says anything.
_ANSWERED = frozenset({HealthState.OK, HealthState.WARNING, HealthState.FAULT})

#: A thread that is awake polls what would wake it within this share of its period, too.
_SOON = 0.5


class DriverBroken(DeviceError):
    """A driver raised what no driver should."""


@dataclass(slots=True)
class Slot:
    """A device's place in its worker. Others may read it; only the worker writes."""

    name: str
    make: MakeDriver
    backoff: Backoff
    driver: Driver | None = None
    enabled: bool = True
    #: When to poll it, or to open it while there is no driver. The worker's clock, as all here.
    due: float = 0.0
    opened_at: float = 0.0
    last_good: float | None = None
    lost_for: str | None = None
    #: How others were last told that the device is, while it is open.
    told: Status | None = None
    frames_seen: int = 0
    opened: int = 0
    lost: int = 0
    #: Unreadable answers in a row.
    garbled: int = 0
    #: What drivers that are closed had counted: a bad line opens its device again and again.
    counted: Counter[str] = field(default_factory=Counter)
    #: What was logged with its traceback already.
    logged: set[str] = field(default_factory=set)

    def opened_with(self, status: Status, now: float) -> Opened:
        """The driver has greeted its device and been answered with ``status``.

        Raises ``WrongDevice``.
        """
        self._must_be_it(status)
        if self.driver is not None:
            self.due = now + self.driver.poll_every_s
            self.frames_seen = self.driver.counters.frames_in
        self.opened_at = now
        self.opened += 1
        self.garbled = 0
        self.lost_for = None
        self.told = status
        if status.state in _ANSWERED:
            self.last_good = now
        return Opened(self.name, status)

    def proven(self) -> Driver | None:
        """Return the driver when it may work: it is open, and its device the one expected."""
        driver = self.driver
        return driver if driver is not None and _expected(driver) else None

    def said(self, reports: list[Report], now: float) -> list[Reported]:
        """Return what is news of what the driver says: a state that was told already is none.

        Raises ``WrongDevice``.
        """
        news = self._news(reports, now)
        self._must_be_it(self.told)
        return news

    def _must_be_it(self, status: Status | None) -> None:
        """Refuse a stranger; a device in a fault may be silent about itself until it is well."""
        driver = self.driver
        if driver is None or _expected(driver):
            return
        if driver.identity or status is None or status.state is not HealthState.FAULT:
            raise WrongDevice(self.name, driver.expected_identity, driver.identity)

    def _news(self, reports: list[Report], now: float) -> list[Reported]:
        news: list[Reported] = []
        for report in reports:
            if isinstance(report, Status):
                if report == self.told:
                    continue
                self.told = report
            news.append(Reported(self.name, report, now))
        return news

    def raised(self, fault: DeviceFault, now: float) -> list[Reported]:
        """Return what a fault that a call raised says; the driver itself says its end."""
        if not fault.lasting:
            return []
        return self._news([describe(fault)], now)

    def lost_because(self, error: DeviceError) -> Lost | None:
        """Return what to say of ``error``; None when that was said already."""
        status = describe(error)
        reason = f"{status.code}: {error}"
        if self.lost_for == reason:
            return None
        self.lost += self.lost_for is None
        self.lost_for = reason
        return Lost(self.name, status, error)

    def heard(self, now: float) -> None:
        """Remember when the device itself last spoke: its count of good frames has grown."""
        if self.driver is not None and self.driver.counters.frames_in != self.frames_seen:
            self.frames_seen = self.driver.counters.frames_in
            self.last_good = now
            self.garbled = 0

    def counters(self) -> dict[str, int]:
        """Return what was counted since the start, over every opening."""
        counted = self.counted.copy()
        driver = self.driver
        if driver is not None:
            counted.update(_counted(driver))
        return dict(counted)

    def broken(self, error: Exception) -> DriverBroken:
        """Log a driver's mistake, each sort once with its traceback; return it as an error."""
        what = f"{type(error).__name__} in the driver of {self.name}"
        if what not in self.logged:
            self.logged.add(what)
            log.error("%s; opening it again", what, exc_info=error)
        broken = DriverBroken(what)
        broken.__cause__ = error
        return broken

    def close(self) -> None:
        """Close the driver, if there is one."""
        driver, self.driver = self.driver, None
        self.opened_at = 0.0
        if driver is None:
            return
        self.counted.update(_counted(driver))
        try:
            driver.close()
        except DeviceError as error:
            log.debug("closing %s: %s", self.name, error)
        except Exception as error:  # noqa: BLE001
            # As in Worker._guarded: one driver must not keep its neighbours from being closed.
            self.broken(error)


def _counted(driver: Driver) -> dict[str, int]:
    counters = driver.counters
    return {
        "frames_in": counters.frames_in,
        "frames_out": counters.frames_out,
        "bad_frames": counters.bad_frames,
        "retries": counters.retries,
        **counters.extra,
    }


def _expected(driver: Driver) -> bool:
    """Say whether what the device says it is has in it what was expected."""
    return driver.expected_identity.casefold() in driver.identity.casefold()


def due_together(slots: Iterable[Slot], now: float) -> list[tuple[Slot, Driver]]:
    """Return the open devices to poll now, the longest overdue first; none before one is due.

    Fifteen strips with a second each would wake their thread fifteen times a second. Who is
    polled with another, up to half a period early, is due with it the next time.
    """
    is_open = [(slot, slot.driver) for slot in slots if slot.driver is not None]
    if all(slot.due > now for slot, _ in is_open):
        return []
    soon = [one for one in is_open if one[0].due <= now + _SOON * one[1].poll_every_s]
    return sorted(soon, key=lambda one: one[0].due)
