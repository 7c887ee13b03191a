"""The technician's PIN at a kiosk: whether one is set, and that nobody guesses it.

Five wrong ones lock the kiosk's page for a minute; after each further five it is twice as long, a
quarter of an hour at most, until somebody gives the right one. What was typed is compared on a
thread and kept nowhere.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from firmware_py.core.refusals import Refusal
from firmware_py.settings import KioskSettings
from firmware_py.store.pin_file import PinFileError, StoredPin, is_pin, read_pin

__all__ = ["KioskPins"]

log = logging.getLogger(__name__)

MOST_WRONG = 5
LOCK_S, LONGEST_LOCK_S = 60.0, 900.0


@dataclass(slots=True)
class _Door:
    """One kiosk: how often it was tried in vain."""

    wrong: int = 0
    locks: int = 0
    locked_until_s: float = 0.0
    #: One try at a time: each is counted before the next begins.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


#: What a file was when it was read: its change, size, mode and owner.
_Stamp = tuple[int, int, int, int] | None


class KioskPins:
    """The PINs of all kiosks. ``clock`` is any steady clock in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._doors: dict[str, _Door] = {}
        self._read: dict[Path, tuple[_Stamp, StoredPin | PinFileError | None]] = {}

    def is_set(self, kiosk: KioskSettings) -> bool:
        """Say whether there is a PIN that can be used; cheap, a file is read when it changed."""
        return isinstance(self._stored(kiosk), StoredPin)

    async def unlock(self, kiosk: KioskSettings, pin: str) -> Refusal | None:
        """Return why a PIN opens nothing; None for the right one."""
        door = self._doors.setdefault(kiosk.id, _Door())
        async with door.turn:
            stored = self._stored(kiosk)
            if not isinstance(stored, StoredPin):
                return _no_pin(kiosk, stored)
            left_s = door.locked_until_s - self._clock()
            if left_s > 0:
                return _locked(left_s)
            if is_pin(pin) and await asyncio.to_thread(stored.fits, pin):
                door.wrong = door.locks = 0
                log.info("%s: the technician's page was unlocked", kiosk.id)
                return None
            return self._wrong(kiosk.id, door)

    def _wrong(self, kiosk: str, door: _Door) -> Refusal:
        door.wrong += 1
        left = MOST_WRONG - door.wrong
        if left > 0:
            return Refusal(
                "wrong_pin",
                f"PIN 不正确，还可以试 {left} 次。",
                f"That is not the PIN; {left} {'try is' if left == 1 else 'tries are'} left.",
                {"left": str(left)},
            )
        lock_s = min(LOCK_S * 2.0**door.locks, LONGEST_LOCK_S)
        door.wrong, door.locks = 0, door.locks + 1
        door.locked_until_s = self._clock() + lock_s
        log.warning("%s: locked for %.0f s after %d wrong PINs", kiosk, lock_s, MOST_WRONG)
        return _locked(lock_s)

    def _stored(self, kiosk: KioskSettings) -> StoredPin | PinFileError | None:
        if kiosk.pin_file is None:
            return None
        path = Path(kiosk.pin_file)
        stamp = _stamp(path)
        known = self._read.get(path)
        if known is not None and known[0] == stamp and stamp is not None:
            return known[1]
        found: StoredPin | PinFileError | None
        try:
            found = read_pin(path)
        except PinFileError as error:
            found = error
            if known is None or str(known[1]) != str(error):
                log.warning("%s: %s", kiosk.id, error)
        self._read[path] = (stamp, found)
        return found


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ctime_ns, status.st_size, status.st_mode, status.st_uid


def _no_pin(kiosk: KioskSettings, why: PinFileError | None) -> Refusal:
    if why is not None:
        return Refusal("no_pin", why.zh, why.en)
    return Refusal(
        "no_pin",
        f"还没有设置 PIN，请先执行：hallctl kiosk pin {kiosk.id}",
        f"No PIN is set yet: hallctl kiosk pin {kiosk.id}",
    )


def _locked(left_s: float) -> Refusal:
    seconds = math.ceil(left_s)
    return Refusal(
        "pin_locked",
        f"PIN 输入错误次数过多，请 {seconds} 秒后再试。",
        f"Too many wrong PINs; try again in {seconds} s.",
        {"seconds": str(seconds)},
    )
