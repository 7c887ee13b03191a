"""``hub.status`` and ``hub.promote``: who decides, how old the copy is; this Pi becomes the hub."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.clock import keep_anchor
from firmware_py.app.ports import Entry, NewEvent
from firmware_py.app.recovery import recover
from firmware_py.app.wire import encode, encode_outcome
from firmware_py.config.spread import standby_of
from firmware_py.core.epoch import NO_EPOCH, Epoch, latest_epoch
from firmware_py.core.events import EVENT_NAMES, Event
from firmware_py.core.events_hubs import HubPromoted
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.bench_clock import clocks_of
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.hub_note import HubNote, Kept
from firmware_py.runtime.hub_role import other_hubs
from firmware_py.runtime.kept_promotion import (
    HallNow,
    KeptPast,
    events_after,
    newest_kept,
    past_of,
)
from firmware_py.runtime.kept_proof import KeptUnread, kept_unread
from firmware_py.runtime.params import Promote
from firmware_py.store.copied import CopiedJournal
from firmware_py.store.errors import JournalError

if TYPE_CHECKING:
    from firmware_py.runtime.copy_keeper import CopyKeeper
    from firmware_py.runtime.hall import Hall

__all__ = ["HubQueries", "promotion_entry"]

log = logging.getLogger(__name__)


class HubQueries:
    """The questions of a hall that has a standby; of another one both are refused."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._past: KeptPast | None = None

    def queries(self) -> dict[str, Query]:
        """Return the table of questions."""
        return {"hub.status": self.status, "hub.promote": self.promote}

    async def status(self, params: dict[str, Any], user: str) -> Any:
        """Return who decides, in which epoch, how far the copy is and who has which numbers."""
        hall, state = self._hall, self._hall.state()
        if standby_of(hall.settings) is None:
            raise QueryError(_NO_STANDBY)
        told: dict[str, Any] = {
            "node": hall.settings.hall.node,
            "decides": hall.role.decides,
            "hub": state.hub,
            "epoch": str(self._epoch()),
            "numbers_at": state.numbers_at,
            "reserve": _reserve(state),
            "copies": self._copies(),
            "copy": self._copy(),
            "kept": [one.file for one in self._note().kept if self._is_there(one)],
            "from_kept": await self._from_kept(),
            "kept_unread": self._unread(),
            "heard": self._note().heard,
            "lease": None if hall.lease is None else hall.lease.view(),
        }
        told["hub"] = told["hub"] or self._known_hub()
        return told

    def _known_hub(self) -> str:
        hall = self._hall
        if hall.role.decides:
            return hall.settings.hall.node
        return self._epoch().hub or hall.settings.spread.hub

    async def _from_kept(self) -> dict[str, Any] | None:
        """Return the journal that alone could be gone on with here; None where a copy is."""
        kept = self._only_kept()
        if kept is None:
            return None
        if self._past is None or self._past.file != kept.file:
            hall = self._hall
            path = Path(hall.settings.journal.path)
            self._past = await asyncio.to_thread(past_of, path, kept, hall.rules)
        return {"file": kept.file, "upto": self._past.upto, "until": self._past.until}

    def _only_kept(self) -> Kept | None:
        keeper = self._hall.role.keeper
        if keeper is None or keeper.disk is None or keeper.disk.journal is not None:
            return None
        return newest_kept(keeper.path, keeper.records.note)

    def _unread(self) -> Refusal | None:
        """Return why this Pi was not promoted when somebody, or the lease, wanted it to be."""
        keeper = self._hall.role.keeper
        if keeper is None or keeper.unread is None:
            return None
        return kept_unread(keeper.unread, keeper.path.parent, from_kept=False)

    def _is_there(self, kept: Kept) -> bool:
        return Path(self._hall.settings.journal.path).with_name(kept.file).is_file()

    def _note(self) -> HubNote:
        keeper = self._hall.role.keeper
        return self._hall.role.note if keeper is None else keeper.records.note

    def _epoch(self) -> Epoch:
        hall = self._hall
        if hall.role.decides:
            return latest_epoch([e.epoch for e in hall.store.epochs], hall.settings.hall.node)
        heard: Epoch = getattr(hall.sync, "highest", NO_EPOCH)
        return max(heard, self._note().epoch)

    def _copies(self) -> list[dict[str, Any]]:
        """Return how far the copies of this hub's journal are."""
        hall, shelf = self._hall, self._hall.role.change.shelf
        if not hall.role.decides or shelf is None:
            return []
        return shelf.told(hall.writer.last_seq, sorted(self._hubs()))

    def _hubs(self) -> frozenset[str]:
        return other_hubs(self._hall.settings, self._hall.store.epochs)

    def _copy(self) -> dict[str, Any] | None:
        keeper = self._hall.role.keeper
        status = None if keeper is None else keeper.status()
        if keeper is None or status is None:
            return None
        return {
            "state": status.state,
            "copied": status.copied,
            "behind": status.behind,
            "level_s": status.level_s,
            "bytes_here": status.bytes_here,
            "bytes_all": status.bytes_all,
            "why": status.why,
            "unknown": status.unknown,
            "handing_over": "" if keeper.handover is None else keeper.handover.why,
            "left": keeper.records.left(getattr(self._hall.sync, "epochs", ())),
        }

    async def promote(self, params: dict[str, Any], user: str) -> Any:
        """Make this Pi the hub, in a new epoch; it asks nobody (docs/spread-rules.md)."""
        asked = msgspec.convert(params, Promote)
        by = f"hallctl:{user}"
        without = asked.without_kept
        if not asked.from_kept:
            off = asked.former_is_off
            return await self.begin(by, former_is_off=off, without_kept=without)
        self._follower()
        if (kept := self._only_kept()) is None:
            raise QueryError(_NOT_FROM_KEPT)
        return await self.begin(by, former_is_off=True, kept=kept, without_kept=without)

    def _follower(self) -> CopyKeeper:
        """Return what keeps the copy. Raises ``QueryError`` where this Pi cannot be promoted."""
        hall = self._hall
        if hall.role.decides:
            raise QueryError(_IS_HUB)
        if hall.role.keeper is None:
            raise QueryError(_NO_COPY if standby_of(hall.settings) else _NO_STANDBY)
        if hall.role.keeper.promoting:
            # Two people, or somebody and the lease: once is enough.
            raise QueryError(_IS_HUB)
        return hall.role.keeper

    async def begin(
        self,
        by: str,
        *,
        former_is_off: bool = False,
        epoch: Epoch | None = None,
        kept: Kept | None = None,
        without_kept: bool = False,
    ) -> dict[str, Any]:
        """Begin ``epoch``, which was voted for, or the next one; ``kept``: from that journal.

        ``without_kept``: though what was kept of an earlier time as hub cannot be read. Raises
        ``QueryError``.
        """
        hall, keeper = self._hall, self._follower()
        if (status := keeper.status()) is not None and status.unknown and kept is None:
            raise QueryError(_copy_newer(", ".join(status.unknown)))
        if (barred := getattr(hall.writer, "barred", None)) is not None:
            raise QueryError(barred)
        by_lease = epoch is not None
        own = hall.settings.hall.node
        anchor_ms = self._hall_minus_boot_ms()
        begun: list[Epoch] = []

        def begin(journal: CopiedJournal) -> tuple[str, list[Entry]]:
            names = [one.epoch for one in journal.epochs]
            known = max(latest_epoch(names, journal.epochs[-1].node), self._epoch())
            begun.append(epoch or known.next_of(own))
            state = recover(hall.rules, journal)
            lost = "" if kept is None else known.hub
            event = HubPromoted(
                hub=own,
                former=lost or state.hub or journal.epochs[-1].node,
                epoch=str(begun[0]),
                # What the lost hub gave is in no journal here: first it is passed over.
                numbers_at=lost or self._numbers_at(state),
                copy_seq=journal.last_seq,
                by_lease=by_lease,
            )
            events: list[Event] = [event]
            now_ms = state.now_ms
            if kept is not None:
                now = self._now(state)
                now_ms = now.now_ms
                events += events_after(hall.rules, state, kept, now)
            return event.epoch, [promotion_entry(journal.last_seq + 1, events, by, now_ms)]

        try:
            stretch = await keeper.promote(begin, kept, without_kept=without_kept)
        except KeptUnread as error:
            why = kept_unread(error, keeper.path.parent, from_kept=kept is not None)
            raise QueryError(why) from error
        except JournalError as error:
            raise QueryError(Refusal("not_promoted", error.zh, error.en)) from error
        except ValueError as error:
            past = await self._from_kept()
            raise QueryError(_nothing_copied(str(error), past)) from error
        if anchor_ms is not None:
            run_folder = Path(hall.settings.control.socket).parent
            keep_anchor(run_folder / "clock.json", anchor_ms, stretch.epoch)
        log.warning("promoted by %s: epoch %s after event %d", by, stretch.epoch, stretch.cut_seq)
        hall.role.change.begun = begun[0]
        hall.role.change.write_off = former_is_off
        hall.loop.call_later(ANSWER_S, hall.role.change.wanted.set)
        return {"epoch": stretch.epoch, "cut_seq": stretch.cut_seq}

    def _now(self, state: State) -> HallNow:
        hall = self._hall
        heard_ms = None if self._hall_minus_boot_ms() is None else hall.clock.now_ms()
        clocks, _ = clocks_of(hall.settings.hall.clock)
        return HallNow.of(clocks, hall.settings.hall.timezone, heard_ms, state)

    def _hall_minus_boot_ms(self) -> int | None:
        """The hall's time goes on as it was heard here; None where it was never heard."""
        clock = self._hall.clock
        return getattr(clock, "ahead_ms", None)

    def _numbers_at(self, state: State) -> str:
        """Return who has the usual numbers, by the copy and by what was given from here."""
        keeper = self._hall.role.keeper
        own = self._hall.settings.hall.node
        holder = state.numbers_at or state.hub or self._former(keeper)
        # Of several times as hub the newest says where they went.
        given = "".join(one.given for one in self._note().kept[-1:])
        return given if holder == own and given else holder

    @staticmethod
    def _former(keeper: CopyKeeper | None) -> str:
        journal = None if keeper is None or keeper.disk is None else keeper.disk.journal
        return "" if journal is None else journal.epochs[0].node


