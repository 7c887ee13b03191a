"""A worker whose devices come and go while its line stays open, and which devices share one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from devices.registry import KINDS
from devices.specs import DeviceSpec, LineSpec, lines_of
from firmware_py.runtime.device_events import Outcome
from firmware_py.runtime.slot import Slot
from firmware_py.runtime.worker import Worker

__all__ = ["Crew", "Group", "groups_of"]

#: The worker of all devices without a line, but for kinds with a worker of their own.
_NO_LINE = "gpio"


@dataclass(frozen=True, slots=True)
class Group:
    """What one worker serves: devices on one line, or all that have none."""

    line: LineSpec | None
    devices: tuple[DeviceSpec, ...]

    def goes_on_as(self, other: Group) -> bool:
        """Say whether a worker may go on as ``other``: on the same line, for the same kinds.

        What is masked in a line's trace follows from the kinds.
        """
        if self.line is None:
            return other.line is None
        kinds = {device.kind for device in self.devices}
        return self.line == other.line and kinds == {device.kind for device in other.devices}


def groups_of(lines: Mapping[str, LineSpec], devices: Mapping[str, DeviceSpec]) -> dict[str, Group]:
    """Return who shares a worker, by its name. Raises ``ValueError``, ``UnknownKind``."""
    used = lines_of(lines, devices)
    members: dict[str, list[DeviceSpec]] = {}
    for device in devices.values():
        kind = KINDS.get(device.kind)
        alone = device.port is not None or (kind is not None and kind.own_worker)
        name = device.line or (device.name if alone else _NO_LINE)
        members.setdefault(name, []).append(device)
    return {name: Group(used.get(name), tuple(sharing)) for name, sharing in members.items()}


class Crew(Worker):
    """A worker that can be formed anew. ``reform`` is called from one thread only.

    Whoever stops it, or takes a device away, does not wait for a call that lasts: see
    ``Driver.interrupt``.
    """

    def stop(self) -> None:
        """End, and whatever lasts with it."""
        super().stop()
        self._interrupt(self.slots.values())

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when the thread is still inside a driver."""
        # Once more: a job may just have begun when it was told to stop.
        self._interrupt(self.slots.values())
        return super().join(timeout_s)

    def restart(self, device: str) -> None:
        """Close the device and open it again, whatever it does."""
        super().restart(device)
        self._interrupt([self.slots[device]])

    def set_enabled(self, device: str, *, enabled: bool) -> None:
        """Let go of the device, whatever it does, or take it up."""
        super().set_enabled(device, enabled=enabled)
        if not enabled:
            self._interrupt([self.slots[device]])

    def interrupt(self, device: str) -> None:
        """End what a device does just now; the device stays open."""
        self._interrupt([self.slots[device]])

    def _interrupt(self, slots: Iterable[Slot]) -> None:
        for slot in list(slots):
            if (driver := slot.driver) is not None:
                driver.interrupt()

    def reform(self, stay: Collection[str], fresh: Mapping[str, Slot]) -> None:
        """Go on with the devices that ``stay``; ``fresh`` ones are new or opened again.

        All others are let go of, and the jobs that wait for them end. Nothing else is closed.
        """
        before = self.slots
        old = [slot for name, slot in before.items() if name not in stay]
        leaving = [slot for slot in old if slot.name not in fresh]
        taken_up = [slot for slot in fresh.values() if slot.enabled]
        for slot in taken_up:
            # Not before the old driver has let go of the pin or the address.
            slot.enabled = False
        self.slots = {
            **{name: before[name] for name in before if name in stay},
            **fresh,
            **{slot.name: slot for slot in leaving},
        }
        self._ask(lambda: self._change_over(old, leaving, taken_up))
        self._interrupt(old)

    def _change_over(self, old: list[Slot], leaving: list[Slot], taken_up: list[Slot]) -> None:
        for slot in old:
            slot.enabled = False
            slot.close()
        for slot in leaving:
            for job in self._jobs.drop(slot.name):
                self._finish(job, Outcome.STOPPED)
            if self.slots.get(slot.name) is slot:
                del self.slots[slot.name]
        now = self._clock()
        for slot in taken_up:
            slot.enabled, slot.due = True, now
        if not any(slot.enabled for slot in self.slots.values()):
            self._close_line()
        elif taken_up:
            self._line_due = min(self._line_due, now)
