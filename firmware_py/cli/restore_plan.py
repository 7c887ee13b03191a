"""What ``hallctl restore`` finds out before it changes anything, and what it will record.

The journal that comes back is older than the slips in people's hands: its first events say who
restored it, and from which number on it goes.
"""

from __future__ import annotations

import os
import pwd
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from firmware_py.app.clock import HallClock
from firmware_py.app.ports import Entry, NewEvent
from firmware_py.app.recovery import UnknownEventError, recover
from firmware_py.app.restoring import TELLING, Evidence, jumps_after, opens_a_day, slips_in
from firmware_py.app.wire import encode, encode_outcome
from firmware_py.cli.errors import Refused
from firmware_py.core.events import EVENT_NAMES, Event, SeriesJumped
from firmware_py.core.events_aside import ActionTaken
from firmware_py.core.opening import local_day
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.bench_clock import clocks_of
from firmware_py.runtime.set_back_note import read_finding, stands
from firmware_py.store.errors import JournalError
from firmware_py.store.history import history_of, salvage
from firmware_py.store.marker import marker_path, read_marker
from firmware_py.store.verify import verify_file

if TYPE_CHECKING:
    from firmware_py.config.file import Configuration
    from firmware_py.core.model import State
    from firmware_py.store.records import Verified

__all__ = ["Plan", "plan_restore"]


@dataclass(frozen=True, slots=True)
class Plan:
    """``entries`` begin the new epoch; ``jumps`` are the numbers among them.

    None means that nothing is guessed: the journal in the way goes on from the backup and is sound.
    ``present`` is that journal, if any.
    """

    entries: tuple[Entry, ...]
    jumps: tuple[SeriesJumped, ...]
    present: Verified | None


def plan_restore(
    configuration: Configuration,
    backup: Path,
    found: Verified,
    target: Path,
    last_numbers: Sequence[str],
) -> Plan:
    """Look at the backup and at what lies at ``target``; nothing is changed.

    Raises ``Refused`` for a number that cannot be, and for a backup of a newer version.
    """
    rules = configuration.rules
    try:
        with history_of(backup) as history:
            state = recover(rules, history)
        clock = _clock(configuration, found.epoch, state)
    except (JournalError, UnknownEventError) as error:
        raise Refused(
            "not_restored", f"没有恢复：{error.zh}", f"Not restored: {error.en}"
        ) from error
    now_ms = clock.now_ms()
    elapsed_ms = now_ms - state.now_ms if clock.elapsed_known else None
    today = local_day(state, now_ms) if clock.elapsed_known else None
    present = verify_file(target) if target.is_file() else None
    evidence = _evidence(target, found, present, today, elapsed_ms)
    jumps = jumps_after(rules, state, last_numbers, evidence, now_ms)
    if isinstance(jumps, Refusal):
        raise Refused(jumps.code, jumps.zh, jumps.en, jumps.data)
    restored = ActionTaken("journal.restore", backup.name)
    entries = _entries((restored, *jumps), found.last_seq, now_ms)
    return Plan(entries, tuple(jumps), present)


def _clock(configuration: Configuration, epoch: str, state: State) -> HallClock:
    """Return hall time now, as far as it is known; the daemon then goes on from there."""
    hall = configuration.settings.hall
    try:
        clocks, _ = clocks_of(hall.clock)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise Refused(
            "no_clock",
            f"没有恢复：无法读取时钟 {hall.clock}，请检查 hall.clock。",
            f"Not restored: the clock {hall.clock} cannot be read; check hall.clock.",
        ) from error
    clock = HallClock(clocks, hall.timezone)
    clock.resume(epoch, state.now_ms, state.wall_offset_ms)
    return clock


def _evidence(
    target: Path,
    found: Verified,
    present: Verified | None,
    today: str | None,
    elapsed_ms: int | None,
) -> Evidence:
    try:
        marker = read_marker(marker_path(target))
    except OSError:
        marker = None
    events = salvage(target, TELLING, opens_a_day) if target.is_file() else []
    lost = tail = None
    if marker is not None and marker.epoch == found.epoch:
        lost = max(marker.seq - found.last_seq, 0)
        newest = events[-1].seq if events else found.last_seq
        tail = max(marker.seq - newest, 0)
    whole = present is not None and present.ok and _goes_on(target, found)
    if (seen := _seen_of(target)) is not None:
        # What lies there is sound, and an old copy: the newest slips are in no journal here.
        whole = False
        beyond, newest = seen - found.last_seq, events[-1].seq if events else found.last_seq
        # One that went on from the old copy says nothing of how many it lacks.
        lost = max(lost or 0, beyond) if beyond > 0 else None
        tail = max(tail or 0, seen - newest)
    return Evidence(today, elapsed_ms, slips_in(events), whole, lost, tail)


def _seen_of(target: Path) -> int | None:
    """Return up to which event somebody had seen a journal that is an old copy; None: it is not."""
    try:
        finding = read_finding(target)
        return finding.seq if finding is not None and stands(target, finding) else None
    except (OSError, msgspec.DecodeError, JournalError, sqlite3.Error):
        return None


def _goes_on(target: Path, found: Verified) -> bool:
    """Whether the journal at ``target`` has the backup's last event: the same history."""
    try:
        with history_of(target) as history:
            same = history.read(found.last_seq - 1, 1)
    except JournalError:
        return False
    return bool(same) and same[0].hash == found.head_hash


def _entries(events: Sequence[Event], after_seq: int, now_ms: int) -> tuple[Entry, ...]:
    token = secrets.token_hex(5)
    by = f"hallctl:{os.environ.get('SUDO_USER') or pwd.getpwuid(os.getuid()).pw_name}"
    return tuple(
        Entry(
            f"restore:{token}:{n}",
            by,
            now_ms,
            encode_outcome(after_seq + n, 1, None),
            (NewEvent(EVENT_NAMES[type(event)], encode(event)),),
        )
        for n, event in enumerate(events, start=1)
    )
