"""What tests of scanners share: SANE's own test scanner, and the skip where there is none."""

from __future__ import annotations

import ctypes.util
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from devices.scanner.base import RawPage, ScanSettings
from devices.scanner.faults import ScanFault
from devices.scanner.sane_driver import SaneScanner
from devices.scanner.sane_options import SaneOptions

__all__ = ["NEEDS_AIRSCAN", "NEEDS_SANE", "caught", "scanimage", "scanned", "scanner", "within"]

NEEDS_SANE = pytest.mark.skipif(
    ctypes.util.find_library("sane") is None or shutil.which("scanimage") is None,
    reason="needs SANE (Debian: libsane1 sane-utils)",
)
_AIRSCAN = list(Path("/usr/lib").glob("*/sane/libsane-airscan.so.1"))
NEEDS_AIRSCAN = pytest.mark.skipif(
    ctypes.util.find_library("sane") is None or not _AIRSCAN,
    reason="needs sane-airscan (Debian: sane-airscan)",
)


@contextmanager
def scanner(**options: Any) -> Iterator[SaneScanner]:
    """Open a scanner, and close it."""
    driver = SaneScanner("scanner", SaneOptions(**options), None)
    try:
        driver.open()
        yield driver
    finally:
        driver.close()


def scanned(driver: SaneScanner, settings: ScanSettings) -> list[RawPage]:
    """Return what a scan gives."""
    pages: list[RawPage] = []
    assert driver.scan(settings, pages.append) == len(pages)
    return pages


def caught(driver: SaneScanner, settings: ScanSettings) -> ScanFault:
    """Return what a scan raises."""
    with pytest.raises(ScanFault) as raised:
        driver.scan(settings, lambda page: page.wipe())
    return raised.value


def scanimage(device: str, options: Mapping[str, str]) -> bytes:
    """Return the picture that SANE's own program makes of it: PNM.

    It takes a second. Now and then it writes a picture and does not end: it is asked again then.
    """
    words = [f"--{n}={value}" if len(n) > 1 else f"-{n}{value}" for n, value in options.items()]
    command = ["scanimage", "-d", device, "--format=pnm", *words]
    for _ in range(3):
        with suppress(subprocess.TimeoutExpired):
            return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    raise AssertionError(f"{command} does not end")


def within(seconds: float, call: Callable[[], object]) -> bool:
    """Say whether ``call`` ends in that time."""
    ended = threading.Event()

    def run() -> None:
        call()
        ended.set()

    thread = threading.Thread(target=run, name="within", daemon=True)
    thread.start()
    return ended.wait(seconds)
