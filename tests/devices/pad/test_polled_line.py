"""Four polled pads on one line of the bench, over a real pty, with the faults of such lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.base import HealthState, Input, Status
from devices.simhost import SimHost
from devices.specs import DeviceSpec, LineSpec
from firmware_py.runtime.device_events import Opened, Reported
from firmware_py.runtime.supervisor import Supervisor
from tests.devices.pad.pad_line import meant
from tests.runtime.echo import BenchThread, Listener, bench

PADS = ("pad-1", "pad-2", "pad-3", "pad-4")


class Hall:
    """The far ends of four pads, and what their drivers report."""

    def __init__(self, far: BenchThread, listener: Listener, supervisor: Supervisor) -> None:
        self.far, self.listener, self.supervisor = far, listener, supervisor

    def press(self, pad: str, key: str, value: int | None = None) -> None:
        self.far.do(lambda host: host.press(pad, key, value))

    def fault(self, pad: str, fault: str) -> None:
        self.far.do(lambda host: host.fault(pad, fault))

    def inputs(self, pad: str) -> list[Input]:
        return meant(event.report for event in self.listener.of(Reported, pad))

    def wait_for(self, pad: str, report: Input | HealthState) -> None:
        """Wait until the pad's driver has said this."""
        count = 1
        while True:
            said = self.listener.wait(Reported, pad, count=count).report
            known = meant([said])[0] if isinstance(said, Input) else said
            if known == report or (isinstance(said, Status) and said.state is report):
                return
            count += 1


@contextmanager
def hall(tmp_path: Path) -> Iterator[Hall]:
    lines = {"pads": LineSpec(name="pads", port=str(tmp_path / "pads"))}
    devices = {
        name: DeviceSpec(
            name=name,
            kind="pad.profile",
            line="pads",
            options={"profile": "polled", "address": int(name[-1])},
        )
        for name in PADS
    }
    listener = Listener()
    with bench(lambda: SimHost(lines, devices)) as far:
        supervisor = Supervisor(lines, devices, listener)
        supervisor.start()
        try:
            for name in PADS:
                listener.wait(Opened, name)
            made = Hall(far, listener, supervisor)
            for name in PADS:
                made.wait_for(name, HealthState.OK)
            yield made
        finally:
            assert supervisor.stop() == []


def test_each_pad_is_heard_once_and_acknowledged(tmp_path: Path) -> None:
    with hall(tmp_path) as made:
        for pad, key, value, word in (
            ("pad-1", "next", None, Input("call_next")),
            ("pad-4", "rating", 5, Input("rate", 5)),
            ("pad-2", "no-show", None, Input("no_show")),
            ("pad-1", "pause", None, Input("pause")),
        ):
            made.press(pad, key, value)
            made.wait_for(pad, word)
        assert made.inputs("pad-1") == [Input("call_next"), Input("pause")]
        assert made.inputs("pad-3") == []
        made.supervisor.post("pad-3", lambda driver: driver.show(7, "A015"))
        made.press("pad-3", "next")
        made.wait_for("pad-3", Input("call_next"))
        seen = made.far.do(lambda host: host.seen("pad-3"))
        assert (seen["waiting"], seen["number"]) == ("7", "015")


def test_a_silent_pad_is_gone_and_comes_back_while_the_others_go_on(tmp_path: Path) -> None:
    with hall(tmp_path) as made:
        made.fault("pad-2", "silent")
        made.wait_for("pad-2", HealthState.GONE)
        made.press("pad-3", "next")
        made.wait_for("pad-3", Input("call_next"))
        before = len(made.listener.of(Reported, "pad-2"))
        made.far.do(lambda host: host.clear("pad-2"))
        back = made.listener.wait(Reported, "pad-2", count=before + 1).report
        assert isinstance(back, Status)
        assert back.state is HealthState.OK


@pytest.mark.parametrize(
    "fault", ["repeats", "bad-checksum", "half-frame", "neighbour", "late-answer"]
)
def test_a_faulty_pad_makes_no_second_press_and_none_of_a_neighbour(
    tmp_path: Path, fault: str
) -> None:
    with hall(tmp_path) as made:
        made.fault("pad-2", fault)
        made.press("pad-2", "recall")
        if fault in {"bad-checksum", "half-frame"}:
            # Nothing good came: the key is still there when the line is well again.
            made.wait_for("pad-2", HealthState.GONE)
            made.far.do(lambda host: host.clear("pad-2"))
        made.wait_for("pad-2", Input("recall"))
        # One more key of another pad: by then the rounds have come by the faulty one again.
        for _ in range(3):
            made.press("pad-4", "pause")
            made.wait_for("pad-4", Input("pause"))
        assert made.inputs("pad-2") == [Input("recall")]
        assert made.inputs("pad-1") == []