#: The answer is on its way before the daemon is built anew.
ANSWER_S = 0.05


def promotion_entry(seq: int, events: Sequence[Event], by: str, at_ms: int) -> Entry:
    """Return a promotion, and what follows at once, as the first record of its epoch."""
    epoch = next(one.epoch for one in events if isinstance(one, HubPromoted))
    told = tuple(NewEvent(EVENT_NAMES[type(one)], encode(one)) for one in events)
    return Entry(f"promote:{epoch}", by, at_ms, encode_outcome(seq, len(told), None), told)


def _reserve(state: State) -> list[Mapping[str, Any]]:
    return [
        {"holder": b.holder, "first": b.first_number, "last": b.last_number}
        for b in state.lent
        if b.reserve and not b.written_off
    ]


_NO_STANDBY = Refusal(
    "no_standby",
    "本大厅没有备用主控。在 [nodes] 中为一台设备写明 standby 角色，见 docs/spread.md。",
    'This hall has no standby: give a Pi of [nodes] the role "standby", see docs/spread.md.',
)
_IS_HUB = Refusal(
    "is_hub", "本机已经是主控，或正在接替。", "This Pi is the hub already, or becoming it now."
)
_NO_COPY = Refusal(
    "no_copy",
    "本机没有主控账本的副本，不能接替。请在备用主控上执行。",
    "This Pi keeps no copy of the hub's journal; give the command at the standby.",
)


