"""When what this Pi knows of the hall is kept on its card, and how it goes on from there.

At once when its numbers or the day changed, when it was joined or lost the hub; else now and then:
a state of 20,000 tickets is 5 MB, and a card bears only so many writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence

from firmware_py.app.alone import Alone
from firmware_py.app.clock import FollowedClock
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.wire import encode_state
from firmware_py.core.wire_version import WIRE
from firmware_py.runtime.boot_mark import BootMark
from firmware_py.runtime.kept_hall import Known, KnownFile
from firmware_py.sync.ports import EpochStart
from firmware_py.sync.running import running_s
from firmware_py.sync.seen import NOTHING_SEEN, Seen

__all__ = ["NodeMemory"]

#: Kept at most so often without a cause, and not longer than this share of the time.
EVERY_S, SHARE = 30.0, 0.002


class NodeMemory:
    """Lives in the event loop; ``look`` is called some times a second."""

    def __init__(
        self,
        file: KnownFile,
        mark: BootMark,
        writer: FollowedWriter,
        alone: Alone,
        clock: FollowedClock,
        boot: str,
        known: Known | None,
    ) -> None:
        self._file, self._writer, self._alone, self._clock = file, writer, alone, clock
        self._mark = mark
        self._boot = boot
        #: What an earlier start in this boot knew: it is gone on from.
        self.known = known
        self.epochs: Callable[[], Sequence[EpochStart]] = tuple
        #: Whether what is known is of these epochs; else the hub's hall is on its way.
        self.joined: Callable[[], bool] = lambda: True
        #: The farthest that was seen of the hub, and was before this start.
        self.seen: Callable[[], Seen] = lambda: NOTHING_SEEN
        self.seen_before = NOTHING_SEEN
        self._kept = self._what()
        self._next_s = running_s() + EVERY_S
        self._saving: asyncio.Task[None] | None = None

    def _what(self) -> tuple[Hashable, ...]:
        """Return what must not be lost."""
        state, alone = self._writer.recorded, self._alone
        own = tuple(
            (block.series, block.handing, block.written_off)
            for block in state.lent
            if block.holder == alone.here.node
        )
        return (
            state.day, state.day_open, own, alone.ready, alone.records.told, alone.trouble == "",
            alone.joined_records, alone.hub_wire(),
        )  # fmt: skip

    def look(self) -> None:
        """Keep what is known if it is worth it."""
        if self._saving is not None and not self._saving.done():
            return
        if not self._writer.recorded.windows and not self._writer.last_seq:
            return
        urgent = (what := self._what()) != self._kept
        if not urgent and running_s() < self._next_s:
            return
        self._kept = what
        begun_s = running_s()
        known, state = self._known()
        took_s = running_s() - begun_s
        self._next_s = begun_s + max(EVERY_S, took_s / SHARE)
        work = asyncio.to_thread(self._save, known, state, self._writer.recorded.day)
        self._saving = asyncio.create_task(work, name="keep-known")

    async def stop(self) -> None:
        """Keep what is known now."""
        if self._saving is not None:
            await self._saving
        await asyncio.to_thread(self._save, *self._known(), self._writer.recorded.day)

    def _save(self, known: Known, state: bytes, day: str | None) -> None:
        self._file.save(known, state)
        self._mark.turned(day)

    def _known(self) -> tuple[Known, bytes]:
        alone = self._alone
        known = Known(
            boot=self._boot if alone.ready else "",
            seq=self._writer.last_seq,
            epochs=tuple((one.epoch, one.first_seq) for one in self.epochs()),
            ahead_ms=self._clock.ahead_ms,
            records=alone.records.last_seq,
            joined_records=alone.joined_records,
            joining=not self.joined(),
            told=alone.records.told,
            wire=WIRE,
            hub_wire=alone.hub_wire(),
            seen=self.seen(),
        )
        return known, encode_state(self._writer.recorded)

    def go_on(self, resume: Callable[[int | None, Sequence[EpochStart]], None]) -> None:
        """Have the line go on after the last event that was known, if that was in this boot."""
        known = self.known
        if known is not None and known.epochs:
            seq = None if known.joining else known.seq
            resume(seq, [EpochStart(epoch, first) for epoch, first in known.epochs])
