"""What a technician does to a device over the control socket; each act is in the journal.

``device.disable`` is recorded before the device is let go, and holds over a restart: the state
says which devices are out of use and by whom (``disable_again``).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from devices.base import HealthState, Sentence
from devices.errors import DeviceError, DeviceFault, FrameError
from devices.tracefile import Chunk
from firmware_py.app.wire import encode
from firmware_py.core.commands import RecordAction
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.control import Query, QueryError, Stream, Subscriber
from firmware_py.runtime.device_events import Result
from firmware_py.runtime.device_views import device_view
from firmware_py.runtime.farewell_plan import keep_disabled
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.outcomes import submitted
from firmware_py.runtime.params import Device, TraceOf
from firmware_py.runtime.tracing import Follower

__all__ = ["Technician", "disable_again", "unknown_device"]

#: How long a self-test may take.
TEST_S = 30.0
#: What may lie unsent in a reader's socket before its pieces wait in the follower.
UNSENT = 262_144


def disable_again(hall: Hall) -> None:
    """Disable what a technician disabled before this start; comes before the workers start."""
    known = {health.device for health in hall.supervisor.health()}
    for device, off in hall.state().disabled.items():
        if device in known:
            hall.supervisor.disable(device, off.by)
    keep_disabled(hall.state().disabled, os.environ)


class Technician:
    """The methods ``device.*`` of a running hall."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def queries(self) -> dict[str, Query]:
        """Return the methods that answer once."""
        return {
            "device.restart": self.restart,
            "device.test": self.test,
            "device.disable": self.disable,
            "device.enable": self.enable,
        }

    def streams(self) -> dict[str, Stream]:
        """Return the methods that go on."""
        return {"device.trace": self.trace}

    async def restart(self, params: dict[str, Any], user: str) -> Any:
        """Close a device and open it again."""
        device = self._known(params)
        health = self._hall.supervisor.health_of(device)
        if health.state is HealthState.DISABLED:
            raise QueryError(Refusal("device_disabled", health.say.zh, health.say.en))
        self._record("device.restart", device, user)
        self._hall.supervisor.restart(device)
        return {"device": device}

    async def test(self, params: dict[str, Any], user: str) -> Any:
        """Run a device's self-test; return what a person should have noticed."""
        device = self._known(params)
        self._record("device.test", device, user)
        future: asyncio.Future[Result] = self._hall.loop.create_future()

        def tested(result: Result) -> None:
            if not future.done():
                future.set_result(result)

        self._hall.post(device, lambda driver: driver.self_test(), done=tested)
        try:
            result = await asyncio.wait_for(future, TEST_S)
        except TimeoutError:
            raise QueryError(_slow(device)) from None
        if result.error is not None:
            raise QueryError(_failed(result.error, self._hall.supervisor.health_of(device).say))
        return {"device": device, "outcome": result.outcome, "say": result.value}

    async def disable(self, params: dict[str, Any], user: str) -> Any:
        """Take a device out of use, until it is enabled again; a second time changes nothing."""
        device, hall = self._known(params), self._hall
        if device not in hall.state().disabled:
            await self._recorded("device.disable", device, user)
        off = hall.state().disabled[device]
        hall.supervisor.disable(device, off.by)
        keep_disabled(hall.state().disabled, os.environ)
        hall.gone(device)
        return {"device": device, "by": off.by}

    async def enable(self, params: dict[str, Any], user: str) -> Any:
        """Take a device up again that a technician disabled; any other stays as it is."""
        device, hall = self._known(params), self._hall
        if device in hall.state().disabled:
            await self._recorded("device.enable", device, user)
            keep_disabled(hall.state().disabled, os.environ)
            hall.supervisor.enable(device)
            hall.publish_health(device)
        return {"device": device}

    def trace(
        self, params: dict[str, Any], subscriber: Subscriber
    ) -> tuple[Any, Callable[[], None]]:
        """Return what went over a device's line last, and with ``follow`` send what comes.

        Each piece is a notification ``trace``; a reader that is too slow is told how many it lost.
        """
        wanted = msgspec.convert(params, TraceOf)
        device, hall = self._known({"device": wanted.device}), self._hall
        tap = hall.supervisor.tap(device)
        if tap is None:
            raise QueryError(_no_bytes(device, hall.settings.devices[device].kind))
        self._record("device.trace", device, subscriber.user)
        now_ns = tap.clock_ns()
        kept = tap.kept()
        start_ns = kept[0].at_ns if kept else now_ns
        times = _Times(start_ns, time.time_ns() - now_ns)
        end = _nothing
        if wanted.follow:

            def send(one: Chunk | int) -> None:
                told = {"device": device} | times.line(one, tap.clock_ns())
                line = encode({"jsonrpc": "2.0", "method": "trace", "params": told})
                subscriber.send(line + b"\n")

            follower = Follower(hall.loop, send, lambda: subscriber.unsent() < UNSENT)
            kept = tap.follow(follower.take)

            def end() -> None:
                tap.leave(follower.take)
                follower.close()

        head = self._head(device) | {"started": times.at(start_ns)}
        return {"head": head, "kept": [times.line(one, now_ns) for one in kept]}, end

    def _head(self, device: str) -> dict[str, Any]:
        settings = self._hall.settings
        view = device_view(settings, device, None, 0)
        sharing = [device, *view["shares_line_with"]]
        return {
            "trace": 1,
            "device": device,
            **{name: view[name] for name in ("kind", "port", "line")},
            "devices": {name: settings.devices[name].kind for name in sharing},
            **{name: view[name] for name in ("line_settings", "options")},
        }

    def _known(self, params: dict[str, Any]) -> str:
        device = msgspec.convert(params, Device).device
        if device not in {h.device for h in self._hall.supervisor.health()}:
            raise QueryError(unknown_device(device))
        return device

    def _record(self, action: str, device: str, user: str) -> None:
        self._hall.submit_own(RecordAction(action, device), by=f"hallctl:{user}")

    async def _recorded(self, action: str, device: str, user: str) -> None:
        """Wait until the act is on the disk. Raises ``QueryError`` when it cannot be."""
        by = f"hallctl:{user}"
        outcome = await submitted(self._hall, RecordAction(action, device, by), by)
        if outcome.refusal is not None:
            raise QueryError(outcome.refusal)


