"""Sets up a hall of many Pis on this machine: one broker, and a daemon for each of them.

Each daemon has a folder of its own (``hub/run``, ``hub/data``, ``window-3/run``, ...) and the same
configuration file; the wires of all simulated devices are in ``wire/``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from firmware_py.bench.stage import ROOT, Stage, free_port, without_name
from firmware_py.config.file import load_all
from firmware_py.runtime.hall import device_specs

__all__ = ["HUB", "SpreadStage"]

HUB = "hub"
SPREAD = ROOT / "config" / "spread.toml"


class SpreadStage(Stage):
    """As ``Stage``; ``nodes`` are the other Pis. ``hall_socket`` is the hub's."""

    def __init__(self, folder: Path, config: Path = SPREAD) -> None:
        super().__init__(folder, config, broker=True)
        self.wire = folder / "wire"
        self.environment |= {
            "HALL_WIRE": str(self.wire),
            "HALL_NODE": HUB,
            "HALL_PRINTER2_PORT": str(free_port()),
        }
        self.nodes = tuple(load_all(config, self.environment).settings.nodes)

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

    def start_node(self, node: str) -> None:
        """Start a Pi's daemon; the hub's is ``start_hall``."""
        program = [sys.executable, "-m", *self.daemon, "--config", str(self.config)]
        self._start(f"halld-{node}", program, self.of_node(node))

    def _plan(self) -> dict[str, dict[str, Any]]:
        """All Pis' devices: one process plays them."""
        plan: dict[str, dict[str, Any]] = {"lines": {}, "devices": {}}
        for node in (HUB, *self.nodes):
            found = device_specs(load_all(self.config, self.of_node(node)).settings)
            lines, devices = found
            plan["lines"] |= {name: without_name(spec) for name, spec in lines.items()}
            plan["devices"] |= {name: without_name(spec) for name, spec in devices.items()}
        return plan
