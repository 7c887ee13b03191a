"""A scanner that SANE drives: on USB by its backend, on the network by eSCL through sane-airscan.

Sources: SANE Standard 1.06; Debian 12's libsane 1.2.1 and sane-airscan 0.99.27. Tried with SANE's
``test`` backend and with sane-airscan against a small eSCL server; never tried on hardware.

SANE's library runs in a process of its own (``devices.scanner.sane_process``), which is started
for a scan, kept for ``idle_s``, and ended when it hangs. In between the scanner is left alone: it
is there as long as its file of the USB bus is, or, on the network, while it answers how it is
every ``check_every_s``. Of a scanner that is reached otherwise (another computer's) nothing is
known between two scans.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from devices.base import HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceError, DeviceTimeout, DeviceUnavailable, PortAbsent
from devices.scanner.base import RawPage, Scanner, ScanSettings
from devices.scanner.escl import EsclPort
from devices.scanner.faults import OK, SENTENCES, ScanFault
from devices.scanner.sane_child import SaneChild, SaneEnded, SaneFailed, SaneHung
from devices.scanner.sane_choice import SeenScanner, choose, node_of
from devices.scanner.sane_config import PrivateConfig
from devices.scanner.sane_options import SaneOptions
from devices.scanner.sane_page import PageInWork
from devices.scanner.sane_wire import WireError, obj

__all__ = ["SaneScanner"]

#: Looking for scanners lasts seconds where a network is asked.
_OPEN_S = 30.0
_TEST_DPI = 75
#: After them a backend is opened anew: sane-airscan remembers a cancel, and a broken page, for the
#: next scan.
_SPOIL = frozenset({"cancelled", "io_error", "no_memory"})
#: SANE_Status -> code of a fault; any other is ``io_error``.
_CODES = {
    1: "unsupported",
    2: "cancelled",
    3: "busy",
    4: "unsupported",
    6: "jammed",
    7: "no_paper",
    8: "cover_open",
    9: "io_error",
    10: "no_memory",
    11: "access_denied",
    13: "access_denied",
}


class SaneScanner(Scanner):
    """One scanner. ``options`` are ``SaneOptions``; ``clock`` is any steady clock in seconds."""

    #: Only looks at a file; a network scanner is asked every ``check_every_s``.
    poll_every_s = 0.5
    needs_line = False

    def __init__(
        self,
        name: str,
        options: SaneOptions,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[str, threading.Event], SaneChild] = SaneChild,
    ) -> None:
        super().__init__(name, options, line)
        self.options: SaneOptions = options
        self._clock = clock
        self._start = start
        self._escl = EsclPort(options.escl) if options.escl else None
        self._config: PrivateConfig | None = None
        self._child: SaneChild | None = None
        self._seen: SeenScanner | None = None
        self._node: Path | None = None
        self._spoiled = False
        #: How it is, and how others were told that it is.
        self._status = self._told = OK
        self._used_at = self._checked_at = 0.0
        self._cancelled = threading.Event()

    # ---- opening and letting go

    def open(self) -> Status:
        """Find the scanner and take hold of it once.

        Raises ``DeviceUnavailable``, ``DeviceTimeout``, ``FrameError``.
        """
        with self._at_work():
            if self._escl is not None:
                self.identity = self._escl.identity() or "eSCL"
                self._node = Path(self._escl.socket) if self._escl.socket else None
            try:
                self._take_hold()
            except SaneFailed as error:
                raise self._not_opened(error) from None
        self._checked_at = self._clock()
        self._status = self._told = OK
        self.counters.frames_in += 1
        return OK

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        """What lasts may be cancelled, and then ends soon."""
        self._cancelled.clear()
        self.at_work = True
        try:
            yield
        finally:
            self.at_work = False
            self._used_at = self._clock()

    def close(self) -> None:
        """End the process and remove its configuration."""
        self._let_go()
        if self._config is not None:
            self._config.remove()
            self._config = None

    def _let_go(self) -> None:
        child, self._child = self._child, None
        self._spoiled = False
        if child is not None:
            child.close()

    def _take_hold(self) -> SaneChild:
        """Return the process with the scanner open in it.

        Raises ``SaneFailed`` when it cannot be opened, ``DeviceTimeout``, ``DeviceUnavailable``.
        """
        if self._child is not None and self._child.alive() and not self._spoiled:
            return self._child
        self._let_go()
        child = self._child = self._start(self._config_folder(), self._cancelled)
        held = False
        try:
            child.ask("O", {"device": self._sane_name(child)}, _OPEN_S)
            held = True
        except SaneHung:
            raise DeviceTimeout(f"opening {self.name}", _OPEN_S) from None
        except SaneEnded:
            raise DeviceUnavailable(
                self.name, "SANE ended unexpectedly", "SANE 程序意外结束"
            ) from None
        finally:
            if not held:
                self._let_go()
        return child

    def _config_folder(self) -> str:
        # A name begins with its backend; the others need not be asked.
        backend = self.options.backend or self.options.device.partition(":")[0]
        if not backend and self._escl is None:
            return ""
        if self._config is None or not self._config.folder.is_dir():
            self._config = PrivateConfig(backend, self._escl.socket if self._escl else "")
        return str(self._config.folder)

    def _sane_name(self, child: SaneChild) -> str:
        if self._escl is not None:
            return self._escl.sane_name
        if self._seen is None:
            found = child.ask("L", {"local": bool(self.options.serial)}, _OPEN_S).get("devices", [])
            seen = [SeenScanner.listed(str(one[0]), str(one[1]), str(one[2])) for one in found]
            self._seen = choose(seen, self.options, self.name)
            self.identity = self._seen.identity
            self._node = node_of(self._seen.name)
        return self._seen.name

    def _not_opened(self, error: SaneFailed) -> DeviceUnavailable:
        if error.what == "libsane.so.1":
            return DeviceUnavailable(
                self.name,
                "the library SANE is missing: apt-get install libsane1 sane-airscan",
                "缺少程序库 SANE，请执行 apt-get install libsane1 sane-airscan",
            )
        say = SENTENCES[_CODES.get(error.status, "io_error")]
        if error.status == 4:
            if self._escl is None:
                say = Sentence("SANE 打不开它", "SANE cannot open it")
            else:
                say = Sentence(
                    "网络扫描组件打不开它（是否已执行 apt-get install sane-airscan？）",
                    "sane-airscan cannot open it (apt-get install sane-airscan?)",
                )
        return DeviceUnavailable(self.name, say.en, say.zh)

    # ---- scanning

    def scan(self, settings: ScanSettings, on_page: Callable[[RawPage], None]) -> int:
        """Scan; see ``Scanner``. Raises ``ScanFault``, ``DeviceUnavailable`` when it is gone."""
        pages = 0

        def count(page: RawPage) -> None:
            nonlocal pages
            pages += 1
            self.counters.frames_in += 1
            on_page(page)

        with self._at_work():
            try:
                self._scan_with(self._child_for_scan(), settings, count)
            except ScanFault as fault:
                raise self._said(ScanFault(fault.code, pages)) from None
        self._status = OK
        if self._told != OK:
            self.wake()
        return pages

    def _child_for_scan(self) -> SaneChild:
        try:
            child = self._take_hold()
        except SaneFailed as error:
            if _CODES.get(error.status) == "busy":
                raise ScanFault("busy") from None
            raise self._not_opened(error) from None
        except DeviceTimeout:
            self._must_go_on()
            raise
        self._must_go_on()
        return child

    def _must_go_on(self) -> None:
        if self._cancelled.is_set():
            raise ScanFault("cancelled")

    def _said(self, fault: ScanFault) -> ScanFault:
        extra = self.counters.extra
        extra[fault.code] = extra.get(fault.code, 0) + 1
        # Not now: whoever cancelled waits.
        self._spoiled = fault.code in _SPOIL
        if fault.lasting:
            self._status = self._told = _fault_status(fault.code)
        if fault.code == "io_error":
            # Perhaps it is gone: a network scanner is asked at the next poll, not much later.
            self._checked_at = self._clock() - self.options.check_every_s
        return fault

    def _scan_with(
        self, child: SaneChild, settings: ScanSettings, on_page: Callable[[RawPage], None]
    ) -> None:
        order: dict[str, Any] = {
            "source": settings.source,
            "mode": settings.mode,
            "dpi": settings.resolution_dpi,
            "pages": settings.most_pages,
            "area_mm": [self.options.width_mm, self.options.height_mm],
            "set": self.options.set,
        }
        over = False
        try:
            child.order("S", order)
            self._pages(child, settings.turn, on_page)
            over = True
        except SaneFailed as error:
            over = True
            raise self._fault(error, settings) from None
        except SaneHung:
            self._must_go_on()
            raise ScanFault("hung") from None
        except (SaneEnded, WireError):
            # It ended, or said what cannot be: the same to whoever waits for pages.
            self._must_go_on()
            raise ScanFault("broken") from None
        finally:
            if not over:
                self._give_up(child)

    def _give_up(self, child: SaneChild) -> None:
        """End a scan that nobody wants to its end; a process that does not obey is ended too."""
        self._cancelled.set()
        child.interrupt()
        try:
            for letter, _ in child.answers(self.options.silence_s):
                if letter == "f":
                    return
        except SaneFailed:
            return
        except (SaneHung, SaneEnded):
            self._let_go()

    def _pages(self, child: SaneChild, turn: int, on_page: Callable[[RawPage], None]) -> None:
        page: PageInWork | None = None
        try:
            for letter, body in child.answers(self.options.silence_s):
                if letter == "p":
                    page = PageInWork(obj(body), self.options.page_mb * 1_000_000)
                elif letter == "f":
                    return
                elif page is None:
                    raise WireError("rows of no page")
                elif letter == "c":
                    page.begin_plane(obj(body))
                elif letter == "r":
                    page.take(body)
                elif letter == "e":
                    done, page = page.finish(turn), None
                    on_page(done)
        finally:
            if page is not None:
                page.drop()

    def _fault(self, error: SaneFailed, settings: ScanSettings) -> ScanFault:
        if error.what == "source":
            return ScanFault("no_flatbed" if settings.source == "flatbed" else "no_feeder")
        code = _CODES.get(error.status, "io_error")
        if code == "io_error" and self._escl is not None:
            # SANE tells an open cover before the glass as a broken line; the scanner itself knows.
            with contextlib.suppress(DeviceError):
                code = self._escl.state().fault or code
        return ScanFault(code)

    def cancel(self) -> None:
        """End a running scan; see ``Scanner``."""
        if not self.at_work:
            return
        self._cancelled.set()
        child = self._child
        if child is not None:
            child.interrupt()

    # ---- between scans

    def poll(self) -> list[Report]:
        """See whether it is still there; let go of it when nobody has scanned for a while.

        Raises ``PortAbsent``, ``DeviceUnavailable``, ``DeviceTimeout``, ``FrameError``.
        """
        if self._node is not None and not self._node.exists():
            raise PortAbsent(str(self._node), "unplugged", "已拔出")
        now = self._clock()
        child = self._child
        idle = now - self._used_at > self.options.idle_s
        if child is not None and (idle or self._spoiled or not child.alive()):
            self._let_go()
        if self._escl is not None and now - self._checked_at >= self.options.check_every_s:
            self._checked_at = now
            found = self._escl.state()
            self.counters.frames_in += 1
            self._status = _fault_status(found.fault) if found.fault else OK
        if self._status == self._told:
            return []
        self._told = self._status
        return [self._told]

    def self_test(self) -> Sentence:
        """Scan coarsely, look at nothing, keep nothing. Raises ``ScanFault``."""
        sizes: list[tuple[int, int]] = []

        def measure(page: RawPage) -> None:
            sizes.append((page.width, page.height))
            page.wipe()

        try:
            self.scan(ScanSettings("flatbed", _TEST_DPI), measure)
        except ScanFault as fault:
            if fault.code != "no_flatbed":
                raise
            self.scan(ScanSettings("feeder", _TEST_DPI, most_pages=1), measure)
        width, height = sizes[0]
        return Sentence(
            f"已试扫一页（{width}×{height} 点）：应看到扫描灯移动；图像没有保存，也没有人看到。",
            f"One page was scanned for a trial ({width}x{height} pixels): its light should have "
            "moved. The picture was not kept and nobody saw it.",
        )


def _fault_status(code: str) -> Status:
    return Status(HealthState.FAULT, code, SENTENCES[code])
