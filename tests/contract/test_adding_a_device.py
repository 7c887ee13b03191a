"""The worked example of docs/adding-a-device.md runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from devices.base import Driver, HealthState, Kind
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from firmware_py.runtime.device_events import Finished, Opened
from firmware_py.runtime.supervisor import Supervisor
from tests.runtime.echo import Listener, bench

DOCUMENT = Path(__file__).parents[2] / "docs" / "adding-a-device.md"


def block(name: str) -> str:
    found = re.search(
        rf"^```python {name}\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"no block {name}"
    return found[1]


def run(name: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(block(name), f"{DOCUMENT.name}:{name}", "exec"), names)  # noqa: S102 - our own page
    return names


def test_the_pages_vectors_hold() -> None:
    run("vectors", run("driver", {"__name__": "tower"}))


def test_the_pages_table_line_is_a_kind() -> None:
    made = eval(block("registry"), {"Kind": Kind})  # noqa: S307 - our own page
    assert isinstance(made, Kind)
    assert made.line == {"baud": 9600}


def test_the_pages_driver_and_simulator_understand_each_other(tmp_path: Path) -> None:
    driver = run("driver", {"__name__": "tower"})
    simulator = run("simulator", {"__name__": "simulator"})
    spec = DeviceSpec(name="tower", kind="pad.ff68", port=str(tmp_path / "tower"))
    options = driver["TowerOptions"]()
    listener = Listener()

    def make(device: DeviceSpec, line: Any) -> Driver:
        made = driver["Tower"](device.name, options, line)
        assert isinstance(made, Driver)
        return made

    host = bench(
        lambda: SimHost(
            {}, {"tower": spec}, make_simulator=lambda d: simulator["TowerSimulator"](d.name, None)
        )
    )
    with host as far:
        supervisor = Supervisor({}, {"tower": spec}, listener, make_driver=make)
        supervisor.start()
        try:
            assert listener.wait(Opened).status.state is HealthState.UNKNOWN
            supervisor.post("tower", lambda tower: tower.set("yellow", "blink"))
            supervisor.post("tower", lambda tower: tower.set("green", "on"))
            listener.wait(Finished, count=2)
            seen: dict[str, Any] = {}
            while seen.get("rx_bytes", 0) < 5:
                seen = far.do(lambda h: h.seen("tower"))
            assert (seen["red"], seen["yellow"], seen["green"]) == ("off", "blink", "on")
        finally:
            assert supervisor.stop() == []
