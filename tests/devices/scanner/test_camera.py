"""A document camera: whole pictures, a preview that never piles up, and what goes wrong with it.

The camera is the bench's, or ffmpeg that reads a file of Motion JPEG as it reads a camera.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from devices.base import HealthState
from devices.errors import DeviceTimeout, DeviceUnavailable
from devices.registry import convert_options
from devices.scanner.base import PreviewFrame, RawPage, ScanSettings
from devices.scanner.camera.driver import CameraScanner
from devices.scanner.camera.sources import command_for
from devices.scanner.faults import ScanFault
from devices.scanner.pages.page import PageWish
from devices.scanner.pages.works import PageWorks
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from tests.devices.scanner.drawn import form, jpeg, laid
from tests.runtime.echo import BenchThread, bench
from tests.timing import quickest

DEADLINE_S = 60.0
GREY = ScanSettings()


def options(source: str, **more: Any) -> Any:
    return convert_options("scanner.camera", {"source": source, "settle_frames": 1, **more})


def comes(true: Callable[[], bool]) -> bool:
    pause = threading.Event()
    until = time.monotonic() + DEADLINE_S
    while not true() and time.monotonic() < until:
        pause.wait(0.02)
    return true()


def frames(camera: CameraScanner, count: int) -> list[PreviewFrame]:
    found: list[PreviewFrame] = []

    def enough() -> bool:
        found.extend(one for one in camera.poll() if isinstance(one, PreviewFrame))
        return len(found) >= count

    assert comes(enough)
    return found


@pytest.fixture
def far(tmp_path: Path) -> Iterator[BenchThread]:
    spec = DeviceSpec(
        name="it", kind="scanner.camera", options={"source": f"mock:{tmp_path / 'cam'}"}
    )
    with bench(lambda: SimHost({}, {"it": spec})) as running:
        yield running


@pytest.fixture
def camera(far: BenchThread, tmp_path: Path) -> Iterator[CameraScanner]:
    made = CameraScanner("it", options(f"mock:{tmp_path / 'cam'}", timeout_s=4.0, turn=90))
    yield made
    made.close()


def test_a_scan_is_one_whole_picture_in_colour(camera: CameraScanner) -> None:
    assert camera.open().state is HealthState.OK
    pages: list[RawPage] = []
    assert camera.scan(ScanSettings(turn=180), pages.append) == 1
    page = pages[0]
    assert (page.width, page.height, page.channels, page.encoding) == (1280, 960, 3, "jpeg")
    assert (page.dpi, page.turn) == (0, 270)
    works = PageWorks()
    try:
        done = works.finish(page, PageWish(grey=False))
    finally:
        works.close()
    assert done.cropped
    assert done.skew_deg == pytest.approx(-6, abs=0.3)
    page.wipe()
    assert page.wiped


def test_a_preview_is_half_as_large_and_stops_when_nobody_watches(
    camera: CameraScanner, far: BenchThread
) -> None:
    camera.preview(True)
    assert {(one.width, one.height) for one in frames(camera, 3)} == {(960, 720)}
    camera.preview(False)
    assert camera.poll_every_s == 0.5
    late = [report for _ in range(5) for report in camera.poll()]
    assert late == []


def test_two_quick_previews_are_one(camera: CameraScanner) -> None:
    for _ in range(2):
        camera.preview(True)
        camera.preview(True)
        camera.preview(False)
    camera.preview(True)
    assert len(frames(camera, 2)) >= 2


def test_who_looks_seldom_sees_the_newest_frame_and_no_queue(
    camera: CameraScanner, far: BenchThread
) -> None:
    camera.preview(True)
    frames(camera, 1)
    before = far.do(lambda host: host.seen("it"))["frames"]
    comes(lambda: far.do(lambda host: host.seen("it"))["frames"] >= before + 12)
    # One was made when it was asked for; nothing else waits.
    assert len(camera.poll()) <= 1
    assert camera.poll() == []


def test_a_scan_goes_between_the_frames_of_a_preview(camera: CameraScanner) -> None:
    camera.preview(True)
    frames(camera, 1)
    pages: list[RawPage] = []
    camera.scan(GREY, pages.append)
    assert pages[0].width == 1280
    assert frames(camera, 2)


def test_torn_frames_are_passed_over(camera: CameraScanner, far: BenchThread) -> None:
    far.do(lambda host: host.fault("it", "torn"))
    pages: list[RawPage] = []
    for _ in range(3):
        camera.scan(GREY, pages.append)
    assert {page.size for page in pages} == {pages[0].size}


def test_a_camera_that_gives_nothing_is_not_ok(far: BenchThread, tmp_path: Path) -> None:
    far.do(lambda host: host.fault("it", "dark"))
    camera = CameraScanner("it", options(f"mock:{tmp_path / 'cam'}", timeout_s=1.0))
    with pytest.raises(DeviceTimeout):
        camera.open()
    camera.close()


def test_cancel_ends_a_scan_that_waits(far: BenchThread, tmp_path: Path) -> None:
    camera = CameraScanner("it", options(f"mock:{tmp_path / 'cam'}", timeout_s=30.0))
    camera.open()
    far.do(lambda host: host.fault("it", "dark"))
    ended = threading.Event()

    def insist() -> None:
        while not ended.wait(0.3):
            camera.cancel()

    def scan_on() -> None:
        # Frames that were on their way when it went dark make a page each.
        while True:
            camera.scan(GREY, lambda _: None)

    insisting = threading.Thread(target=insist)
    insisting.start()
    try:
        with pytest.raises(ScanFault) as caught:
            scan_on()
    finally:
        ended.set()
        insisting.join()
        camera.close()
    assert caught.value.code == "cancelled"


def test_pulled_while_it_is_watched_it_is_gone_within_a_second(
    camera: CameraScanner, far: BenchThread
) -> None:
    def gone_s() -> float:
        camera.preview(True)
        frames(camera, 1)
        far.do(lambda host: host.unplug("it"))
        begun = time.monotonic()
        gone: list[DeviceUnavailable] = []

        def lost() -> bool:
            try:
                camera.poll()
            except DeviceUnavailable as error:
                gone.append(error)
            return bool(gone)

        assert comes(lost)
        took_s = time.monotonic() - begun
        camera.close()
        far.do(lambda host: host.plug("it"))
        camera.open()
        return took_s

    assert quickest(gone_s, 1.0) < 1.0


def test_the_camera_is_let_go_when_nobody_used_it_for_a_while(
    far: BenchThread, tmp_path: Path
) -> None:
    camera = CameraScanner("it", options(f"mock:{tmp_path / 'cam'}", linger_s=0.0))
    camera.open()
    assert comes(lambda: (camera.poll(), not far.do(lambda host: host.seen("it"))["on"])[1])
    camera.close()


def test_ffmpeg_is_asked_for_the_cameras_own_jpeg() -> None:
    command = command_for("v4l2:/dev/v4l/by-id/usb-cam-video-index0", "2592x1944", 15)
    at = command.index("v4l2")
    assert command[at - 1 : at + 9] == [
        *("-f", "v4l2", "-input_format", "mjpeg", "-video_size", "2592x1944"),
        *("-framerate", "15", "-i", "/dev/v4l/by-id/usb-cam-video-index0"),
    ]
    assert command[command.index("-c") + 1] == "copy"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_frames_come_through_ffmpeg_bit_by_bit(tmp_path: Path) -> None:
    pictures = [jpeg(laid(form(60), (800, 600), lean).picture, 85) for lean in (-3.0, 2.0, 5.0)]
    stream = tmp_path / "camera.mjpeg"
    stream.write_bytes(b"".join(pictures) * 40)
    camera = CameraScanner("it", options(f"stream:{stream}", preview_width=400))
    pages: list[RawPage] = []
    camera.scan(GREY, pages.append)
    assert bytes(pages[0].pixels) in pictures
    camera.close()
    # A stream that ends is a camera that was pulled.
    broken = CameraScanner("it", options(f"stream:{tmp_path / 'none.mjpeg'}"))
    with pytest.raises(DeviceUnavailable):
        broken.open()
    broken.close()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_a_preview_through_ffmpeg_is_reduced(tmp_path: Path) -> None:
    picture = jpeg(Image.effect_noise((800, 600), 60).convert("RGB"), 80)
    stream = tmp_path / "camera.mjpeg"
    stream.write_bytes(picture * 200)
    camera = CameraScanner("it", options(f"stream:{stream}", preview_width=400))
    camera.preview(True)
    frame = frames(camera, 1)[0]
    camera.close()
    assert (frame.width, frame.height) == (400, 300)
    assert len(frame.jpeg) < len(picture)


def test_a_plain_file_is_no_camera(tmp_path: Path) -> None:
    path = tmp_path / "video0"
    path.touch()
    camera = CameraScanner("it", options(f"v4l2:{path}"))
    with pytest.raises(DeviceUnavailable, match="no camera"):
        camera.open()
