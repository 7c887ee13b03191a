"""What a Pi may ask of the hub: a window for itself, a kiosk at itself, a wall nothing."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_py.core.commands import COMMANDS
from firmware_py.core.commands_carried import CARRIED
from firmware_py.core.events import EVENTS
from firmware_py.sync.rights import (
    NodePlace,
    may_ask_of_people,
    may_command,
    may_query,
    may_record,
)
from firmware_py.sync.rights_papers import (
    PAPER_COMMANDS,
    PAPER_QUERIES,
    may_ask_papers,
    may_order_papers,
)

WINDOW = NodePlace("window-3", frozenset({"window"}), windows=frozenset({"3"}))
KIOSK = NodePlace("kiosk-1", frozenset({"kiosk"}), kiosks=frozenset({"kiosk-1"}))
WALL = NodePlace("wall-1", frozenset({"wall"}))
IN_HAND = {"A007": "3", "A008": "4"}


@pytest.mark.parametrize(
    ("place", "name", "params", "may"),
    [
        (WINDOW, "window.next", {"window": "3"}, True),
        (WINDOW, "window.next", {"window": "4"}, False),
        (WINDOW, "window.next", {}, False),
        (WINDOW, "rate", {"window": "3", "score": 5}, True),
        (WINDOW, "rate", {"number": "A008", "score": 5}, False),
        (WINDOW, "ticket.park", {"number": "A007"}, True),
        (WINDOW, "ticket.park", {"number": "A008"}, False),
        (WINDOW, "ticket.park", {"number": "A009"}, False),
        (WINDOW, "ticket.transfer", {"number": "A007", "window": "desk"}, True),
        (WINDOW, "ticket.take", {"item": "F01", "origin": "kiosk-1"}, False),
        (WINDOW, "ticket.cancel", {"number": "A007"}, False),
        (WINDOW, "day.close", {}, False),
        (WINDOW, "window.skills", {"window": "3", "skills": []}, False),
        (KIOSK, "ticket.take", {"item": "F01", "origin": "kiosk-1"}, True),
        (KIOSK, "ticket.take", {"item": "F01", "origin": "kiosk-2"}, False),
        (KIOSK, "ticket.take", {"item": "F01", "origin": "kiosk-1", "override": True}, False),
        (KIOSK, "ticket.reprint", {"number": "A007", "origin": "kiosk-1"}, True),
        (KIOSK, "window.next", {"window": "3"}, False),
        (WALL, "window.next", {"window": "3"}, False),
        (WALL, "notice.show", {"text": "x"}, False),
    ],
)
def test_a_pi_acts_for_what_stands_at_it(
    place: NodePlace, name: str, params: dict[str, Any], may: bool
) -> None:
    assert may_command(place, name, params, IN_HAND.get) is may


def test_nothing_else_is_allowed_to_any_of_them() -> None:
    allowed = {
        name
        for place in (WINDOW, KIOSK, WALL)
        for name in COMMANDS
        if may_command(
            place, name, {"window": "3", "origin": "kiosk-1", "number": "A007"}, IN_HAND.get
        )
    }
    assert allowed == {
        "ticket.take", "ticket.reprint", "ticket.park", "ticket.transfer",
        "window.open", "window.pause", "window.resume", "window.close", "window.next",
        "window.call", "window.recall", "window.start", "window.finish", "window.missed",
        "window.ask_rating", "window.help", "rate", "rate.reason",
    }  # fmt: skip


def test_only_where_people_ask_are_questions_carried() -> None:
    assert may_query(WINDOW, "why")
    assert may_query(KIOSK, "ticket.show")
    assert not may_query(WALL, "why")
    assert not may_query(WINDOW, "journal.tail")
    assert not may_query(WINDOW, "window.card")


@pytest.mark.parametrize(
    ("place", "name", "params", "may"),
    [
        (KIOSK, "key", {}, True),
        (WINDOW, "key", {}, True),
        (WALL, "key", {}, False),
        (KIOSK, "card", {"kiosk": "kiosk-1"}, True),
        (KIOSK, "card", {"kiosk": "kiosk-2"}, False),
        (KIOSK, "card", {"window": "3"}, False),
        (KIOSK, "card", {"kiosk": "kiosk-1", "window": "3"}, False),
        (KIOSK, "card", {}, False),
        (KIOSK, "code", {"kiosk": "kiosk-1"}, True),
        (KIOSK, "keep", {"kiosk": "kiosk-1", "number": "A007"}, False),
        (WINDOW, "card", {"window": "3"}, True),
        (WINDOW, "card", {"window": "4"}, False),
        (WINDOW, "card", {"kiosk": "kiosk-1"}, False),
        (WINDOW, "card", {"kiosk": "kiosk-1", "window": "3"}, False),
        (WINDOW, "code", {"window": "3"}, True),
        (WINDOW, "keep", {"window": "3", "number": "A007"}, True),
        (WINDOW, "keep", {"window": "4", "number": "A008"}, False),
        (WINDOW, "list", {"window": "3"}, False),
        (WALL, "card", {"window": "3"}, False),
    ],
)
def test_a_pi_asks_who_is_at_its_own_reader_and_at_no_other(
    place: NodePlace, name: str, params: dict[str, Any], may: bool
) -> None:
    assert may_ask_of_people(place, name, params) is may


class Known:
    """Block A980 to A989 is kiosk-1's; A007 was called to window 3, A008 to window 4."""

    promoted = False

    def may_give(self, node: str, number: str) -> bool:
        return node == "kiosk-1" and number.startswith("A98")

    def may_have_called(self, window: str, number: str) -> bool:
        return self.promoted or self.may_have_served(window, number)

    def may_have_served(self, window: str, number: str) -> bool:
        return (window, number) in {("3", "A007"), ("4", "A008")}


