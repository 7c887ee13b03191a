"""After a restart: whose paper may still be owed, and by which printer."""

from __future__ import annotations

from typing import Any

import msgspec

from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.papers import PaperTicked
from firmware_py.runtime.owed_paper import unprinted
from firmware_py.settings import Settings
from tests.app.paper import PrintingDesk

MAKE = p.MakeForm("1", papers=(PaperTicked(name="合同"),), days=5)
CONFIRMED = "print:p-1:confirmed"


def settings(**more: Any) -> Settings:
    hall = {"id": "demo", "name": {"zh": "厅", "en": "Hall"}}
    kiosks = [{"id": "kiosk-1", "printer": "p-1"}]
    return msgspec.convert({"hall": hall, "kiosks": kiosks, **more}, Settings)


SHARED = settings(windows=[{"id": "1", "printer": "p-1"}])
OWN = settings(windows=[{"id": "1", "printer": "p-new"}])


def two_days() -> PrintingDesk:
    """Return a hall with a form and a ticket of yesterday, and one of each of today."""
    desk = PrintingDesk()
    desk.open_day()
    desk.spool.ready(False)
    desk.done(c.OpenWindow("1"))
    serve(desk)
    desk.done(c.CloseDay())
    desk.now_ms += 60_000
    desk.done(c.OpenDay("2026-03-03"))
    desk.done(c.OpenWindow("1"))
    serve(desk)
    desk.take()
    return desk


def serve(desk: PrintingDesk) -> None:
    desk.take()
    desk.done(c.CallNext("1"))
    desk.done(c.StartService("1"))
    desk.done(MAKE)


def owed(desk: PrintingDesk, of: Settings, positions: dict[str, int]) -> list[str]:
    found = unprinted(of, desk.journal, desk.writer.recorded, positions)
    assert [h.seq for h in found] == sorted(h.seq for h in found)
    told = [msgspec.json.decode(h.body, type=dict[str, Any]) for h in found]
    return [one.get("form") or one["number"] for one in told]


def test_a_printer_owes_forms_of_earlier_days_that_it_has_not_confirmed() -> None:
    desk = two_days()
    # Of yesterday's ticket the spool knows that nobody wants it any more.
    assert owed(desk, SHARED, {CONFIRMED: 1}) == [
        "A001", "F20260302-001", "A001", "F20260303-001", "A002",
    ]  # fmt: skip


def test_what_it_confirmed_is_not_owed() -> None:
    desk = two_days()
    first = next(r.seq for r in desk.journal.records if r.type == "form.made")
    assert owed(desk, SHARED, {CONFIRMED: first}) == ["A001", "F20260303-001", "A002"]
    assert owed(desk, SHARED, {CONFIRMED: desk.journal.last_seq}) == []


def test_a_new_printer_owes_from_the_beginning_of_the_day_and_no_forms_of_weeks() -> None:
    desk = two_days()
    last = desk.journal.last_seq
    assert owed(desk, OWN, {CONFIRMED: last}) == ["F20260303-001"]
    # What the old printer owes, it owes all the same.
    assert owed(desk, OWN, {CONFIRMED: 1})[:1] == ["A001"]
    assert "F20260302-001" not in owed(desk, OWN, {CONFIRMED: 1})


def test_a_window_without_a_printer_makes_nobody_owe_its_forms() -> None:
    desk = two_days()
    assert owed(desk, settings(windows=[{"id": "1"}]), {CONFIRMED: 1}) == ["A001", "A001", "A002"]


def test_nothing_is_read_when_all_forms_are_over_and_nobody_waits() -> None:
    desk = two_days()
    for form in list(desk.writer.recorded.forms):
        desk.done(p.FormDone(form))
    desk.done(c.CloseDay())
    assert owed(desk, OWN, {}) == []
