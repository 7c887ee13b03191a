"""What must be true of a hall of many Pis after all its cuts: papers, journals, records, copies."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from firmware_py.bench.spread import HUB
from firmware_py.store.verify import verify_file
from tests.e2e.spread import Spread

__all__ = ["journal_of", "judge_journals", "judge_papers", "rows_of", "told_by"]

Event = Mapping[str, Any]


async def told_by(hall: Spread, node: str = HUB) -> list[Event]:
    """Return all events of the hub's journal, in order, without a gap."""
    events: list[Event] = []
    while batch := await hall.at(node).call("journal.tail", after=len(events), limit=5000):
        events += batch
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    found = await hall.at(node).call("journal.verify")
    assert found["problems"] == [], found
    return events


def judge_papers(
    events: Sequence[Event],
    papers: Mapping[str, Mapping[str, Any]],
    reprinted: Collection[str] = (),
) -> None:
    """Each number of a kiosk is on one slip of its printer, and each slip in the journal.

    ``papers`` is what each kiosk's printer printed; ``reprinted`` may be on a second slip that
    says so.
    """
    issued = [event["data"] for event in events if event["type"] == "ticket.issued"]
    replaced = {e["data"]["number"] for e in events if e["type"] == "ticket.replaced"}
    numbers = Counter(one["number"] for one in issued)
    assert [number for number, times in numbers.items() if times > 1] == []
    requests = Counter(one["request"] for one in issued if one["number"] not in replaced)
    assert [request for request, times in requests.items() if times > 1] == []
    for kiosk, seen in papers.items():
        whole, marked = Counter(seen["numbers"]), Counter(seen["reprints"])
        assert set(marked) <= set(reprinted), marked
        assert [number for number in whole if whole[number] - marked[number] > 1] == []
        taken = {one["number"] for one in issued if one["origin"] == kiosk} - replaced
        assert set(whole) == taken, f"{kiosk}: {set(whole) ^ taken}"
        assert seen["unknown_commands"] == []


def journal_of(hall: Spread, node: str) -> Path:
    """Return a Pi's own journal, or its copy of the hub's."""
    return Path(hall.stage.of_node(node)["HALL_DATA"]) / "journal.db"


def rows_of(path: Path) -> list[tuple[Any, ...]]:
    """Return a journal's rows, with their links, of a daemon that has ended."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        found = db.execute("SELECT seq, time_ms, type, by, command_id, body, hash FROM events")
        return sorted(found.fetchall())


def judge_journals(
    hall: Spread, *, hub: str = HUB, copies: Sequence[str] = (), deciding: Sequence[str] = ()
) -> int:
    """Return how many records there were: each is explained at the hub, by its own event.

    The daemons have ended. ``copies`` are Pis whose journal must be the hub's; ``deciding`` are
    those that keep records of their own.
    """
    for node in (hub, *copies, *deciding):
        found = verify_file(journal_of(hall, node))
        assert found.problems == (), (node, found.problems)
    rows = rows_of(journal_of(hall, hub))
    for node in copies:
        assert rows_of(journal_of(hall, node)) == rows, f"{node} has another journal than the hub"
    merged = {str(row[4]) for row in rows}
    count = 0
    for node in deciding:
        for seq, _, kind, *_ in rows_of(journal_of(hall, node)):
            ends = [one for one in merged if one.startswith(f"merge:{node}:")]
            told = [one for one in ends if one.endswith(f":{seq}")]
            assert told, f"{node}: record {seq} ({kind}) is not at the hub"
            count += 1
    return count
