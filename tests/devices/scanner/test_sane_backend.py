"""Held against SANE's own test scanner with each of its faults, and against scanimage's pixels."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.base import HealthState, Status
from devices.errors import DeviceUnavailable
from devices.scanner.base import RawPage, ScanSettings
from devices.scanner.sane_child import SaneChild
from devices.scanner.sane_driver import SaneScanner
from tests.devices.scanner.sane_bench import NEEDS_SANE, caught, scanimage, scanned, scanner
from tests.timing import quickest

pytestmark = NEEDS_SANE

GLASS = ScanSettings("flatbed", 75)
FEEDER = ScanSettings("feeder", 75)
#: 200 ms for each 1000 bytes: a page of 100 dpi takes two minutes.
SLOW: dict[str, Any] = {
    "read-delay": True,
    "read-delay-duration": 200_000,
    "read-limit": True,
    "read-limit-size": 1000,
}


@pytest.fixture(autouse=True)
def only_the_test_scanner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For scanimage; the driver makes itself such a folder."""
    (tmp_path / "dll.conf").write_text("test\n", "utf-8")
    (tmp_path / "test.conf").symlink_to("/etc/sane.d/test.conf")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))


@pytest.fixture
def plain() -> Iterator[SaneScanner]:
    with scanner(device="test:0") as driver:
        yield driver


def pnm(data: bytes) -> tuple[str, int, int, bytes]:
    """Read scanimage's picture: sort, width, height, bytes."""
    lines = data.split(b"\n", 1)
    sort, rest = lines[0].decode(), lines[1]
    while rest.startswith(b"#"):
        rest = rest.split(b"\n", 1)[1]
    size, rest = rest.split(b"\n", 1)
    width, height = (int(number) for number in size.split())
    if sort != "P4":
        rest = rest.split(b"\n", 1)[1]
    return sort, width, height, rest


#: All of its glass, as the driver has it.
AREA = {"l": "0", "t": "0", "x": "200", "y": "200"}


@pytest.mark.parametrize("picture", ["Solid black", "Solid white", "Color pattern", "Grid"])
@pytest.mark.parametrize(
    ("mode", "depth", "more"),
    [
        ("Gray", 8, {}),
        ("Color", 8, {}),
        ("Gray", 16, {}),
        ("Color", 16, {}),
        ("Gray", 1, {}),
        ("Color", 8, {"three-pass": True, "three-pass-order": "BGR"}),
        ("Color", 8, {"fuzzy-parameters": True}),
        ("Gray", 8, {"read-limit": True, "read-limit-size": 101}),
    ],
    ids=lambda value: str(value).replace(" ", ""),
)
def test_every_pixel_is_the_one_that_scanimage_sees(
    picture: str, mode: str, depth: int, more: dict[str, Any]
) -> None:
    wanted = {"test-picture": picture, "depth": depth, **more}
    with scanner(device="test:0", set=wanted) as driver:
        colour = "colour" if mode == "Color" else "grey"
        (page,) = scanned(driver, ScanSettings("flatbed", 73, colour))  # type: ignore[arg-type]
    words = {"mode": mode, "resolution": "73", **AREA}
    words |= {name: _word(value) for name, value in wanted.items()}
    sort, width, height, theirs = pnm(scanimage("test:0", words))
    if sort == "P4":
        row = (width + 7) // 8
        theirs = b"".join(
            bytes(0 if theirs[y * row + x // 8] >> (7 - x % 8) & 1 else 255 for x in range(width))
            for y in range(height)
        )
    elif depth == 16:
        # Netpbm's two bytes have the high one first.
        theirs = theirs[::2]
    assert (page.width, page.height, page.channels) == (width, height, 1 + 2 * (mode == "Color"))
    assert (page.dpi, page.encoding) == (73, "raw")
    assert bytes(page.pixels) == theirs


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def test_padding_at_the_end_of_rows_is_no_part_of_the_page() -> None:
    # scanimage writes it into its picture, so here the page itself is what is compared.
    for mode, channels in (("grey", 1), ("colour", 3)):
        settings = ScanSettings("flatbed", 73, mode)  # type: ignore[arg-type]
        with scanner(device="test:0", set={"test-picture": "Grid"}) as driver:
            (whole,) = scanned(driver, settings)
        with scanner(device="test:0", set={"test-picture": "Grid", "ppl-loss": 7}) as driver:
            (page,) = scanned(driver, settings)
        assert (page.width, page.height) == (whole.width - 7, whole.height)
        row, kept = whole.width * channels, page.width * channels
        rows = [whole.pixels[at : at + kept] for at in range(0, whole.size, row)]
        assert bytes(page.pixels) == b"".join(rows)


def test_solid_white_is_white_and_black_is_black() -> None:
    for picture, level in (("Solid white", 255), ("Solid black", 0)):
        with scanner(device="test:0", set={"test-picture": picture}) as driver:
            (page,) = scanned(driver, GLASS)
        assert set(bytes(page.pixels)) == {level}


def test_a_hand_scanner_does_not_know_how_long_the_paper_is() -> None:
    with scanner(device="test:0", set={"hand-scanner": True}) as driver:
        (page,) = scanned(driver, GLASS)
    assert page.height > 100
    assert page.size == page.width * page.height


def test_a_feeder_gives_its_pages_over_one_handle_and_then_is_empty(plain: SaneScanner) -> None:
    child = plain._child
    pages = scanned(plain, FEEDER)
    assert len(pages) == 10
    assert {(page.width, page.height) for page in pages} == {(590, 590)}
    assert plain._child is child
    assert plain.counters.extra == {}


def test_a_feeder_stops_where_it_is_told_to(plain: SaneScanner) -> None:
    assert len(scanned(plain, ScanSettings("feeder", 75, most_pages=3))) == 3


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("UNSUPPORTED", "unsupported"),
        ("CANCELLED", "cancelled"),
        ("DEVICE_BUSY", "busy"),
        ("INVAL", "unsupported"),
        ("EOF", "io_error"),
        ("JAMMED", "jammed"),
        ("NO_DOCS", "no_paper"),
        ("COVER_OPEN", "cover_open"),
        ("IO_ERROR", "io_error"),
        ("NO_MEM", "no_memory"),
        ("ACCESS_DENIED", "access_denied"),
    ],
)
@pytest.mark.parametrize("settings", [GLASS, FEEDER], ids=["glass", "feeder"])
def test_each_status_of_sane_is_its_own_fault(
    status: str, code: str, settings: ScanSettings
) -> None:
    with scanner(device="test:0", set={"read-return-value": f"SANE_STATUS_{status}"}) as driver:
        fault = caught(driver, settings)
        assert (fault.code, fault.pages) == (code, 0)
        assert driver.counters.extra == {code: 1}


