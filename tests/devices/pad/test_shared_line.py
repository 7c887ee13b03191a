"""Three pads on one line of the bench, over a real pty, with the wire's own faults."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from devices.base import Input
from devices.pad.driver import ProfilePad
from devices.pad.options import Ff68Options
from devices.simhost import SimHost
from devices.specs import DeviceSpec, LineSpec
from devices.transport import LineSettings, open_line
from tests.devices.pad.pad_line import meant

ADDRESSES = (1, 2, 15)
PLAN = (
    ("pad-1", "next", None, Input("call_next")),
    ("pad-15", "no-show", None, Input("no_show")),
    ("pad-2", "rating", 5, Input("rate", 5)),
    ("pad-2", "call-back", None, Input("call_back")),
    ("pad-15", "transfer", None, Input("transfer")),
)
DEADLINE_S = 60.0


async def play(folder: Path, faults: tuple[str, ...]) -> dict[str, list[Input]]:
    """Press each key of the plan once it is quiet again; return what each driver reported."""
    spec = LineSpec(name="pads", port=str(folder / "pads"))
    devices = {
        f"pad-{address}": DeviceSpec(
            name=f"pad-{address}", kind="pad.ff68", line="pads", address=address
        )
        for address in ADDRESSES
    }
    heard: dict[str, list[Input]] = {name: [] for name in devices}
    async with SimHost({"pads": spec}, devices) as host:
        for fault in faults:
            host.fault("pads", fault)
        line = open_line(spec.port, LineSettings(baud=9600))
        pads = [ProfilePad(f"pad-{a}", Ff68Options(address=a), line) for a in ADDRESSES]
        for pad in pads:
            pad.open()
        for name, key, value, _ in PLAN:
            host.press(name, key, value)
            deadline = time.monotonic() + DEADLINE_S
            while host.seen(name)["unanswered"]:
                assert time.monotonic() < deadline
                data = line.read_available()
                for pad in pads:
                    heard[pad.name] += meant(pad.feed(data))
                await asyncio.sleep(0.001)
            assert host.seen(name)["given_up"] == 0
        line.close()
    return heard


@pytest.mark.parametrize("faults", [(), ("split",)], ids=["clean", "split"])
def test_each_pad_is_heard_by_its_own_driver_alone(tmp_path: Path, faults: tuple[str, ...]) -> None:
    heard = asyncio.run(play(tmp_path, faults))
    for name, inputs in heard.items():
        assert inputs == [expected for pad, _, _, expected in PLAN if pad == name]


def test_noise_on_the_line_loses_no_press_and_makes_none(tmp_path: Path) -> None:
    heard = asyncio.run(play(tmp_path, ("noise",)))
    for name, inputs in heard.items():
        assert inputs == [expected for pad, _, _, expected in PLAN if pad == name]
