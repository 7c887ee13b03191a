"""Hall time: a clock that never runs backwards, and what is known of the wall clock.

Hall time is in milliseconds. Within one run of the machine it follows ``CLOCK_BOOTTIME``, so it
counts on over a restart of the daemon. Over a reboot the time in between is known only as well as
the wall clock is: a Pi without a clock of its own wakes up in the past, and then hall time goes on
from the last recorded event. The wall clock is hall time plus an offset, which is recorded in the
journal and corrected once a trustworthy clock is there.
"""

from __future__ import annotations

import ctypes
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

__all__ = ["Clocks", "FollowedClock", "HallClock", "MachineClocks", "Reading"]

log = logging.getLogger(__name__)

#: No hall ran this software before; an earlier wall clock has not been set.
EARLIEST_WALL_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
#: Without the kernel's word that the clock is synchronised, a larger leap forward is not believed.
BELIEVED_LEAP_MS = 36 * 3600 * 1000
#: Differences below this are not worth an event.
DRIFT_MS = 2000
#: ``systemd-timesyncd.service(8)``.
TIMESYNCD = Path("/run/systemd/timesync/synchronized")


@dataclass(frozen=True, slots=True)
class Reading:
    """The machine's clocks at one moment. ``wall_ms`` is UTC since 1970."""

    boot_ms: int
    wall_ms: int
    synchronised: bool


Clocks = Callable[[], Reading]


class MachineClocks:
    """Reads the machine's clocks; whether they are synchronised comes from ``adjtimex(2)``.

    Where a service may not even ask (``ProtectClock=`` of systemd forbids the call altogether),
    ``synchronized`` decides: systemd-timesyncd makes this file when it has set the clock.
    """

    STA_UNSYNC = 0x0040

    def __init__(self, synchronized: Path = TIMESYNCD) -> None:
        self._file = synchronized
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._checked_ms = -(10**9)
        self._synchronised = False

    def __call__(self) -> Reading:
        """Return the clocks now."""
        boot_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
        if boot_ms - self._checked_ms > 1000:
            self._checked_ms = boot_ms
            self._synchronised = self._ask_kernel()
        return Reading(boot_ms, time.time_ns() // 1_000_000, self._synchronised)

    def _ask_kernel(self) -> bool:
        # struct timex: modes, offset, freq, maxerror, esterror, status, ...; 208 bytes on Linux.
        buffer = (ctypes.c_long * 32)()
        state = self._libc.adjtimex(ctypes.byref(buffer))
        status = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_int))[10]
        if state < 0:
            return self._file.exists()
        return not status & self.STA_UNSYNC


class _Anchor(msgspec.Struct):
    """Hall time minus boot time, kept where a reboot clears it."""

    hall_minus_boot_ms: int
    epoch: str


class HallClock:
    """Gives hall time and watches the wall clock.

    ``anchor`` is a file on a file system that a reboot empties (``/run``).
    """

    def __init__(self, clocks: Clocks, timezone: str, anchor: Path | None = None) -> None:
        self._clocks = clocks
        self._zone: tzinfo = ZoneInfo(timezone)
        self._anchor = anchor
        self._hall_minus_boot_ms = -clocks().boot_ms
        self._last_ms = 0
        #: Whether the time since the last event is known, and so today's date.
        self.elapsed_known = False
        #: Whether the recorded offset may be believed since this start: then dates are known.
        self.wall_known = False

    def resume(self, epoch: str, last_ms: int, wall_offset_ms: int | None) -> None:
        """Go on from the journal's last event, with the time since then as far as it is known."""
        reading = self._clocks()
        kept = self._read_anchor(epoch)
        self.elapsed_known = kept is not None and kept + reading.boot_ms >= last_ms
        if kept is not None and self.elapsed_known:
            self._hall_minus_boot_ms = kept
        else:
            elapsed_ms = 0
            if wall_offset_ms is not None and last_ms:
                since_ms = self._local_ms(reading.wall_ms) - (last_ms + wall_offset_ms)
                if since_ms > 0 and (reading.synchronised or since_ms <= BELIEVED_LEAP_MS):
                    elapsed_ms = since_ms
                    self.elapsed_known = True
            self._hall_minus_boot_ms = last_ms + elapsed_ms - reading.boot_ms
        self._last_ms = last_ms
        self.wall_known = self.elapsed_known and wall_offset_ms is not None
        if self._anchor is not None:
            kept_now = _Anchor(self._hall_minus_boot_ms, epoch)
            try:
                self._anchor.write_bytes(msgspec.json.encode(kept_now))
            except OSError as error:
                # Only the next restart within this boot knows its time less well.
                log.warning("the clock's anchor was not kept: %s", error)

    def _read_anchor(self, epoch: str) -> int | None:
        if self._anchor is None:
            return None
        try:
            kept = msgspec.json.decode(self._anchor.read_bytes(), type=_Anchor)
        except (OSError, msgspec.DecodeError):
            return None
        return kept.hall_minus_boot_ms if kept.epoch == epoch else None

    def now_ms(self) -> int:
        """Return hall time; never less than before."""
        return self._hall_ms(self._clocks())

    def _hall_ms(self, reading: Reading) -> int:
        self._last_ms = max(self._last_ms, reading.boot_ms + self._hall_minus_boot_ms)
        return self._last_ms

    def _local_ms(self, wall_ms: int) -> int:
        moment = datetime.fromtimestamp(wall_ms / 1000, self._zone)
        offset = moment.utcoffset()
        return wall_ms + (int(offset.total_seconds() * 1000) if offset else 0)

    def new_offset_ms(self, recorded_ms: int | None) -> int | None:
        """Return the offset to record now, or None when the recorded one is still right.

        A wall clock before 2026, one that went back, or one that leapt by more than 36 hours is
        believed only when the kernel says that it is synchronised.
        """
        # One reading for both: between two of them a moment passes, and at a bench more.
        reading = self._clocks()
        offset_ms = self._local_ms(reading.wall_ms) - self._hall_ms(reading)
        if not reading.synchronised:
            if reading.wall_ms < EARLIEST_WALL_MS:
                return None
            if recorded_ms is not None and not (
                -DRIFT_MS <= offset_ms - recorded_ms <= BELIEVED_LEAP_MS
            ):
                return None
        self.wall_known = True
        if recorded_ms is not None and abs(offset_ms - recorded_ms) < DRIFT_MS:
            return None
        return offset_ms


