"""What may be asked on the control socket: ``method`` -> answer. Queries change nothing."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from firmware_py.app.clock import local_text
from firmware_py.app.ports import JournalPort, StoredEvent
from firmware_py.config import file as config_file
from firmware_py.core.commands import RecordAction
from firmware_py.core.decide_tickets import find
from firmware_py.core.estimate import estimate_for
from firmware_py.core.explain import call_words, waiting_words
from firmware_py.core.model import TicketStatus
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.card_queries import CardQueries
from firmware_py.runtime.checks import check_queries
from firmware_py.runtime.checks_kept import KeptChecks
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.device_views import device_view, without_broker
from firmware_py.runtime.documents import Documents
from firmware_py.runtime.form_paper import FormPapers
from firmware_py.runtime.form_signature import FormSignatures
from firmware_py.runtime.forms import Forms
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.kept_room import kept_view
from firmware_py.runtime.kiosks import Kiosks
from firmware_py.runtime.node_actions import NodeActions
from firmware_py.runtime.node_views import Nodes, configuration_of, nodes_at_a_glance
from firmware_py.runtime.number_views import NumbersHeld
from firmware_py.runtime.params import Device, Number, PrintReport, Range, Say, Status
from firmware_py.runtime.privacy import Privacy
from firmware_py.runtime.program import program
from firmware_py.runtime.report_paper import printer_for
from firmware_py.runtime.reports import Reports
from firmware_py.runtime.scans import scan_queries
from firmware_py.runtime.screen_queries import ScreenQueries
from firmware_py.runtime.signatures import signature_queries
from firmware_py.runtime.technician import Technician, unknown_device
from firmware_py.runtime.ticket_told import told_of
from firmware_py.runtime.views import (
    alarm_view,
    bad_reason,
    category_views,
    hall_view,
    hours_view,
    item_view,
    last_calls,
    mode_of,
    ticket_view,
    window_view,
)
from firmware_py.runtime.windows import Windows
from firmware_py.store.backup import find_backups

__all__ = ["queries_of"]

MOST_EVENTS = 10_000
#: Who asks for the hall at a glance sees these devices one by one.
NOT_RIGHT = frozenset({"fault", "gone", "warning", "disabled"})

T = TypeVar("T")


def queries_of(hall: Hall) -> dict[str, Query]:
    """Return the table of queries for a running hall."""
    answers = Answers(hall)
    reports = Reports(
        answers.from_journal,
        answers.kept_figures,
        lambda: hall.state().day,
        lambda: {item.id: item.category for item in hall.rules.items.values()},
    )
    forms = Forms(hall, answers.from_journal)
    return {
        "hall.status": answers.status,
        "ticket.show": answers.ticket,
        "ticket.list": answers.tickets,
        "why": answers.why,
        "window.list": answers.windows,
        "alarm.list": answers.alarms,
        "item.list": answers.items,
        "category.list": answers.categories,
        "rating.reasons": answers.reasons,
        "device.list": answers.devices,
        "device.show": answers.device,
        **Technician(hall).queries(),
        **Privacy(hall).queries(),
        **CardQueries(hall).queries(),
        **Kiosks(hall).queries(),
        **Nodes(hall).queries(),
        **NodeActions(hall).queries(),
        **NumbersHeld(hall).queries(),
        **Windows(hall, reports).queries(),
        **ScreenQueries(hall).queries(),
        **scan_queries(hall),
        **Documents(hall).queries(),
        **check_queries(hall),
        **signature_queries(hall),
        "voice.list": answers.voices,
        "voice.say": answers.say,
        "notice.list": answers.notices,
        **forms.queries(),
        "journal.tail": answers.tail,
        "journal.verify": answers.verify,
        "journal.backup": answers.backup,
        "journal.backups": answers.backups,
        "report.day": reports.day,
        "report.range": reports.range,
        "report.print": answers.print_report,
        "config.show": answers.config,
        "form.paper": FormPapers(hall, forms).paper,
        "form.signature": FormSignatures(hall, forms).take_out,
        **KeptChecks(hall).queries(),
    }


class Answers:
    """One method a query; what ``params`` may hold is in ``params.py``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._started_s = time.monotonic()

    async def from_journal(self, call: Callable[[JournalPort], T]) -> T:
        """Run ``call(journal)`` on the journal's thread."""
        return await self._hall.journal.run(call)

    def kept_figures(self) -> Mapping[str, bytes]:
        """Return what compaction kept, by day; on the journal's thread."""
        return self._hall.store.day_figures()

    async def status(self, params: dict[str, Any], user: str) -> Any:
        """Return the hall at a glance."""
        hall, state = self._hall, self._hall.state()
        now_ms = hall.clock.now_ms()
        health = hall.supervisor.health()
        return {
            "hall": hall.settings.hall.id,
            "name": {"zh": hall.settings.hall.name.zh, "en": hall.settings.hall.name.en},
            "node": hall.settings.hall.node,
            "pid": os.getpid(),
            "program": program(),
            "up_s": round(time.monotonic() - self._started_s),
            "mode": mode_of(hall.storage, hall.proof.damage),
            "problem": hall.storage or hall.proof.damage,
            "epoch": hall.store.epoch,
            "last_seq": hall.writer.last_seq,
            "now_ms": now_ms,
            "now": local_text(state.wall_offset_ms, now_ms),
            **hall_view(state),
            "hours": hours_view(hall.rules, state, now_ms),
            "windows": [window_view(hall.rules, state, w, now_ms) for w in state.windows.values()],
            "alarm_list": self._alarms(),
            "last_calls": last_calls(state, 8),
            "devices": {
                "total": len(health),
                "by_state": _count(str(h.state) for h in health),
                "trouble": [asdict(h) for h in health if h.state in NOT_RIGHT],
            },
            "papers_owed": {p: s.waiting for p, s in hall.printing.spools.items() if s.waiting},
            "papers_waiting": None if (owed := hall.kept.handing) is None else owed.view(),
            "broker": self._broker(),
            "nodes": nodes_at_a_glance(hall),
            "configuration": configuration_of(hall, hall.settings.hall.node),
            "lease": None if hall.lease is None else hall.lease.view(),
            "backup": _backup(hall),
            "kept_journals": kept_view(hall),
            "privacy": {"problem": hall.keeping.problem},
        }

    def _broker(self) -> Any:
        """Return how the broker is; None for a hall whose configuration has none."""
        hall = self._hall
        settings, status = hall.settings.broker, hall.broker_status()
        if settings is None or status is not None:
            return status
        return without_broker(settings)

    async def ticket(self, params: dict[str, Any], user: str) -> Any:
        """Return one ticket, with its paper, and how long it still waits."""
        hall, state = self._hall, self._hall.state()
        ticket = find(state, msgspec.convert(params, Number).number)
        if isinstance(ticket, Refusal):
            raise QueryError(ticket)
        view = ticket_view(hall.rules, state, ticket)
        now_ms = hall.clock.now_ms()
        view["words"] = waiting_words(hall.rules, state, ticket, now_ms)
        waits = ticket.status is TicketStatus.WAITING
        view["now"] = estimate_for(hall.rules, state, ticket, now_ms)._asdict() if waits else None
        owed = [s.printer for s in hall.printing.spools.values() if s.owes(ticket.number)]
        view["paper"] = {"owed_by": owed[0] if owed else None}
        told = await told_of(hall.journal.run, hall.writer.last_seq, ticket.number)
        view["records"] = told.words(state.wall_offset_ms)
        return view

    async def tickets(self, params: dict[str, Any], user: str) -> Any:
        """Return the day's tickets, all or of one status."""
        wanted = msgspec.convert(params, Status).status
        hall, state = self._hall, self._hall.state()
        return [
            ticket_view(hall.rules, state, t)
            for t in state.tickets.values()
            if wanted is None or t.status == wanted
        ]

    async def print_report(self, params: dict[str, Any], user: str) -> Any:
        """Begin to print a day's report; return its day and printer, None without records."""
        wanted = msgspec.convert(params, PrintReport)
        printer = printer_for(self._hall.settings, wanted.printer)
        day = await self._hall.report_paper.print(wanted.day, printer)
        if day is None:
            return None
        self._hall.submit_own(RecordAction("report.print", printer), by=f"hallctl:{user}")
        return {"day": day, "printer": printer}

    async def why(self, params: dict[str, Any], user: str) -> Any:
        """Return why a ticket was called (each call), or why it still waits."""
        hall, state = self._hall, self._hall.state()
        ticket = find(state, msgspec.convert(params, Number).number)
        if isinstance(ticket, Refusal):
            raise QueryError(ticket)
        told = await told_of(hall.journal.run, hall.writer.last_seq, ticket.number)
        now = waiting_words(hall.rules, state, ticket, hall.clock.now_ms())
        return {
            "number": ticket.number,
            "status": ticket.status,
            "calls": [call_words(c.number, c.window, c.reason) for c in told.calls],
            "records": told.words(state.wall_offset_ms),
            "now": now,
        }

    async def windows(self, params: dict[str, Any], user: str) -> Any:
        """Return all windows."""
        hall, state = self._hall, self._hall.state()
        now_ms = hall.clock.now_ms()
        return [window_view(hall.rules, state, w, now_ms) for w in state.windows.values()]

    async def alarms(self, params: dict[str, Any], user: str) -> Any:
        """Return the alarms that stand."""
        return self._alarms()

    def _alarms(self) -> list[dict[str, Any]]:
        state, now_ms = self._hall.state(), self._hall.clock.now_ms()
        return [
            {**alarm_view(state, a, now_ms), "reason": bad_reason(self._hall.rules, state, a)}
            for a in state.alarms.values()
        ]

    async def reasons(self, params: dict[str, Any], user: str) -> Any:
        """Return the reasons that a bad rating may have, in the order of pads' keys."""
        found = self._hall.rules.rating_reasons
        return [{"id": name, "words": asdict(words)} for name, words in found.items()]

    async def items(self, params: dict[str, Any], user: str) -> Any:
        """Return the catalogue with present waits."""
        hall, state = self._hall, self._hall.state()
        now_ms = hall.clock.now_ms()
        return {
            "categories": [asdict(c) for c in hall.rules.categories.values()],
            "items": [item_view(hall.rules, state, i, now_ms) for i in hall.rules.items.values()],
        }

    async def categories(self, params: dict[str, Any], user: str) -> Any:
        """Return the categories with present waits: what walls and kiosks show all the time."""
        hall = self._hall
        return category_views(hall.rules, hall.state(), hall.clock.now_ms())

    async def devices(self, params: dict[str, Any], user: str) -> Any:
        """Return every device's health."""
        return [asdict(health) for health in self._hall.supervisor.health()]

    async def device(self, params: dict[str, Any], user: str) -> Any:
        """Return all about one device: its health, where it is connected, who uses it."""
        hall, name = self._hall, msgspec.convert(params, Device).device
        if name not in hall.settings.devices:
            raise QueryError(unknown_device(name))
        enabled = hall.settings.devices[name].enabled
        health = hall.supervisor.health_of(name) if enabled else None
        return device_view(hall.settings, name, health, round(time.monotonic() * 1000))

    async def voices(self, params: dict[str, Any], user: str) -> Any:
        """Return every voice: what it said last, what waits."""
        return self._hall.voices.status()

    async def say(self, params: dict[str, Any], user: str) -> Any:
        """Have the hall say a text once; return the voices that will."""
        wanted = msgspec.convert(params, Say)
        refusal = self._hall.voices.refusal(wanted.text, wanted.voice)
        if refusal is not None:
            raise QueryError(refusal)
        devices = self._hall.voices.say(wanted.text, wanted.voice)
        self._hall.submit_own(RecordAction("voice.say", ",".join(devices)), by=f"hallctl:{user}")
        return [one for one in self._hall.voices.status() if one["device"] in devices]

    async def notices(self, params: dict[str, Any], user: str) -> Any:
        """Return the notices and lists for the walls, and what each is doing."""
        return self._hall.notices.listing()

    async def tail(self, params: dict[str, Any], user: str) -> Any:
        """Return events, the newest ones or those after a number."""
        wanted = msgspec.convert(params, Range)
        limit = max(1, min(wanted.limit, MOST_EVENTS))
        last = self._hall.writer.last_seq
        after = last - limit if wanted.after is None else min(wanted.after, last)
        state = self._hall.state()

        def read(journal: JournalPort) -> list[StoredEvent]:
            first: int = journal.first_seq
            return list(journal.read(max(after, first - 1, 0), limit))

        stored = await self._hall.journal.run(read)
        return [
            {
                "seq": s.seq,
                "time_ms": s.time_ms,
                "at": local_text(state.wall_offset_ms, s.time_ms),
                "type": s.type,
                "by": s.by,
                "command_id": s.command_id,
                "data": msgspec.Raw(s.body),
            }
            for s in stored
        ]

    async def verify(self, params: dict[str, Any], user: str) -> Any:
        """Check the whole hash chain."""
        return await asyncio.to_thread(self._hall.store.verify)

    async def backup(self, params: dict[str, Any], user: str) -> Any:
        """Make a backup now."""
        path = await self._hall.backups.now()
        self._hall.submit_own(RecordAction("journal.backup", path.name), by=f"hallctl:{user}")
        return {"path": str(path)}

    async def backups(self, params: dict[str, Any], user: str) -> Any:
        """Return the backups there are, checked."""
        folder = self._hall.settings.journal.backup_folder
        found = await asyncio.to_thread(find_backups, Path(folder)) if folder else []
        return [
            {"path": str(b.path), "epoch": b.epoch, "last_seq": b.last_seq, "ok": b.ok}
            for b in found
        ]

    async def config(self, params: dict[str, Any], user: str) -> Any:
        """Return the configuration in force."""
        return config_file.describe(self._hall.settings)


def _backup(hall: Hall) -> dict[str, Any] | None:
    """Return how backups are doing; of the last one, also when it was by the hall's clock."""
    found = hall.backups.status()
    if found is not None and found["last"] is not None:
        at_ms = hall.clock.now_ms() - round(found["last"]["age_s"] * 1000 * hall.speed())
        found["last"]["at"] = local_text(hall.state().wall_offset_ms, at_ms)
    return found


def _count(words: Any) -> dict[str, int]:
    counted: dict[str, int] = {}
    for word in words:
        counted[word] = counted.get(word, 0) + 1
    return counted