HUB = NodePlace("hub", frozenset({"hub"}))
STANDBY = NodePlace("standby", frozenset({"standby"}))


@pytest.mark.parametrize(
    ("place", "kind", "data", "may"),
    [
        (KIOSK, "ticket.issued", {"number": "A980", "origin": "kiosk-1"}, True),
        (KIOSK, "ticket.issued", {"number": "A960", "origin": "kiosk-1"}, False),
        (KIOSK, "ticket.issued", {"number": "A980", "origin": "kiosk-2"}, False),
        (KIOSK, "ticket.reprint_requested", {"number": "A980", "origin": "kiosk-1"}, True),
        (KIOSK, "ticket.reprint_requested", {"number": "A980", "origin": "hall"}, False),
        (KIOSK, "numbers.returned", {"holder": "kiosk-1"}, True),
        (KIOSK, "numbers.returned", {"holder": "kiosk-2"}, False),
        (KIOSK, "service.finished", {"number": "A007", "window": "3"}, False),
        (KIOSK, "day.closed", {"day": "2026-03-02"}, False),
        (WINDOW, "service.started", {"number": "A007", "window": "3"}, True),
        (WINDOW, "service.finished", {"number": "A007", "window": "3"}, True),
        (WINDOW, "service.finished", {"number": "A007", "window": "4"}, False),
        (WINDOW, "service.finished", {"number": "A008", "window": "3"}, False),
        (WINDOW, "service.finished", {"number": "A008", "window": "4"}, False),
        (WINDOW, "ticket.missed", {"number": "A007", "window": "3"}, True),
        (WINDOW, "ticket.parked", {"number": "A007", "window": "3"}, True),
        (WINDOW, "ticket.recalled", {"number": "A007", "window": "3"}, True),
        (WINDOW, "rating.given", {"number": "A007", "window": "3", "score": 5}, True),
        (WINDOW, "rating.given", {"number": "A008", "window": "4", "score": 5}, False),
        (WINDOW, "rating.rejected", {"number": None, "window": "3"}, True),
        (WINDOW, "window.paused", {"window": "3"}, True),
        (WINDOW, "window.closed", {"window": "4"}, False),
        (WINDOW, "window.opened", {"window": "3"}, False),
        (WINDOW, "alarm.raised", {"alarm": "help:3", "kind": "help", "window": "3"}, True),
        (WINDOW, "alarm.raised", {"alarm": "service:3", "kind": "service", "window": "3"}, False),
        (WINDOW, "alarm.cleared", {"alarm": "help:3"}, True),
        (WINDOW, "alarm.cleared", {"alarm": "help:33"}, False),
        (WINDOW, "alarm.cleared", {"alarm": "rating:A001"}, False),
        (WINDOW, "ticket.called", {"number": "A007", "window": "3"}, True),
        (WINDOW, "ticket.called", {"number": "A009", "window": "3"}, False),
        (WINDOW, "ticket.called", {"number": "A008", "window": "4"}, False),
        (WINDOW, "ticket.issued", {"number": "A980", "origin": "kiosk-1"}, False),
        (WINDOW, "ticket.cancelled", {"number": "A007"}, False),
        (WALL, "window.paused", {"window": "3"}, False),
        (WALL, "ticket.issued", {"number": "A980", "origin": "kiosk-1"}, False),
        (HUB, "day.closed", {"day": "2026-03-02"}, True),
        (STANDBY, "ticket.called", {"number": "A007", "window": "4"}, True),
    ],
)
def test_a_pi_brings_records_of_what_it_may_decide_alone(
    place: NodePlace, kind: str, data: dict[str, Any], may: bool
) -> None:
    assert may_record(place, kind, data, Known()) is may


