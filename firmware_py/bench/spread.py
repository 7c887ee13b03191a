"""Sets up a hall of many Pis on this machine: one broker, and a daemon for each of them.

Each daemon has a folder of its own (the hub ``run`` and ``data``, the others ``window-3/run``,
``window-3/data``, ...) and the same configuration file; the wires of all simulated devices are in
``wire/``. With ``apart`` each has a network of its own, and a cable to the broker's switch.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

from firmware_py.bench.client import HallClient
from firmware_py.bench.namespaces import BROKER, Namespaces
from firmware_py.bench.stage import ROOT, Stage, free_port, without_name
from firmware_py.config.file import load_all
from firmware_py.runtime.hall import device_specs

__all__ = ["HUB", "SPREAD", "SpreadStage", "known_at"]

HUB = "hub"
SPREAD = ROOT / "config" / "spread.toml"
#: The Pi at which each of the bench's screens stands.
SCREENS_AT = {"screen-wall": "wall-1", "screen-kiosk": "kiosk-1", "screen-window": "window-3"}
#: What every Pi must know of the hall as the hub does.
_KNOWN = ("last_seq", "day", "day_open", "waiting", "calls", "finished", "taken", "alarms")


class SpreadStage(Stage):
    """As ``Stage``; ``nodes`` are the other Pis. ``hall_socket`` is the hub's."""

    def __init__(self, folder: Path, config: Path = SPREAD, *, apart: bool = False) -> None:
        super().__init__(folder, config, broker=True)
        if apart:
            self.broker_host = BROKER
        self.wire = folder / "wire"
        self.environment |= {
            "HALL_WIRE": str(self.wire),
            "HALL_NODE": HUB,
            "HALL_BROKER_HOST": self.broker_host,
            "HALL_PRINTER2_PORT": str(free_port()),
        }
        self.nodes = tuple(load_all(config, self.environment).settings.nodes)
        #: Each Pi's own network; None where all share the loopback.
        self.networks = Namespaces((HUB, *self.nodes)) if apart else None

    async def __aenter__(self) -> Self:
        """Start everything and wait until it is there; not until all have joined."""
        if self.networks is not None:
            self.networks.make()
        await super().__aenter__()
        try:
            for node in self.nodes:
                self.start_node(node)
            for node in self.nodes:
                await (await HallClient.connect(self.socket_of(node))).close()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> dict[str, int]:
        """End what runs, and take the networks away."""
        try:
            return super().stop()
        finally:
            if self.networks is not None:
                self.networks.remove()

    def prepare(self, *, clean: bool = True) -> None:
        """Make the folders of all Pis; ``clean`` empties them first."""
        super().prepare(clean=clean)
        self.wire.mkdir(exist_ok=True)
        for node in self.nodes:
            for name in ("run", "data", "data/backup"):
                (self.folder / node / name).mkdir(parents=True, exist_ok=True)

    def of_node(self, node: str) -> Mapping[str, str]:
        """Return what a Pi's daemon and ``hallctl`` have in their environment."""
        if node == HUB:
            return self.environment
        own = self.folder / node
        return {
            **self.environment,
            "HALL_NODE": node,
            "HALL_RUN": str(own / "run"),
            "HALL_DATA": str(own / "data"),
        }

    def socket_of(self, node: str) -> Path:
        """Return a Pi's control socket."""
        return Path(self.of_node(node)["HALL_RUN"]) / "hall.sock"

    def config_of(self, node: str) -> Path:
        """Return a Pi's configuration: on the bench all have the same file."""
        return self.config

    def start_node(self, node: str) -> None:
        """Start a Pi's daemon; the hub's is ``start_hall``."""
        program = [sys.executable, "-m", *self.daemon, "--config", str(self.config_of(node))]
        self._start(f"halld-{node}", program, self.of_node(node))

    def starters(self) -> dict[str, Callable[[], None]]:
        """As of one Pi, and each Pi's daemon."""
        nodes = {f"halld-{node}": partial(self.start_node, node) for node in self.nodes}
        return {**super().starters(), **nodes}

    def start_screen(
        self, name: str, arguments: Sequence[str], extra: Mapping[str, str] | None = None
    ) -> None:
        """Start a screen at its Pi's daemon; those that stand at none are the hub's."""
        place = self.of_node(SCREENS_AT.get(name, HUB))
        super().start_screen(name, arguments, {**place, **(extra or {})})

    def _start(self, name: str, program: list[str], extra: Mapping[str, str] | None = None) -> None:
        """Start a process in its Pi's network; simulators and screens have no part in it."""
        if self.networks is not None and (name == "mosquitto" or name.startswith("halld")):
            place = {"mosquitto": "", "halld": HUB}.get(name, name.removeprefix("halld-"))
            program = self.networks.inside(place, program)
        super()._start(name, program, extra)

    def _plan(self) -> dict[str, dict[str, Any]]:
        """All Pis' devices: one process plays them."""
        plan: dict[str, dict[str, Any]] = {"lines": {}, "devices": {}}
        for node in (HUB, *self.nodes):
            found = device_specs(load_all(self.config, self.of_node(node)).settings)
            lines, devices = found
            plan["lines"] |= {name: without_name(spec) for name, spec in lines.items()}
            plan["devices"] |= {name: without_name(spec) for name, spec in devices.items()}
        return plan


async def known_at(client: HallClient) -> list[Any]:
    """Return what a Pi knows of the hall; that of a Pi that follows is the hub's, or will be."""
    status = await client.call("hall.status")
    tickets = await client.call("ticket.list")
    shown = sorted((one["number"], one["status"], one["window"]) for one in tickets)
    return [*(status.get(name) for name in _KNOWN), shown]
