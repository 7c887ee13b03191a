"""Readers at a port, in their worker: the simulator's pty, or the one that ``HALL_HW_CARD`` names.

``HALL_HW_CARD=/dev/ttyUSB0`` tries a real ID-card reader: lay a card while it runs. Nothing of it
is shown.
"""

from __future__ import annotations

import io
import logging
import os
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from devices.base import HealthState
from devices.card_reader.reports import CardRead, CardRefused, CodeRead, CodeRefused, Lifted
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from devices.tracefile import Chunk
from firmware_py.runtime.device_events import Lost, Opened, Reported
from firmware_py.runtime.supervisor import Supervisor
from tests.devices.card_reader.cards import CARDS, PRIVATE
from tests.runtime.echo import BenchThread, Listener, bench

REAL = os.environ.get("HALL_HW_CARD", "")


class Place:
    """A reader and a scanner with their simulators, and whoever listens."""

    def __init__(self, far: BenchThread, supervisor: Supervisor, listener: Listener) -> None:
        self.far = far
        self.supervisor = supervisor
        self.listener = listener

    def press(self, device: str, key: str, value: int | None = None) -> None:
        self.far.do(lambda host: host.press(device, key, value))

    def fault(self, device: str, name: str, *, active: bool = True) -> None:
        self.far.do(lambda host: host.fault(device, name, active=active))

    def finds(self, count: int) -> None:
        """Wait until the reader looked for cards so often."""
        deadline = time.monotonic() + 60
        while self.far.do(lambda host: host.seen("reader")["finds"]) < count:
            assert time.monotonic() < deadline
            threading.Event().wait(0.02)

    def kept(self, device: str) -> list[Chunk]:
        tap = self.supervisor.tap(device)
        assert tap is not None
        return tap.kept()

    def reported(self, count: int, timeout_s: float = 60.0) -> Reported:
        return self.listener.wait(Reported, count=count, timeout_s=timeout_s)


@pytest.fixture
def specs(tmp_path: Path) -> dict[str, DeviceSpec]:
    return {
        "reader": DeviceSpec(name="reader", kind="card_reader.sdt", port=str(tmp_path / "reader")),
        "scanner": DeviceSpec(
            name="scanner", kind="card_reader.scanner_serial", port=str(tmp_path / "scanner")
        ),
    }


@pytest.fixture
def place(specs: dict[str, DeviceSpec]) -> Iterator[Place]:
    listener = Listener()
    with bench(lambda: SimHost({}, specs)) as far:
        supervisor = Supervisor({}, specs, listener)
        supervisor.start()
        try:
            listener.wait(Opened, count=2)
            yield Place(far, supervisor, listener)
        finally:
            assert supervisor.stop() == []


def test_a_card_is_laid_read_and_lifted_on_a_port(place: Place) -> None:
    place.press("reader", "citizen-2")
    read = place.reported(1).report
    assert isinstance(read, CardRead)
    assert read.person.number == "11010519491231002X"
    place.press("reader", "lift")
    assert place.reported(2).report == Lifted()
    assert place.far.do(lambda host: host.seen("reader")["finds_too_soon"]) == 0
    assert place.supervisor.health_of("reader").identity.startswith("SAM 05.03")


@pytest.mark.parametrize("wire", ["split", "slow", "noise"])
def test_a_card_is_read_over_a_bad_wire(place: Place, wire: str) -> None:
    place.fault("reader", wire)
    place.press("reader", "foreigner-2023")
    read = place.reported(1).report
    if wire == "noise" and isinstance(read, CardRefused):
        assert read.code == "garbled"
        return
    assert isinstance(read, CardRead)
    assert read.person.name.endswith("OF UTOPIA")


def test_a_silent_reader_is_lost_and_comes_back(place: Place) -> None:
    place.fault("reader", "silent")
    place.listener.wait(Lost, "reader")
    assert place.supervisor.health_of("reader").state is HealthState.GONE
    place.fault("reader", "silent", active=False)
    place.listener.wait(Opened, "reader", count=2)
    place.press("reader", "citizen")
    assert isinstance(place.reported(1).report, CardRead)


def test_codes_come_from_a_port(place: Place) -> None:
    place.press("scanner", "appointment", 42)
    place.press("scanner", "link")
    place.reported(2)
    [code, refused] = [one.report for one in place.listener.of(Reported)]
    assert isinstance(code, CodeRead)
    assert (code.kind, code.text) == ("appointment", "YY-00000042")
    assert isinstance(refused, CodeRefused)


def test_no_number_and_no_name_is_in_logs_reprs_traces_health_or_errors(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = io.StringIO()
    count = 0
    for name in CARDS:
        place.press("reader", name)
        place.reported(count + 1)
        place.press("reader", "lift")
        place.reported(count + 2)
        count += 2
    for name in ("citizen", "foreigner-2023"):
        place.fault("reader", "bad-card")
        place.press("reader", name)
        place.reported(count + 1)
        place.fault("reader", "bad-card", active=False)
        place.press("reader", "lift")
        # Seen to be lifted: the next refusal is another card's.
        place.finds(place.far.do(lambda host: int(host.seen("reader")["finds"])) + 2)
        count += 1
    place.press("reader", "citizen")
    place.reported(count + 1)
    count += 1
    place.fault("reader", "bad-checksum")
    place.supervisor.restart("reader")
    place.listener.wait(Lost, "reader")
    place.press("scanner", "appointment", 42)
    place.reported(count + 1)
    for event in place.listener.events:
        print(event, repr(event), f"{event}", file=shown)
    for device in ("reader", "scanner"):
        print(place.supervisor.health_of(device), file=shown)
    for record in caplog.records:
        print(record.getMessage(), record.exc_text, record.args, file=shown)
    traces = b"".join(
        chunk.data for device in ("reader", "scanner") for chunk in place.kept(device)
    )
    assert shown.getvalue().count("CardRead(<") == 3 * (len(CARDS) + 1)
    assert shown.getvalue().count("bad_data") >= 2
    assert b"\xaa\xaa\xaa\x96\x69\x05\x08\x00\x00\x90****" in traces
    for private in (*PRIVATE, "YY-00000042"):
        assert private not in shown.getvalue()
        for coding in ("ascii", "utf-8", "utf-16-le", "gb18030"):
            data = private.encode(coding, "ignore")
            assert not data or data not in traces


@pytest.mark.skipif(not REAL, reason="HALL_HW_CARD names no port")
def test_a_real_reader_says_who_it_is_and_reads_a_card() -> None:
    spec = DeviceSpec(name="reader", kind="card_reader.sdt", port=REAL)
    listener = Listener()
    supervisor = Supervisor({}, {"reader": spec}, listener)
    supervisor.start()
    try:
        assert listener.wait(Opened).status.state is HealthState.OK
        supervisor.post("reader", partial(_test))
        listener.wait(Reported, timeout_s=30)
        assert supervisor.health_of("reader").code == "test_card_read"
    finally:
        assert supervisor.stop() == []


def _test(driver: object) -> object:
    return driver.self_test()  # type: ignore[attr-defined]
