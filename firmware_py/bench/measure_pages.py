"""One A4 page from the scanner's bytes to the vault, and what a camera's preview takes."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devices.registry import convert_options
from devices.scanner.base import PreviewFrame, RawPage
from devices.scanner.camera.driver import CameraScanner
from devices.scanner.pages.works import PageWorks
from firmware_py.bench.figure import Figure
from firmware_py.store.vault import Vault

__all__ = ["measure", "pages_figures", "preview_figure"]

PAGE_MS, MOST_PAGES = 700.0, 4.0
FRAMES_A_SECOND, PREVIEW_SHARE = 15.0, 0.35
ROUNDS = 9
PREVIEW_S = 8.0
DAY = "2026-11-23"


async def measure(folder: Path) -> list[Figure]:
    """Return the figures of a page and of a preview."""
    figures = await asyncio.to_thread(pages_figures, folder)
    return [*figures, await asyncio.to_thread(preview_figure, folder)]


def pages_figures(folder: Path, rounds: int = ROUNDS, dpi: int = 300) -> list[Figure]:
    """Return how long a page takes from bytes to a durable file, and its memory."""
    from firmware_py.bench.made_up_papers import scanned_page

    drawn = scanned_page(dpi)
    pixels, size = drawn.tobytes(), drawn.size
    vault = Vault(folder / "vault", folder / "keys")
    works = PageWorks()
    took: list[float] = []
    alone: list[float] = []
    bare: list[float] = []
    try:
        # Its libraries are loaded by the first page of a day.
        works.finish(RawPage(bytearray(drawn.reduce(8).tobytes()), *drawn.reduce(8).size, 1, 38))
        vault.put(DAY, "warm", b"")
        pid = works.pid or 0
        idle_kb = _memory(pid, "VmRSS")
        for number in range(rounds):
            page = RawPage(bytearray(pixels), *size, 1, dpi)
            begun = time.perf_counter()
            done = works.finish(page)
            alone.append((time.perf_counter() - begun) * 1000)
            vault.put(DAY, f"A012-{number}", done.jpeg)
            took.append((time.perf_counter() - begun) * 1000)
            page.wipe()
            if not done.cropped or abs(done.skew_deg - 3.0) > 0.3:
                raise RuntimeError("the page was not found as it was laid down")
            bare.append(_bare(drawn, folder / "bare"))
        peak_kb = _memory(pid, "VmHWM") - idle_kb
    finally:
        works.close()
    # The page that the daemon holds, and what the process has beyond its idle size.
    pages = 1 + peak_kb * 1024 / len(pixels)
    return [
        Figure(
            f"one A4 page at {dpi} dpi, grey: bytes in -> cropped, straightened, encrypted, stored",
            f"{PAGE_MS:g} ms",
            f"median {statistics.median(took):.0f} ms, worst {max(took):.0f} ms "
            f"(page work alone {statistics.median(alone):.0f} ms)",
            f"JPEG written and synced alone: median {statistics.median(bare):.0f} ms",
            kept=statistics.median(took) <= PAGE_MS,
        ),
        Figure(
            "memory for that page, the daemon's and the process's together",
            f"{MOST_PAGES:g} pages of {len(pixels) / 1e6:.1f} MB",
            f"{pages:.1f} pages",
            f"the process idle {idle_kb / 1024:.0f} MB, none when nobody scans",
            kept=pages <= MOST_PAGES,
        ),
    ]


def preview_figure(folder: Path, seconds: float = PREVIEW_S) -> Figure:
    """Return what a preview of a 1920 x 1080 camera takes of a core, in all of its processes."""
    from firmware_py.bench.made_up_papers import camera_frames

    stream = folder / "camera.mjpeg"
    stream.write_bytes(camera_frames(15))
    options: Any = convert_options(
        "scanner.camera", {"source": f"stream:{folder / 'camera'}", "timeout_s": 20}
    )
    with _camera(stream, folder / "camera"):
        driver = CameraScanner("camera", options)
        try:
            driver.preview(True)
            while not _watch(driver, 1.0)[0]:
                # The camera and its child are still starting.
                pass
            family = _family(driver.watching_pid)
            ours, theirs = time.process_time(), _cpu_s(family)
            frames, took_s = _watch(driver, seconds)
            share = (time.process_time() - ours + _cpu_s(family) - theirs) / took_s
        finally:
            driver.close()
    decode_s = _decoding_s(stream) / 15
    rate = frames / took_s
    return Figure(
        "preview of a 1920x1080 camera",
        f"{FRAMES_A_SECOND:g} frames/s at {PREVIEW_SHARE:.0%} of a core",
        f"{rate:.1f} frames/s at {share:.0%}",
        f"ffmpeg's bare decoding of 15 frames/s {decode_s * FRAMES_A_SECOND:.0%}",
        # A frame more or less at either end of the measured time.
        kept=rate >= FRAMES_A_SECOND - 2 / seconds and share <= PREVIEW_SHARE,
    )


def _bare(drawn: Any, path: Path) -> float:
    """Write the page as a JPEG and sync it; return the milliseconds."""
    begun = time.perf_counter()
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=80)
    with path.open("wb") as file:
        file.write(out.getvalue())
        file.flush()
        os.fsync(file.fileno())
    return (time.perf_counter() - begun) * 1000


@contextlib.contextmanager
def _camera(stream: Path, pipe: Path) -> Iterator[None]:
    """Play the frames of a file into a pipe at 15 a second, again and again, as a camera does."""
    os.mkfifo(pipe)
    command = ["ffmpeg", "-y", "-nostdin", "-loglevel", "fatal", "-re", "-stream_loop", "-1"]
    command += ["-f", "mjpeg", "-framerate", "15", "-i", str(stream)]
    command += ["-c", "copy", "-f", "mjpeg", str(pipe)]
    with subprocess.Popen(command) as camera:
        try:
            yield
        finally:
            camera.kill()


def _watch(driver: CameraScanner, seconds: float) -> tuple[int, float]:
    """Poll as the worker does; return the frames that came and the seconds that passed."""
    frames, begun = 0, time.monotonic()
    while (now := time.monotonic()) < begun + seconds:
        frames += sum(isinstance(report, PreviewFrame) for report in driver.poll())
        time.sleep(max(0.0, driver.poll_every_s - (time.monotonic() - now)))
    return frames, time.monotonic() - begun


def _family(pid: int) -> list[int]:
    """Return a process and its children."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if entry.name.isdigit() and int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def _cpu_s(pids: list[int]) -> float:
    """Return the seconds of a core that processes have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory(pid: int, what: str) -> int:
    """Return a line of /proc/PID/status in kB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(what):
            return int(line.split()[1])
    raise RuntimeError(f"the kernel does not tell {what}")


def _decoding_s(stream: Path) -> float:
    """Return the seconds of a core that ffmpeg takes to decode a file and no more."""
    before = os.times()
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1", "-f", "mjpeg"]
    subprocess.run([*command, "-i", str(stream), "-f", "null", "-"], check=True)
    after = os.times()
    return (
        after.children_user - before.children_user + after.children_system - before.children_system
    )
