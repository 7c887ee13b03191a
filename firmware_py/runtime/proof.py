"""Proves the whole journal beside the hall's work: soon after each start, then once a day.

A start looks at what came after the newest snapshot alone, so that it takes no longer with years
of events than with hours. What a failing card or somebody's editor did to older ones is found
here: in slices of some milliseconds with pauses between them, on a thread of its own. The hall goes
on meanwhile, and afterwards too: who waits and what is the next number were proven at the start.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable

from firmware_py.core.refusals import Refusal
from firmware_py.store.errors import JournalError
from firmware_py.store.journal import Journal
from firmware_py.store.problems import Problem
from firmware_py.store.records import Verified

__all__ = ["Proof"]

log = logging.getLogger(__name__)

#: By then devices are open and the broker has what was owed to it.
FIRST_S = 30.0
EVERY_S = 86_400.0
#: After each slice, which is 3 ms of work here and about four times that on a Pi 4.
PAUSE_S = 0.05


class _Stopped(Exception):
    """The daemon ends; so does the check."""


class Proof:
    """What is known of the whole journal. ``run`` is a task of the event loop.

    ``speed``: seconds that pass in the hall while one passes here.
    """

    def __init__(self, journal: Journal, speed: Callable[[], float] = lambda: 1.0) -> None:
        self._journal = journal
        self._speed = speed
        #: What the last check found wrong, for people; None when nothing, or not checked yet.
        self.damage: Refusal | None = None
        #: Checks that were made.
        self.made = 0

    async def run(self) -> None:
        """Check now and then, for ever."""
        pause_s = FIRST_S
        while True:
            await asyncio.sleep(pause_s / self._speed())
            pause_s = EVERY_S
            try:
                await self.check()
            except (JournalError, OSError) as error:
                log.error("the journal was not checked: %s", error)  # noqa: TRY400

    async def check(self) -> None:
        """Check everything once. Raises ``OSError`` when the marker beside it cannot be read."""
        found = await self._verify()
        if not found.ok:
            # A card may stumble once; what is damaged stays damaged.
            found = await self._verify()
        self.made += 1
        if found.ok:
            if self.damage is not None:
                log.warning("业务流水校验恢复正常。 The journal is found whole again.")
            self.damage = None
            return
        damage = _damage(found.problems[0])
        if damage != self.damage:
            log.critical("%s %s", damage.zh, damage.en)
        self.damage = damage

    async def _verify(self) -> Verified:
        over = threading.Event()

        def give_way() -> None:
            if over.wait(PAUSE_S):
                raise _Stopped

        work = asyncio.ensure_future(asyncio.to_thread(self._journal.verify, give_way))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            # The journal must not be closed under its reader.
            over.set()
            with contextlib.suppress(_Stopped, JournalError, OSError):
                await work
            raise


def _damage(problem: Problem) -> Refusal:
    return Refusal(
        "journal_damaged",
        f"业务流水的旧记录有损坏：{problem.zh}取号、叫号照常；在修复之前不会再有新的备份。"
        "请勿删除任何文件，闭厅后由技术人员先导出（hallctl journal export），"
        "再恢复最近的有效备份，并更换存储卡。",
        f"Old records of the journal are damaged: {problem.en} Tickets and calls go on; there are "
        "no new backups until it is mended. Delete nothing; when the hall is closed a technician "
        "exports it (hallctl journal export), restores the newest good backup, and replaces the "
        "card.",
    )
