"""What a former hub kept of its own time, as the records that it offers to the new one."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from firmware_py.core.epoch import epoch_in
from firmware_py.core.wire_version import WIRE
from firmware_py.runtime.hub_note import HubNote, Kept, write_note
from firmware_py.store.errors import JournalError
from firmware_py.store.history import history_of
from firmware_py.sync.ledger import Stretch, common_seq
from firmware_py.sync.ports import EpochStart
from firmware_py.sync.privacy import clean_event

__all__ = ["FormerRecords"]

log = logging.getLogger(__name__)

#: Records in one question, and their bytes: a question is at most 16 kB.
AT_ONCE = 50
BYTES = 10_000


class FormerRecords:
    """Implements ``sync.handover.HandoverPort``; ``journal`` is where the note lies beside.

    ``whole``: people's hashes and typed words are in the records, as in the copy of the journal:
    only where nobody can read along.
    """

    def __init__(self, journal: Path, note: HubNote, *, whole: bool = False) -> None:
        self.whole = whole
        self._journal = journal
        self.note = note
        self.why = ""

    def question(self, epochs: Sequence[EpochStart], wire: int = WIRE) -> Mapping[str, Any] | None:
        """Return the next records that this hub lacks, oldest journal first; then the numbers.

        No numbers before all records of all journals are there: a number in a record that comes
        later would be given twice.
        """
        hub, unread = _hub_of(epochs), ""
        for kept in self.note.kept:
            after = _had(kept, epochs)
            if after < kept.last:
                try:
                    told = self._told(kept, after)
                except (JournalError, OSError) as error:
                    unread = f"{kept.file}: {error}"
                    continue
                return {"what": "records", "source": kept.source, "told": told}
        if (late := self._late(wire)) is not None:
            return late
        if count := sum(len(kept.passed) for kept in self.note.kept):
            unread = unread or f"{count} records are of a newer program than the hub's; update that"
        newest = self.note.kept[-1] if self.note.kept and not unread else None
        if newest is not None and _gives(newest, epochs):
            try:
                self._give(newest, hub)
            except OSError as error:
                unread = f"{newest.file}: {error}"
            else:
                return {"what": "handover", "source": newest.source, "after": newest.last}
        if unread and unread != self.why:
            log.error("a journal kept cannot be handed over: %s", unread)
        self.why = unread
        return None

    def _told(self, kept: Kept, after: int, at_once: int = AT_ONCE) -> list[dict[str, Any]]:
        return _told(self._journal.with_name(kept.file), after, at_once, whole=self.whole)

    def withhold(self) -> bool:
        """The hub takes nothing of people; say whether there was anything to leave out."""
        had, self.whole = self.whole, False
        return had

    def _late(self, wire: int) -> Mapping[str, Any] | None:
        """Return a record that an older hub did not know, and one that speaks ``wire`` may."""
        for kept in self.note.kept:
            for seq, by in sorted(kept.passed.items()):
                if by >= wire:
                    continue
                try:
                    told = self._told(kept, seq - 1, at_once=1)
                except (JournalError, OSError) as error:
                    log.error("%s cannot be handed over: %s", kept.file, error)  # noqa: TRY400
                    continue
                return {"what": "records", "source": kept.source, "told": told}
        return None

    def passed_over(self, asked: Mapping[str, Any], seqs: Sequence[int], wire: int) -> None:
        """Note which records a hub that speaks ``wire`` did not know; of the others, that it did.

        Nothing of them is lost: their journal is kept, and they are offered to a newer one.
        """
        if asked["what"] != "records":
            return
        for kept in self.note.kept:
            if kept.source != asked["source"]:
                continue
            known = {one["seq"] for one in asked["told"]} - set(seqs)
            passed = {seq: by for seq, by in kept.passed.items() if seq not in known}
            passed |= dict.fromkeys(seqs, wire)
            if passed != kept.passed:
                log.warning("the hub does not know %d of our records; they are kept", len(passed))
                try:
                    self._keep(msgspec.structs.replace(kept, passed=passed))
                except OSError as error:
                    # Nor was it noted that the hub has the others: all is offered again.
                    log.warning("which records wait for a newer hub was not noted: %s", error)

    def merged(self, epochs: Sequence[EpochStart], asked: Mapping[str, Any], upto: int) -> None:
        """Note how far the hub has them; past the last one it has the numbers too."""
        source, epoch = asked["source"], epochs[-1].epoch
        had = int(asked["after"]) + 1 if asked["what"] == "handover" else upto
        for kept in self.note.kept:
            if kept.source == source:
                merged = {**kept.merged, epoch: max(had, kept.merged.get(epoch, 0))}
                try:
                    self._keep(msgspec.structs.replace(kept, merged=merged))
                except OSError as error:
                    # Offered again after a restart: each record counts once.
                    log.warning("how far the records were handed over was not noted: %s", error)

    def _keep(self, kept: Kept) -> None:
        others = (kept if one.source == kept.source else one for one in self.note.kept)
        self.note = HubNote(self.note.heard, tuple(others))
        write_note(self._journal, self.note)

    def _give(self, kept: Kept, hub: str) -> None:
        """Note to whom the numbers go before it is told: they go to nobody else after that."""
        if kept.given != hub:
            before = self.note
            try:
                self._keep(msgspec.structs.replace(kept, given=hub))
            except OSError:
                self.note = before
                raise

    def to_merge(self, epochs: Sequence[EpochStart]) -> list[tuple[Path, int]]:
        """Return which journals kept a hub of these epochs lacks, and up to which event it has."""
        had = [(kept, _had(kept, epochs)) for kept in self.note.kept]
        return [(self._journal.with_name(one.file), upto) for one, upto in had if upto < one.last]

    def needed(self, epochs: Sequence[EpochStart]) -> frozenset[str]:
        """Return the journals kept that must stay: what the hub lacks, and the newest for good."""
        kept, there = self.note.kept, self._journal.with_name
        newest = [one.file for one in kept if there(one.file).is_file()][-1:]
        lacking = [
            one.file for one in kept if not epochs or _had(one, epochs) < one.last or one.passed
        ]
        # The numbers go with the last of them.
        return frozenset([*newest, *lacking, *(one.file for one in kept[-1:])])

    def forget(self, files: Collection[str]) -> None:
        """Note these no more; they were not needed. Raises ``OSError``."""
        kept = tuple(one for one in self.note.kept if one.file not in files)
        if kept != self.note.kept:
            note = HubNote(self.note.heard, kept)
            write_note(self._journal, note)
            self.note = note

    def left(self, epochs: Sequence[EpochStart]) -> int:
        """Return how many journals kept have not been handed over to the hub of these epochs."""
        kept = self.note.kept
        if not epochs:
            return len(kept)
        lacks = sum(_had(one, epochs) < one.last or bool(one.passed) for one in kept)
        return lacks or int(bool(kept) and _gives(kept[-1], epochs))


def _gives(newest: Kept, epochs: Sequence[EpochStart]) -> bool:
    """Say whether the numbers go to this hub now: those of the newest time, and to it alone."""
    hub = _hub_of(epochs)
    return _had(newest, epochs) == newest.last and newest.given in {"", hub}


def _had(kept: Kept, epochs: Sequence[EpochStart]) -> int:
    """Return the last event that the hub of these epochs has of a journal kept."""
    had = kept.merged.get(epochs[-1].epoch)
    return common_seq(_stretches(kept), epochs) if had is None else had


def _hub_of(epochs: Sequence[EpochStart]) -> str:
    """Return who decides: the name is in the epoch's, once a hub was promoted."""
    epoch = epoch_in(epochs[-1].epoch)
    return "" if epoch is None else epoch.hub


def _stretches(kept: Kept) -> list[Stretch]:
    ends = [after.first_seq - 1 for _, after in pairwise(kept.starts)] + [kept.last]
    return [
        Stretch(start.epoch, start.first_seq, end)
        for start, end in zip(kept.starts, ends, strict=True)
        if end >= start.first_seq
    ]


def _told(path: Path, after: int, at_once: int, *, whole: bool) -> list[dict[str, Any]]:
    told, size = list[dict[str, Any]](), 0
    with history_of(path) as history:
        records = history.read(after, at_once)
    for one in records:
        data = one.body if whole else clean_event(one.type, one.body)
        size += len(data) + len(one.command_id) + 120
        if told and size > BYTES:
            break
        told.append(
            {
                "seq": one.seq,
                "time_ms": one.time_ms,
                "type": one.type,
                "by": one.by,
                "id": one.command_id,
                "data": msgspec.Raw(data),
            }
        )
    return told
