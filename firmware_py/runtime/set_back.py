"""A hub whose card is an old copy: its journal lacks what somebody in the hall has seen of it.

Nothing at the Pi itself tells: marker and marks came back with the card. What it once told does:
the standby's copy, its own words that the broker retained, and the other Pis, who bring its own
proof (``sync.evidence``). Numbers that are on papers are unknown here, so nothing is decided any
more, over restarts too; kiosks and windows go on as if cut off, until the standby is promoted or
the hub goes on in another epoch.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_py.app.ports import Happened
from firmware_py.app.writer import HallWriter
from firmware_py.config.spread import standby_of
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.set_back_note import Finding, found_in, proofs_of, write_finding
from firmware_py.store.errors import JournalError
from firmware_py.sync.evidence import Claim, lacks
from firmware_py.sync.seen import Proofs, Seen

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.store.pages import Wanted

__all__ = ["SET_BACK", "SeenBy", "hold", "is_set_back", "was_set_back"]

log = logging.getLogger(__name__)

#: The refusal's code.
SET_BACK = "set_back"
_NEWER_CARD = (
    "请换上较新的存储卡；没有时执行 hallctl backup，再恢复该备份（hallctl restore，写明最新号票）。"
)
_NEWER_CARD_EN = (
    "Put the newer card in; without one give hallctl backup, then restore that backup (hallctl "
    "restore, with the newest slip's number)."
)


def is_set_back(hall: Hall) -> bool:
    """Say whether this hub was found to have an old copy."""
    return hall.storage is not None and hall.storage.code == SET_BACK


def hold(hall: Hall, finding: Finding) -> None:
    """Decide nothing from now on."""
    if not isinstance(hall.writer, HallWriter) or is_set_back(hall):
        return
    why = _refusal(finding, _other(hall))
    log.error("%s %s", why.zh, why.en)
    hall.writer.held_back = lambda: why
    hall.storage = why
    if hall.sync is not None:
        hall.sync.decides(False)


def found(hall: Hall, finding: Finding) -> None:
    """Decide nothing from now on, nor after a restart."""
    if not isinstance(hall.writer, HallWriter) or is_set_back(hall):
        return
    hold(hall, finding)
    hall.loop.run_in_executor(None, _keep, Path(hall.settings.journal.path), finding)


def _keep(journal: Path, finding: Finding) -> None:
    try:
        write_finding(journal, finding)
    except OSError as error:
        # It is found again at the next start, by whoever found it now.
        log.error("that this card is an old copy could not be noted: %s", error)  # noqa: TRY400


def was_set_back(hall: Hall, standby: str, wanted: Wanted) -> None:
    """Take what a copy says: ``standby`` has events of this very epoch that are not here."""
    epoch, here = hall.store.epochs[-1].epoch, hall.writer.last_seq
    found(hall, Finding(epoch, here, wanted.after, standby, link=wanted.link))


class SeenBy:
    """What a running hub proves of itself, and what others have seen of it. In the event loop."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._journal = Path(hall.settings.journal.path)
        #: The newest event of this run and its time.
        self._last = (0, 0)
        self._word: Seen | None = None
        self._looking: set[asyncio.Task[None]] = set()
        hall.writer.on_recorded.insert(0, self._recorded)

    @cached_property
    def _proofs(self) -> Proofs | None:
        # Made once another Pi asks: a hall of one Pi has nobody to prove anything to.
        return proofs_of(self._journal)

    def _recorded(self, happened: Sequence[Happened]) -> None:
        if happened:
            self._last = happened[-1].seq, happened[-1].time_ms

    @property
    def set_back(self) -> bool:
        """Whether the journal was found to be an old copy: nothing is decided."""
        return is_set_back(self._hall)

    def word(self) -> Seen | None:
        """Return how far the journal is, proven."""
        hall, (seq, time_ms) = self._hall, self._last
        last = hall.writer.last_seq
        if self._proofs is None or is_set_back(hall):
            return None
        if self._word is None or self._word.seq != last:
            epoch = hall.store.epochs[-1].epoch
            self._word = self._proofs.word(epoch, last, time_ms if seq == last else 0)
        return self._word

    def claimed(self, claim: Claim) -> None:
        """See whether the journal has what is claimed."""
        hall, seen = self._hall, claim.seen
        if is_set_back(hall) or not isinstance(hall.writer, HallWriter):
            return
        if not claim.own and (self._proofs is None or not self._proofs.made(seen)):
            log.warning("%s says how far this hub was, and cannot prove it", claim.who)
            return
        epochs = [one.epoch for one in hall.store.epochs]
        own, last = hall.settings.hall.node, hall.writer.last_seq
        if lacks(claim, epochs, own, last):
            later = seen.epoch if seen.epoch != epochs[-1] else ""
            found(hall, Finding(epochs[-1], last, seen.seq, claim.who, later, seen.time_ms))
        elif seen.time_ms and seen.epoch == epochs[-1]:
            # It may have gone on from the old copy beyond that: is it the same event?
            task = hall.loop.create_task(self._look(claim), name="seen-by")
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _look(self, claim: Claim) -> None:
        own = self._hall.settings.hall.node
        try:
            finding = await asyncio.to_thread(found_in, self._journal, own, [claim], self._proofs)
        except (JournalError, sqlite3.Error, OSError) as error:
            log.warning("what %s has seen could not be compared: %s", claim.who, error)
            return
        if finding is not None:
            found(self._hall, finding)


def _refusal(finding: Finding, other: str | None) -> Refusal:
    """Return why nothing is decided; ``other`` is the Pi that can be promoted instead."""
    here, seq, later = finding.here, finding.seq, finding.later
    by_zh, by_en = finding.by or "消息服务器", finding.by or "what it told the broker"
    if later:
        seen = f"{by_zh} 已见过纪元 {later}", f"{by_en} is of epoch {later}"
    else:
        seen = f"{by_zh} 有到第 {seq} 条", f"{by_en} goes up to event {seq}"
    if other is not None:
        do = f"请在 {other} 上执行 hallctl hub promote。", f"Give hallctl hub promote at {other}."
    else:
        do = _NEWER_CARD, _NEWER_CARD_EN
    return Refusal(
        SET_BACK,
        f"主控的存储卡像是旧的副本：流水只到第 {here} 条，{seen[0]}。"
        f"主控已停止受理，以免重号；取号机用预留的号码继续。{do[0]}",
        f"The hub's card looks like an old copy: its journal ends with event {here}, and {seen[1]}."
        " The hub takes nothing more, so that no number is given twice; kiosks go on with numbers "
        f"of their own. {do[1]}",
        {"by": finding.by, "here": str(here), "upto": str(seq)},
    )


def _other(hall: Hall) -> str | None:
    standby = standby_of(hall.settings)
    return hall.settings.spread.hub if standby == hall.settings.hall.node else standby
