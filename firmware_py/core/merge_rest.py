"""Decisions on records about windows, the day, ratings, alarms, notices and papers.

What a table can join is joined; what the deciding hub works out by itself (alarms of time limits,
skills, the clock) is kept as a trace alone.
"""

from __future__ import annotations

from dataclasses import replace

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core import events_aside as a
from firmware_py.core import events_papers as p
from firmware_py.core import events_spread as s
from firmware_py.core.alarms import clear_of_window
from firmware_py.core.decide_day import close_day, open_day
from firmware_py.core.merge_forms import FORM_RECORDS, form_record
from firmware_py.core.merge_ratings import RATING_RECORDS, rating_record
from firmware_py.core.model import AlarmKind, State, WindowStatus
from firmware_py.core.opening import local_seconds
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules

__all__ = ["rest"]

_OF_PEOPLE = frozenset({AlarmKind.HELP, AlarmKind.RATING})
_OF_DEVICES = frozenset({"device.disable", "device.enable"})


def rest(
    rules: Rules, state: State, trace: s.RecordMerged, event: e.Event, now_ms: int
) -> list[e.Event]:
    """Return what follows from a record that is about no ticket's place, its trace first.

    Of a day that was opened there it comes last: its time is the day's, if it is the earlier one.
    """
    if isinstance(event, FORM_RECORDS):
        return form_record(state, trace, event)
    if isinstance(event, RATING_RECORDS):
        return rating_record(state, trace, event)
    follows = _follows(rules, state, event, now_ms)
    if isinstance(event, e.DayOpened) and not event.reopened:
        if follows:
            return [*follows, replace(trace, other=event.day)]
        if event.day == state.day:
            return [replace(trace, outcome="same", other=event.day)]
    return [trace, *follows] if follows else [replace(trace, outcome="noted")]


def _follows(rules: Rules, state: State, event: e.Event, now_ms: int) -> list[e.Event]:
    match event:
        case e.DayOpened() | e.DayClosed() | e.ClosingTimeChanged() | e.SeriesJumped():
            return _day(rules, state, event, now_ms)
        case e.WindowOpened() | e.WindowPaused() | e.WindowResumed() | e.WindowClosed():
            return _window(state, event)
        case a.AlarmRaised() | a.AlarmAcknowledged() | a.AlarmCleared():
            return _alarm(state, event)
        case a.NoticeShown():
            return [event] if event.notice not in state.notices else []
        case a.NoticeRemoved():
            return [event] if event.notice in state.notices else []
        case a.ActionTaken():
            return [event] if event.action in _OF_DEVICES else []
        case s.NumbersLent() | s.NumbersReturned() | s.NumbersWrittenOff():
            return _numbers(state, event)
        case _:
            return _papers(state, event)


def _day(
    rules: Rules,
    state: State,
    event: e.DayOpened | e.DayClosed | e.ClosingTimeChanged | e.SeriesJumped,
    now_ms: int,
) -> list[e.Event]:
    if isinstance(event, e.SeriesJumped):
        # Slips are out: whoever gives numbers goes on behind them.
        return [event]
    if isinstance(event, e.DayOpened):
        later = state.day is None or event.day > state.day
        decision: list[e.Event] | Refusal = []
        if later and not state.day_open:
            decision = open_day(rules, state, c.OpenDay(event.day), now_ms)
        return [] if isinstance(decision, Refusal) else decision
    if event.day != state.day or not state.day_open:
        return []
    closes_s = state.hours[-1].closes_s if state.hours else None
    if isinstance(event, e.ClosingTimeChanged):
        # Who was promised the later end gets it.
        return [event] if closes_s is not None and event.closes_s > closes_s else []
    now_s = local_seconds(state, now_ms)
    if closes_s is not None and now_s is not None and now_s < closes_s:
        # People here were promised longer hours: the deciding hub closes by those.
        return []
    decision = close_day(rules, state, c.CloseDay(event.reason), now_ms)
    return [] if isinstance(decision, Refusal) else decision


def _window(
    state: State, event: e.WindowOpened | e.WindowPaused | e.WindowResumed | e.WindowClosed
) -> list[e.Event]:
    window = state.windows.get(event.window)
    if window is None:
        return []
    status = window.status
    match event:
        case e.WindowOpened():
            return [event] if state.day_open and status is WindowStatus.CLOSED else []
        case e.WindowPaused():
            return [event] if status is WindowStatus.OPEN else []
        case e.WindowResumed():
            return [event] if status is WindowStatus.PAUSED else []
        case e.WindowClosed():
            free = window.ticket is None and status is not WindowStatus.CLOSED
            return [*clear_of_window(state, window.id), event] if free else []


def _alarm(
    state: State, event: a.AlarmRaised | a.AlarmAcknowledged | a.AlarmCleared
) -> list[e.Event]:
    known = state.alarms.get(event.alarm)
    match event:
        case a.AlarmRaised():
            # A bad rating raises its own here; limits are looked at by the deciding hub.
            return [event] if event.kind is AlarmKind.HELP and known is None else []
        case a.AlarmAcknowledged():
            return [event] if known is not None and not known.acknowledged_by else []
        case a.AlarmCleared():
            return [event] if known is not None and known.kind in _OF_PEOPLE else []


def _numbers(
    state: State, event: s.NumbersLent | s.NumbersReturned | s.NumbersWrittenOff
) -> list[e.Event]:
    held = [block for block in state.lent if block.series == event.series]
    if isinstance(event, s.NumbersLent):
        free = all(event.last < block.first or block.last < event.first for block in held)
        return [event] if free else []
    same = (event.holder, event.first, event.last)
    known = next((b for b in held if (b.holder, b.first, b.last) == same), None)
    if known is None or known.written_off:
        # Written off stays off (rule 4), also when its holder is back and gives it back.
        return []
    return [event]


def _papers(state: State, event: e.Event) -> list[e.Event]:
    match event:
        case p.DocumentAdded():
            ticket = state.tickets.get(event.number)
            there = ticket is not None and any(
                one.document == event.document for one in ticket.documents
            )
            return [event] if ticket is not None and not there else []
        case p.DocumentReplaced() | p.DocumentRemoved():
            ticket = state.tickets.get(event.number)
            there = ticket is not None and any(
                one.document == event.document for one in ticket.documents
            )
            return [event] if there else []
        case _:
            return []