class _Times:
    """Times of one trace: milliseconds since its beginning, and the machine's wall clock."""

    def __init__(self, start_ns: int, wall_ns: int) -> None:
        self._start_ns = start_ns
        self._wall_ns = wall_ns

    def at(self, at_ns: int) -> str:
        """Return the wall clock at ``at_ns``."""
        seconds = (at_ns + self._wall_ns) / 1e9
        return datetime.fromtimestamp(seconds, UTC).astimezone().isoformat(timespec="milliseconds")

    def line(self, one: Chunk | int, now_ns: int) -> dict[str, Any]:
        """Return a piece, or how many were lost, as a line of a trace."""
        at_ns = now_ns if isinstance(one, int) else one.at_ns
        told = {"lost": one} if isinstance(one, int) else one.fields()
        return {"ms": round((at_ns - self._start_ns) / 1e6, 3), "at": self.at(at_ns), **told}


def unknown_device(device: str) -> Refusal:
    """Say that there is no such device."""
    return Refusal(
        "unknown_device",
        f"没有设备 {device}，请用 hallctl devices 查看。",
        f"There is no device {device}; see hallctl devices.",
    )


def _no_bytes(device: str, kind: str) -> Refusal:
    return Refusal(
        "no_bytes",
        f"{device}（{kind}）不经本服务的串口或网络线路，没有可记录的通信。"
        f"请看 hallctl devices watch {device}。",
        f"{device} ({kind}) has no line of ours, so there are no bytes to trace. "
        f"See hallctl devices watch {device}.",
    )


def _failed(error: DeviceError, health: Sentence) -> Refusal:
    """Say why a self-test failed: what ended it, for the device itself may be well (busy)."""
    if isinstance(error, DeviceFault):
        return Refusal("device_failed", error.zh, error.en)
    if isinstance(error, FrameError):
        return Refusal(
            "device_failed",
            "设备的应答无法识别，请再试一次；仍不行请检查连线。",
            "What the device answered cannot be read: try again, then see to its cable.",
        )
    return Refusal("device_failed", health.zh, health.en)


def _slow(device: str) -> Refusal:
    return Refusal(
        "test_not_ended",
        f"{device} 的自检 {TEST_S:.0f} 秒内没有结束，请用 hallctl devices show {device} 查看。",
        f"The self-test of {device} did not end within {TEST_S:.0f} s; "
        f"see hallctl devices show {device}.",
    )


def _nothing() -> None:
    return None
