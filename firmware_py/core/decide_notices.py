"""Decisions on notices: what somebody has the walls show beside the calls."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.events_aside import NoticeRemoved, NoticeShown
from firmware_py.core.model import State
from firmware_py.core.opening import clock_text, is_day, local_day, local_seconds
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules

__all__ = ["ended", "local_moment", "moment_of", "remove", "show"]

Decision = list[e.Event] | Refusal

MOST_NOTICES = 50
MOST_LINES = 60
MOST_PRIORITY = 9
LONGEST_ID = 32


def show(rules: Rules, state: State, command: c.ShowNotice, now_ms: int) -> Decision:
    """Take a notice; one of the same id gives way to it. Without an id it gets a free one."""
    key = command.notice or _free_key(state)
    if len(key) > LONGEST_ID or not key.replace("-", "").replace("_", "").isalnum():
        return refuse("bad_notice_id", notice=key)
    if not command.text.strip() and not any(line.strip() for line in command.lines):
        return refuse("notice_empty")
    if not 0 <= command.priority <= MOST_PRIORITY:
        return refuse("bad_priority", max=MOST_PRIORITY)
    if len(command.lines) > MOST_LINES:
        return refuse("notice_too_long", max=MOST_LINES)
    if key not in state.notices and len(state.notices) >= MOST_NOTICES:
        return refuse("too_many_notices", max=MOST_NOTICES)
    since, until = moment_of(command.since), moment_of(command.until, end=True)
    for given, moment in ((command.since, since), (command.until, until)):
        if moment is None:
            return refuse("bad_moment", time=given)
    if until and until <= max(since or "", local_moment(state, now_ms) or ""):
        return refuse("notice_over", time=command.until)
    return [
        NoticeShown(
            key,
            command.text.strip(),
            tuple(line for line in command.lines if line.strip()),
            since or "",
            until or "",
            command.priority,
            command.walls,
        )
    ]


def remove(rules: Rules, state: State, command: c.RemoveNotice, now_ms: int) -> Decision:
    """Take a notice off the walls."""
    if command.notice not in state.notices:
        return refuse("unknown_notice", notice=command.notice)
    return [NoticeRemoved(command.notice)]


def ended(state: State, now_ms: int) -> list[e.Event]:
    """Return the end of each notice whose time is over. Without a known clock none ends."""
    now = local_moment(state, now_ms)
    return [
        NoticeRemoved(notice.key, "ended")
        for notice in state.notices.values()
        if now is not None and notice.until and notice.until <= now
    ]


def moment_of(text: str, *, end: bool = False) -> str | None:
    """Return a local time as ``YYYY-MM-DD HH:MM``; a date alone is its beginning or its end.

    Nothing stays nothing. None: it is no time. Such times compare as text.
    """
    if not text:
        return ""
    day, _, time = text.strip().replace("T", " ").partition(" ")
    if not is_day(day):
        return None
    if not time:
        return f"{day} {'24:00' if end else '00:00'}"
    hours, _, minutes = time.partition(":")
    if not all(len(part) == 2 and part.isascii() and part.isdigit() for part in (hours, minutes)):
        return None
    return f"{day} {time}" if time <= "24:00" and minutes < "60" else None


def local_moment(state: State, now_ms: int) -> str | None:
    """Return the local time now as ``YYYY-MM-DD HH:MM``; None when no clock is known."""
    day, now_s = local_day(state, now_ms), local_seconds(state, now_ms)
    return None if day is None or now_s is None else f"{day} {clock_text(now_s)}"


def _free_key(state: State) -> str:
    number = 1
    while f"n{number}" in state.notices:
        number += 1
    return f"n{number}"
