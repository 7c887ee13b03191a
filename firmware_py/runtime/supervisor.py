"""Owns the workers: one for each line, one for all devices without a line.

It starts them, keeps each device's health, says a failure once and the recovery once, and lets a
technician restart, disable and enable a device. Opening again, with its pauses, is the worker's.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from devices.base import Driver, HealthState, Line, Sentence, Status
from devices.errors import DeviceError, DeviceUnavailable
from devices.registry import convert_options, kind, load_driver, mask_of
from devices.specs import DeviceSpec, LineSpec, lines_of, raw_options
from devices.transport import open_line
from firmware_py.runtime.backoff import Backoff
from firmware_py.runtime.device_events import DeviceEvent, Done, Emit, Lost, Opened, Reported
from firmware_py.runtime.slot import MakeDriver, Slot
from firmware_py.runtime.tapped_line import TappedLine
from firmware_py.runtime.tracing import LineTap
from firmware_py.runtime.worker import Worker

__all__ = ["DeviceSpec", "Health", "LineSpec", "Supervisor"]

log = logging.getLogger(__name__)

#: One worker at a time imports a kind and works out its options: msgspec crashes when two
#: threads work out one type. What a driver decodes itself, it works out when it is imported.
_LOADING = threading.Lock()
#: The worker of all devices without a line.
_NO_LINE = "gpio"
#: A driver call that lasts longer is stuck: every read and write of a line has a shorter limit.
_STUCK_S = 10.0

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
        self._devices = dict(devices)
        self._emit = emit
        self._clock = clock
        self._lock = threading.Lock()
        self._random = randomness or random.Random()  # noqa: S311 - pauses, not secrets
        self._queue_limit = queue_limit
        self._make_driver = make_driver or registered_driver
        self._workers: dict[str, Worker] = {}
        self._taps: dict[str, LineTap] = {}
        self._health = {name: (_STARTING, int(clock() * 1000)) for name in devices}
        if make_driver is None:
            for device in devices.values():
                _check(device)
        used = lines_of(lines, devices)
        members: dict[str, list[DeviceSpec]] = {}
        for device in devices.values():
            own = device.name if device.port is not None else None
            members.setdefault(device.line or own or _NO_LINE, []).append(device)
        for name, sharing in members.items():
            worker = self._worker(name, used.get(name), sharing)
            self._workers.update((device.name, worker) for device in sharing)

    # ---- what the daemon does

    def start(self) -> None:
        """Start every worker; returns at once, ``Opened`` and ``Lost`` follow."""
        for worker in self._each_worker():
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
        with self._lock:
            status, since_ms = self._health[device]
        busy = worker.busy_since
        if busy is not None and slot.enabled and self._clock() - busy > _STUCK_S:
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
            identity=slot.driver.identity if slot.driver is not None else "",
        )

    def restart(self, device: str) -> None:
        """Close the device and open it again. Raises ``KeyError``."""
        self._workers[device].restart(device)

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
        workers = self._each_worker()
        for worker in workers:
            worker.stop()
        deadline = time.monotonic() + timeout_s
        stuck = [w.name for w in workers if not w.join(max(0.0, deadline - time.monotonic()))]
        if stuck:
            log.error("still inside a driver at the end: %s", ", ".join(stuck))
        return stuck

    # ---- inside

    def _worker(self, name: str, line: LineSpec | None, sharing: list[DeviceSpec]) -> Worker:
        return Worker(
            name,
            {device.name: self._maker(device) for device in sharing},
            self._from_worker,
            open_line=None if line is None else self._opener(line, sharing),
            clock=self._clock,
            make_backoff=lambda: Backoff(random=self._random),
            queue_limit=self._queue_limit,
        )

    def _opener(self, line: LineSpec, sharing: list[DeviceSpec]) -> Callable[[], Line]:
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
            known = self._health[device][0].state is HealthState.GONE
        # "Hung up", then "no such port": one pulled plug, one warning.
        log.log(logging.DEBUG if known else logging.WARNING, "%s: lost: %s", device, error)

    def _now_is(
        self, device: str, status: Status, *, opened: bool = False, lost: bool = False
    ) -> None:
        with self._lock:
            before, since_ms = self._health[device]
            if before.state is HealthState.DISABLED:
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

    def _each_worker(self) -> list[Worker]:
        return list({worker.name: worker for worker in self._workers.values()}.values())


def registered_driver(device: DeviceSpec, line: Line | None) -> Driver:
    """Make the driver that the registry has for the device's kind."""
    with _LOADING:
        driver = load_driver(device.kind)
        options = convert_options(device.kind, raw_options(device))
    return driver(device.name, options, line)


def _check(device: DeviceSpec) -> None:
    """Refuse what can never work: an unknown kind, wrong options, a serial device without port."""
    wants_line = bool(kind(device.kind).line)
    has_line = device.line is not None or device.port is not None
    if wants_line and not has_line:
        raise ValueError(f"device {device.name} ({device.kind}) needs a line or a port")
    if has_line and not wants_line:
        raise ValueError(f"device {device.name} ({device.kind}) has no port; see its options")
    try:
        convert_options(device.kind, raw_options(device))
    except DeviceUnavailable:
        # A library is missing: the worker says so, for this device alone.
        return
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(f"devices.{device.name}: {error}") from error


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


def _counters(slot: Slot, worker: Worker) -> dict[str, int]:
    counted = {"opened": slot.opened, "lost": slot.lost, "waiting": worker.waiting()}
    driver = slot.driver
    if driver is not None:
        counters = driver.counters
        counted |= {
            "frames_in": counters.frames_in,
            "frames_out": counters.frames_out,
            "bad_frames": counters.bad_frames,
            "retries": counters.retries,
            **counters.extra,
        }
    return counted