_NOT_FROM_KEPT = Refusal(
    "not_from_kept",
    "本机有主控账本的副本，或没有保留自己当主控时的流水：请不加 --from-kept 执行。",
    "This Pi has a copy of the hub's journal, or kept none of its own time as hub: give the "
    "command without --from-kept.",
)


def _copy_newer(types: str) -> Refusal:
    return Refusal(
        "copy_newer",
        f"账本副本中有新版程序写的记录（{types}），本机程序不认识，不能接替。"
        "请先升级本机程序（不会丢失副本），再执行。",
        f"The copy has records of a newer program ({types}) that this Pi's does not know, so it "
        "cannot take over. Update this Pi's program (the copy stays), then promote it.",
    )


def _nothing_copied(detail: str, past: Mapping[str, Any] | None) -> Refusal:
    if past is not None:
        upto, until = past["upto"], past["until"]
        return Refusal(
            "nothing_copied",
            f"还没有主控账本的副本，只有本机自己的旧流水 {past['file']}（到第 {upto} 条 {until}）。"
            "接替过的主控确实找不回来时：hallctl hub promote --from-kept。",
            f"Nothing of the hub's journal was copied yet; there is only this Pi's own of before, "
            f"{past['file']} (up to event {upto}, {until}). When the hub after it is gone for "
            "good: hallctl hub promote --from-kept.",
            dict(past),
        )
    return Refusal(
        "nothing_copied",
        f"还没有主控账本的副本，不能接替（{detail}）。请先停止服务，用 hallctl restore 恢复备份，"
        "启动后执行 hallctl hub promote --from-kept。",
        f"Nothing of the hub's journal was copied yet ({detail}). Stop the daemon, restore a "
        "backup with hallctl restore, start it, and give hallctl hub promote --from-kept.",
    )
