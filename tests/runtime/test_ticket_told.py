"""What people are told of a ticket that another Pi gave or had in hand by itself."""

from __future__ import annotations

from collections.abc import Callable

from firmware_py.app.ports import JournalPort, StoredEvent
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.commands import Command
from firmware_py.core.commands_spread import LendNumbers, MergeRecord
from firmware_py.core.events import EVENT_NAMES
from firmware_py.core.records import Record
from firmware_py.runtime.ticket_told import TicketTold, told_of
from tests.app.desk import Desk, number_of

TEN = 10 * 3_600_000


def desk_at_ten() -> Desk:
    desk = Desk()
    desk.now_ms = TEN
    desk.done(c.SetClock(0))
    desk.open_day()
    desk.done(LendNumbers("kiosk-2", "common", 20))
    return desk


def record(seq: int, event: e.Event, source: str = "kiosk-2", request: str = "") -> Command:
    at_ms = TEN + 32 * 60_000 + seq
    name = EVENT_NAMES[type(event)]
    return MergeRecord(Record(f"{source}:E", seq, at_ms, name, source, request, event))


def issued(desk: Desk) -> e.TicketIssued:
    block = desk.writer.recorded.lent[0]
    return e.TicketIssued(block.first_number, "common", block.first, "D01", "invoices", "kiosk-2")


async def told(desk: Desk, number: str) -> TicketTold:
    async def run(read: Callable[[JournalPort], list[StoredEvent]]) -> list[StoredEvent]:
        return read(desk.journal)

    return await told_of(run, desk.journal.last_seq, number)


async def said(desk: Desk, number: str) -> tuple[list[str], list[str]]:
    words = (await told(desk, number)).words(0)
    return [one.zh for one in words], [one.en for one in words]


async def test_a_ticket_that_a_kiosk_gave_while_cut_off_says_so() -> None:
    desk = desk_at_ten()
    desk.done(record(1, issued(desk)))
    assert await said(desk, "A980") == (
        ["断网时由 kiosk-2 10:32:00 取号：已计入。"],
        ["While it was cut off, kiosk-2 took the number at 10:32:00: it counts."],
    )


async def test_both_numbers_of_one_request_explain_each_other() -> None:
    desk = desk_at_ten()
    ours = number_of(desk.done(c.TakeTicket("D01", "kiosk-2"), "kiosk-2:9"))
    desk.done(record(1, issued(desk), request="kiosk-2:9"))
    zh, en = await said(desk, "A980")
    assert zh == [
        f"断网时由 kiosk-2 10:32:00 取号：以纸质号票为准，主控给出的 {ours} 跳过。",
        f"{ours} 跳过：同一次取号的纸质号票是 A980。",
    ]
    assert en[1] == f"{ours} is skipped: the paper of the same request says A980."
    assert (await said(desk, ours))[1] == en[1:]


async def test_what_a_window_did_and_what_came_of_it_is_told() -> None:
    desk = desk_at_ten()
    number = desk.take()
    for window in ("1", "3"):
        desk.done(c.OpenWindow(window, "1001"))
    desk.done(c.CallNext("3"))
    desk.done(c.CancelTicket(number, "gone"))
    desk.done(record(1, e.ServiceFinished(number, "3", 95), "window-3"))
    desk.done(record(2, e.TicketCancelled(number, "gone"), "window-3"))
    first, second = (await said(desk, number))[1]
    assert first == "While it was cut off, window-3 finished it at window 3 at 10:32:00: it counts."
    assert second.endswith(
        "window-3 cancelled it at 10:32:00: what is known here stands: finished."
    )


async def test_yesterdays_ticket_of_the_same_number_is_not_told_of() -> None:
    desk = desk_at_ten()
    desk.done(record(1, issued(desk)))
    desk.done(c.CloseDay())
    desk.now_ms += 3_600_000
    desk.done(c.OpenDay("2026-03-03"))
    assert (await told(desk, "A980")).records == []