def test_what_it_does_not_have_is_said(plain: SaneScanner) -> None:
    assert caught(plain, ScanSettings("duplex", 75)).code == "no_feeder"
    with scanner(device="test:0", set={"no-such-option": 1}) as driver:
        assert caught(driver, GLASS).code == "unsupported"


def test_a_fault_ends_with_the_next_scan_that_works() -> None:
    jam = {"read-return-value": "SANE_STATUS_JAMMED"}
    with scanner(device="test:0", set=jam) as driver:
        woken: list[str] = []
        driver.wake = lambda: woken.append("now")
        caught(driver, GLASS)
        assert driver.poll() == []
        # As the paper is taken out.
        jam["read-return-value"] = "Default"
        scanned(driver, GLASS)
        assert woken == ["now"]
        (status,) = driver.poll()
        assert isinstance(status, Status)
        assert status.state is HealthState.OK


def cancelled_after(driver: SaneScanner, seconds: float) -> float:
    """Cancel a slow scan; return how long it took to end."""
    at: list[float] = []

    def cancel() -> None:
        at.append(time.monotonic())
        driver.cancel()

    timer = threading.Timer(seconds, cancel)
    timer.start()
    try:
        assert caught(driver, ScanSettings("flatbed", 100)).code == "cancelled"
        return time.monotonic() - at[0]
    finally:
        timer.join()


def test_a_cancelled_scan_ends_within_a_second_and_the_next_one_works() -> None:
    slow = dict(SLOW)
    with scanner(device="test:0", set=slow) as driver:
        assert quickest(lambda: cancelled_after(driver, 0.3), 1.0) < 1.0
        slow["read-delay"] = slow["read-limit"] = False
        del slow["read-delay-duration"], slow["read-limit-size"]
        assert len(scanned(driver, GLASS)) == 1


def test_cancelling_nothing_spoils_nothing(plain: SaneScanner) -> None:
    plain.cancel()
    assert len(scanned(plain, GLASS)) == 1
    plain.cancel()
    assert len(scanned(plain, GLASS)) == 1


def test_a_page_larger_than_allowed_is_refused_before_it_comes() -> None:
    with scanner(device="test:0", page_mb=8) as driver:
        fault = caught(driver, ScanSettings("flatbed", 600, "colour"))
        assert fault.code == "too_large"
        assert len(scanned(driver, GLASS)) == 1


