"""Safe mode: the journal cannot be used, so nothing is decided and everybody is told.

A damaged journal is never replaced by an empty one: numbers would be given twice. The daemon
stays up, answers ``hall.status`` with what is wrong and what to do, refuses every command, and
shows on the LED displays that the hall calls by voice until it is repaired.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devices.led_wall.display import LedDisplay
from devices.led_wall.page import LedPage
from firmware_py.app.ports import Outcome, Submission
from firmware_py.app.writer import Reply
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.control import Query
from firmware_py.runtime.device_events import DeviceEvent, Opened
from firmware_py.runtime.displays import panel_of
from firmware_py.runtime.farewell_pages import page_for
from firmware_py.runtime.farewell_plan import disabled
from firmware_py.runtime.hall import device_specs
from firmware_py.runtime.jobs import QueueFull
from firmware_py.runtime.program import program
from firmware_py.runtime.supervisor import Supervisor
from firmware_py.settings import Settings
from firmware_py.store.backup import find_backups

__all__ = ["SafeMode"]


class SafeMode:
    """Stands where the writer and the queries would; ``problem`` is what everybody is told."""

    def __init__(
        self, settings: Settings, problem: Refusal, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.last_seq = 0
        self._settings = settings
        self._problem = problem
        self._loop = loop
        self._walls = {wall.display for wall in settings.walls}
        self._strips = {w.strip for w in settings.windows if w.strip is not None}
        lines, devices = device_specs(settings)
        # The journal, which knows what a technician took out of use, cannot be read.
        shown = (self._walls | self._strips) - disabled(os.environ)
        kept = {name: spec for name, spec in devices.items() if name in shown}
        used = {spec.line for spec in kept.values()}
        self._supervisor = Supervisor(
            {name: line for name, line in lines.items() if name in used},
            kept,
            self._from_worker,
        )

    def start(self) -> None:
        """Show the notice on every display."""
        self._supervisor.start()

    async def stop(self) -> None:
        """Let go of the displays."""
        await asyncio.to_thread(self._supervisor.stop, 5.0)

    def submit(self, submission: Submission, reply: Reply) -> None:
        """Refuse: nothing can be recorded."""
        reply(Outcome(refusal=self._problem))

    def queries(self) -> dict[str, Query]:
        """Return what can still be answered."""
        return {"hall.status": self._status, "journal.backups": self._backups}

    async def _status(self, params: dict[str, Any], user: str) -> Any:
        hall = self._settings.hall
        return {
            "hall": hall.id,
            "name": {"zh": hall.name.zh, "en": hall.name.en},
            "node": hall.node,
            "pid": os.getpid(),
            "program": program(),
            "mode": "safe",
            "problem": self._problem,
            "backups": await self._backups(params, user),
            "journal": self._settings.journal.path,
        }

    async def _backups(self, params: dict[str, Any], user: str) -> Any:
        folder = self._settings.journal.backup_folder
        found = await asyncio.to_thread(find_backups, Path(folder)) if folder else []
        return [
            {"path": str(b.path), "epoch": b.epoch, "last_seq": b.last_seq, "ok": b.ok}
            for b in found
        ]

    def _from_worker(self, batch: Sequence[DeviceEvent]) -> None:
        self._loop.call_soon_threadsafe(self._take, batch)

    def _take(self, batch: Sequence[DeviceEvent]) -> None:
        for event in batch:
            if isinstance(event, Opened):
                self._show(event.device, self._notice(event.device))

    def _notice(self, display: str) -> LedPage:
        panel = panel_of(self._settings, display)
        strip = display not in self._walls
        return page_for(panel.rows, panel.columns, died=False, strip=strip, words=panel.words)

    def _show(self, device: str, page: LedPage) -> None:
        def show(driver: LedDisplay) -> None:
            driver.show(page)

        try:
            self._supervisor.post(device, show, key="page")
        except QueueFull:
            return  # It is asked again when the device comes back.
