"""What every kind of device owes, whoever wrote it. A new kind is tested by being registered."""

from __future__ import annotations

import contextlib
import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from devices.base import Driver, HealthState, Input, Reading, Sentence, Status
from devices.debian_library import debian_module
from devices.errors import DeviceError, DeviceUnavailable
from devices.registry import (
    KINDS,
    UnknownKind,
    convert_options,
    kind,
    load_driver,
    load_options,
    load_simulator,
)
from devices.simhost import SimHost
from devices.simulator import UnknownFault, UnknownKey
from devices.specs import DeviceSpec
from devices.transport import open_line
from firmware_py.runtime.device_events import Finished, Lost, Opened, Outcome
from firmware_py.runtime.supervisor import Supervisor
from tests.runtime.echo import Listener, bench

ROOT = Path(__file__).parents[2]
CHINESE = re.compile("[\u4e00-\u9fff]")

#: What a kind cannot do without.
NEEDED: dict[str, dict[str, Any]] = {
    "lamp.gpio": {"pin": 17},
    "lamp.modbus": {"red": 0, "amber": 1},
    "button.gpio": {"pin": 18},
    "pad.profile": {"profile": "polled"},
}

#: The option of a kind without a port that says where it is, and can say "the bench".
PLACES = {
    "voice.local": "output",
    "scanner.sane": "escl",
    "scanner.camera": "source",
    "scanner.folder": "path",
    "card_reader.pcsc": "service",
}

#: Libraries that Debian's packages bring and a machine may not have.
LIBRARIES = {"card_reader.pcsc": ("smartcard", "python3-pyscard")}


def skip_without_library(name: str) -> None:
    if name not in LIBRARIES:
        return
    try:
        debian_module(*LIBRARIES[name])
    except DeviceUnavailable as error:
        pytest.skip(str(error))


def device(name: str, tmp_path: Path) -> DeviceSpec:
    options = dict(NEEDED.get(name, {}))
    if kind(name).line:
        port = ("records:" if kind(name).records else "") + str(tmp_path / "it")
        return DeviceSpec(name="it", kind=name, port=port, options=options)
    place = PLACES.get(name, "pins")
    options[place] = f"mock:{tmp_path / 'mock'}"
    return DeviceSpec(name="it", kind=name, options=options)


class DeafLine:
    """A line on which nobody is: takes everything, says nothing."""

    port = "deaf"

    def read_available(self) -> bytes:
        return b""

    def read_some(self, timeout_s: float) -> bytes:
        return b""

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        pass

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        pass


def driver_on_a_deaf_line(name: str, tmp_path: Path) -> Driver:
    options = convert_options(name, device(name, tmp_path).options)
    return load_driver(name)("it", options, DeafLine() if kind(name).line else None)


