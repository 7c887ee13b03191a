"""A folder that a multifunction printer scans into, taken as a scanner: what arrived is its paper.

Tried with files that Pillow and poppler wrote; never tried on hardware: a copier's own files may
differ. A copier's FTP, SMB or e-mail end at the folder; which program takes them is the hall's.

The folder cannot tell whether the copier lives: so its health is unknown, never good. What cannot
be read stays where it is and is told; what was handed on is overwritten and removed.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import ClassVar

from devices.base import HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceUnavailable
from devices.scanner.base import RawPage, Scanner, ScanSettings
from devices.scanner.faults import ScanFault
from devices.scanner.folder.arrivals import Arrival, Arrivals, destroy
from devices.scanner.folder.options import FolderOptions
from devices.scanner.jpeg import NoJpeg, jpeg_head
from devices.scanner.pages.errors import PageError
from devices.scanner.pages.works import PageWorks

__all__ = ["FolderScanner", "NothingArrived"]

WAITING = Status(
    HealthState.UNKNOWN,
    "waiting",
    Sentence(
        "正在等待多功能一体机送来扫描文件。",
        "Waits for files that the copier scans into the folder.",
    ),
)
_MEGABYTE = 1 << 20


class NothingArrived(ScanFault):
    """``no_paper`` of a folder: nothing whole lies in it."""

    def __init__(self) -> None:
        super().__init__("no_paper")
        self.zh = "文件夹中没有新的扫描件：请先在多功能一体机上扫描到本窗口，稍候再取。"
        self.en = "Nothing new has arrived: scan to this window at the copier first, then fetch it."


class FolderScanner(Scanner):
    """One folder. ``options`` are ``FolderOptions``; ``clock`` is any steady clock."""

    needs_line: ClassVar[bool] = False
    poll_every_s: float = 0.5

    def __init__(
        self,
        name: str,
        options: FolderOptions,
        line: Line | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self.options: FolderOptions = options
        is_bench = options.path.startswith("mock:")
        self._bench = options.path.removeprefix("mock:") if is_bench else ""
        folder = Path(f"{self._bench}.d" if self._bench else options.path)
        self._arrivals = Arrivals(folder, options.settle_s, clock)
        self._refused: dict[Arrival, PageError] = {}
        self._said = WAITING.code
        self._cancelled = threading.Event()

    def open(self) -> Status:
        """See that files can be read there and removed. Raises ``DeviceUnavailable``."""
        self._see()
        self._arrivals.look()
        self._said = WAITING.code
        return WAITING

    def poll(self) -> list[Report]:
        """Look what has come; destroy what nobody fetched. Raises ``DeviceUnavailable``."""
        self._see()
        there = self._arrivals.look()
        self._refused = {one: why for one, why in self._refused.items() if one in there}
        for one in there:
            if 0 < self.options.forget_min * 60 <= self._arrivals.age_s(one):
                with contextlib.suppress(OSError):
                    destroy(one)
                    self.counters.extra["forgotten"] = self.counters.extra.get("forgotten", 0) + 1
        status = self._how_it_is()
        if status.code == self._said:
            return []
        self._said = status.code
        return [status]

    def scan(self, settings: ScanSettings, on_page: Callable[[RawPage], None]) -> int:
        """Take what has arrived whole: the oldest file as from a flatbed, all as from a feeder.

        A file is removed once all its pages were handed on. Raises ``ScanFault`` (``no_paper``,
        ``cancelled``), ``PageError`` for a file that cannot be read: it stays, and is passed over
        from then on.
        """
        self._cancelled.clear()
        self._see()
        waiting = [one for one in self._arrivals.complete() if one not in self._refused]
        if not waiting:
            raise NothingArrived
        pages = 0
        self.at_work = True
        try:
            for one in waiting if settings.source != "flatbed" else waiting[:1]:
                pages += self._take(one, settings, on_page, pages)
        finally:
            self.at_work = False
        return pages

    def cancel(self) -> None:
        """End a scan after the page in hand."""
        self._cancelled.set()

    def self_test(self) -> Sentence:
        """Count what lies there. Raises ``DeviceUnavailable``."""
        self._see()
        count = len(self._arrivals.look())
        return Sentence(
            f"文件夹可用，其中有 {count} 个文件。", f"The folder works; files in it: {count}."
        )

    # ---- inside

    def _see(self) -> None:
        folder = self._arrivals.folder
        if self._bench and not Path(self._bench).is_socket():
            raise DeviceUnavailable(
                self._bench, "the bench's copier is unplugged", "模拟设备未连接"
            )
        if not folder.is_dir():
            raise DeviceUnavailable(str(folder), "there is no such folder", "没有这个文件夹")
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise DeviceUnavailable(
                str(folder),
                "files there cannot be read and removed (permissions of the folder)",
                "无权读取或删除其中的文件，请检查文件夹权限",
            )

    def _how_it_is(self) -> Status:
        if not self._refused:
            return WAITING
        why = next(reversed(self._refused.values()))
        count = len(self._refused)
        return Status(
            HealthState.WARNING,
            why.code,
            Sentence(f"{why.zh}（共 {count} 个文件）", f"{why.en} (Files: {count}.)"),
        )

    def _take(
        self, one: Arrival, settings: ScanSettings, on_page: Callable[[RawPage], None], before: int
    ) -> int:
        """Hand on the pages of one file and remove it; return how many."""
        pages = 0
        try:
            with contextlib.closing(self._pages(one, settings)) as found:
                for page in found:
                    self._may_go_on(before + pages, settings, page)
                    on_page(page)
                    pages += 1
                    self.counters.frames_in += 1
        except PageError as error:
            self._refused[one] = error
            raise
        try:
            destroy(one)
        except OSError:
            self._refused[one] = PageError("page_stays")
        return pages

    def _may_go_on(self, pages: int, settings: ScanSettings, page: RawPage) -> None:
        if self._cancelled.is_set():
            page.wipe()
            raise ScanFault("cancelled", pages)
        if pages >= settings.most_pages:
            page.wipe()
            raise PageError("page_too_many")

    def _pages(self, one: Arrival, settings: ScanSettings) -> Generator[RawPage]:
        data = self._read(one)
        try:
            if data[:3] == b"\xff\xd8\xff":
                yield _photo(data, settings)
                return
            works = PageWorks(idle_s=5.0)
            try:
                grey = settings.mode != "colour"
                for page in works.unfold(data, settings.resolution_dpi, grey=grey):
                    page.turn = settings.turn
                    yield page
            finally:
                works.close()
        finally:
            data[:] = bytes(len(data))

    def _read(self, one: Arrival) -> bytearray:
        if one.size > self.options.most_mb * _MEGABYTE:
            raise PageError("page_too_large")
        try:
            with one.path.open("rb") as file:
                data = bytearray(one.size)
                read = file.readinto(data)
        except OSError:
            raise PageError("page_damaged") from None
        if read != one.size:
            raise PageError("page_damaged")
        return data


def _photo(data: bytearray, settings: ScanSettings) -> RawPage:
    """Return a JPEG as it is; it is decoded where pages are worked on."""
    try:
        head = jpeg_head(data)
    except NoJpeg:
        raise PageError("page_damaged") from None
    if head.components not in {1, 3}:
        raise PageError("page_damaged")
    dpi = head.dpi if 50 <= head.dpi <= 1200 else settings.resolution_dpi
    copy = bytearray(data)
    return RawPage(copy, head.width, head.height, head.components, dpi, "jpeg", settings.turn)