def keep_anchor(anchor: Path, hall_minus_boot_ms: int, epoch: str) -> None:
    """Have the hall's time go on as it is, in an epoch that this Pi begins in this boot."""
    kept = _Anchor(hall_minus_boot_ms, epoch)
    try:
        anchor.write_bytes(msgspec.json.encode(kept))
    except OSError as error:
        log.warning("the clock's anchor was not kept: %s", error)


class FollowedClock:
    """The hub's time on another Pi, whose own clocks may say anything.

    ``heard`` takes the hub's time as it was when it wrote a message: a moment ago, and of all
    messages of a while the one that came soonest is right. ``wall_known`` once it was heard.
    """

    #: As long as the fastest message counts: crystals drift apart by some milliseconds meanwhile.
    WHILE_MS = 120_000

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._ahead_ms: int | None = None
        self._ahead_since_ms = 0
        self._last_ms = 0

    @property
    def wall_known(self) -> bool:
        """Whether the hub was heard since this start."""
        return self._ahead_ms is not None

    @property
    def elapsed_known(self) -> bool:
        """The same: the hub knows how long it was away."""
        return self.wall_known

    @property
    def ahead_ms(self) -> int | None:
        """The hub's time minus this machine's running time; None before it was heard."""
        return self._ahead_ms

    def go_on(self, ahead_ms: int, last_ms: int) -> None:
        """Go on as before a restart in the same boot, until the hub is heard."""
        self._ahead_ms, self._last_ms = ahead_ms, last_ms
        self._ahead_since_ms = -self.WHILE_MS

    def heard(self, hub_ms: int) -> None:
        """Take the hub's time."""
        boot_ms = self._clocks().boot_ms
        ahead_ms = hub_ms - boot_ms
        stale = boot_ms - self._ahead_since_ms > self.WHILE_MS
        if self._ahead_ms is None or stale or ahead_ms >= self._ahead_ms:
            self._ahead_ms, self._ahead_since_ms = ahead_ms, boot_ms

    def resume(self, epoch: str, last_ms: int, wall_offset_ms: int | None) -> None:
        """Nothing is resumed: the hub's time is heard."""

    def now_ms(self) -> int:
        """Return hall time; never less than before, 0 before the hub was heard."""
        if self._ahead_ms is not None:
            self._last_ms = max(self._last_ms, self._clocks().boot_ms + self._ahead_ms)
        return self._last_ms

    def new_offset_ms(self, recorded_ms: int | None) -> int | None:
        """Return None: the hub looks at its own clock."""
        del recorded_ms
        return None


def local_text(wall_offset_ms: int | None, at_ms: int, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Return a hall time as local wall clock text; empty while no clock is known."""
    if wall_offset_ms is None:
        return ""
    return datetime.fromtimestamp((at_ms + wall_offset_ms) / 1000, UTC).strftime(form)
