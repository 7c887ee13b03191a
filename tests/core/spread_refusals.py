"""What refuses to lend numbers and to write them off: the cases for ``test_refusals``."""

from __future__ import annotations

from collections.abc import Callable

from firmware_py.core import commands as c
from firmware_py.core.commands_spread import LendNumbers, WriteOffNumbers
from firmware_py.core.events_hubs import HubPromoted
from firmware_py.core.evolve import evolve
from tests.core.hall import Hall

__all__ = ["CASES", "DAY_CLOSED", "UNKNOWN_SERIES"]

Case = tuple[Callable[[], Hall], c.Command]


def far_on() -> Hall:
    hall = Hall()
    hall.do(c.JumpSeries("A999990"))
    return hall


def written_off() -> Hall:
    hall = Hall()
    hall.do(LendNumbers("kiosk-1", "common", 20))
    hall.do(WriteOffNumbers("kiosk-1"))
    return hall


DAY_CLOSED: list[Case] = [(lambda: Hall(day=None), LendNumbers("kiosk-1", "common", 20))]
UNKNOWN_SERIES: list[Case] = [(Hall, LendNumbers("kiosk-1", "Z", 20))]


def promoted() -> Hall:
    """Return a hall whose standby was promoted, without a reserve."""
    hall = Hall()
    evolve(hall.state, HubPromoted("standby-1", "hub", "2-standby-1", "hub", 3), hall.now_ms)
    return hall


def skipped() -> Hall:
    hall = Hall()
    hall.state.skipped["A003"] = "A980"
    return hall


def lent() -> Hall:
    hall = Hall()
    hall.do(LendNumbers("kiosk-1", "common", 20))
    return hall


CASES: dict[str, list[Case]] = {
    "number_skipped": [(skipped, c.CancelTicket("a003"))],
    "number_lent": [
        (lambda: lent().open("1"), c.CallTicket("1", "A985")),
        (lent, c.CancelTicket("A980")),
    ],
    "number_written_off": [(written_off, c.ReprintTicket("A985"))],
    "nothing_to_lend": [(far_on, LendNumbers("kiosk-1", "common", 20))],
    "reserve_used_up": [(promoted, c.TakeTicket("B01", "kiosk-1"))],
    "numbers_elsewhere": [(promoted, LendNumbers("kiosk-1", "common", 20))],
    "no_numbers_held": [
        (Hall, WriteOffNumbers("kiosk-1")),
        (written_off, WriteOffNumbers("kiosk-1")),
    ],
}
