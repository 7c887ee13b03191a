"""The bench: plays the far end of every line of a configuration.

It reads the same tables of lines and devices as the daemon, makes a pty behind each path, a
server behind each ``socket://127.0.0.1:port`` and a Unix socket behind each ``mock:path``, and
puts the kinds' simulators there. The drivers cannot tell.

``python -m devices.simhost --plan plan.json --control path`` runs it as a process that takes
commands on a Unix socket (see ``devices.simcontrol``) and ends cleanly on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import msgspec

from devices.registry import convert_options, kind, load_driver, load_simulator
from devices.simcontrol import ControlServer
from devices.simerrors import BenchError, no_such_fault, no_such_key, unknown_device, unplugged
from devices.simports import make_wire
from devices.simulator import Simulator, UnknownFault, UnknownKey
from devices.simwire import WIRE_FAULTS, Station, Wire
from devices.specs import DeviceSpec, LineSpec, lines_of, raw_options
from devices.transport import LineSettings

__all__ = ["Plan", "SimHost", "load_plan", "main"]

MakeSimulator = Callable[[DeviceSpec], Simulator]

#: Wire faults that one device of a shared line can have alone.
_OWN_FAULTS = frozenset({"silent"})


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines and devices by name."""

    lines: dict[str, LineSpec] = {}
    devices: dict[str, DeviceSpec] = {}


def load_plan(data: bytes) -> Plan:
    """Read a plan from JSON; a table's key is its name.

    ``{"lines": {"pads": {"port": "/run/hall/pads"}}, "devices": {"pad-1": {"kind": "pad.ff68",
    "line": "pads", "address": 1, "options": {}}}}``. Raises ``msgspec.ValidationError``.
    """
    raw = msgspec.json.decode(data, type=dict[str, dict[str, dict[str, Any]]])
    named = {
        table: {name: {"name": name, **entry} for name, entry in entries.items()}
        for table, entries in raw.items()
    }
    return msgspec.convert(named, Plan)


def registered_simulator(device: DeviceSpec) -> Simulator:
    """Make the simulator that the registry has for the device's kind."""
    options = convert_options(device.kind, raw_options(device))
    return load_simulator(device.kind)(device.name, options)