@pytest.fixture(params=sorted(KINDS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def garbage() -> list[bytes]:
    dice = random.Random(20_241)
    chunks = [dice.randbytes(dice.randint(1, 24)) for _ in range(10_000)]
    # Half of it looks like something: the bytes with which the documents' frames begin and end.
    likely = bytes.fromhex("FF68031600 2123 2424 254610041D281A12377EA55A").ljust(32, b"\x00")
    chunks[::2] = [bytes(dice.choices(likely, k=len(chunk))) for chunk in chunks[::2]]
    return chunks


def test_the_table_loads_no_driver_and_no_library() -> None:
    script = (
        "import sys, devices.registry as r;"
        "heavy = {'escpos', 'PIL', 'gpiozero', 'segno', 'pymodbus'};"
        "drivers = {k.driver.partition(':')[0] for k in r.KINDS.values()};"
        "sys.exit(', '.join(sorted((heavy | drivers) & set(sys.modules))) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownKind) as caught:
        kind("led_wall.eq2014")
    assert all(known in str(caught.value) for known in KINDS)


def test_its_three_parts_load_and_fit(name: str) -> None:
    assert load_options(name).__struct_config__.frozen
    assert load_driver(name).needs_line == bool(kind(name).line)
    assert load_driver(name).poll_every_s > 0
    assert load_simulator(name).__doc__


def test_its_options_refuse_what_they_do_not_know(name: str, tmp_path: Path) -> None:
    options = device(name, tmp_path).options
    assert isinstance(convert_options(name, options), load_options(name))
    with pytest.raises(msgspec.ValidationError, match="no_such_option"):
        convert_options(name, {**options, "no_such_option": 1})


def test_its_driver_says_where_it_was_tried(name: str) -> None:
    module = sys.modules[load_driver(name).__module__]
    assert "hardware" in f"{module.__doc__} {load_driver(name).__doc__}".lower()


def test_silence_is_never_ok(name: str, tmp_path: Path) -> None:
    driver = driver_on_a_deaf_line(name, tmp_path)
    said: list[Status] = []
    try:
        said.append(driver.open())
        said += [report for report in driver.poll() if isinstance(report, Status)]
    except DeviceError:
        pass
    finally:
        driver.close()
    assert [status for status in said if status.state is HealthState.OK] == []


def test_garbage_is_survived(name: str, tmp_path: Path, garbage: list[bytes]) -> None:
    driver = driver_on_a_deaf_line(name, tmp_path)
    with contextlib.suppress(DeviceError):
        driver.open()
    for chunk in garbage:
        assert all(isinstance(report, Input | Status | Reading) for report in driver.feed(chunk))
    driver.close()


def test_it_closes_twice_and_without_having_been_opened(name: str, tmp_path: Path) -> None:
    driver = driver_on_a_deaf_line(name, tmp_path)
    driver.close()
    driver.close()


def test_its_simulator_survives_garbage_and_refuses_what_it_cannot(
    name: str, tmp_path: Path, garbage: list[bytes]
) -> None:
    spec = device(name, tmp_path)
    simulator = load_simulator(name)("it", convert_options(name, spec.options))
    simulator.send = lambda _: None
    simulator.later = lambda _delay, _call: None
    simulator.plugged()
    for chunk in garbage[:3000]:
        simulator.feed(chunk)
    json.dumps(simulator.seen(), ensure_ascii=False)
    with pytest.raises(UnknownKey):
        simulator.press("no_such_key")
    with pytest.raises(UnknownFault):
        simulator.fault("no_such_fault")
    for fault in simulator.faults:
        try:
            simulator.fault(fault)
        except UnknownFault:  # it needs a number
            simulator.fault(f"{fault}:1")
        simulator.fault(fault, active=False)
    assert simulator.active_faults == set()


def test_it_opens_against_its_simulator_and_tests_itself(name: str, tmp_path: Path) -> None:
    skip_without_library(name)
    spec = device(name, tmp_path)
    listener = Listener()
    with bench(lambda: SimHost({}, {"it": spec})) as far:
        supervisor = Supervisor({}, {"it": spec}, listener)
        supervisor.start()
        try:
            status = listener.wait(Opened).status
            assert status.state in {HealthState.OK, HealthState.UNKNOWN}
            assert CHINESE.search(status.say.zh)
            supervisor.post("it", lambda driver: driver.self_test())
            result = listener.wait(Finished).result
            assert result.outcome is Outcome.DONE, result
            assert isinstance(result.value, Sentence)
            assert CHINESE.search(result.value.zh)
            json.dumps(far.do(lambda host: host.seen("it")), ensure_ascii=False)
        finally:
            assert supervisor.stop() == []


def test_unplugged_it_is_lost_and_plugged_in_it_comes_back(name: str, tmp_path: Path) -> None:
    skip_without_library(name)
    spec = device(name, tmp_path)
    listener = Listener()
    with bench(lambda: SimHost({}, {"it": spec})) as far:
        supervisor = Supervisor({}, {"it": spec}, listener)
        supervisor.start()
        try:
            listener.wait(Opened)
            far.do(lambda host: host.unplug("it"))
            listener.wait(Lost)
            assert supervisor.health_of("it").state is HealthState.GONE
            far.do(lambda host: host.plug("it"))
            listener.wait(Opened, count=2)
        finally:
            assert supervisor.stop() == []


def test_a_port_of_another_is_not_taken(name: str, tmp_path: Path) -> None:
    if not kind(name).line:
        pytest.skip("has no port")
    spec = device(name, tmp_path)
    listener = Listener()
    with bench(lambda: SimHost({}, {"it": spec})):
        theirs = open_line(str(spec.port))
        supervisor = Supervisor({}, {"it": spec}, listener)
        supervisor.start()
        try:
            assert "another program" in listener.wait(Lost).status.say.en
            theirs.close()
            listener.wait(Opened)
        finally:
            assert supervisor.stop() == []
