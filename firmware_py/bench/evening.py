"""After the bench's day: what it left in ``out/``, and whether it was as it must be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from firmware_py.bench.cast import Person
from firmware_py.bench.checks import Evidence, mistakes
from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.day import WINDOWS
from firmware_py.bench.papers import PRINTERS, read_journal, write_journal
from firmware_py.bench.polling import until
from firmware_py.bench.report import report_json, report_markdown
from firmware_py.bench.stage import Stage
from firmware_py.core.rules import Item, Text
from firmware_py.sync.consumer import Consumer

__all__ = ["centre_has_all", "look_back", "write_reports"]

#: A broker that came back is found again within 5 s; the rest follows at once.
CENTRE_S = 60.0


async def centre_has_all(hall: HallClient, consumer: Consumer) -> bool:
    """Wait until the centre's consumer has stored what the journal has."""
    last: int = (await hall.call("hall.status"))["last_seq"]

    async def there() -> bool:
        return consumer.seq >= last

    try:
        async with asyncio.timeout(CENTRE_S):
            await until(there)
    except TimeoutError:
        return False
    return True


async def write_reports(
    out: Path, hall: HallClient, items: dict[str, Item]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Write journal and report; return the journal's events and the report."""
    journal = await read_journal(hall)
    write_journal(journal, out / "journal.jsonl")
    status = await hall.call("hall.status")
    report = report_json(await hall.call("report.day"), journal, items)
    text = msgspec.json.format(msgspec.json.encode(report), indent=2)
    (out / "report.json").write_bytes(text + b"\n")
    name = Text(status["name"]["zh"], status["name"]["en"])
    (out / "report.md").write_text(report_markdown(report, name), encoding="utf-8")
    return journal, report


async def _kept(hall: HallClient, documents: Iterable[str]) -> dict[str, str]:
    """Return of each document whether its pages can be read."""
    kept: dict[str, str] = {}
    for number in {document.rpartition("-")[0] for document in documents}:
        found = await hall.call("document.list", number=number)
        kept |= {one["document"]: one["kept"] for one in found["documents"]}
    return kept


async def look_back(
    people: Sequence[Person],
    journal: Sequence[dict[str, Any]],
    stage: Stage,
    hall: HallClient,
    bench: BenchClient,
    ledger: Path,
    troubles: Sequence[str],
    gap_seen: bool,
    scanned: Mapping[str, int],
) -> list[Text]:
    """Return what was not as it must be."""
    paper = [await bench.do("seen", printer) for printer in PRINTERS]
    lamps = {}
    for window in WINDOWS:
        seen = await bench.do("seen", f"lamp-{window}")
        lamps[window] = [change["colour"] for change in seen["history"] if change["on"]]
    with ledger.open("rb") as lines:
        centre = [msgspec.json.decode(line) for line in lines]
    return mistakes(
        Evidence(
            people=people,
            journal=journal,
            verified=await hall.call("journal.verify"),
            paper=[number for printer in paper for number in printer["numbers"]],
            reprints=[number for printer in paper for number in printer["reprints"]],
            centre=centre,
            lamps=lamps,
            troubles=troubles,
            logs={name: stage.log_of(name) for name in stage.processes},
            gap_seen=gap_seen,
            scanned=scanned,
            kept=await _kept(hall, scanned),
        )
    )
