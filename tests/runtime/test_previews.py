"""Live previews: shared, at most 15 frames a second, never waiting for a slow reader."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from devices.scanner.base import PreviewFrame
from devices.scanner.faults import ScanFault
from firmware_py.core.model import State, Window
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.previews import UNSENT, Previews
from firmware_py.settings import WindowSettings

JPEG = b"\xff\xd8\xff\xe0 a frame \xff\xd9"


class Reader:
    user = "clerk"

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.waiting = 0

    def send(self, line: bytes) -> None:
        self.lines.append(json.loads(line))

    def unsent(self) -> int:
        return self.waiting

    def frames(self) -> list[dict[str, Any]]:
        return [one["params"] for one in self.lines if one["method"] == "scanner.frame"]


class Camera:
    """Notes what it is told; ``fault`` is what it raises."""

    def __init__(self) -> None:
        self.told: list[bool] = []
        self.fault: ScanFault | None = None

    def preview(self, on: bool) -> None:
        self.told.append(on)
        if on and self.fault is not None:
            raise self.fault


class Hall:
    def __init__(self) -> None:
        windows = tuple(WindowSettings(id=n, scanner=f"cam-{n}") for n in ("1", "2"))
        self.settings = SimpleNamespace(windows=(*windows, WindowSettings(id="3")), nodes={})
        self.camera = Camera()
        self.now_s = 100.0
        hall: Any = self
        self.previews = Previews(hall, lambda: self.now_s)

    def state(self) -> State:
        return State(windows={n: Window(n) for n in ("1", "2", "3")})

    def post(
        self,
        device: str,
        job: Callable[[Any], object],
        *,
        key: str | None = None,
        done: Callable[[Result], None],
    ) -> None:
        assert key == "preview"
        try:
            job(self.camera)
        except ScanFault as fault:
            done(Result(device, Outcome.FAILED, error=fault))
        else:
            done(Result(device, Outcome.DONE))

    def frames(self, count: int, every_s: float, device: str = "cam-1") -> None:
        for _ in range(count):
            self.now_s += every_s
            self.previews.frame(device, PreviewFrame(JPEG, 1280, 720))


def test_two_who_watch_share_one_preview_that_ends_with_the_last_of_them() -> None:
    hall, one, other = Hall(), Reader(), Reader()
    answer, leave = hall.previews.preview({"window": "1"}, one)
    assert answer == {"window": "1", "device": "cam-1"}
    _, leave_other = hall.previews.preview({"window": "1"}, other)
    assert hall.camera.told == [True]
    hall.frames(3, 0.1)
    assert len(one.frames()) == len(other.frames()) == 3
    assert one.frames()[0] == {
        "window": "1",
        "frame": 1,
        "dropped": 0,
        "width": 1280,
        "height": 720,
        "jpeg": base64.b64encode(JPEG).decode(),
    }
    leave()
    hall.frames(1, 0.1)
    assert (len(one.frames()), len(other.frames())) == (3, 4)
    leave_other()
    assert hall.camera.told == [True, False]
    hall.frames(1, 0.1)
    assert len(other.frames()) == 4


def test_frames_of_another_windows_camera_reach_nobody_here() -> None:
    hall, reader = Hall(), Reader()
    hall.previews.preview({"window": "1"}, reader)
    hall.frames(5, 0.1, "cam-2")
    assert reader.frames() == []


@pytest.mark.parametrize(("a_second", "least", "most"), [(14, 70, 70), (15, 74, 75), (60, 73, 77)])
def test_at_most_fifteen_frames_a_second_are_sent(a_second: int, least: int, most: int) -> None:
    hall, reader = Hall(), Reader()
    hall.previews.preview({"window": "1"}, reader)
    hall.frames(a_second * 5, 1 / a_second)
    assert least <= len(reader.frames()) <= most
    last = reader.frames()[-1]
    assert last["dropped"] >= a_second * 5 - most - 4


def test_whoever_does_not_read_misses_frames_and_holds_up_nobody() -> None:
    hall, slow, quick = Hall(), Reader(), Reader()
    hall.previews.preview({"window": "1"}, slow)
    hall.previews.preview({"window": "1"}, quick)
    slow.waiting = UNSENT + 1
    hall.frames(4, 0.1)
    assert slow.frames() == []
    slow.waiting = 0
    hall.frames(1, 0.1)
    assert [(one["frame"], one["dropped"]) for one in slow.frames()] == [(1, 4)]
    assert len(quick.frames()) == 5


def test_a_camera_that_came_back_is_asked_again_while_somebody_watches() -> None:
    hall, reader = Hall(), Reader()
    _, leave = hall.previews.preview({"window": "1"}, reader)
    hall.previews.opened("cam-1")
    assert hall.camera.told == [True, True]
    leave()
    hall.previews.opened("cam-1")
    assert hall.camera.told == [True, True, False]


def test_a_scanner_without_a_preview_says_so_to_who_asked() -> None:
    hall, reader = Hall(), Reader()
    hall.camera.fault = ScanFault("no_preview")
    hall.previews.preview({"window": "1"}, reader)
    (told,) = reader.lines
    assert told["method"] == "scanner.preview_failed"
    assert told["params"] == {
        "window": "1",
        "code": "no_preview",
        "zh": "这台扫描仪没有实时预览，请直接扫描。",
        "en": "This scanner has no live preview: scan right away.",
    }


def test_a_window_without_a_scanner_is_refused() -> None:
    for window, code in (("3", "no_scanner"), ("77", "unknown_window")):
        with pytest.raises(QueryError) as refused:
            Hall().previews.preview({"window": window}, Reader())
        assert refused.value.refusal.code == code
