"""The hub's lender: every kiosk's Pi holds numbers ahead of time (``[spread] lend``).

A Pi is lent to once it has joined: at the day's opening, when it joins, and when less than half is
left. Numbers that it heard of only in the hub's picture may be on papers that it does not remember.
One that was written off gets numbers again when it is back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from firmware_py.core.decide_numbers import wanted
from firmware_py.core.rules import Rules
from firmware_py.runtime.hub_role import other_hubs
from firmware_py.settings import Settings

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["Lender", "holders_of"]


def holders_of(settings: Settings, rules: Rules) -> dict[str, frozenset[str]]:
    """Return the Pis that give tickets, each with the series of what its kiosks take."""
    kiosks = {kiosk.id: kiosk for kiosk in settings.kiosks}
    found = dict[str, frozenset[str]]()
    for name, node in settings.nodes.items():
        series = set[str]()
        for kiosk in (kiosks[one] for one in node.kiosks if one in kiosks):
            item = rules.items.get(kiosk.item or "")
            if kiosk.choose == "one" and item is not None:
                series.add(rules.series_of(item).id)
            else:
                series |= {rules.series_of(one).id for one in rules.items.values()}
        if series:
            found[name] = frozenset(series)
    return found


class Lender:
    """Lives in the event loop of a deciding hall; ``look`` is called about every second."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def look(self) -> None:
        """Lend what is wanted now."""
        hall = self._hall
        lend = hall.settings.spread.lend
        if not lend or not hall.settings.nodes or hall.sync is None:
            return
        if not hall.state().day_open:
            return
        seen = [one for one in hall.sync.nodes() if one.state == "there"]
        of_kiosks: Mapping[str, frozenset[str]] = holders_of(hall.settings, hall.rules)
        for holders, reserve in ((of_kiosks, False), (self._hubs(), True)):
            there = {one.node for one in seen if reserve or one.seq is not None}
            here = {name: series for name, series in holders.items() if name in there}
            for command in wanted(hall.rules, hall.writer.ahead, here, lend):
                hall.submit_own(replace(command, reserve=reserve))

    def _hubs(self) -> dict[str, frozenset[str]]:
        """Return the Pis that may be promoted: each gives from a reserve of its own then."""
        hall = self._hall
        series = frozenset(hall.rules.series)
        return dict.fromkeys(sorted(other_hubs(hall.settings, hall.store.epochs)), series)
