"""Decide a command: its events, or a refusal with a reason.

Each family of commands has a file of its own (``decide_day``, ``decide_hours``,
``decide_series``, ``decide_tickets``, ``decide_windows``, ``decide_service``, ``decide_rating``,
``decide_alarms``, ``decide_notices``, ``decide_documents``, ``decide_forms``, ``decide_checks``,
``decide_signatures``, ``decide_numbers``, ``decide_merge``); this one brings them together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from firmware_py.core import commands as c
from firmware_py.core import commands_checks as k
from firmware_py.core import commands_papers as p
from firmware_py.core import commands_spread as s
from firmware_py.core import (
    decide_alarms,
    decide_checks,
    decide_day,
    decide_documents,
    decide_forms,
    decide_hours,
    decide_hubs,
    decide_merge,
    decide_notices,
    decide_numbers,
    decide_rating,
    decide_series,
    decide_service,
    decide_signatures,
    decide_tickets,
    decide_windows,
)
from firmware_py.core.events import Event, TicketIssued
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules

__all__ = ["Decision", "decide"]

#: The events of a command, in order (perhaps none), or why it was refused.
Decision = list[Event] | Refusal


def _tick(rules: Rules, state: State, command: c.Tick, now_ms: int) -> Decision:
    events = decide_alarms.tick(rules, state, command, now_ms)
    # Notices end on a closed day too.
    return [*decide_notices.ended(state, now_ms), *events] if state.notices else events


#: ``Any`` because the command's type follows from the key.
_DECIDE: dict[type[c.Command], Callable[[Rules, State, Any, int], Decision]] = {
    c.OpenDay: decide_day.open_day,
    c.CloseDay: decide_day.close_day,
    c.SetClosingTime: decide_hours.set_closing,
    c.JumpSeries: decide_series.jump,
    c.RecordAction: decide_day.record_action,
    c.SetClock: decide_day.set_clock,
    c.TakeTicket: decide_tickets.take,
    c.CancelTicket: decide_tickets.cancel,
    c.TransferTicket: decide_tickets.transfer,
    c.ParkTicket: decide_tickets.park,
    c.ResumeTicket: decide_tickets.resume,
    c.ReprintTicket: decide_tickets.reprint,
    c.OpenWindow: decide_windows.open_window,
    c.PauseWindow: decide_windows.pause,
    c.ResumeWindow: decide_windows.resume,
    c.CloseWindow: decide_windows.close,
    c.SetWindowSkills: decide_windows.set_skills,
    c.CallNext: decide_service.call_next,
    c.CallTicket: decide_service.call_ticket,
    c.Recall: decide_service.recall,
    c.StartService: decide_service.start,
    c.FinishService: decide_service.finish,
    c.MarkMissed: decide_service.missed,
    c.AskRating: decide_service.ask_rating,
    c.Rate: decide_rating.rate,
    c.GiveReason: decide_rating.give_reason,
    c.CallHelp: decide_alarms.call_help,
    c.AcknowledgeAlarm: decide_alarms.acknowledge,
    c.ShowNotice: decide_notices.show,
    c.RemoveNotice: decide_notices.remove,
    c.Tick: _tick,
    p.AddDocument: decide_documents.add,
    p.ReplaceDocument: decide_documents.replace,
    p.RemoveDocument: decide_documents.remove,
    p.MakeForm: decide_forms.make,
    p.ChangeForm: decide_forms.change,
    p.FormDone: decide_forms.done,
    p.WithdrawForm: decide_forms.withdraw,
    p.ReprintForm: decide_forms.reprint,
    p.SignForm: decide_signatures.sign,
    k.AskCheck: decide_checks.ask,
    k.AnswerCheck: decide_checks.answer,
    k.WithdrawCheck: decide_checks.withdraw,
    s.LendNumbers: decide_numbers.lend,
    s.WriteOffNumbers: decide_numbers.write_off,
    s.MergeRecord: decide_merge.merge,
    s.TakeOverNumbers: decide_hubs.take_over,
}


def decide(
    rules: Rules, state: State, command: c.Command, now_ms: int, request: str = ""
) -> Decision:
    """Return what ``command`` makes happen at hall time ``now_ms``; changes nothing.

    ``request`` is the command's id: it stays with a ticket, so that another Pi's number for the
    same request is found.
    """
    decision = _DECIDE[type(command)](rules, state, command, now_ms)
    if request and isinstance(command, c.TakeTicket) and not isinstance(decision, Refusal):
        decision = [
            replace(event, request=request) if isinstance(event, TicketIssued) else event
            for event in decision
        ]
    # Whatever takes a ticket from its window ends what it is asked to check there.
    return decision if isinstance(decision, Refusal) else decide_checks.with_ended(state, decision)
