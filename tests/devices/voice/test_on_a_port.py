"""A chip at a port: the simulator's pty, or the one that ``HALL_HW_VOICE`` names.

``HALL_HW_VOICE=voice.xfs5152:/dev/ttyUSB0`` tries a real chip; listen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from devices.base import HealthState, Input
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from devices.voice.speech import Phrase, Speech, Voice
from firmware_py.runtime.device_events import Finished, Opened, Outcome, Reported
from firmware_py.runtime.supervisor import Supervisor
from tests.runtime.echo import Listener, bench

REAL = os.environ.get("HALL_HW_VOICE", "")


@pytest.fixture(params=[REAL] if REAL else ["voice.syn6288", "voice.xfs5152"])
def chip(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DeviceSpec]:
    kind, _, port = str(request.param).partition(":")
    spec = DeviceSpec(name="voice", kind=kind, port=port or str(tmp_path / "voice"))
    if port:
        yield spec
        return
    with bench(lambda: SimHost({}, {"voice": spec})) as far:
        far.do(lambda host: host.fault("voice", "quick", 20))
        yield spec


def say(speech: Speech, driver: Voice) -> None:
    driver.speak(speech)


def test_it_says_two_calls_one_after_the_other_and_tells_when(chip: DeviceSpec) -> None:
    listener = Listener()
    supervisor = Supervisor({}, {"voice": chip}, listener)
    supervisor.start()
    try:
        assert listener.wait(Opened).status.state is HealthState.OK
        for number, text in ((1, "请A零零一号到一号窗口"), (2, "请A零零二号到二号窗口")):
            speech = Speech(number, (Phrase(text, "zh"),), 60)
            supervisor.post("voice", partial(say, speech))
        assert listener.wait(Finished, count=2).result.outcome is Outcome.DONE
        listener.wait(Reported, count=2)
        said = [one.report for one in listener.of(Reported)]
        assert [one for one in said if isinstance(one, Input)] == [
            Input("spoken", 1),
            Input("spoken", 2),
        ]
    finally:
        assert supervisor.stop() == []