def test_no_other_records_are_taken_of_a_window_or_a_kiosk() -> None:
    data = {"window": "3", "number": "A007", "origin": "kiosk-1", "alarm": "help:3",
            "kind": "help", "holder": "kiosk-1"}  # fmt: skip
    given_by_kiosk = {**data, "number": "A980"}
    assert {kind for kind in EVENTS if may_record(WINDOW, kind, data, Known())} == {
        "ticket.recalled", "ticket.missed", "ticket.parked", "service.started",
        "service.finished", "rating.asked", "rating.given", "rating.unanswered",
        "rating.rejected", "window.paused", "window.closed", "alarm.raised", "alarm.cleared",
        "ticket.called",
    }  # fmt: skip
    assert {kind for kind in EVENTS if may_record(KIOSK, kind, given_by_kiosk, Known())} == {
        "ticket.issued", "ticket.reprint_requested", "numbers.returned",
    }  # fmt: skip
    assert not [kind for kind in EVENTS if may_record(WALL, kind, data, Known())]


class Papers:
    """A007 is in hand at window 3, A006 was served there before; A008 is at window 4.

    F20260302-001 was made at window 3 today, -002 at window 4. At window 3 before: F20260227-001,
    which is done, and -002, which is open.
    """

    def today(self) -> str | None:
        return "2026-03-02"

    def hand_of(self, number: str) -> str | None:
        return {"A007": "3", "A008": "4"}.get(number)

    def served_at(self, number: str) -> str | None:
        return {"A006": "3", "A007": "3", "A008": "4"}.get(number)

    def form_at(self, form: str, *, at_work: bool) -> str | None:
        made = {OWN: "3", OTHERS: "4", STILL_OPEN: "3"}
        return (made if at_work else made | {OLDER: "3"}).get(form)


OWN, OTHERS = "F20260302-001", "F20260302-002"
OLDER, STILL_OPEN = "F20260227-001", "F20260227-002"


@pytest.mark.parametrize(
    ("name", "params", "may"),
    [
        ("check.ask", {"window": "3"}, True),
        ("check.ask", {"window": "4"}, False),
        ("check.answer", {"window": "4"}, False),
        ("check.withdraw", {}, False),
        ("form.sign", {"window": "3", "form": OWN}, True),
        ("form.sign", {"window": "4", "form": OTHERS}, False),
        ("form.make", {"window": "3"}, True),
        ("form.make", {"window": "4"}, False),
        ("form.change", {"form": OWN}, True),
        ("form.change", {"form": OTHERS}, False),
        ("form.change", {"form": OLDER}, True),
        ("form.change", {"form": "F20260302-009"}, False),
        ("form.withdraw", {"form": OTHERS}, False),
        ("form.reprint", {"form": OWN}, True),
        ("form.reprint", {"form": OWN, "window": "3"}, True),
        ("form.reprint", {"form": OWN, "window": "4"}, True),
        ("form.reprint", {"form": OTHERS, "window": "3"}, False),
        ("form.reprint", {"form": OTHERS}, False),
        ("form.done", {"form": OWN}, True),
        ("form.done", {"form": STILL_OPEN}, True),
        ("form.done", {"form": OTHERS}, False),
        ("form.done", {}, False),
        ("document.add", {"number": "A006"}, True),
        ("document.add", {"number": "A008"}, False),
        ("document.add", {"number": "A999"}, False),
        ("document.replace", {"number": "A008"}, False),
        ("document.remove", {"number": "A007"}, False),
    ],
)
def test_a_window_orders_what_is_of_its_own_people_and_forms(
    name: str, params: dict[str, Any], may: bool
) -> None:
    assert may_order_papers(WINDOW, name, params, Papers()) is may
    # Never as an ordinary command: those come without a seal.
    assert not may_command(WINDOW, name, params, IN_HAND.get)


