"""Whose numbers a promoted hub gives (docs/spread-rules.md, rules 1 to 4)."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core.commands_spread import LendNumbers, TakeOverNumbers, WriteOffNumbers
from firmware_py.core.events_hubs import HubPromoted
from firmware_py.core.evolve import evolve
from tests.core.hall import Hall


def promoted(*, reserve: int = 3) -> Hall:
    """Return a hall after three tickets, whose standby was promoted."""
    hall = Hall().open("1")
    for _ in range(3):
        hall.take()
    if reserve:
        hall.do(LendNumbers("standby-1", "common", reserve, reserve=True))
    hall.do(LendNumbers("kiosk-1", "common", 5))
    event = HubPromoted("standby-1", "hub", "2-standby-1", "hub", 9)
    evolve(hall.state, event, hall.now_ms)
    return hall


def taken(hall: Hall) -> str:
    return str(hall.do(c.TakeTicket("B01", "kiosk-1"))[-1].number)  # type: ignore[union-attr]


def test_a_promoted_hub_gives_from_its_own_reserve_and_then_no_more() -> None:
    hall = promoted()
    assert [taken(hall) for _ in range(3)] == ["A997", "A998", "A999"]
    assert hall.refused(c.TakeTicket("B01", "kiosk-1")).code == "reserve_used_up"
    # Nothing that is not its own is lent either.
    assert hall.refused(LendNumbers("kiosk-1", "common", 5)).code == "numbers_elsewhere"


def test_handed_over_the_usual_numbers_go_on_where_they_were() -> None:
    hall = promoted()
    assert taken(hall) == "A997"
    # By another Pi's word nothing changes.
    assert hall.do(TakeOverNumbers("window-1")) == []
    hall.do(TakeOverNumbers("hub"))
    assert taken(hall) == "A004"
    assert hall.do(TakeOverNumbers("hub")) == []


def test_a_hub_that_is_written_off_leaves_a_gap_that_is_explained() -> None:
    hall = promoted()
    events = hall.do(WriteOffNumbers("hub", "dead"))
    names = [type(event).__name__ for event in events]
    assert names == ["NumbersTakenOver", "SeriesJumped"]
    assert taken(hall) == "A054"
    # A reserve is no gap.
    assert hall.state.numbers_at == "standby-1"


def test_without_a_reserve_it_gives_none_until_the_other_is_off() -> None:
    hall = promoted(reserve=0)
    assert hall.refused(c.TakeTicket("B01", "kiosk-1")).code == "reserve_used_up"
    hall.do(WriteOffNumbers("hub"))
    assert taken(hall) == "A054"


def test_the_former_hub_promoted_again_has_its_own_numbers() -> None:
    hall = promoted()
    evolve(hall.state, HubPromoted("hub", "standby-1", "3-hub", "hub", 12), hall.now_ms)
    assert taken(hall) == "A004"
