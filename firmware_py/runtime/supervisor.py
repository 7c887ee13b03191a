"""Owns the workers: one for each line, one for all devices without a line.

It starts them, keeps each device's health, says a failure once and the recovery once, and lets a
technician restart, disable and enable a device. Opening again, with its pauses, is the worker's.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from devices.base import Driver, HealthState, Line, Sentence, Status
from devices.errors import DeviceError
from devices.registry import mask_of
from devices.specs import DeviceSpec, LineSpec
from devices.transport import open_line
from firmware_py.runtime.backoff import Backoff
from firmware_py.runtime.crew import Crew, Group, groups_of
from firmware_py.runtime.device_events import (
    DeviceEvent,
    Done,
    Emit,
    Finished,
    Lost,
    Opened,
    Reported,
)
from firmware_py.runtime.drivers import check_device, registered_driver
from firmware_py.runtime.slot import MakeDriver, Slot
from firmware_py.runtime.tapped_line import TappedLine
from firmware_py.runtime.tracing import LineTap

__all__ = ["DeviceSpec", "Health", "LineSpec", "Supervisor"]

log = logging.getLogger(__name__)

#: A driver call that lasts longer is stuck: every read and write of a line has a shorter limit.
_STUCK_S = 10.0
#: One look at a worker that ends.
_WAIT_S = 0.1

_STARTING = Status(
    HealthState.STARTING, "starting", Sentence("设备正在启动。", "The device is starting.")
)
_STUCK = Status(
    HealthState.GONE,
    "stuck",
    Sentence(
        "设备长时间没有响应，程序正在等待。请拔下插头再插上。",
        "The device has kept its driver waiting for long. Unplug it and plug it in again.",
    ),
)


@dataclass(frozen=True, slots=True)
class Health:
    """How a device is. Times are milliseconds of the supervisor's clock (monotonic).

    ``since_ms`` is when ``state`` and ``code`` last changed; ``last_good_ms`` when the device
    itself was last heard (None: never).
    """

    device: str
    kind: str
    state: HealthState
    since_ms: int
    last_good_ms: int | None
    code: str
    say: Sentence
    counters: dict[str, int] = field(default_factory=dict)
    identity: str = ""


class Supervisor:
    """All devices of this Pi.

    ``emit`` receives batches of ``DeviceEvent`` from the workers' threads: show again at
    ``Opened``, call ``done(result)`` at ``Finished``. Raises ``UnknownKind``,
    ``msgspec.ValidationError`` or ``ValueError`` for a configuration that cannot be; a library
    that is missing is no such thing, it makes only its own devices ``GONE``.
    """

    def __init__(
        self,
        lines: Mapping[str, LineSpec],
        devices: Mapping[str, DeviceSpec],
        emit: Emit,
        *,
        clock: Callable[[], float] = time.monotonic,
        randomness: random.Random | None = None,
        make_driver: Callable[[DeviceSpec, Line | None], Driver] | None = None,
        queue_limit: int = 64,
    ) -> None:
        self._emit = emit
        self._clock = clock
        self._lock = threading.Lock()
        self._random = randomness or random.Random()  # noqa: S311 - pauses, not secrets
        self._queue_limit = queue_limit
        self._make_driver = make_driver or registered_driver
        self._devices: dict[str, DeviceSpec] = {}
        self._groups: dict[str, Group] = {}
        #: By device, and by the group's name.
        self._workers: dict[str, Crew] = {}
        self._crews: dict[str, Crew] = {}
        self._taps: dict[str, LineTap] = {}
        self._health: dict[str, tuple[Status, int]] = {}
        #: Who has to end before who may begin; and who has not ended.
        self._ending: list[Crew] = []
        self._beginning: list[Crew] = []
        self._running = False
        self.change(lines, devices)

    # ---- what the daemon does

    def start(self) -> None:
        """Start every worker; returns at once, ``Opened`` and ``Lost`` follow."""
        with self._lock:
            self._running, self._beginning = True, []
            for worker in self._crews.values():
                worker.start()

    def check(self, devices: Mapping[str, DeviceSpec]) -> None:
        """Refuse devices that can never work; raises as the constructor does."""
        if self._make_driver is registered_driver:
            for device in devices.values():
                check_device(device)

    def change(
        self,
        lines: Mapping[str, LineSpec],
        devices: Mapping[str, DeviceSpec],
        renew: Collection[str] = (),
    ) -> None:
        """Go on with these devices; those that ``renew`` names are opened again though unchanged.

        Whatever stays as it is keeps its port open. A line that changed is let go of, and opened
        as it is now by ``hand_over``, which must follow. Raises as the constructor does, and then
        nothing has changed.
        """
        self.check(devices)
        groups = groups_of(lines, devices)
        again = {name for name in devices if devices[name] != self._devices.get(name)} | {*renew}
        with self._lock:
            now_ms = self._now_ms()
            off = {n for n, (status, _) in self._health.items() if _is_disabled(status)}
            kept = {n: h for n, h in self._health.items() if n in off or n not in again}
            self._health = {name: kept.get(name, (_STARTING, now_ms)) for name in devices}
        gone, stays, former = dict(self._crews), set[str](), self._groups
        for name, group in groups.items():
            if name in gone and former[name].goes_on_as(group):
                del gone[name]
                stays.add(name)
            else:
                self._crews[name] = self._crew(name, group, off)
                self._beginning.append(self._crews[name])
        self._crews = {name: self._crews[name] for name in groups}
        # Before any of them says something.
        self._devices, self._groups = dict(devices), groups
        self._workers = {d.name: self._crews[n] for n, g in groups.items() for d in g.devices}
        for name in stays:
            self._reform(self._crews[name], former[name], groups[name], again, off)
        for worker in gone.values():
            worker.stop()
        self._beginning = [one for one in self._beginning if one not in gone.values()]
        self._ending += gone.values()
        self._taps = {name: tap for name, tap in self._taps.items() if name in devices}

    def hand_over(self, timeout_s: float = 5.0) -> None:
        """Begin what ``change`` made, once those have ended whose ports it may need.

        Waits for that, so it is for a thread. One that hangs is not waited for any longer: a port
        that it holds is tried again and again.
        """
        stuck = _stuck(self._ending, timeout_s)
        with self._lock:
            self._ending = [worker for worker in self._ending if worker in stuck]
            beginning, self._beginning = self._beginning, []
            if self._running:
                for worker in beginning:
                    worker.start()

    def post(
        self,
        device: str,
        job: Callable[[Any], object],
        *,
        key: str | None = None,
        done: Done | None = None,
        expires_s: float | None = None,
    ) -> None:
        """Have ``job(driver)`` run in its turn. Raises ``KeyError``, ``QueueFull``."""
        self._workers[device].post(job, device, key=key, done=done, expires_s=expires_s)

    def health(self) -> list[Health]:
        """Return every device's health, in the order of the configuration."""
        return [self.health_of(name) for name in self._devices]

    def health_of(self, device: str) -> Health:
        """Return one device's health. Raises ``KeyError``."""
        worker = self._workers[device]
        slot = worker.slots[device]
        driver = slot.driver
        with self._lock:
            status, since_ms = self._health[device]
        busy = worker.busy_since
        at_work = driver is not None and driver.at_work
        if busy is not None and slot.enabled and not at_work and self._clock() - busy > _STUCK_S:
            status, since_ms = _STUCK, int(busy * 1000)
        return Health(
            device=device,
            kind=self._devices[device].kind,
            state=status.state,
            since_ms=since_ms,
            last_good_ms=None if slot.last_good is None else int(slot.last_good * 1000),
            code=status.code,
            say=status.say,
            counters=_counters(slot, worker),
            identity=driver.identity if driver is not None else "",
        )

    def restart(self, device: str) -> None:
        """Close the device and open it again. Raises ``KeyError``."""
        self._workers[device].restart(device)

    def interrupt(self, device: str) -> None:
        """End a call of the device that lasts, from any thread. Raises ``KeyError``."""
        self._workers[device].interrupt(device)

    def disable(self, device: str, by: str = "") -> None:
        """Let go of the device: its port is free for other programs. Raises ``KeyError``."""
        worker = self._workers[device]
        with self._lock:
            self._health[device] = (_disabled(device, by), self._now_ms())
        worker.set_enabled(device, enabled=False)

    def enable(self, device: str) -> None:
        """Take a disabled device up again. Raises ``KeyError``."""
        with self._lock:
            self._health[device] = (_STARTING, self._now_ms())
        self._workers[device].set_enabled(device, enabled=True)

    def tap(self, device: str) -> LineTap | None:
        """Return the tap of the device's line, None for a device without bytes."""
        return self._taps.get(device)

    def stop(self, timeout_s: float = 3.0) -> list[str]:
        """Close everything; return the names of workers that did not end in ``timeout_s``."""
        with self._lock:
            self._running = False
            workers = [*self._crews.values(), *self._ending]
        for worker in workers:
            worker.stop()
        stuck = [worker.name for worker in _stuck(workers, timeout_s)]
        if stuck:
            log.error("still inside a driver at the end: %s", ", ".join(stuck))
        return stuck

    # ---- inside

    def _crew(self, name: str, group: Group, off: Collection[str]) -> Crew:
        def emit(batch: Sequence[DeviceEvent]) -> None:
            self._from_worker([one for one in batch if self._counts(crew, one)])

        crew = Crew(
            name,
            {device.name: self._maker(device) for device in group.devices},
            emit,
            open_line=None if group.line is None else self._opener(group.line, group.devices),
            clock=self._clock,
            make_backoff=self._backoff,
            queue_limit=self._queue_limit,
        )
        for device in off & crew.slots.keys():
            crew.slots[device].enabled = False
        return crew

    def _reform(
        self, crew: Crew, former: Group, group: Group, again: Collection[str], off: Collection[str]
    ) -> None:
        before = {device.name: self._taps.get(device.name) for device in former.devices}
        stay = [one.name for one in group.devices if one.name in before and one.name not in again]
        fresh = {
            device.name: Slot(
                device.name, self._maker(device), self._backoff(), enabled=device.name not in off
            )
            for device in group.devices
            if device.name not in stay
        }
        tap = next(iter(before.values()))
        if tap is not None:
            self._taps.update((device, tap) for device in fresh)
        if fresh or len(stay) < len(before):
            crew.reform(stay, fresh)

    def _backoff(self) -> Backoff:
        return Backoff(random=self._random)

    def _counts(self, crew: Crew, event: DeviceEvent) -> bool:
        """Say whether an event is news; of a worker that was let go of only the ends of jobs."""
        return isinstance(event, Finished) or self._workers.get(event.device) is crew

    def _opener(self, line: LineSpec, sharing: Sequence[DeviceSpec]) -> Callable[[], Line]:
        kinds = dict.fromkeys(device.kind for device in sharing)
        tap = LineTap([mask for name in kinds if (mask := mask_of(name)) is not None])
        self._taps.update((device.name, tap) for device in sharing)
        return lambda: TappedLine(open_line(line.port, line.settings), tap)

    def _maker(self, device: DeviceSpec) -> MakeDriver:
        def make(line: Line | None) -> Driver:
            driver = self._make_driver(device, line)
            driver.expected_identity = device.expect_identity
            return driver

        return make

    def _from_worker(self, batch: Sequence[DeviceEvent]) -> None:
        for event in batch:
            match event:
                case Opened(device=device, status=status):
                    self._now_is(device, status, opened=True)
                case Lost(device=device, status=status, error=error):
                    self._say_lost(device, error)
                    self._now_is(device, status, lost=True)
                case Reported(device=device, report=Status() as status):
                    self._now_is(device, status)
                case _:
                    pass
        self._emit(batch)

    def _say_lost(self, device: str, error: DeviceError) -> None:
        with self._lock:
            known = self._health.get(device, (_STARTING, 0))[0].state is HealthState.GONE
        # "Hung up", then "no such port": one pulled plug, one warning.
        log.log(logging.DEBUG if known else logging.WARNING, "%s: lost: %s", device, error)

    def _now_is(
        self, device: str, status: Status, *, opened: bool = False, lost: bool = False
    ) -> None:
        with self._lock:
            # It may have gone from the configuration while its worker said this.
            before, since_ms = self._health.get(device, (_STARTING, 0))
            if device not in self._health or _is_disabled(before):
                return
            now_ms = self._now_ms()
            changed = (before.state, before.code) != (status.state, status.code)
            self._health[device] = (status, now_ms if changed else since_ms)
        if opened and before.state is HealthState.GONE:
            log.info("%s: back after %.1f s: %s", device, (now_ms - since_ms) / 1000, status.say.en)
        elif changed and not lost:
            log.info("%s: %s (%s)", device, status.say.en, status.code)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _is_disabled(status: Status) -> bool:
    return status.state is HealthState.DISABLED


def _disabled(device: str, by: str) -> Status:
    return Status(
        HealthState.DISABLED,
        "disabled",
        Sentence(
            f"设备已停用{f'（{by}）' if by else ''}。重新启用：hallctl devices enable {device}",
            f"The device is disabled{f' by {by}' if by else ''}. "
            f"To take it up again: hallctl devices enable {device}",
        ),
    )


def _counters(slot: Slot, worker: Crew) -> dict[str, int]:
    told = {"opened": slot.opened, "lost": slot.lost, "waiting": worker.waiting()}
    return told | slot.counters()


def _stuck(workers: Iterable[Crew], timeout_s: float) -> list[Crew]:
    """Wait for them together; return those that have not ended.

    Only what was waited counts: a pause of the whole machine is not the workers'.
    """
    left_s, stuck = timeout_s, []
    for worker in workers:
        while not (ended := worker.join(min(left_s, _WAIT_S))) and left_s > 0:
            left_s = max(left_s - _WAIT_S, 0.0)
        if not ended:
            stuck.append(worker)
    return stuck
