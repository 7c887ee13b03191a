"""What a Pi may ask of the hub: a window for itself, a kiosk at itself, a wall nothing."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_py.core.commands import COMMANDS
from firmware_py.sync.rights import NodePlace, may_command, may_query

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