@pytest.mark.parametrize(
    ("name", "params", "may"),
    [
        ("form.show", {"form": OWN}, True),
        ("form.show", {"form": OLDER}, True),
        ("form.show", {"form": OTHERS}, False),
        ("form.paper", {"form": OTHERS}, False),
        ("form.find", {"window": "3"}, True),
        ("form.find", {"window": "4"}, False),
        ("form.find", {}, False),
        ("check.list", {"window": "3"}, True),
        ("check.list", {"number": "A008"}, False),
        ("document.list", {"window": "3"}, True),
        ("document.list", {"window": "4"}, False),
        ("document.list", {"number": "A006"}, True),
        ("document.list", {"number": "A008"}, False),
        ("document.list", {"number": "A008", "window": "3"}, False),
        ("document.list", {"form": OTHERS, "window": "3"}, False),
        ("document.list", {}, False),
        ("document.read", {"document": "A007-1"}, True),
        ("document.read", {"document": "A006-1"}, False),
        ("document.read", {"document": "A008-1"}, False),
        ("document.remove", {"document": "A007-1"}, True),
        ("document.remove", {"document": "A006-1"}, False),
        ("document.export", {"document": "A007-1"}, True),
        ("document.export", {"document": "A006-1"}, True),
        ("document.export", {"document": "A008-1"}, False),
        ("document.export", {"form": OWN}, True),
        ("document.export", {"form": STILL_OPEN}, True),
        ("document.export", {"form": OLDER}, False),
        ("document.export", {"form": OTHERS}, False),
        # Of two that are named the hub takes the document.
        ("document.export", {"form": OWN, "document": "A008-1"}, False),
        ("document.exported", {"document": "A007-2"}, True),
        ("document.exported", {"document": "A008-2"}, False),
        ("document.exported", {"form": OWN, "document": "A008-2"}, False),
        ("document.part", {"export": "x", "page": 1}, True),
        ("form.signature", {"form": OWN}, True),
        ("form.signature", {"form": STILL_OPEN}, True),
        ("form.signature", {"form": OLDER}, False),
        ("form.signature", {"form": OTHERS}, False),
        ("form.signature", {}, False),
        ("check.kept", {"check": "A007-c1"}, True),
        ("check.kept", {"check": "A006-c2", "day": "2026-03-02"}, True),
        ("check.kept", {"check": "A007-c1", "day": "2026-03-01"}, False),
        ("check.kept", {"check": "A008-c1"}, False),
        ("check.kept", {"check": "A008-c1", "form": OWN, "number": "A007"}, False),
        ("privacy.forget", {"number": "A006"}, True),
        ("privacy.forget", {"number": "A008"}, False),
        ("privacy.forget", {"number": "A006", "day": "2026-03-01"}, False),
        ("privacy.forget", {"number": STILL_OPEN, "day": "2026-02-27"}, True),
        ("privacy.forget", {"number": OTHERS}, False),
        ("privacy.forget", {"number": "A008", "form": OWN}, False),
        ("privacy.destroy", {"day": "2026-03-02"}, False),
        ("privacy.status", {}, False),
        ("window.card", {"window": "3"}, False),
    ],
)
def test_a_window_reads_what_is_of_its_own_people_and_forms(
    name: str, params: dict[str, Any], may: bool
) -> None:
    assert may_ask_papers(WINDOW, name, params, Papers()) is may
    assert not may_query(WINDOW, name)


def test_no_other_pi_has_anything_to_do_with_papers() -> None:
    params = {"window": "3", "number": "A007", "document": "A007-1", "form": OWN,
              "check": "A007-c1", "export": "x", "page": 1}  # fmt: skip
    for place in (KIOSK, WALL):
        ordered = [n for n in PAPER_COMMANDS if may_order_papers(place, n, params, Papers())]
        asked = [n for n in PAPER_QUERIES if may_ask_papers(place, n, params, Papers())]
        assert not ordered + asked
    assert set(CARRIED) <= PAPER_COMMANDS


def test_a_standby_asks_as_people_at_the_hub_do_and_stands_at_no_window() -> None:
    standby = NodePlace("standby-1", frozenset({"standby", "wall"}))
    asked = {name for name in PAPER_QUERIES if may_ask_papers(standby, name, {}, Papers())}
    assert asked == PAPER_QUERIES
    assert not may_ask_papers(standby, "privacy.status", {}, Papers())
    ordered = {n for n in PAPER_COMMANDS if may_order_papers(standby, n, {}, Papers())}
    assert ordered == {"form.change", "form.done", "form.withdraw", "form.reprint"}