class Unwelcome(Exception):
    pass


def test_whoever_takes_no_more_pages_ends_the_scan_with_his_own_words(plain: SaneScanner) -> None:
    came: list[RawPage] = []

    def take(page: RawPage) -> None:
        came.append(page)
        if len(came) == 2:
            raise Unwelcome

    with pytest.raises(Unwelcome):
        plain.scan(FEEDER, take)
    assert len(came) == 2
    assert not plain.at_work
    assert len(scanned(plain, GLASS)) == 1


def test_left_alone_it_lets_go_of_the_scanner_and_takes_it_up_again() -> None:
    now = [0.0]
    driver = SaneScanner("scanner", _options(idle_s=60.0), None, clock=lambda: now[0])
    driver.open()
    child = driver._child
    assert child is not None
    now[0] = 59.0
    driver.poll()
    assert child.alive()
    now[0] = 61.0
    driver.poll()
    assert not child.alive()
    assert len(scanned(driver, GLASS)) == 1
    driver.close()


def test_its_process_dies_and_the_next_scan_starts_another(plain: SaneScanner) -> None:
    child = plain._child
    assert child is not None
    os.kill(child.pid, 9)
    child._process.wait(60)
    assert len(scanned(plain, GLASS)) == 1
    assert plain._child is not child


def test_of_two_scanners_none_is_simply_the_first() -> None:
    with (
        pytest.raises(DeviceUnavailable, match="several scanners fit") as several,
        scanner(backend="test"),
    ):
        pass
    assert "test:0" in several.value.zh
    with (
        pytest.raises(DeviceUnavailable, match="does not see"),
        scanner(backend="test", match="Canon"),
    ):
        pass
    with scanner(backend="test", device="test:1", match="frontend-TESTER") as driver:
        assert driver.identity == "Noname frontend-tester"


def test_nothing_of_it_is_left_when_it_is_closed(plain: SaneScanner) -> None:
    assert plain._config is not None
    assert plain._child is not None
    folder, pid = plain._config.folder, plain._child.pid
    assert folder.is_dir()
    plain.close()
    plain.close()
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_its_process_is_in_no_core_dump(plain: SaneScanner) -> None:
    assert plain._child is not None
    # What may not be dumped belongs to root in /proc.
    owner = Path(f"/proc/{plain._child.pid}/mem").stat()
    assert owner.st_uid == 0
    limits = Path(f"/proc/{plain._child.pid}/limits")
    if os.geteuid() == 0:
        line = next(
            x for x in limits.read_text().splitlines() if x.startswith("Max core file size")
        )
        assert line.split()[4:6] == ["0", "0"]


def test_a_trial_scan_says_what_was_seen_and_keeps_nothing(plain: SaneScanner) -> None:
    said = plain.self_test()
    assert "590×590" in said.zh
    assert "590x590" in said.en


#: A backend whose ``sane_cancel`` never comes back, in the process that the driver runs.
HANGS_IN_LETTING_GO = """
import threading
from devices.scanner import sane_process
sane_process._LET_GO_S = 0.3
sane_process.Handle.cancel = lambda handle: threading.Event().wait()
sane_process.main()
"""


@pytest.mark.parametrize("status", ["GOOD", "DEVICE_BUSY"])
def test_a_backend_that_hangs_in_letting_go_has_told_what_came_of_the_scan(status: str) -> None:
    children: list[SaneChild] = []

    def start(config: str, cancelled: threading.Event) -> SaneChild:
        code = ("-m", "devices.scanner.sane_process") if children else ("-c", HANGS_IN_LETTING_GO)
        children.append(SaneChild(config, cancelled, program=(sys.executable, *code)))
        return children[-1]

    settings = {} if status == "GOOD" else {"read-return-value": f"SANE_STATUS_{status}"}
    driver = SaneScanner("scanner", _options(set=settings), None, start=start)
    try:
        driver.open()
        came = caught(driver, GLASS).code if settings else scanned(driver, GLASS)
        assert came == "busy" or len(came) == 1
        # It takes its process with it ...
        assert children[0]._process.wait(60) == 1
        driver.options = _options()
        # ... and the next scan has a new one.
        assert len(scanned(driver, GLASS)) == 1
        assert len(children) == 2
    finally:
        driver.close()


def _options(**options: Any) -> Any:
    from devices.scanner.sane_options import SaneOptions

    return SaneOptions(device="test:0", **options)
