"""A network scanner that we play, driven by sane-airscan as it drives everybody's."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from devices.base import HealthState, Sentence, Status
from devices.errors import DeviceTimeout, DeviceUnavailable, PortAbsent
from devices.scanner.base import RawPage, ScanSettings
from devices.scanner.faults import ScanFault
from devices.scanner.made_up_pages import page_jpeg
from devices.scanner.sane_driver import SaneScanner
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from firmware_py.runtime.device_events import Finished, Lost, Opened, Outcome, Reported
from firmware_py.runtime.supervisor import Supervisor
from tests.devices.scanner.relay import relay
from tests.devices.scanner.sane_bench import NEEDS_AIRSCAN, caught, scanned, scanner
from tests.runtime.echo import BenchThread, Listener, bench
from tests.timing import quickest

pytestmark = NEEDS_AIRSCAN

GLASS = ScanSettings("flatbed", 75)
FEEDER = ScanSettings("feeder", 75)


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"mock:{tmp_path / 'scanner'}"


@pytest.fixture
def far(address: str) -> Iterator[BenchThread]:
    spec = DeviceSpec(name="it", kind="scanner.sane", options={"escl": address})
    with bench(lambda: SimHost({}, {"it": spec})) as running:
        yield running


@pytest.fixture
def driver(far: BenchThread, address: str) -> Iterator[SaneScanner]:
    # sane-airscan itself asks a busy scanner again for ten seconds.
    with scanner(escl=address, check_every_s=1.0, silence_s=60.0) as opened:
        yield opened


def load(far: BenchThread, pages: int) -> None:
    far.do(lambda host: host.press("it", "papers", pages))


def fault(far: BenchThread, name: str, *, active: bool = True) -> None:
    far.do(lambda host: host.fault("it", name, active=active))


def picture(page: RawPage) -> Image.Image:
    mode = "RGB" if page.channels == 3 else "L"
    return Image.frombytes(mode, (page.width, page.height), bytes(page.pixels))


def test_it_says_who_it_is(driver: SaneScanner) -> None:
    assert driver.identity == "Made-up Scan 100 SIM0001"


@pytest.mark.parametrize("mode", ["grey", "colour"])
def test_the_page_that_comes_is_the_one_that_lies_there(driver: SaneScanner, mode: str) -> None:
    (page,) = scanned(driver, ScanSettings("flatbed", 150, mode))  # type: ignore[arg-type]
    assert (page.dpi, page.channels) == (150, 3 if mode == "colour" else 1)
    there = Image.open(
        io.BytesIO(page_jpeg(0, (page.width, page.height), 150, colour=mode == "colour"))
    )
    difference = ImageStat.Stat(ImageChops.difference(picture(page), there))
    assert max(difference.mean) < 1.0
    # It is a paper with writing on it and not a grey nothing.
    assert min(ImageStat.Stat(picture(page)).stddev) > 10


def test_a_feeder_gives_all_its_papers_and_each_another(
    driver: SaneScanner, far: BenchThread
) -> None:
    load(far, 3)
    pages = scanned(driver, FEEDER)
    assert len({bytes(page.pixels) for page in pages}) == 3
    assert far.do(lambda host: host.seen("it"))["in_feeder"] == 0
    fault = caught(driver, FEEDER)
    assert (fault.code, fault.lasting) == ("no_paper", False)
    assert "请放入材料" in fault.zh


def test_pages_go_on_as_they_come_and_only_one_is_held(
    driver: SaneScanner, far: BenchThread
) -> None:
    load(far, 4)
    wiped: list[bool] = []
    before: list[RawPage] = []

    def take(page: RawPage) -> None:
        wiped.extend(one.wiped for one in before)
        before[:] = [page]
        page.wipe()

    assert driver.scan(FEEDER, take) == 4
    assert wiped == [True, True, True]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("busy", "busy"),
        ("jam", "jammed"),
        ("cover-open", "cover_open"),
        ("cut", "io_error"),
    ],
)
def test_what_goes_wrong_is_said_and_the_next_scan_works(
    driver: SaneScanner, far: BenchThread, name: str, code: str
) -> None:
    load(far, 2)
    fault(far, name)
    assert caught(driver, FEEDER).code == code
    fault(far, name, active=False)
    # As its worker does: a broken scan ends altogether before somebody puts papers in.
    driver.poll()
    load(far, 1)
    assert len(scanned(driver, FEEDER)) == 1


def test_an_open_cover_is_told_as_one_where_sane_says_that_the_line_broke(
    driver: SaneScanner, far: BenchThread
) -> None:
    fault(far, "cover-open")
    assert caught(driver, GLASS).code == "cover_open"


def test_a_page_that_is_no_picture_is_no_page(driver: SaneScanner, far: BenchThread) -> None:
    load(far, 2)
    fault(far, "no-picture")
    # sane-airscan asks for the papers ahead: it may see the feeder's end before it looks at one.
    found = caught(driver, FEEDER)
    assert found.code in {"io_error", "no_paper"}
    assert found.pages == 0
    fault(far, "no-picture", active=False)
    driver.poll()
    assert len(scanned(driver, GLASS)) == 1


def test_a_page_that_claims_to_be_huge_is_as_large_as_was_asked_for(
    driver: SaneScanner, far: BenchThread
) -> None:
    fault(far, "huge")
    (page,) = scanned(driver, GLASS)
    assert (page.width, page.height) == (637, 877)


def test_pages_before_a_jam_are_good_and_counted(driver: SaneScanner, far: BenchThread) -> None:
    load(far, 5)
    fault(far, "jam:2")
    pages: list[RawPage] = []
    with pytest.raises(ScanFault) as raised:
        driver.scan(FEEDER, pages.append)
    assert (raised.value.code, raised.value.pages, len(pages)) == ("jammed", 2, 2)


def test_a_page_that_never_comes_ends_the_process_and_not_the_hall(
    far: BenchThread, address: str
) -> None:
    with scanner(escl=address, silence_s=2.0) as driver:
        fault(far, "hang")
        child = driver._child
        assert child is not None
        began = time.monotonic()
        assert caught(driver, GLASS).code == "hung"
        assert time.monotonic() - began > 1.5
        assert not child.alive()
        fault(far, "hang", active=False)
        assert len(scanned(driver, GLASS)) == 1


def test_a_scan_that_hangs_is_cancelled_within_a_second(
    driver: SaneScanner, far: BenchThread
) -> None:
    fault(far, "hang")

    def cancelled_s() -> float:
        at: list[float] = []

        def cancel() -> None:
            at.append(time.monotonic())
            driver.cancel()

        timer = threading.Timer(0.5, cancel)
        timer.start()
        assert caught(driver, GLASS).code == "cancelled"
        took = time.monotonic() - at[0]
        timer.join()
        driver.poll()
        return took

    assert quickest(cancelled_s, 1.2) < 1.2
    fault(far, "hang", active=False)
    assert len(scanned(driver, GLASS)) == 1


def test_a_line_of_one_byte_at_a_time_is_only_slow(driver: SaneScanner, far: BenchThread) -> None:
    fault(far, "split")
    assert len(scanned(driver, GLASS)) == 1


def test_a_jam_that_nobody_scanned_at_is_seen_and_its_end_too(
    far: BenchThread, address: str
) -> None:
    now = [0.0]
    from devices.scanner.sane_options import SaneOptions

    driver = SaneScanner("scanner", SaneOptions(escl=address), None, clock=lambda: now[0])
    driver.open()
    fault(far, "jam")
    now[0] = 29.0
    assert driver.poll() == []
    now[0] = 30.0
    (status,) = driver.poll()
    assert isinstance(status, Status)
    assert (status.state, status.code) == (HealthState.FAULT, "jammed")
    now[0] = 60.0
    assert driver.poll() == []
    fault(far, "jam", active=False)
    now[0] = 90.0
    (status,) = driver.poll()
    assert isinstance(status, Status)
    assert status.state is HealthState.OK
    driver.close()


def test_it_is_asked_on_the_network_by_its_address(far: BenchThread, tmp_path: Path) -> None:
    load(far, 2)
    with (
        relay(tmp_path / "scanner") as port,
        scanner(escl=f"http://127.0.0.1:{port}/eSCL", check_every_s=1.0) as driver,
    ):
        assert driver.identity == "Made-up Scan 100 SIM0001"
        assert len(scanned(driver, FEEDER)) == 2


def test_nobody_there_is_said_with_the_address(tmp_path: Path) -> None:
    with pytest.raises(PortAbsent), scanner(escl=f"mock:{tmp_path / 'none'}"):
        pass
    with relay(tmp_path / "none") as port:
        pass
    with (
        pytest.raises(DeviceUnavailable, match=f"127.0.0.1:{port}") as refused,
        scanner(escl=f"http://127.0.0.1:{port}/eSCL"),
    ):
        pass
    assert refused.value.zh


def test_a_scanner_that_is_silent_is_a_timeout(far: BenchThread, address: str) -> None:
    fault(far, "silent")
    with pytest.raises(DeviceTimeout), scanner(escl=address):
        pass


def test_a_minute_of_scanning_keeps_no_lamp_waiting_and_ends_with_the_hall(
    far: BenchThread, address: str, tmp_path: Path
) -> None:
    listener = Listener()
    pins = f"mock:{tmp_path / 'pins'}"
    lamp = DeviceSpec(name="lamp", kind="lamp.gpio", options={"pin": 17, "pins": pins})
    devices = {
        "it": DeviceSpec(name="it", kind="scanner.sane", options={"escl": address}),
        "lamp": lamp,
    }
    with bench(lambda: SimHost({}, {"lamp": lamp})):
        supervisor = Supervisor({}, devices, listener)
        supervisor.start()
        try:
            listener.wait(Opened, "it")
            listener.wait(Opened, "lamp")
            fault(far, "hang")
            supervisor.post("it", lambda one: one.scan(GLASS, lambda page: page.wipe()))
            _until_at_work(supervisor)
            supervisor.post("lamp", lambda one: one.self_test())
            assert listener.wait(Finished).result.device == "lamp"
        finally:
            assert supervisor.stop() == []
        result = listener.wait(Finished, count=2).result
        assert (result.device, result.outcome) == ("it", Outcome.FAILED)
        assert isinstance(result.error, ScanFault)
        assert result.error.code == "cancelled"


def _until_at_work(supervisor: Supervisor) -> None:
    deadline = time.monotonic() + 60
    while True:
        driver = supervisor._workers["it"].slots["it"].driver
        if driver is not None and driver.at_work:
            return
        assert time.monotonic() < deadline


def test_unplugged_within_a_scan_it_is_lost_and_comes_back(far: BenchThread, address: str) -> None:
    listener = Listener()
    spec = DeviceSpec(name="it", kind="scanner.sane", options={"escl": address, "silence_s": 2})
    supervisor = Supervisor({}, {"it": spec}, listener)
    supervisor.start()
    try:
        listener.wait(Opened)
        fault(far, "hang")
        supervisor.post("it", lambda one: one.scan(GLASS, lambda page: page.wipe()))
        _until_at_work(supervisor)
        far.do(lambda host: host.unplug("it"))
        assert listener.wait(Finished).result.outcome is Outcome.FAILED
        listener.wait(Lost)
        fault(far, "hang", active=False)
        far.do(lambda host: host.plug("it"))
        listener.wait(Opened, count=2)
        supervisor.post("it", lambda one: one.self_test())
        assert isinstance(listener.wait(Finished, count=2).result.value, Sentence)
    finally:
        assert supervisor.stop() == []


def test_a_jam_is_the_devices_health_until_a_scan_works(far: BenchThread, address: str) -> None:
    listener = Listener()
    spec = DeviceSpec(name="it", kind="scanner.sane", options={"escl": address})
    supervisor = Supervisor({}, {"it": spec}, listener)
    supervisor.start()
    try:
        listener.wait(Opened)
        load(far, 2)
        fault(far, "jam")
        supervisor.post("it", lambda one: one.scan(FEEDER, lambda page: page.wipe()))
        listener.wait(Reported)
        assert supervisor.health_of("it").code == "jammed"
        fault(far, "jam", active=False)
        supervisor.post("it", lambda one: one.scan(FEEDER, lambda page: page.wipe()))
        listener.wait(Reported, count=2)
        assert supervisor.health_of("it").code == "ok"
    finally:
        assert supervisor.stop() == []