class SimHost:
    """All simulated devices of a hall, in the running event loop."""

    def __init__(
        self,
        lines: Mapping[str, LineSpec],
        devices: Mapping[str, DeviceSpec],
        *,
        make_simulator: MakeSimulator = registered_simulator,
        seed: int = 0,
    ) -> None:
        self._devices = dict(devices)
        self._wires: dict[str, Wire] = {}
        self._stations: dict[str, Station] = {}
        by_port: dict[str, Wire] = {}
        for spec in lines_of(lines, devices).values():
            settings = spec.settings or LineSettings()
            wire = make_wire(spec.name, spec.port, settings.baud, seed)
            self._wires[spec.name] = by_port.setdefault(spec.port, wire)
        for device in devices.values():
            wire = self._wire_of(device, by_port, seed)
            station = Station(make_simulator(device), wire)
            wire.stations.append(station)
            self._stations[device.name] = station

    def start(self) -> None:
        """Make every port. Raises ``OSError`` when one cannot be made, and then makes none."""
        try:
            for wire in self._all_wires():
                wire.plug()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove every port. A second call does nothing."""
        for wire in self._all_wires():
            wire.close()

    async def __aenter__(self) -> Self:
        """Start."""
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        self.close()

    # ---- what a person or a test does; each raises ``BenchError``

    def simulator(self, device: str) -> Simulator:
        """Return the device's simulator, for tests in the same process."""
        return self._station(device).simulator

    def station(self, device: str) -> Station:
        """Return the device's place on its wire, with its times and counts."""
        return self._station(device)

    def wire(self, name: str) -> Wire:
        """Return the wire of a line or of a device."""
        return self._wires[name] if name in self._wires else self._station(name).wire

    def press(self, device: str, key: str, value: int | None = None) -> dict[str, Any]:
        """Press a key; return when its bytes went out (``time.monotonic_ns``)."""
        station = self._station(device)
        if not (station.present and station.wire.plugged):
            raise unplugged(device)
        wanted = key.replace("-", "_")
        try:
            station.simulator.press(wanted, value)
        except UnknownKey as error:
            hint = "" if str(error) == wanted else str(error)
            raise no_such_key(device, key, hint) from error
        return {"tx_ns": station.last_tx_ns}

    def fault(
        self, name: str, fault: str, value: float | None = None, *, active: bool = True
    ) -> dict[str, Any]:
        """Begin or end a fault of a device, or of its wire (then all devices on it have it).

        ``value`` is a number that belongs to the fault; ``paper-out-at:40`` carries it too.
        """
        wanted, _, number = fault.replace("-", "_").partition(":")
        try:
            value = float(number) if number else value
        except ValueError:
            raise no_such_fault(name, fault, self._faults_of(name)) from None
        station = self._stations.get(name)
        if station is not None and self._shared(station) and wanted in _OWN_FAULTS:
            station.silent = active
            return {"devices": [name]}
        if wanted in WIRE_FAULTS:
            wire = self.wire(name)
            wire.set_fault(wanted, value, active=active)
            return {"devices": [s.simulator.name for s in wire.stations]}
        if station is None and name in self._wires:
            raise no_such_fault(name, fault, WIRE_FAULTS)
        simulator = self._station(name).simulator
        spelled = {known.replace("-", "_"): known for known in simulator.faults}
        full = spelled.get(wanted, wanted) + ("" if value is None else f":{value:g}")
        try:
            simulator.fault(full, active=active)
        except UnknownFault as error:
            raise no_such_fault(name, fault, self._faults_of(name)) from error
        return {"devices": [name]}

    def clear(self, name: str) -> dict[str, Any]:
        """End all faults of a device and of its wire."""
        wire = self.wire(name)
        wire.clear_faults()
        cleared = [self._stations[name]] if name in self._stations else wire.stations
        for station in cleared:
            station.silent = False
            # All that it knows: a fault that waits for its moment is not among the active ones.
            for fault in station.simulator.faults:
                station.simulator.fault(fault, active=False)
        return {"devices": [s.simulator.name for s in cleared]}

    def unplug(self, name: str) -> dict[str, Any]:
        """Pull a plug: a line's, or that of one device on a shared line."""
        station = self._stations.get(name)
        if station is not None and self._shared(station):
            station.present = False
            return {"devices": [name]}
        wire = self.wire(name)
        wire.unplug()
        return {"devices": [s.simulator.name for s in wire.stations]}

    def plug(self, name: str) -> dict[str, Any]:
        """Put the plug back."""
        station = self._stations.get(name)
        if station is not None and self._shared(station) and station.wire.plugged:
            if not station.present:
                station.present = True
                station.simulator.plugged()
            return {"devices": [name]}
        wire = self.wire(name)
        wire.plug()
        return {"devices": [s.simulator.name for s in wire.stations]}

    def seen(self, device: str) -> dict[str, Any]:
        """Return what a person sees on the device, and what went over its wire and when."""
        station = self._station(device)
        return {
            "rx_bytes": station.rx_bytes,
            "tx_bytes": station.tx_bytes,
            "last_rx_ns": station.last_rx_ns,
            "last_tx_ns": station.last_tx_ns,
            # A simulator that knows better which byte counted for it may say so.
            **station.simulator.seen(),
        }

    def times(self, device: str) -> list[tuple[int, int]]:
        """Return and forget when bytes arrived at the device: (monotonic ns, how many)."""
        station = self._station(device)
        found = list(station.rx_times)
        station.rx_times.clear()
        return found

    def pictures(self, folder: Path, device: str | None = None) -> list[Path]:
        """Write what people saw since the last call as PNG files; return them."""
        folder.mkdir(parents=True, exist_ok=True)
        names = [device] if device is not None else list(self._stations)
        return [
            path for name in names for path in self._station(name).simulator.save_pictures(folder)
        ]

    def listing(self) -> list[dict[str, Any]]:
        """Return every device with its kind, port and faults."""
        return [
            {
                "device": name,
                "kind": self._devices[name].kind,
                "line": station.wire.name,
                "port": station.wire.port,
                "plugged": station.wire.plugged and station.present,
                "faults": sorted(
                    {*station.simulator.active_faults, *station.wire.faults}
                    | ({"silent"} if station.silent else set())
                ),
                "can": self._faults_of(name),
                "overrun": station.wire.overrun,
            }
            for name, station in self._stations.items()
        ]

    # ---- inside

    def _wire_of(self, device: DeviceSpec, by_port: dict[str, Wire], seed: int) -> Wire:
        name = device.line if device.line is not None else device.name
        if name in self._wires:
            return self._wires[name]
        # A device without a byte stream (GPIO): its pins are behind the socket of its options.
        port = _mock_port(device)
        if port not in by_port:
            by_port[port] = make_wire(port, port, LineSettings().baud, seed)
        self._wires[device.name] = by_port[port]
        return by_port[port]

    def _station(self, device: str) -> Station:
        try:
            return self._stations[device]
        except KeyError:
            raise unknown_device(device, [*self._stations, *self._wires]) from None

    def _faults_of(self, device: str) -> list[str]:
        # A simulator may have a fault of its own by the same name as a wire's.
        return [*dict.fromkeys((*self._station(device).simulator.faults, *WIRE_FAULTS))]

    def _shared(self, station: Station) -> bool:
        return len(station.wire.stations) > 1

    def _all_wires(self) -> list[Wire]:
        return list({id(wire): wire for wire in self._wires.values()}.values())


def _mock_port(device: DeviceSpec) -> str:
    options = convert_options(device.kind, raw_options(device))
    for value in msgspec.to_builtins(options).values():
        if isinstance(value, str) and value.startswith("mock:"):
            return value
    # Its pins, address, source, path or service: whichever option says where it is.
    needs = "a line or a port" if load_driver(device.kind).needs_line else "an option 'mock:PATH'"
    raise ValueError(f"device {device.name} ({kind(device.kind).name}) needs {needs} on the bench")


async def _serve(plan: Plan, control: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with SimHost(plan.lines, plan.devices) as host, ControlServer(host, control, stop.set):
        await stop.wait()


def main(arguments: list[str] | None = None) -> int:
    """Run the bench as a process; 2 for a plan that is wrong, 1 for ports that cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m devices.simhost", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True, help="plan of lines and devices, JSON")
    parser.add_argument("--control", type=Path, required=True, help="path of the control socket")
    given = parser.parse_args(arguments)
    try:
        plan = load_plan(given.plan.read_bytes())
        asyncio.run(_serve(plan, given.control))
    except (ValueError, msgspec.MsgspecError) as error:
        sys.stderr.write(f"{given.plan}: {error}\n")
        return 2
    except (OSError, BenchError) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
